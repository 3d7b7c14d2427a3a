"""Divides a paper's text into sentences and table rows, each with the context that explains it; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.summaries.sentences import sentences

_CELL = " | "
_LEAST_NUMBERS = 3
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_WORD = re.compile(r"[^\W\d_]{2,}")

_WRAPPED = 45
"""A line of at least this many characters without an end continues in the next one, as in print."""

_LEAST_LINES = 20
_OF_COLUMN = 0.75
"""In a narrower column of print, one of so much of its width does."""

_ENDED = re.compile(r"[.!?:。！？：][\"'”’)\]}*]*$")
_PARAGRAPH = re.compile(r"\S.{0,1998}(?!\S)|\S{1,2000}")
_SENTENCE = re.compile(r"\S.{0,598}(?!\S)|\S{1,600}")
"""Longer ones are cut at white space; no text meant for readers has them."""

_HEADER_ROWS = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, a heading or a table row."""

    text: str
    #: The indexes of the passages that explain it, its own included: for a sentence its neighbours; for a row
    #: the table's first rows, which name the columns, and the passages before and after the table.
    around: tuple[int, ...]


def passages(text: str) -> list[Passage]:
    """Divide a text of paragraphs or printed lines into passages, with white space collapsed."""
    divided: list[Passage] = []
    blocks = [list(block) for _, block in groupby(_blocks(text), key=lambda piece: piece[1])]
    last = sum(map(len, blocks)) - 1
    for block in blocks:
        first = len(divided)
        for place, (piece, is_row) in enumerate(block, start=first):
            near = _around_row(place, first, len(block)) if is_row else (place - 1, place, place + 1)
            divided.append(Passage(piece, tuple(each for each in near if 0 <= each <= last)))
    return divided


def _around_row(place: int, first: int, rows: int) -> tuple[int, ...]:
    header = range(first - 1, min(place, first + _HEADER_ROWS))
    return (*header, place, first + rows)


def paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the passages of each paragraph, and of each table row, which has only one unless it is long."""
    return (pieces for pieces, _ in _divided(text))


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each sentence and row, with whether it is a row."""
    for pieces, is_row in _divided(text):
        yield from ((piece, is_row) for piece in pieces)


def _divided(text: str) -> Iterator[tuple[list[str], bool]]:
    """Yield the sentences of each paragraph, and each row, with whether it is a row."""
    for paragraph, is_row in _paragraphs(text):
        chunks = [paragraph] if is_row else _PARAGRAPH.findall(paragraph)
        whole = chunks if is_row else [each for chunk in chunks for each in sentences(chunk)]
        yield [piece for each in whole for piece in _SENTENCE.findall(each)], is_row


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Join the printed lines of a paragraph; table rows stay separate."""
    lines: list[str] = []
    printed = [" ".join(each.split()) for each in text.splitlines()]
    least_wrapped = _least_wrapped(printed)
    for line in printed:
        is_row = _is_row(line)
        if lines and (is_row or not line):
            yield " ".join(lines), False
            lines = []
        if is_row:
            yield line, True
        elif line:
            lines.append(line)
            if len(line) < least_wrapped or _ENDED.search(line[-8:]):
                yield " ".join(lines), False
                lines = []
    if lines:
        yield " ".join(lines), False


def _least_wrapped(lines: Iterable[str]) -> float:
    """Return how long a line is at least that continues: most lines of a column are as wide as it is."""
    lengths = sorted(len(line) for line in lines if line)
    if len(lengths) < _LEAST_LINES:
        return _WRAPPED
    return min(_WRAPPED, _OF_COLUMN * lengths[len(lengths) * 3 // 4])


def _is_row(line: str) -> bool:
    if _CELL in line:
        return True
    numbers = len(_NUMBER.findall(line[: _WRAPPED * 8]))
    return numbers >= _LEAST_NUMBERS and numbers >= len(_WORD.findall(line[: _WRAPPED * 8]))
