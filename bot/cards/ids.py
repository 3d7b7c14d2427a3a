"""The ids and values of interactive elements, shared by cards and handlers.

A button stays in a channel for years, so what comes back may be an older version's or anything else. Each
kind of value has one reader here, which returns it within its bounds or raises `UnreadableValueError`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import UnreadableValueError
from bot.text.arxiv_id import find_arxiv_id
from bot.text.language import canonical_tag

SAVE_PAPER = "save_paper"
REMOVE_PAPER = "remove_paper"
REMOVE_LISTED_PAPER = "remove_listed_paper"
SAVE_LISTED_PAPER = "save_listed_paper"
SHOW_ABSTRACT = "show_abstract"
OPEN_PDF = "open_pdf"
OPEN_DISCUSSION = "open_discussion"
MY_PAPERS = "my_papers"
PREVIOUS_PAGE = "previous_page"
NEXT_PAGE = "next_page"
PREVIOUS_DAY = "previous_day"
NEXT_DAY = "next_day"
PREVIOUS_WEEK = "previous_week"
NEXT_WEEK = "next_week"
RANK_WEEK = "rank_week"
POST_ANEW = "post_anew"
RESUME_DELIVERY = "resume_delivery"
OPEN_PREFERENCES = "open_settings"
SET_UP = "set_up"
SUBMIT_PREFERENCES = "submit_settings"
PREVIEW = "preview"
POST_NOW = "post_now"
RESUME_DIGESTS = "resume_digests"

SUMMARY_MENU = "summary_menu"
SHOW_FIGURES = "show_figures"
SUBMIT_REPORT = "submit_report"
REPORT_NOTE = "report_note"

PAGE_LENGTH = 10
"""The papers per page of a list."""

_LAST_OFFSET = 1_000_000
_LAST_MONDAY = date.max - timedelta(days=6)
_DELIVERY = re.compile("[0-9]{1,18}")
_CHANNEL = re.compile("[CDG][A-Z0-9]{1,30}")


class Field(StrEnum):
    """The fields of the preferences form, each by the id of its block and element."""

    SOURCES = "wish_sources"
    AT = "wish_at"
    ZONE = "wish_zone"
    WEEKDAYS = "wish_weekdays"
    LANGUAGE = "wish_language"
    MOST_CARDS = "wish_most_cards"
    ORDER = "wish_order"
    WORDS = "wish_words"
    CATEGORIES = "wish_categories"
    LEAST_VOTES = "wish_least_votes"
    NEVER_WORDS = "wish_never_words"
    SAYS_WHEN_NOTHING = "wish_says_when_nothing"


PREVIEWED_AT_ONCE = (Field.SOURCES, Field.LANGUAGE, Field.MOST_CARDS, Field.ORDER)
"""The fields whose changes are sent at once, to update the preview."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's papers, the best first."""

    monday: date
    #: The best were saved by the most people here, instead of having the most votes.
    by_saves: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: of a day's listing, of a week's papers, or of the person's saved papers."""

    offset: int = 0
    day: date | None = None
    week: Week | None = None

    @property
    def previous(self) -> "Page":
        """The previous page."""
        return replace(self, offset=max(0, self.offset - PAGE_LENGTH))

    @property
    def next(self) -> "Page":
        """The next page."""
        return replace(self, offset=self.offset + PAGE_LENGTH)


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper in a list, and the page to redraw after it was saved or removed."""

    paper_id: str
    page: Page


class SummaryAct(StrEnum):
    """An action on a summary."""

    REGENERATE = "again"
    REPORT = "report"
    FIGURES = "figures"


_ACTS = frozenset(SummaryAct)


@dataclass(frozen=True, slots=True)
class SummaryChoice:
    """An action on a paper's summary."""

    act: SummaryAct
    paper_id: str
    #: The readers' language, or that of a summary to be made.
    language: str


def read_paper(value: object) -> str:
    """Return the id of the paper that a button is for."""
    if not isinstance(value, str) or find_arxiv_id(value) != value:
        raise UnreadableValueError("paper")
    return value


def delivery_value(delivery_id: int) -> str:
    """Return the value of a button that resumes a delivery."""
    return str(delivery_id)


def read_delivery(value: object) -> int:
    """Return the id of the delivery that a button resumes."""
    if not isinstance(value, str) or not _DELIVERY.fullmatch(value):
        raise UnreadableValueError("delivery")
    return int(value)


def read_channel(value: object) -> str:
    """Return the id of the channel that a modal or a click is about."""
    if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
        raise UnreadableValueError("channel")
    return value


def page_value(page: Page) -> str:
    """Return the value of a button that opens the page."""
    return json.dumps(_page_fields(page))


def read_page(value: object) -> Page:
    """Return the page that a button opens."""
    return _page_from_fields(_record(value))


def listed_value(listed: Listed) -> str:
    """Return the value of a listed paper's button."""
    return json.dumps({"paper": listed.paper_id, **_page_fields(listed.page)})


def read_listed(value: object) -> Listed:
    """Return the listed paper that a button belongs to."""
    fields = _record(value)
    return Listed(read_paper(fields.get("paper")), _page_from_fields(fields))


def choice_value(choice: SummaryChoice) -> str:
    """Return the value of a button or an option that acts on a summary."""
    return json.dumps({"do": choice.act, "paper": choice.paper_id, "language": choice.language})


def read_choice(value: object) -> SummaryChoice:
    """Return the action on a summary that a value stands for."""
    fields = _record(value)
    act, language = fields.get("do"), fields.get("language")
    if not isinstance(act, str) or act not in _ACTS:
        raise UnreadableValueError("action on a summary")
    if not isinstance(language, str) or canonical_tag(language) is None:
        raise UnreadableValueError("language")
    return SummaryChoice(SummaryAct(act), read_paper(fields.get("paper")), language)


def _record(value: object) -> Mapping[str, object]:
    try:
        fields = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise UnreadableValueError("record")
    return fields


def _page_fields(page: Page) -> dict[str, object]:
    fields: dict[str, object] = {"offset": page.offset, "day": page.day.isoformat() if page.day else None}
    if page.week is None:
        return fields
    return {**fields, "week": page.week.monday.isoformat(), "saves": page.week.by_saves}


def _page_from_fields(fields: Mapping[str, object]) -> Page:
    if not fields.keys() >= {"offset", "day"}:
        raise UnreadableValueError("page")
    offset, day = fields["offset"], fields["day"]
    # A bool is an int, too.
    if type(offset) is not int or not 0 <= offset <= _LAST_OFFSET:
        raise UnreadableValueError("page")
    week = None if fields.get("week") is None else _week(fields)
    return Page(offset, None if day is None else _day(day), week)


def _week(fields: Mapping[str, object]) -> Week:
    monday, by_saves = _day(fields["week"]), fields.get("saves")
    if monday.weekday() != 0 or monday > _LAST_MONDAY or not isinstance(by_saves, bool):
        raise UnreadableValueError("week")
    return Week(monday, by_saves)


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise UnreadableValueError("day") from None
