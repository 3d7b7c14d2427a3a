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
from bot.text.mrkdwn import counted
from storage.records import ReadingStatus

SAVE_PAPER = "save_paper"
REMOVE_PAPER = "remove_paper"
REMOVE_LISTED_PAPER = "remove_listed_paper"
SAVE_LISTED_PAPER = "save_listed_paper"
SHOW_ABSTRACT = "show_abstract"
OPEN_PDF = "open_pdf"
OPEN_DISCUSSION = "open_discussion"
MY_PAPERS = "my_papers"
UNDO_SAVE = "undo_save"
RESTORE_PAPER = "restore_paper"
RESTORE_LISTED_PAPER = "restore_listed_paper"
EDIT_PAPER = "edit_paper"
EDIT_LISTED_PAPER = "edit_listed_paper"
SUBMIT_EDITS = "submit_edits"
SHOW_LATEST = "show_latest"
SHOW_HELP = "show_help"
OPEN_MY_SETTINGS = "open_my_settings"
SUBMIT_MY_SETTINGS = "submit_my_settings"
CHOOSE_TAG = "choose_tag"
EVERY_TAG = "#"
"""The option for papers with any tag, or none."""

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

OPEN_PAPER = "open_paper"
REOPEN_PAPER = "reopen_paper"
SAVE_OPENED_PAPER = "save_opened_paper"
REMOVE_OPENED_PAPER = "remove_opened_paper"
BACK_TO_LIST = "back_to_list"
SHOW_SIMILAR = "show_similar"
SHOW_LANGUAGE = tuple(f"show_language_{number}" for number in range(1, 5))
"""The buttons of a card that show its summary in another language; no two in a row may share an id."""

SEARCH_AGAIN = tuple(f"search_again_{number}" for number in range(1, 4))
"""The buttons that search for what may have been meant."""

SEARCH_ARXIV = "search_arxiv"
SEARCH_MODAL = "search_modal"
SEARCH_WORDS = "search_words"
SHARE_PAPER = "share_paper"
SUBMIT_SHARE = "submit_share"
SHARE_CHANNEL = "share_channel"

SUMMARY_MENU = "summary_menu"
SHOW_FIGURES = "show_figures"
SHOW_SOURCES = "show_sources"
PREVIOUS_SOURCES = "previous_sources"
NEXT_SOURCES = "next_sources"
SUBMIT_REPORT = "submit_report"
REPORT_NOTE = "report_note"

MARK_PAPER = {status: f"mark_{status}" for status in ReadingStatus}
"""The buttons that set a saved paper's status."""

SHOW_SAVED = {status: f"show_{status or 'all'}" for status in (None, *ReadingStatus)}
"""The buttons that show the saved papers of a status, or all."""

SUBMIT_IMPORT = "submit_import"
IMPORT_TEXT = "import_text"
IMPORT_FILE = "import_file"

MORE_LIKE = "more_like"
FEWER_LIKE = "fewer_like"
TAKE_OPINION_BACK = "take_opinion_back"
FEEDBACK = "feedback"
"""The two buttons below a paper that was picked for a person; their values differ."""

UNDO_FEEDBACK = "undo_feedback"

FORGET_ME = "forget_me"

WILL_READ = "will_read"
UNDO_WILL_READ = "undo_will_read"
RESTORE_WILL_READ = "restore_will_read"
SHELF_PREVIOUS = "shelf_previous"
SHELF_NEXT = "shelf_next"
SHELF_OPEN = "shelf_open"
SHELF_DISCUSSED = "shelf_discussed"

SHOW_FOLLOWING = "show_following"
FOLLOW_MENU = "follow_menu"
EDIT_FOLLOW = "edit_follow"
END_FOLLOW = "end_follow"
SUBMIT_FOLLOW = "submit_follow"
FOLLOW_TEXT = "follow_text"

PLAN_DISCUSSION = "plan_discussion"
CHANGE_DISCUSSION = "change_discussion"
DROP_DISCUSSION = "drop_discussion"
PRESENT_DISCUSSION = "present_discussion"
SUBMIT_DISCUSSION = "submit_discussion"
DISCUSSION_DAY = "discussion_day"
DISCUSSION_PRESENTER = "discussion_presenter"
FOUND_WORTH = "found_worth"
FOUND_SKIP = "found_skip"
USE_TOPICS = "use_topics"
EDIT_TOPICS = "edit_topics"
DROP_TOPICS = "drop_topics"
END_TOPICS = "end_topics"
SHOW_TOPICS = "show_topics"
SUBMIT_TOPICS = "submit_topics"
TOPICS_TEXT = "topics_text"
_MY_TOPICS, _CHANNELS_TOPICS = "mine", "channel"

