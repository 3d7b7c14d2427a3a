"""What a person may ask of the command: text in, a request out; pure."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.arxiv_id import find_arxiv_id


@dataclass(frozen=True, slots=True)
class Latest:
    """The papers of the last day that has any."""


@dataclass(frozen=True, slots=True)
class OfDay:
    """The papers of one day."""

    day: date


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """The papers of today (0) or yesterday (1), as it is where the person is."""

    days: int


@dataclass(frozen=True, slots=True)
class OnePaper:
    """The card of one paper."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class SavedPapers:
    """The person's own list."""


@dataclass(frozen=True, slots=True)
class Save:
    """Put a paper on the person's own list."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a paper off the person's own list."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Help:
    """What the command can be asked."""


@dataclass(frozen=True, slots=True)
class NoSuchDay:
    """Something that looks like a date and is none."""

    text: str


@dataclass(frozen=True, slots=True)
class WhichPaper:
    """To save or remove, with no arXiv id to go with it."""

    verb: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Anything else."""

    text: str


Request = (
    Latest
    | OfDay
    | DaysAgo
    | OnePaper
    | SavedPapers
    | Save
    | Remove
    | Help
    | NoSuchDay
    | WhichPaper
    | NotUnderstood
)

_WORDS: dict[str, Request] = {
    **dict.fromkeys(["", "latest", "最新"], Latest()),
    **dict.fromkeys(["today", "今天", "今日"], DaysAgo(0)),
    **dict.fromkeys(["yesterday", "昨天", "昨日"], DaysAgo(1)),
    **dict.fromkeys(["saved", "my papers", "收藏", "我的收藏"], SavedPapers()),
    **dict.fromkeys(["help", "?", "帮助"], Help()),
}

_VERBS: dict[str, Callable[[str], Request]] = {
    **dict.fromkeys(["save", "收藏"], Save),
    **dict.fromkeys(["remove", "移出"], Remove),
}

_DATE = re.compile(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?")


def parse_request(text: str) -> Request:
    """Return what the text after the command asks for; everything has an answer.

    Slack escapes `&`, `<` and `>` and may wrap addresses in angle brackets, so both are undone first.
    """
    readable = " ".join(unicodedata.normalize("NFKC", html.unescape(text)).split())
    if request := _WORDS.get(readable.casefold()):
        return request
    if match := _DATE.fullmatch(readable):
        return _of_day(readable, *match.groups())
    first, _, rest = readable.partition(" ")
    if verb := _VERBS.get(first.casefold()):
        paper_id = find_arxiv_id(rest)
        return verb(paper_id) if paper_id else WhichPaper(first)
    paper_id = find_arxiv_id(readable)
    return OnePaper(paper_id) if paper_id else NotUnderstood(readable)


def _of_day(text: str, year: str, month: str, day: str) -> Request:
    try:
        return OfDay(date(int(year), int(month), int(day)))
    except ValueError:
        return NoSuchDay(text)
