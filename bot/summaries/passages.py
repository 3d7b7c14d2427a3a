"""A paper's text in sentences and rows of tables, each with what stands around it and explains it; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.summaries.sentences import sentences

_CELL = " | "
_LEAST_NUMBERS = 3
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_WORD = re.compile(r"[^\W\d_]{2,}")

_WRAPPED = 45
"""A line of at least so many characters without an end goes on in the next one, as printed lines do."""

_ENDED = re.compile(r"[.!?:。！？：][\"'”’)\]}*]*$")
_PARAGRAPH = re.compile(r"\S.{0,1998}(?!\S)|\S{1,2000}")
_SENTENCE = re.compile(r"\S.{0,598}(?!\S)|\S{1,600}")
"""Longer ones are cut at white space: no text that was meant to be read has them."""

_HEADER_ROWS = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, a heading or a row of a table, and the places of those that explain it, its own included.

    A sentence is explained by its neighbours; a row by its table's first rows, which name the columns, and by
    what stands before and after the table.
    """

    text: str
    around: tuple[int, ...]


def passages(text: str) -> list[Passage]:
    """Divide a text, one paragraph or one printed line a line, into its passages, white space collapsed."""
    found: list[Passage] = []
    blocks = [list(block) for _, block in groupby(_blocks(text), key=lambda piece: piece[1])]
    last = sum(map(len, blocks)) - 1
    for block in blocks:
        first = len(found)
        for place, (piece, is_row) in enumerate(block, start=first):
            near = _around_row(place, first, len(block)) if is_row else (place - 1, place, place + 1)
            found.append(Passage(piece, tuple(each for each in near if 0 <= each <= last)))
    return found


def _around_row(place: int, first: int, rows: int) -> tuple[int, ...]:
    header = range(first - 1, min(place, first + _HEADER_ROWS))
    return (*header, place, first + rows)


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each sentence and row, with whether it is a row."""
    for paragraph, is_row in _paragraphs(text):
        if is_row:
            yield from ((piece, True) for piece in _SENTENCE.findall(paragraph))
            continue
        for chunk in _PARAGRAPH.findall(paragraph):
            for sentence in sentences(chunk):
                yield from ((piece, False) for piece in _SENTENCE.findall(sentence))


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Join the printed lines of a paragraph; a row of a table stays by itself."""
    lines: list[str] = []
    for line in (" ".join(each.split()) for each in text.splitlines()):
        is_row = _is_row(line)
        if lines and (is_row or not line):
            yield " ".join(lines), False
            lines = []
        if is_row:
            yield line, True
        elif line:
            lines.append(line)
            if len(line) < _WRAPPED or _ENDED.search(line[-8:]):
                yield " ".join(lines), False
                lines = []
    if lines:
        yield " ".join(lines), False


def _is_row(line: str) -> bool:
    if _CELL in line:
        return True
    numbers = len(_NUMBER.findall(line[: _WRAPPED * 8]))
    return numbers >= _LEAST_NUMBERS and numbers >= len(_WORD.findall(line[: _WRAPPED * 8]))
