"""Reads the sentences of an answer and the numbers that they name, in any shape of a model's; pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.summaries.sentences import sentences
from bot.text.mrkdwn import clean
from bot.text.regex import regex

_MOST_STATEMENTS = 24
"""As many as a summary could use; each has evidence that is looked up and shown."""

_MOST_NUMBERS = 5
"""Three are asked for."""

_MOST = 1_000_000
_LARGEST = 10**15
_DEEPEST = 4
_A_PAIR = 2
_LONGEST_NAME = 100
_NOTHING = frozenset({"null", "none", "n/a", "na", "-", "–", "—", "…", "..."})
_TEXT_NAMES = frozenset({"text", "sentence", "statement", "claim", "says", "content", "summary"})
_NUMBER_NAMES = frozenset(
    {"from", "numbers", "number", "sources", "source", "sentences", "evidence", "ids", "refs", "references"}
)
_BESIDE_NUMBER_NAMES = frozenset({"sentence", "id", "ref", "of", "the", "paper"})
_NAME_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+")
_JSON = regex(r"\s*+(?:\[.*\]|\{.*\})\s*+", re.DOTALL)
_WRITTEN = regex(r"#?(?<![0-9.])([0-9]{1,6})(?:\.0+)?(?:\s*[-–]\s*#?([0-9]{1,6}))?(?![0-9])")
_MARKED = regex(r"#([0-9]{1,6})(?![0-9])")
_ONLY_NUMBERS = regex(r"(?=[^0-9]*+[0-9])[\s#,，、;\[\]()0-9–-]++")
_NAMED_NUMBERS = regex(
    r"(?:[\s#,，、;:&.\[\]()0-9–-]|from|see|and|to|nos?\b|numbers?|sentences?|rows?|[第和与至到句行])++",
    re.IGNORECASE,
)
"""Numbers with nothing around them but what they are called."""

_WITHIN = regex(
    r"(?<!\s)\s*+[\[(（【]\s*(?:(?:from|see|sentences?)[\s:]++){0,2}"
    r"(?:#[0-9]{1,6}(?:[\s,，、;&–-]|and\b|和)*+)+[\])）】]",
    re.IGNORECASE,
)
_AFTER_STOP = regex(rf"(?<![.!?。！？])([.!?。！？]++)({_WITHIN.pattern})")
_CLOSED = regex(r"[.!?。！？…][\"'”’)\]}*」』）]*$")
_WIDE_END = regex(r"[。！？…][”’」』）*]*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer, as written, with the numbers that it names; they may not exist."""

    text: str
    numbers: tuple[int, ...] = ()


def is_sourced(value: object) -> bool:
    """Whether a part of an answer has numbers of sentences, or the places for them."""
    return any(
        bool(_WITHIN.search(each)) if isinstance(each, str) else _has_statements(each)
        for each in _items(value)
    )


def statements(value: object) -> tuple[Statement, ...]:
    """Return the sentences of a part: objects with a text and numbers, or texts with `(#12)` in them.

    They may stand in other objects and lists. A text that holds several sentences is divided; at most 24 are
    read. What names numbers is never read as a text.
    """
    return tuple(islice(_read(value), _MOST_STATEMENTS))


def opened(value: object) -> object:
    """Return what a text holds that is JSON itself, as where a schema is followed only on the outside."""
    if not isinstance(value, str) or not _JSON.fullmatch(value):
        return value
    with suppress(ValueError, RecursionError):
        return json.loads(value)
    return value


def joined(texts: Iterable[str]) -> str:
    """Return sentences as one text; one that does not end gets a full stop before the next."""
    whole = ""
    for text in texts:
        if not whole:
            whole = text
            continue
        is_wide = bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff][*”’」』）]*$", whole))
        if not _CLOSED.search(whole):
            whole += "。" if is_wide else "."
        whole += text if _WIDE_END.search(whole) else f" {text}"
    return whole


def _items(value: object) -> list[Any]:
    value = opened(value)
    if isinstance(value, list) and not _fields(value):
        return [opened(each) for each in value[: 2 * _MOST_STATEMENTS]]
    return [value]


def _read(value: object, depth: int = 0) -> Iterator[Statement]:
    for item in _items(value):
        if isinstance(item, str):
            yield from map(_of_sentence, sentences(_AFTER_STOP.sub(r"\2\1", item)))
        elif fields := _fields(item):
            yield _of_fields(fields)
        elif depth < _DEEPEST and _has_statements(item, depth):
            yield from _read([*item.values()] if isinstance(item, Mapping) else item, depth + 1)
        else:
            yield Statement(plain_text(item))


