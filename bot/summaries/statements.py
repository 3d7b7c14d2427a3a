"""Reads the sentences of an answer and the numbers that they name, in any shape of a model's; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
_NOTHING = frozenset({"null", "none", "n/a", "na", "-", "–", "—", "…", "..."})
_TEXT_NAMES = frozenset({"text", "sentence", "statement", "claim", "says", "content", "summary"})
_NUMBER_NAMES = frozenset(
    {"from", "numbers", "number", "sources", "source", "sentences", "evidence", "ids", "refs", "references"}
)
_WRITTEN = regex(r"#?([0-9]{1,6})(?:\s*[-–]\s*#?([0-9]{1,6}))?")
_ONLY_NUMBERS = regex(r"(?=[^0-9]*+[0-9])[\s#,，、;\[\]()0-9–-]++")
_WITHIN = regex(r"(?<!\s)\s*+[\[(（【]\s*(?:#[0-9]{1,6}[\s,，、;–-]*)+[\])）】]")
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
    if isinstance(value, str):
        return bool(_WITHIN.search(value))
    items = value if isinstance(value, list) else [value]
    return any(bool(_WITHIN.search(each)) if isinstance(each, str) else _is_statement(each) for each in items)


def statements(value: object) -> tuple[Statement, ...]:
    """Return the sentences of a part: objects with a text and numbers, or texts with `(#12)` in them.

    A text that holds several sentences is divided; at most 24 are read.
    """
    return tuple(_read(value if isinstance(value, list) else [value]))[:_MOST_STATEMENTS]


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


def _read(items: list[Any]) -> Iterator[Statement]:
    for item in items[: 2 * _MOST_STATEMENTS]:
        if isinstance(item, str):
            yield from map(_of_sentence, sentences(_AFTER_STOP.sub(r"\2\1", item)))
        elif isinstance(item, Mapping) and _is_statement(item):
            text = _text_of(item)
            named = [each for key, each in item.items() if each is not text and _holds_numbers(key, each)]
            within = _of_sentence(text)
            numbers = (*_numbers(named), *within.numbers)
            yield Statement(within.text, tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS])
        else:
            yield Statement(plain_text(item))


def _is_statement(item: object) -> bool:
    return (
        isinstance(item, Mapping) and bool(_text_of(item)) and any(map(_holds_numbers, item, item.values()))
    )


def _text_of(item: Mapping[Any, Any]) -> str:
    """Return the text of a statement, by its name or else the longest that is not only numbers."""
    named = [each for key, each in item.items() if _name(key) in _TEXT_NAMES and isinstance(each, str)]
    others = [each for each in item.values() if isinstance(each, str) and not _ONLY_NUMBERS.fullmatch(each)]
    return max(named or others, key=len, default="")


def _holds_numbers(key: object, value: object) -> bool:
    if _name(key) in _NUMBER_NAMES and not isinstance(value, str | Mapping):
        return True
    if isinstance(value, str):
        return _name(key) in _NUMBER_NAMES and bool(_ONLY_NUMBERS.fullmatch(value))
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _name(key: object) -> str:
    return re.sub(r"[^a-z]", "", str(key).lower())


def _of_sentence(text: str) -> Statement:
    marks = _WITHIN.findall(text)
    return Statement(_WITHIN.sub("", text), tuple(dict.fromkeys(_numbers(marks)))[:_MOST_NUMBERS])


def _numbers(value: object, depth: int = 0) -> Iterator[int]:
    """Yield the numbers in a value; a range stands for its first and last."""
    if isinstance(value, str):
        for match in _WRITTEN.finditer(value[:200]):
            yield from (int(each) for each in match.groups() if each)
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
