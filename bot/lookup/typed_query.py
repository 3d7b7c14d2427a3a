"""Reads what people type to find papers, and writes it again; pure.

The text is read for what it says to people and never as the syntax of a database. What may be a word of a
title is one: a period needs words such as `last week` or `in September` at the start or the end, and an
operator its colon. What was read is written so that it reads back as the same query.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot.errors import UnknownCategoryError
from bot.lookup.query import Query, Ranking, SearchedIn, Wanted
from bot.sources.categories import read_category
from bot.text.dates import FIRST_YEAR, Period, read_period
from bot.text.language import CJK_RANGES, known_tag, named_language
from bot.text.regex import regex
from bot.text.typed import plain

MOST_CHARACTERS = 300
"""How many characters of words and phrases are read."""

MOST_WORDS = 24
"""How many words and phrases are read, and how many categories and languages."""

_MOST_TYPED = 4000
_MOST_WORDS_OF_A_PHRASE = 8
_MOST_WORDS_OF_A_VALUE = 4

_WANTED_NAMES = {
    **dict.fromkeys(["title", "intitle", "标题", "题目"], SearchedIn.TITLE),
    **dict.fromkeys(["author", "authors", "by", "作者"], SearchedIn.AUTHORS),
}

_NAMES_OF_LISTS = frozenset(
    ["cat", "category", "categories", "分类", "类别", "lang", "language", "语言", "语种"]
)

_SINCE, _BEFORE, _UNTIL, _ON = "since", "before", "until", "on"
_NAMES_OF_BOUNDS = {
    **dict.fromkeys(["since", "after", "之后", "以后", "以来", "至今"], _SINCE),
    **dict.fromkeys(["before", "之前", "以前"], _BEFORE),
    **dict.fromkeys(["until", "till", "through", "截至", "为止"], _UNTIL),
    **dict.fromkeys(["on", "in", "from", "date", "日期", "从"], _ON),
}
"""The names of dates, as operators and as words beside a date."""

_RANKINGS = {
    **dict.fromkeys(["match", "best", "relevance", "相关", "相关度"], Ranking.MATCH),
    **dict.fromkeys(["new", "newest", "latest", "date", "最新", "时间", "日期"], Ranking.NEWEST),
    **dict.fromkeys(["votes", "upvotes", "top", "popular", "票数", "热度"], Ranking.VOTES),
}

_CODE = frozenset({"code", "github", "代码"})
_SAVED = frozenset(
    ["saved", "my saved", "in saved", "in my saved", "in my list", "on my list", "收藏", "已收藏", "我的收藏"]
)
_UNREAD = frozenset({"unread", "my unread", "未读"})

_ENDINGS = {
    **dict.fromkeys(
        ["by new", "new first", "newest first", "latest first", "newest", "by date"], Ranking.NEWEST
    ),
    **dict.fromkeys(["sorted by date", "sort by date"], Ranking.NEWEST),
    **dict.fromkeys(["最新", "最新的", "按时间", "按日期", "按时间排序", "按日期排序"], Ranking.NEWEST),
    **dict.fromkeys(["by votes", "sorted by votes", "sort by votes", "most votes"], Ranking.VOTES),
    **dict.fromkeys(["按票数", "按热度", "按票数排序", "按热度排序", "票数最多"], Ranking.VOTES),
}
"""How the end of a query says its order."""

# A date without `since` or the like that is one among words, too; `GPT-4 in 2024` ends a title.
_SURE_DATE = regex(
    rf".*[{CJK_RANGES}].*|(?:in )?(?:the )?(?:this|last|past|previous) .+|.+ ago|today|yesterday"
    r"|(?:.+ )?[0-9]{4}-[0-9]{2}-[0-9]{2}|(?!in |on ).+ [0-9]{4}"
    r"|in (?:may|[a-z]{4,})(?: [0-9]{4})?|on (?:[a-z]+day|.*[0-9].*)"
)
_BOUNDED = regex(
    r"(?:(?P<before>since|after|from|before|until|till|through|从) ?)?(?P<period>.+?)"
    r"(?P<after>之后|以后|以来|至今|之前|以前|为止)?"
)

_OF = "的"
_PAPERS = frozenset({"论文", "文章"})
"""What every paper is, so that `上周的论文` says no more than a time."""

_OTHER_NAMES = "|".join([*_NAMES_OF_BOUNDS, *_NAMES_OF_LISTS, *"sort order 排序 is 是 has 有".split()])
_WORD = r'[^\W_](?:[^\s",;、。]|(?<=[0-9]),(?=[0-9]))*'
_TOKEN = regex(
    rf"""(?P<minus>(?<!\S)-)?
    (?:(?P<name>{"|".join(_WANTED_NAMES)}):\s*(?:"(?P<phrase_of_name>[^"]*)"|(?P<word_of_name>{_WORD}))
    |(?P<other_name>{_OTHER_NAMES}):(?P<blank>\s*)(?:"(?P<phrase_of_other>[^"]*)"|(?P<value>[^\s"]+))
    |"(?P<phrase>[^"]*)"
    |(?P<word>{_WORD}))""",
    re.VERBOSE | re.IGNORECASE,
)
_TYPED_NAMES = {SearchedIn.ANYWHERE: "", SearchedIn.TITLE: "title:", SearchedIn.AUTHORS: "author:"}

_AFTER_WORD = "'`!?.:…)]}>》】〉~_/\\|=&^-"
_BETWEEN_VALUES = regex("[,;、]+")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a phrase, or an operator with its value, as typed."""

    text: str
    whole: str
    #: The operator's; empty for a word or a phrase.
    name: str = ""
    is_phrase: bool = False
    is_negative: bool = False
    #: There is a blank after the operator's colon, as after a word that ends in one.
    is_apart: bool = False

    @property
    def is_word(self) -> bool:
        return not (self.name or self.is_phrase or self.is_negative)


