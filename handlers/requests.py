"""What a person can request with the command: text in, a request out; pure."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot.lookup.follows import Wish, read_wish
from bot.lookup.own_list import WHOLE_LIST, OwnQuery, names_status, read_own_query
from bot.lookup.query import Query
from bot.lookup.typed_query import read_query
from bot.references.export import FORMATS
from bot.text.arxiv_id import find_arxiv_id
from bot.text.dates import read_day
from bot.text.nearest import nearest_word
from bot.text.regex import regex
from bot.text.tags import read_tags
from bot.text.typed import plain, plain_value, read_date
from storage.records import FollowKind, ReadingStatus, SavedFilter


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
class ShowWeek:
    """The papers of this week (0), last week (1) or an earlier one, which begins on Monday."""

    weeks_ago: int


@dataclass(frozen=True, slots=True)
class Search:
    """The papers that a query finds."""

    query: Query
    #: What is searched for, as typed.
    text: str
    #: The request that it may be a slip of, as it is typed; empty where none is near.
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """The papers most like some papers, or like a text; one of the two is given."""

    paper_ids: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class OnePaper:
    """The card of one paper."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class ShowSavedPapers:
    """The person's own list, or the part of it that they look for."""

    wanted: OwnQuery = WHOLE_LIST


@dataclass(frozen=True, slots=True)
class Export:
    """The person's own list, or a part of it, as a file."""

    #: One of `bot.references.export.FORMATS`.
    format_name: str = "bibtex"
    wanted: OwnQuery = WHOLE_LIST


@dataclass(frozen=True, slots=True)
class Save:
    """Add a paper to the person's own list, with tags and a note."""

    paper_id: str
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a paper from the person's own list."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Import:
    """References to bring into the person's own list."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Follow or mute something."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Unfollow:
    """End what the person follows or muted; the same words may be either."""

    wish: Wish
    mute: Wish | None = None


@dataclass(frozen=True, slots=True)
class ShowFollowing:
    """What the person follows and mutes."""


@dataclass(frozen=True, slots=True)
class Tune:
    """What the person wants more of and less of, to be read; empty asks what that is."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class ForgetMe:
    """What is kept of the person, to be removed."""


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
class Links:
    """Whether this channel's links to papers are shown; `None` asks."""

    is_on: bool | None = None


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """The status of this channel, its sources and the bot."""


@dataclass(frozen=True, slots=True)
class ShowShelf:
    """What this channel will read, plans and has discussed."""


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """The requests that the command knows."""


@dataclass(frozen=True, slots=True)
class InvalidDate:
    """Text in the form of a date that is not one, such as 2025-02-30."""

    text: str