PAGE_LENGTH = 10
"""The papers per page of a list."""

CARRIED_CHARACTERS = 1200
"""The most characters, as JSON, of what was typed in a button's value, which has at most 2,000 in all."""

MOST_SIMILAR_TO = 20
"""The most papers that others are similar to."""

_MOST_TYPED = 1_000
_MOST_OPTION = 150
_LAST_OFFSET = 1_000_000
_LAST_MONDAY = date.max - timedelta(days=6)
_NUMBER = re.compile("[0-9]{1,18}")
_MOST_PAGES = 1000
_CHANNEL = re.compile("[CDG][A-Z0-9]{1,30}")


class EditField(StrEnum):
    """The fields of the form that edits a saved paper, each by the id of its block and element."""

    STATUS = "edit_status"
    TAGS = "edit_tags"
    NOTE = "edit_note"


class SettingsField(StrEnum):
    """The fields of the form of a person's own settings, each by the id of its block and element."""

    LANGUAGE = "my_language"
    REMINDER = "my_reminder"
    REACTION = "my_reaction"
    FOLLOWED_AT = "my_followed_at"


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
    ABOUT = "wish_about"
    THUMBNAILS = "wish_thumbnails"
    READING = "wish_reading"
    RECAP_WEEKDAY = "wish_recap_weekday"
    RECAP_AT = "wish_recap_at"


PREVIEWED_AT_ONCE = (Field.SOURCES, Field.LANGUAGE, Field.MOST_CARDS, Field.ORDER)
"""The fields whose changes are sent at once, to update the preview."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's papers, the best first."""

    monday: date
    #: The best were saved by the most people here, instead of having the most votes.
    by_saves: bool = False


@dataclass(frozen=True, slots=True)
class SimilarTo:
    """What papers are similar to: other papers, or a text."""

    paper_ids: tuple[str, ...] = ()
    text: str = ""
    #: The list from which the one paper was opened, to go back to.
    origin: "Page | None" = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: of a day, a week, a search, or similar papers, else of the person's saved papers."""

    offset: int = 0
    #: The listing's day.
    day: date | None = None
    week: Week | None = None
    #: What was typed to search.
    search: str | None = None
    similar: SimilarTo | None = None
    #: Which of the person's saved papers, as typed; empty for all.
    own: str = ""

    @property
    def is_own_list(self) -> bool:
        """Whether it is of the person's own list."""
        return not (self.day or self.week or self.search is not None or self.similar)

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


@dataclass(frozen=True, slots=True)
class Opened:
    """The card of a paper as one person has it before them."""

    paper_id: str
    #: The list that it was opened from; `None` where it was looked up by itself.
    page: Page | None = None
    #: The language chosen for its summary; empty for the person's own.
    language: str = ""


class SummaryAct(StrEnum):
    """An action on a summary."""

    REGENERATE = "again"
    REPORT = "report"
    FIGURES = "figures"
    SOURCES = "sources"


_ACTS = frozenset(SummaryAct)


@dataclass(frozen=True, slots=True)
class SummaryChoice:
    """An action on a paper's summary."""

    act: SummaryAct
    paper_id: str
    #: Of the summary that is shown, or of one to be made.
    language: str


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """A page of a channel's shelf."""

    offset: int = 0
    #: What was discussed, in place of what is planned and what people will read.
    is_discussed: bool = False


def shelf_value(page: ShelfPage) -> str:
    """Return the value of a button that opens a page of the channel's shelf."""
    return _written({"offset": page.offset, "discussed": page.is_discussed})


def read_shelf(value: object) -> ShelfPage:
    """Return the page of the shelf that a button opens; of which channel comes from where it is pressed."""
    fields = _record(value)
    offset, is_discussed = fields.get("offset"), fields.get("discussed")
    # A bool is an int, too.
    if type(offset) is not int or not 0 <= offset <= _LAST_OFFSET or not isinstance(is_discussed, bool):
        raise UnreadableValueError("shelf")
    return ShelfPage(offset, is_discussed)


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
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise UnreadableValueError("delivery")
    return int(value)


def follow_value(follow_id: int) -> str:
    """Return the value of a button or a form that changes something that its person follows."""
    return str(follow_id)