def read_query(text: str, today: date) -> Query:
    """Return what the text looks for; any text is a query, and an empty one has no words.

    Of a long text the first words are read, to `MOST_WORDS` and `MOST_CHARACTERS`.
    """
    reading = _Reading(today)
    tokens = list(_tokens(plain(text[:_MOST_TYPED])))
    while tokens and not reading.is_full:
        tokens = reading.take(tokens)
    return reading.finished()


def query_text(query: Query) -> str:
    """Return a query that was read as a text which reads back to it on any day."""
    return " ".join(_pieces(query))


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    today: date
    is_full: bool = False
    #: Everything but words.
    query: Query = field(default_factory=Query)
    #: Words and phrases without an operator, before and after `in:title`.
    plain: list[Wanted] = field(default_factory=list)
    titled: list[Wanted] | None = None
    #: What came with an operator of its own.
    named: list[Wanted] = field(default_factory=list)
    without: list[Wanted] = field(default_factory=list)
    _characters: int = 0
    _count: int = 0

    def take(self, tokens: list[_Token]) -> list[_Token]:
        """Read the first token, a date with those that belong to it, and return the others."""
        token, rest = tokens[0], tokens[1:]
        name = token.name.casefold()
        if not name or name in _WANTED_NAMES:
            self._want(token, _WANTED_NAMES.get(name, SearchedIn.ANYWHERE))
            return rest
        if token.is_negative:
            self._leave(token.whole)
            return rest
        if name in _NAMES_OF_LISTS and len(values := _values(token)) > 1:
            return [*values, *rest]
        if name == "in" and token.text.casefold() in _WANTED_NAMES:
            self.titled = self.titled or []
            return rest
        return self._operate(token, name, rest)

    def finished(self) -> Query:
        """Return the query, with the words at the start and the end that are no words to look for read."""
        titled = self._words_of_titles()
        plain_words = self._without_phrases(self.plain)
        if self.titled == []:
            plain_words = [replace(each, searched_in=SearchedIn.TITLE) for each in plain_words]
        words = tuple(dict.fromkeys([*plain_words, *titled, *self.named]))
        return replace(self.query, words=words, without=tuple(dict.fromkeys(self.without)))

    def _words_of_titles(self) -> list[Wanted]:
        words = self._without_phrases(self.titled or [], is_part=True)
        return [replace(each, searched_in=SearchedIn.TITLE) for each in words]

    def _want(self, token: _Token, searched_in: SearchedIn) -> None:
        text = self._fitting(_word_of(token))
        if not text:
            return
        if token.is_negative and not token.name and self.titled is not None:
            searched_in = SearchedIn.TITLE
        wanted = Wanted(text, token.is_phrase, searched_in)
        if token.is_negative:
            self.without.append(wanted)
        elif token.name:
            self.named.append(wanted)
        else:
            (self.plain if self.titled is None else self.titled).append(wanted)

    def _fitting(self, text: str) -> str:
        """Return the text where there is room for it, or as much of the very first one as there is."""
        room = MOST_CHARACTERS - self._characters
        if self._count == MOST_WORDS or (len(text) > room and self._count):
            self.is_full = True
            return ""
        fitting = text[:room].rstrip(f"{_AFTER_WORD} ")
        self._count += bool(fitting)
        self._characters += len(fitting)
        return fitting

    def _leave(self, typed: str) -> None:
        """Note what cannot be read, as long as there is room for it."""
        if self._count == MOST_WORDS or len(typed) > MOST_CHARACTERS - self._characters:
            self.is_full = True
            return
        self._count += 1
        self._characters += len(typed)
        self.query = replace(self.query, unreadable=(*self.query.unreadable, typed))

    def _operate(self, token: _Token, name: str, rest: list[_Token]) -> list[_Token]:
        """Read an operator, with as many of the words after it as belong to its date."""
        for count in range(_words_of_value(name, token, rest), -1, -1):
            value = " ".join([token.text, *(each.text for each in rest[:count])])
            if query := _operated(self.query, name, value.casefold(), self.today):
                self.query = query
                return rest[count:]
        if token.is_apart:
            return [*_tokens(token.name), *_spelled_out(token), *rest]
        self._leave(token.whole)
        return rest

    def _without_phrases(self, words: list[Wanted], *, is_part: bool = False) -> list[Wanted]:
        """Read the phrases at both ends that say a time, an order or a list, and return the other words.

        A part of a query keeps a word, and nothing but its end is read.
        """
        if words and not (is_part or words[0].is_exact):
            words = [*self._apart(words[0]), *words[1:]]
        for count in range(min(len(words) - is_part, _MOST_WORDS_OF_A_PHRASE), 0, -1):
            for piece, others in ((words[-count:], words[:-count]), (words[:count], words[count:])):
                is_end = piece[-1] is words[-1]
                # `Last week of training` is about training.
                is_open = is_end or not (is_part or others[0].text.casefold() == "of")
                if is_open and self._reads(piece, is_end=is_end, is_part=bool(others)):
                    return self._without_phrases(others, is_part=is_part)
        unique = list(dict.fromkeys(words))
        return words if unique == words else self._without_phrases(unique, is_part=is_part)

    def _apart(self, word: Wanted) -> list[Wanted]:
        """Return a word, and before it the time with which it begins, as in `上周的智能体`."""
        time, _, rest = word.text.partition(_OF)
        if not rest or _dated(Query(), time.casefold(), self.today, is_sure=False) is None:
            return [word]
        return [Wanted(time), *([] if rest in _PAPERS else [Wanted(rest)])]

    def _reads(self, piece: list[Wanted], *, is_end: bool, is_part: bool) -> bool:
        if any(each.is_exact for each in piece):
            return False
        phrase = " ".join(each.text for each in piece).casefold()
        is_alone = not is_part and self.is_empty
        query = (
            (_ordered(self.query, phrase) if is_end else None)
            or (None if is_alone else _listed(self.query, phrase))
            or _dated(self.query, phrase, self.today, is_sure=is_alone)
        )
        self.query = query or self.query
        return query is not None

    @property
    def is_empty(self) -> bool:
        """Nothing but words without an operator has been read."""
        return self.query == Query() and self.titled is None and not self.named and not self.without