@dataclass(frozen=True, slots=True)
class MissingPaperId:
    """A request that needs an arXiv id, such as to save a paper, without one."""

    verb: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Text that is no request and has nothing to look for."""

    text: str


Request = (
    Latest
    | OfDay
    | DaysAgo
    | ShowWeek
    | Search
    | Similar
    | OnePaper
    | ShowSavedPapers
    | Export
    | Save
    | Remove
    | Import
    | Follow
    | Unfollow
    | ShowFollowing
    | Tune
    | ForgetMe
    | Subscribe
    | Unsubscribe
    | ShowPreferences
    | Pause
    | InvalidPauseDate
    | Resume
    | Links
    | ShowStatus
    | ShowShelf
    | ShowHelp
    | InvalidDate
    | MissingPaperId
    | NotUnderstood
)

_INCOMPLETE = InvalidDate | InvalidPauseDate | MissingPaperId

_UNREAD = ShowSavedPapers(OwnQuery(chosen=SavedFilter(ReadingStatus.UNREAD)))

_WORDS: dict[str, Request] = {
    **dict.fromkeys(["", "latest", "最新"], Latest()),
    **dict.fromkeys(["today", "今天", "今日"], DaysAgo(0)),
    **dict.fromkeys(["yesterday", "昨天", "昨日"], DaysAgo(1)),
    **dict.fromkeys(["saved", "my papers", "收藏", "我的收藏"], ShowSavedPapers()),
    **dict.fromkeys(["unread", "to read", "my unread", "未读", "待读"], _UNREAD),
    **dict.fromkeys(["import", "导入"], Import()),
    **dict.fromkeys(["following", "follow", "mute", "我的关注", "关注", "屏蔽", "关注列表"], ShowFollowing()),
    **dict.fromkeys(["tune", "调整", "我的调整"], Tune()),
    **dict.fromkeys(["forget me", "forget", "忘记我", "忘掉我", "删除我的数据"], ForgetMe()),
    **dict.fromkeys(["subscribe", "订阅"], Subscribe()),
    **dict.fromkeys(["unsubscribe", "退订", "取消订阅"], Unsubscribe()),
    **dict.fromkeys(["settings", "设置"], ShowPreferences()),
    **dict.fromkeys(["pause", "暂停"], Pause()),
    **dict.fromkeys(["resume", "恢复"], Resume()),
    **dict.fromkeys(["links", "链接", "链接预览"], Links()),
    **dict.fromkeys(["links on", "打开链接预览", "开启链接预览"], Links(is_on=True)),
    **dict.fromkeys(["links off", "关闭链接预览"], Links(is_on=False)),
    **dict.fromkeys(["status", "状态"], ShowStatus()),
    **dict.fromkeys(["shelf", "the shelf", "our shelf", "书架"], ShowShelf()),
    **dict.fromkeys(["help", "?", "帮助"], ShowHelp()),
}

_VERBS: dict[str, Callable[[str], Request]] = {
    **dict.fromkeys(["save", "收藏"], Save),
    **dict.fromkeys(["remove", "移出"], Remove),
}

# Papers are about deleting and 保存 too, so without an id these are words to look for.
_OTHER_VERBS: dict[str, Callable[[str], Request]] = {
    "保存": Save,
    **dict.fromkeys(["delete", "unsave", "移除", "删除", "取消收藏", "移出收藏"], Remove),
}

# Two characters of Chinese may be a word to look for, so these are no slips to point out.
_WEEKS: dict[str, ShowWeek] = {
    **dict.fromkeys(["week", "this week", "本周", "这周", "本星期", "这个星期", "本礼拜"], ShowWeek(0)),
    **dict.fromkeys(["last week", "上周", "上个周", "上星期", "上个星期", "上礼拜", "上个礼拜"], ShowWeek(1)),
    **dict.fromkeys(["week before last", "the week before last", "上上周", "上上个星期"], ShowWeek(2)),
}

_MOST_WORDS_OF_A_SLIP = 3
_MOST_SIMILAR_TO = 20
_MOST_SIMILAR_CHARACTERS = 3000

# Search-based planning, 搜索引擎 and 相似度 are what papers are about.
_SEARCH = regex(r"/?(?:(?:search|find)(?: for)?|搜索|查找|搜)(?![\w-])[\s:]*(.*)", re.IGNORECASE)
_SIMILAR = regex(
    r"/?(?:(?P<similar>similar|相似|类似)|(?P<like>(?:more )?like|像))(?: (?:papers )?(?:to|as)|于)?"
    r"(?:(?![\w-])|(?<=[^a-z])(?=[0-9]))[\s:]*(?P<rest>.*)",
    re.IGNORECASE,
)

# `收藏` is a verb, too, and part of longer words.
_OWN_LIST = regex(
    r"/?(?:(?:my saved|saved|my papers|my list)(?![\w-])"
    r"|我的收藏|已收藏|收藏(?=[\s:#]|未读|待读|在读|已读))"
    r"[\s:]*(.*)",
    re.IGNORECASE,
)
_FOLLOW = regex(
    r"/?(?:(?P<ends>(?:un(?:follow|mute)|stop following)(?![\w-])|取消(?:关注|屏蔽))"
    r"|(?P<mutes>mute(?![\w-])|屏蔽(?=[\s:\"]))|follow(?![\w-])|关注(?=[\s:\"]))[\s:]*(?P<rest>.+)",
    re.IGNORECASE,
)
# 调整 may begin words to look for, unless a sign follows it.
_TUNE = regex(r"/?(?:tune(?![\w-])|调整(?=[\s:]|[少多更再别不]|减少|增加))[\s:]*(.+)", re.IGNORECASE)
_EXPORT = regex(r"/?(?:export(?![\w-])|导出)[\s:]*(.*)", re.IGNORECASE)
_FORMAT_NAMES: dict[str, str] = {
    **{name: name for name in FORMATS},
    **{ending.removeprefix("."): name for name, ending in FORMATS.items()},
    **dict.fromkeys(["csl", "csljson"], "csl-json"),
}
_PIECE = regex(r"[^\s,，;；、]+")
_TAG = regex(r"(?<!\S)[#＃]\S+")
_AROUND_NOTE = " \t\n,，;；、:："

# A verb may have a colon or, in Chinese, nothing between it and the id.
_VERB = regex(rf"({'|'.join(_VERBS)})(?![a-z])[\s:]*(.*)", re.IGNORECASE)
_OTHER_VERB = regex(rf"({'|'.join(_OTHER_VERBS)})(?![a-z])[\s:]*(\S+)(?:\s.*)?", re.IGNORECASE)

_PAUSE = regex(
    r"(?:pause\b|暂停)[\s:,-]*(?:(?:until|till)\b|直到|到|至)?[\s:,-]*(.*?)(?:为止|止)?", re.IGNORECASE
)

# A word may be typed as an option, and as a question; a question mark alone asks for help.
_BEFORE_WORD = regex(r"^(?:--?|/)\s*(?=\w)")
_AFTER_WORD = regex(r"(?<=\w)[\s?:]+$")


def parse_request(text: str, today: date) -> Request:
    """Return the request in the text after the command; any text is one. `today` is the person's.

    Slack escapes `&`, `<` and `>` and may wrap addresses in angle brackets, so both are undone first.
    """
    typed = plain(html.unescape(text))
    if match := _SEARCH.fullmatch(typed):
        return _search(match[1], today) or NotUnderstood(typed)
    if match := _EXPORT.fullmatch(typed):
        return _export(match[1], today)
    value = _value(typed)
    if request := _tune(typed) or _follow(typed, today) or _similar(typed) or _named(typed, value, today):
        return _with_note(request, html.unescape(text)) if isinstance(request, Save) else request
    if near := _near_days(value, today):
        return near
    found = _search(typed, today)
    if isinstance(found, Search):
        is_time = (found.query.since or found.query.until) and not _has_first_word(found.query, value)
        return found if is_time else replace(found, meant=_meant(value))
    return found or NotUnderstood(typed)


def papers_asked_for(request: Request) -> tuple[str, ...]:
    """Return the ids of the papers that a request names and that may never have been listed."""
    match request:
        case OnePaper(paper_id) | Save(paper_id):
            return (paper_id,)
        case Follow(wish) if wish.kind is FollowKind.SIMILAR:
            return (wish.wanted,)
        case Similar(paper_ids):
            return paper_ids
        case _:
            return ()


def asks_to_subscribe(text: str) -> bool:
    """Tell whether the text after the command asks to subscribe, whoever and wherever the person is."""
    return isinstance(_WORDS.get(_value(plain(html.unescape(text))).casefold()), Subscribe)


def _value(typed: str) -> str:
    return _BEFORE_WORD.sub("", plain_value(_AFTER_WORD.sub("", typed)) or typed)


def _search(text: str, today: date) -> Search | ShowSavedPapers | None:
    query = read_query(text, today)
    if query.is_saved or query.is_unread or names_status(text):
        return ShowSavedPapers(read_own_query(text, today))
    return None if query == Query() else Search(query, text)


def _named(typed: str, value: str, today: date) -> Request | None:
    """Return the request that a word names; `收藏` without a paper may name the person's own list."""
    understood = _understood(value)
    if understood is None or isinstance(understood, MissingPaperId):
        return _own_list(typed, today) or understood
    return understood