def read_follow(value: object) -> int:
    """Return the id of what is to be changed; whose it is comes from who acts."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise UnreadableValueError("follow")
    return int(value)


def feedback_value(paper_id: str, *, is_liked: bool) -> str:
    """Return the value of a button that asks for more papers like one, or for fewer."""
    return f"{'more' if is_liked else 'fewer'} {paper_id}"


def read_feedback(value: object) -> tuple[str, bool]:
    """Return the id of a paper, and whether more like it are wanted; else fewer are."""
    wanted, _, paper_id = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if wanted not in {"more", "fewer"}:
        raise UnreadableValueError("feedback")
    return read_paper(paper_id), wanted == "more"


def read_follow_text(value: object) -> str:
    """Return what an option of a card's menu follows, as it can be typed."""
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_OPTION:
        raise UnreadableValueError("follow")
    return value


def discussion_value(discussion_id: int) -> str:
    """Return the value of a button about a discussion."""
    return str(discussion_id)


def read_discussion(value: object) -> int:
    """Return the id of the discussion that a button is about; whose it is comes from where it is."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise UnreadableValueError("discussion")
    return int(value)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a form plans: a paper's discussion in a channel, a new one or one that is there."""

    channel: str
    paper_id: str
    discussion_id: int | None = None


def planned_value(planned: Planned) -> str:
    """Return what a form that plans a discussion is about."""
    discussion = None if planned.discussion_id is None else discussion_value(planned.discussion_id)
    return _written({"channel": planned.channel, "paper": planned.paper_id, "discussion": discussion})


def read_planned(value: object) -> Planned:
    """Return what a form plans."""
    fields = _record(value)
    discussion = fields.get("discussion")
    return Planned(
        read_channel(fields.get("channel")),
        read_paper(fields.get("paper")),
        None if discussion is None else read_discussion(discussion),
    )


def read_day(value: object) -> date:
    """Return the date that was picked."""
    return _day(value)


def topics_value(*, are_channels: bool) -> str:
    """Return the value of a button for topics, the person's own or those of the channel that it is in."""
    return _CHANNELS_TOPICS if are_channels else _MY_TOPICS


def read_are_channels_topics(value: object) -> bool:
    """Return whether a button is for a channel's topics; whose the others are comes from who acts."""
    if value not in (_MY_TOPICS, _CHANNELS_TOPICS):
        raise UnreadableValueError("topics")
    return value == _CHANNELS_TOPICS


def read_topics_place(value: object) -> str:
    """Return the channel whose topics a form is for; empty for the person's own."""
    return "" if value == _MY_TOPICS else read_channel(value)


def topics_place(channel: str) -> str:
    """Return what a form carries to tell whose topics it is for."""
    return channel or _MY_TOPICS


def read_channel(value: object) -> str:
    """Return the id of the channel that a modal or a click is about."""
    if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
        raise UnreadableValueError("channel")
    return value


def page_value(page: Page) -> str:
    """Return the value of a button that opens the page."""
    return _written(_page_fields(page))


def read_page(value: object) -> Page:
    """Return the page that a button opens."""
    return _page_from_fields(_record(value))


def listed_value(listed: Listed) -> str:
    """Return the value of a listed paper's button."""
    return _written({"paper": listed.paper_id, **_page_fields(listed.page)})


def read_listed(value: object) -> Listed:
    """Return the listed paper that a button belongs to."""
    fields = _record(value)
    return Listed(read_paper(fields.get("paper")), _page_from_fields(fields))


def opened_value(opened: Opened) -> str:
    """Return the value of a button on a card that one person has before them."""
    page = _page_fields(opened.page) if opened.page else {}
    return _written({"open": opened.paper_id, "language": opened.language, **page})


def read_opened(value: object) -> Opened:
    """Return the card that a button belongs to."""
    fields = _record(value)
    language = fields.get("language")
    if not isinstance(language, str) or (language and canonical_tag(language) is None):
        raise UnreadableValueError("language")
    page = _page_from_fields(fields) if "offset" in fields else None
    return Opened(read_paper(fields.get("open")), page, language)