def _tokens(text: str) -> Iterator[_Token]:
    if text.count('"') % 2:
        head, _, tail = text.rpartition('"')
        text = f"{head}{tail}"
    for match in _TOKEN.finditer(text):
        said = match.groupdict()
        phrases = [said[key] for key in ("phrase", "phrase_of_name", "phrase_of_other")]
        phrase = next((each for each in phrases if each is not None), None)
        yield _Token(
            phrase if phrase is not None else said["word"] or said["word_of_name"] or said["value"],
            match[0],
            said["name"] or said["other_name"] or "",
            is_phrase=phrase is not None,
            is_negative=bool(said["minus"]),
            is_apart=bool(said["blank"]),
        )


def _word_of(token: _Token) -> str:
    """Return a word without the marks after it, or a phrase; an empty text where there is no letter."""
    text = " ".join(token.text.split()).rstrip(_AFTER_WORD)
    return text if any(map(str.isalnum, text)) else ""


def _values(token: _Token) -> list[_Token]:
    """Return each value of a list as an operator of its own."""
    return [
        _Token(value, f"{token.name}:{value}", token.name)
        for value in _BETWEEN_VALUES.split(token.text)
        if value and not token.is_phrase
    ]


def _spelled_out(token: _Token) -> Iterator[_Token]:
    """Yield what stands after a word that ends in a colon."""
    return _tokens(f'"{token.text}"' if token.is_phrase else token.text)