def _own_list(typed: str, today: date) -> ShowSavedPapers | None:
    match = _OWN_LIST.fullmatch(typed)
    return ShowSavedPapers(read_own_query(match[1], today)) if match else None


def _follow(typed: str, today: date) -> Follow | Unfollow | NotUnderstood | None:
    """Return what to follow, to mute or to end."""
    match = _FOLLOW.fullmatch(typed)
    if match is None:
        return None
    wish = read_wish(match["rest"], today, mutes=bool(match["mutes"]))
    if wish is None:
        return NotUnderstood(typed)
    return Unfollow(wish, read_wish(match["rest"], today, mutes=True)) if match["ends"] else Follow(wish)


def _tune(typed: str) -> Tune | None:
    match = _TUNE.fullmatch(typed)
    return Tune(match[1]) if match else None


def _export(text: str, today: date) -> Export:
    """Return an export; its format is the first word or the last, and the others say which papers."""
    words = text.split()
    for position in (0, -1):
        if words and (format_name := _FORMAT_NAMES.get(words[position].casefold())):
            del words[position]
            return Export(format_name, read_own_query(" ".join(words), today))
    return Export(wanted=read_own_query(text, today))


def _with_note(request: Save, text: str) -> Save:
    """Return the request with the tags and the note after the id, the note as it was written."""
    pieces = (match for match in _PIECE.finditer(text) if find_arxiv_id(match[0]) == request.paper_id)
    piece = next(pieces, None)
    if piece is None:
        return request
    after = text[piece.end() :]
    note = _TAG.sub("", after).strip(_AROUND_NOTE)
    tags = read_tags(" ".join(_TAG.findall(after)))
    return replace(request, tags=tags, note=note if any(map(str.isalnum, note)) else "")