def carried_text(text: str) -> str:
    """Return what was typed, on one line and as many of its words as a button's value can carry."""
    whole = carried = " ".join(text.split())
    while (excess := _json_characters(carried) - CARRIED_CHARACTERS) > 0:
        # One character takes up to twelve in JSON.
        carried = carried[: -(excess // 12 + 1)]
    if carried != whole and not whole[len(carried)].isspace():
        # Half a word is another word; where there are no blanks, any cut is one.
        carried = carried.rpartition(" ")[0] or carried
    return carried.strip()


@dataclass(frozen=True, slots=True)
class Edited:
    """A saved paper in a form, and the page of the list to redraw on the Home tab afterwards."""

    paper_id: str
    page: Page | None


def edited_value(edited: Edited) -> str:
    """Return what a form that edits a saved paper is about."""
    return json.dumps({"paper": edited.paper_id, "page": edited.page and _page_fields(edited.page)})


def read_edited(value: object) -> Edited:
    """Return which saved paper a form edits."""
    fields = _record(value)
    page = fields.get("page", "")
    if page is not None and not isinstance(page, dict):
        raise UnreadableValueError("page")
    return Edited(read_paper(fields.get("paper")), None if page is None else _page_from_fields(page))


def read_part(value: object) -> Page:
    """Return the first page of the part of the person's own list that a chosen option stands for."""
    return Page(own="" if value == EVERY_TAG else _own(value))


def choice_value(choice: SummaryChoice, page: int = 0) -> str:
    """Return the value of a button or an option that acts on a summary, or turns a page of what it opens."""
    fields = {"do": choice.act, "paper": choice.paper_id, "language": choice.language}
    return json.dumps({**fields, "page": page} if page else fields)


def read_choice_page(value: object) -> int:
    """Return the page that a button turns to, from 0."""
    page = _record(value).get("page", 0)
    if not isinstance(page, int) or isinstance(page, bool) or not 0 <= page < _MOST_PAGES:
        raise UnreadableValueError("page")
    return page


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


def _written(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _json_characters(text: str) -> int:
    return counted(_written({"": text}))


def _page_fields(page: Page) -> dict[str, object]:
    """Return what identifies a page; a list that is none of a day or of the person's own has more fields."""
    fields: dict[str, object] = {"offset": page.offset, "day": page.day.isoformat() if page.day else None}
    if page.week:
        fields |= {"week": page.week.monday.isoformat(), "saves": page.week.by_saves}
    if page.search is not None:
        fields["search"] = page.search
    if page.similar:
        origin = page.similar.origin
        fields["similar"] = {
            "papers": page.similar.paper_ids,
            "text": page.similar.text,
            "from": _page_fields(origin) if origin else None,
        }
    if page.own:
        fields["own"] = page.own
    return fields


def _page_from_fields(fields: Mapping[str, object], *, is_origin: bool = False) -> Page:
    if not fields.keys() >= {"offset", "day"}:
        raise UnreadableValueError("page")
    offset, day = fields["offset"], fields["day"]
    # A bool is an int, too.
    if type(offset) is not int or not 0 <= offset <= _LAST_OFFSET:
        raise UnreadableValueError("page")
    week, search, similar = fields.get("week"), fields.get("search"), fields.get("similar")
    return Page(
        offset,
        None if day is None else _day(day),
        None if week is None else _week(fields),
        None if search is None else _typed(search),
        None if similar is None else _similar(similar, is_origin=is_origin),
        _own(fields.get("own", "")),
    )


def _own(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TYPED:
        raise UnreadableValueError("part of a list")
    return value


def _week(fields: Mapping[str, object]) -> Week:
    monday, by_saves = _day(fields["week"]), fields.get("saves")
    if monday.weekday() != 0 or monday > _LAST_MONDAY or not isinstance(by_saves, bool):
        raise UnreadableValueError("week")
    return Week(monday, by_saves)


def _similar(fields: object, *, is_origin: bool) -> SimilarTo:
    """Return what papers are similar to; an origin has no origin itself, so that a value stays short."""
    if not isinstance(fields, dict):
        raise UnreadableValueError("similar papers")
    papers, text, origin = fields.get("papers"), fields.get("text"), fields.get("from")
    if not isinstance(papers, list) or len(papers) > MOST_SIMILAR_TO or not (papers or text):
        raise UnreadableValueError("similar papers")
    if origin is not None and (is_origin or not isinstance(origin, dict)):
        raise UnreadableValueError("page")
    return SimilarTo(
        tuple(map(read_paper, papers)),
        _typed(text) if text else "",
        _page_from_fields(origin, is_origin=True) if origin else None,
    )


def _typed(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or _json_characters(value) > CARRIED_CHARACTERS:
        raise UnreadableValueError("text to look for")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise UnreadableValueError("day") from None