def _words_of_value(name: str, token: _Token, rest: list[_Token]) -> int:
    """Return how many words after an operator may belong to its value, as in `after:last week`."""
    if name not in _NAMES_OF_BOUNDS or token.is_phrase:
        return 0
    following = [each.is_word for each in rest[:_MOST_WORDS_OF_A_VALUE]]
    return [*following, False].index(False)


def _operated(query: Query, name: str, value: str, today: date) -> Query | None:
    """Return the query with what an operator says, or `None` for a value that it does not have."""
    if name in {"in", "is", "是"} and (listed := _listed(query, value)):
        return listed
    if bound := _NAMES_OF_BOUNDS.get(name):
        return _bounded(query, bound, _period_of_value(value, today))
    if name in {"has", "有"}:
        return replace(query, has_code=True) if value in _CODE else None
    if name in {"sort", "order", "排序"}:
        return replace(query, ranking=_RANKINGS[value]) if value in _RANKINGS else None
    if name in {"lang", "language", "语言", "语种"}:
        return _with_language(query, value)
    return _with_category(query, value) if name in _NAMES_OF_LISTS else None


def _period_of_value(value: str, today: date) -> Period | None:
    spellings = (value, f"in {value}", f"on {value}")
    return next((found for each in spellings if (found := read_period(each, today))), None)


def _with_language(query: Query, value: str) -> Query | None:
    tag = known_tag(value) or named_language(value)
    return replace(query, languages=_added(query.languages, tag)) if tag else None


def _with_category(query: Query, value: str) -> Query | None:
    try:
        return replace(query, categories=_added(query.categories, read_category(value)))
    except UnknownCategoryError:
        return None


def _added(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*values, value]))[:MOST_WORDS]


def _ordered(query: Query, phrase: str) -> Query | None:
    return replace(query, ranking=_ENDINGS[phrase]) if phrase in _ENDINGS else None


def _listed(query: Query, phrase: str) -> Query | None:
    """Return the query among the person's own papers, where the phrase says so."""
    if phrase in _SAVED:
        return replace(query, is_saved=True)
    return replace(query, is_unread=True) if phrase in _UNREAD else None


def _dated(query: Query, phrase: str, today: date, *, is_sure: bool) -> Query | None:
    match = _BOUNDED.fullmatch(phrase)
    if match is None:
        return None
    name = match["before"] or match["after"]
    if not (name or is_sure or _SURE_DATE.fullmatch(phrase)):
        return None
    return _bounded(query, _NAMES_OF_BOUNDS[name or _ON], read_period(match["period"], today))


def _bounded(query: Query, bound: str, period: Period | None) -> Query | None:
    """Return the query with one more bound; each of several holds."""
    if period is None:
        return None
    first, last = period
    if bound == _BEFORE:
        last = first - timedelta(days=1)
    if last.year < FIRST_YEAR:
        return None
    since = query.since if bound in {_BEFORE, _UNTIL} else max(first, query.since or first)
    until = query.until if bound == _SINCE else min(last, query.until or last)
    return replace(query, since=since, until=until)


def _pieces(query: Query) -> Iterator[str]:
    yield from map(_typed, query.words)
    yield from (f"-{_typed(each)}" for each in query.without)
    if query.categories:
        yield f"cat:{','.join(query.categories)}"
    if query.languages:
        yield f"lang:{','.join(query.languages)}"
    if query.has_code:
        yield "has:code"
    if query.is_saved:
        yield "is:saved"
    if query.is_unread:
        yield "is:unread"
    yield from _typed_dates(query.since, query.until)
    if query.ranking is not Ranking.MATCH:
        yield f"sort:{query.ranking}"
    yield from query.unreadable


def _typed(wanted: Wanted) -> str:
    text = f'"{wanted.text}"' if wanted.is_exact else wanted.text
    return f"{_TYPED_NAMES[wanted.searched_in]}{text}"


def _typed_dates(since: date | None, until: date | None) -> Iterator[str]:
    if since and until:
        for name in _names_of(since):
            if _period_of_value(name, since) == (since, until):
                yield f"on:{name}"
                return
    for bound, index, day in ((_SINCE, 0, since), (_UNTIL, 1, until)):
        if day:
            yield f"{bound}:{_shortest_name(day, index)}"


def _shortest_name(day: date, index: int) -> str:
    """Return the shortest name of a period that the day begins (0) or ends (1)."""
    periods = ((name, _period_of_value(name, day)) for name in _names_of(day))
    return next((name for name, period in periods if period and period[index] == day), str(day))


def _names_of(day: date) -> tuple[str, str, str]:
    """Return the names of a day's year, its month and itself."""
    return f"{day:%Y}", f"{day:%Y-%m}", f"{day}"