def _similar(typed: str) -> Request | None:
    """Return what papers or a text are like; other words that begin with `like` are words to look for."""
    match = _SIMILAR.fullmatch(typed)
    if match is None:
        return None
    pieces = match["rest"].split()
    found = [find_arxiv_id(piece) for piece in pieces]
    paper_ids = tuple(dict.fromkeys(filter(None, found)))[:_MOST_SIMILAR_TO]
    # A pasted abstract may name a paper in passing.
    if paper_ids and found[0]:
        return Similar(paper_ids, "")
    if not match["similar"]:
        return None
    text = match["rest"][:_MOST_SIMILAR_CHARACTERS].strip()
    is_text = any(map(str.isalnum, text))
    return Similar((), text) if is_text else MissingPaperId(match["similar"])


def _near_days(value: str, today: date) -> OfDay | ShowWeek | None:
    if week := _WEEKS.get(value.casefold()):
        return week
    day = read_day(value, today)
    return OfDay(day) if day else None


def _understood(value: str) -> Request | None:
    if request := _WORDS.get(value.casefold()) or _of_day(value):
        return request
    if match := _PAUSE.fullmatch(value):
        return _pause_until(match[1])
    if match := _VERB.fullmatch(value):
        paper_id = find_arxiv_id(match[2])
        return _VERBS[match[1].casefold()](paper_id) if paper_id else MissingPaperId(match[1])
    if (match := _OTHER_VERB.fullmatch(value)) and (paper_id := find_arxiv_id(match[2])):
        return _OTHER_VERBS[match[1].casefold()](paper_id)
    paper_id = find_arxiv_id(value)
    return OnePaper(paper_id) if paper_id else None


def _meant(value: str) -> str:
    """Return the request that the text may be a slip of, with what follows it where that makes sense.

    More than a few words are to be looked for, whatever the first one is like.
    """
    known = [word for word in (*_WORDS, *_VERBS) if word]
    first, _, rest = value.partition(" ")
    word = nearest_word(value, known) or nearest_word(first, known)
    whole = f"{word} {rest}"
    is_whole = word and rest and not isinstance(_understood(whole), _INCOMPLETE | None)
    if is_whole:
        return whole
    return word if len(value.split()) <= _MOST_WORDS_OF_A_SLIP else ""


def _has_first_word(query: Query, value: str) -> bool:
    """Tell whether the first word is one to look for, and not of a time such as `last week`."""
    return any(value.startswith(each.text) for each in query.words)


def _of_day(text: str) -> OfDay | InvalidDate | None:
    try:
        day = read_date(text)
    except ValueError:
        return InvalidDate(text)
    return OfDay(day) if day else None


def _pause_until(text: str) -> Request:
    wanted = _of_day(text)
    return Pause(wanted.day) if isinstance(wanted, OfDay) else InvalidPauseDate(text)