def _has_statements(item: object, depth: int = 0) -> bool:
    if _fields(item):
        return True
    inner = [*item.values()] if isinstance(item, Mapping) else item
    is_within_reach = isinstance(inner, list) and depth < _DEEPEST
    return is_within_reach and any(_has_statements(each, depth + 1) for each in _items(inner))


def _fields(item: object) -> Mapping[Any, Any]:
    """Return the fields of a statement, empty for what is none; its text and numbers may be a pair."""
    if isinstance(item, Mapping):
        return item if any(map(_holds_numbers, item, item.values())) else {}
    if not isinstance(item, list) or len(item) != _A_PAIR:
        return {}
    texts = [each for each in item if isinstance(each, str)]
    numbers = [each for each in item if isinstance(each, list) and each and all(map(_is_number, each))]
    return {"text": texts[0], "from": numbers[0]} if texts and numbers else {}


def _of_fields(fields: Mapping[Any, Any]) -> Statement:
    text = _text_of(fields)
    by_name = [each for key, each in fields.items() if _is_number_name(key) and each is not text]
    by_kind = [each for key, each in fields.items() if _holds_numbers(key, each) and each is not text]
    within = _of_sentence(text)
    numbers = (*_numbers(by_name or by_kind), *within.numbers)
    return Statement(within.text, tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS])


def _text_of(item: Mapping[Any, Any]) -> str:
    """Return the text of a statement, by its name or else the longest that is not only numbers.

    What is named as numbers are is one only where there is no other.
    """
    named = [plain_text(each) for key, each in item.items() if _name(key) in _TEXT_NAMES]
    texts = {
        key: each for key, each in item.items() if isinstance(each, str) and not _ONLY_NUMBERS.fullmatch(each)
    }
    others = [each for key, each in texts.items() if not _is_number_name(key)]
    found = (filter(None, each) for each in (named, others, texts.values()))
    return next((max(each, key=len) for each in map(list, found) if each), "")


def _holds_numbers(key: object, value: object) -> bool:
    is_list = isinstance(value, list) and bool(value) and all(map(_is_number, value))
    return is_list or _is_number_name(key)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number_name(key: object) -> bool:
    """Whether a name is one of numbers, such as `from`, `sentence_ids` or `sourceNumbers`."""
    words = [word.lower() for word in _NAME_WORD.findall(str(key)[:_LONGEST_NAME])]
    known = _NUMBER_NAMES | _BESIDE_NUMBER_NAMES
    return _name(key) in _NUMBER_NAMES or (not _NUMBER_NAMES.isdisjoint(words) and known.issuperset(words))


def _name(key: object) -> str:
    return re.sub(r"[^a-z]", "", str(key).lower())


def _of_sentence(text: str) -> Statement:
    marks = _WITHIN.findall(text)
    return Statement(_WITHIN.sub("", text), tuple(dict.fromkeys(_numbers(marks)))[:_MOST_NUMBERS])


def _numbers(value: object, depth: int = 0) -> Iterator[int]:
    """Yield the numbers in a value; a range stands for its first and last."""
    if isinstance(value, str):
        pattern = _WRITTEN if _NAMED_NUMBERS.fullmatch(value) else _MARKED
        for match in pattern.finditer(value[:200]):
            yield from (int(each) for each in match.groups() if each)
    elif isinstance(value, Mapping):
        yield from _numbers([each for each in value.values() if not isinstance(each, str)], depth)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from [int(value)] if 0 <= value <= _MOST and value == int(value) else []
    elif isinstance(value, list) and depth < _DEEPEST:
        for each in value[: 4 * _MOST_NUMBERS]:
            yield from _numbers(each, depth + 1)


def plain_text(value: object, depth: int = 0) -> str:
    """Return any JSON as text on one line: its values without its structure, and nothing for "N/A"."""
    if isinstance(value, str):
        visible = clean(" ".join(value.encode("utf-8", "ignore").decode().split()))
        text = " ".join(visible.split())
        return "" if text.casefold() in _NOTHING else text
    if isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST:
        return str(value)
    inner = list(value.values()) if isinstance(value, Mapping) else value
    if isinstance(inner, list | tuple) and depth < _DEEPEST:
        return " ".join(filter(None, (plain_text(each, depth + 1) for each in inner)))
    return ""
