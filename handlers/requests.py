"""What a person can request with the command: text in, a request out; pure."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.text.arxiv_id import find_arxiv_id
from bot.text.nearest import nearest_word
from bot.text.typed import plain, plain_value, read_date


@dataclass(frozen=True, slots=True)
class Latest:
    """The papers of the last day that has any."""


@dataclass(frozen=True, slots=True)
class OfDay:
    """The papers of one day."""

    day: date


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """The papers of today (0) or yesterday (1), by the person's own time zone."""

    days: int


@dataclass(frozen=True, slots=True)
class OnePaper:
    """The card of one paper."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class ShowSavedPapers:
    """The person's own list."""


@dataclass(frozen=True, slots=True)
class Save:
    """Add a paper to the person's own list."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a paper from the person's own list."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Fill in this channel's preferences."""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """End this channel's digests."""


@dataclass(frozen=True, slots=True)
class ShowPreferences:
    """This channel's preferences, in words."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause this channel's digests until a day, or until somebody resumes them."""

    until: date | None = None


@dataclass(frozen=True, slots=True)
class InvalidPauseDate:
    """A pause until something that is not a date."""

    text: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume this channel's digests."""


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """The status of this channel, its sources and the bot."""


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """The requests that the command knows."""


@dataclass(frozen=True, slots=True)
class InvalidDate:
    """Text in the form of a date that is not one, such as 2025-02-30."""

    text: str


@dataclass(frozen=True, slots=True)
class MissingPaperId:
    """A request to save or remove a paper, without an arXiv id."""

    verb: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Text that is no request."""

    text: str
    #: The request that it may be a slip of, as it is typed; empty where none is near.
    meant: str = ""


Request = (
    Latest
    | OfDay
    | DaysAgo
    | OnePaper
    | ShowSavedPapers
    | Save
    | Remove
    | Subscribe
    | Unsubscribe
    | ShowPreferences
    | Pause
    | InvalidPauseDate
    | Resume
    | ShowStatus
    | ShowHelp
    | InvalidDate
    | MissingPaperId
    | NotUnderstood
)

_INCOMPLETE = InvalidDate | InvalidPauseDate | MissingPaperId

_WORDS: dict[str, Request] = {
    **dict.fromkeys(["", "latest", "最新"], Latest()),
    **dict.fromkeys(["today", "今天", "今日"], DaysAgo(0)),
    **dict.fromkeys(["yesterday", "昨天", "昨日"], DaysAgo(1)),
    **dict.fromkeys(["saved", "my papers", "收藏", "我的收藏"], ShowSavedPapers()),
    **dict.fromkeys(["subscribe", "订阅"], Subscribe()),
    **dict.fromkeys(["unsubscribe", "退订", "取消订阅"], Unsubscribe()),
    **dict.fromkeys(["settings", "设置"], ShowPreferences()),
    **dict.fromkeys(["pause", "暂停"], Pause()),
    **dict.fromkeys(["resume", "恢复"], Resume()),
    **dict.fromkeys(["status", "状态"], ShowStatus()),
    **dict.fromkeys(["help", "?", "帮助"], ShowHelp()),
}

_VERBS: dict[str, Callable[[str], Request]] = {
    **dict.fromkeys(["save", "收藏"], Save),
    **dict.fromkeys(["remove", "移出"], Remove),
}

# A verb may have a colon or, in Chinese, nothing between it and the id.
_VERB = re.compile(rf"({'|'.join(_VERBS)})(?![a-z])[\s:]*(.*)", re.IGNORECASE)

_PAUSE = re.compile(
    r"(?:pause\b|暂停)[\s:,-]*(?:(?:until|till)\b|直到|到|至)?[\s:,-]*(.*?)(?:为止|止)?", re.IGNORECASE
)

# A word may be typed as an option, and as a question; a question mark alone asks for help.
_BEFORE_WORD = re.compile(r"^(?:--?|/)\s*(?=\w)")
_AFTER_WORD = re.compile(r"(?<=\w)[\s?:]+$")


def parse_request(text: str) -> Request:
    """Return the request in the text after the command; any text is one.

    Slack escapes `&`, `<` and `>` and may wrap addresses in angle brackets, so both are undone first.
    """
    typed = plain(html.unescape(text))
    value = _BEFORE_WORD.sub("", plain_value(_AFTER_WORD.sub("", typed)) or typed)
    return _understood(value) or NotUnderstood(typed, _meant(value))


def _understood(value: str) -> Request | None:
    if request := _WORDS.get(value.casefold()) or _of_day(value):
        return request
    if match := _PAUSE.fullmatch(value):
        return _pause_until(match[1])
    if match := _VERB.fullmatch(value):
        paper_id = find_arxiv_id(match[2])
        return _VERBS[match[1].casefold()](paper_id) if paper_id else MissingPaperId(match[1])
    paper_id = find_arxiv_id(value)
    return OnePaper(paper_id) if paper_id else None


def _meant(value: str) -> str:
    """Return the request that the text may be a slip of, with what follows it where that makes sense."""
    known = [word for word in (*_WORDS, *_VERBS) if word]
    first, _, rest = value.partition(" ")
    word = nearest_word(value, known) or nearest_word(first, known)
    whole = f"{word} {rest}"
    is_whole = word and rest and not isinstance(_understood(whole), _INCOMPLETE | None)
    return whole if is_whole else word


def _of_day(text: str) -> OfDay | InvalidDate | None:
    try:
        day = read_date(text)
    except ValueError:
        return InvalidDate(text)
    return OfDay(day) if day else None


def _pause_until(text: str) -> Request:
    wanted = _of_day(text)
    return Pause(wanted.day) if isinstance(wanted, OfDay) else InvalidPauseDate(text)
