"""Grades the figures of a claim by where the paper has them; pure.

A figure is near where the named sentences, or those beside them, have its number, or two whose difference,
ratio or sum it is. It must have there the same unit, and stand for the same thing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bot.summaries.evidence import NumberedSentence
from bot.summaries.figures import StatedFigure, numbers_at
from bot.summaries.grounding import SourceText, has_other_unit, is_derived, is_sum, stands_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.roles import (
    contradicted_comparisons,
    exceeding_wholes,
    exchanged,
    fractions_of_things,
    misplaced,
    repeated,
    turned_changes,
    turned_fractions,
    turned_trends,
)


class Grade(StrEnum):
    """Where the paper has a figure."""

    #: In the named sentences or beside them, or derived from numbers there.
    NEAR = "near"
    #: Elsewhere in the paper, derived from numbers there, or in the named sentences for something else.
    ELSEWHERE = "elsewhere"
    NOT_IN_PAPER = "not_in_paper"


@dataclass(frozen=True, slots=True)
class GradedFigure:
    """A figure of a claim, as the claim writes it."""

    text: str
    grade: Grade


def graded(
    text: str,
    figures: Iterable[StatedFigure],
    named: tuple[NumberedSentence, ...],
    around: tuple[NumberedSentence, ...],
    paper_text: SourceText,
) -> Iterator[GradedFigure]:
    """Yield the figures of a claim's text with where the paper has them.

    `named` are the sentences that the claim rests on, `around` these and those beside them. A version that
    the paper writes as one with its name is near wherever that is.
    """
    stated = tuple(figures)
    if not stated:
        return
    evidence = _Evidence(named, around)
    misused = _out_of_place(text, stated, [each.text for each in named])
    others = set(paper_text.names.without_versions(text, stated))
    everywhere = paper_text.claim(text, [number for figure in stated for number in figure.numbers])
    for figure in stated:
        is_change = _tells_change(text, figure)
        near = [evidence.has(number, is_change=is_change) for number in figure.numbers]
        is_near = figure not in others or (all(near) and evidence.has_range(figure))
        if is_near and figure not in misused:
            yield GradedFigure(figure.text, Grade.NEAR)
            continue
        results = [
            near_one or paper_text.has(number, everywhere)
            for near_one, number in zip(near, figure.numbers, strict=True)
        ]
        yield GradedFigure(figure.text, Grade.ELSEWHERE if all(results) else Grade.NOT_IN_PAPER)


def _out_of_place(text: str, figures: tuple[StatedFigure, ...], named: list[str]) -> set[StatedFigure]:
    """Return the figures that the sentences have for other things than the claim does."""
    return {
        *exchanged(text, figures, named),
        *misplaced(text, figures, named),
        *repeated(text, figures, named),
        *exceeding_wholes(text, figures),
        *fractions_of_things(text, figures),
        *turned_fractions(text, figures),
        *turned_trends(text, figures),
        *turned_changes(text, figures, named),
        *contradicted_comparisons(text, figures),
    }


# --- What the sentences have -----------------------------------------------------------------------------

_RANGE = re.compile(r"[0-9][^0-9±]{0,3}[-–—~〜][^0-9]{0,3}[0-9]")
_LISTED = re.compile(r"(?:\band\b|\bplus\b|[+,，、和与及])\s*(?:[a-z]{1,12}\s)?$")


@dataclass(frozen=True, slots=True)
class _Told:
    """The numbers of one sentence, in order."""

    numbers: tuple[Number, ...]
    #: What stands between each and the next.
    between: tuple[str, ...]

    def pairs(self) -> Iterator[tuple[Number, Number]]:
        """Yield the numbers that stand next to each other: others have nothing to do with one another."""
        yield from pairwise(self.numbers)

    def listed_pairs(self) -> Iterator[tuple[Number, Number]]:
        """Yield the same where the sentence lists them: 31 doctors from 10 countries are no 41."""
        for pair, between in zip(self.pairs(), self.between, strict=True):
            if _LISTED.search(between):
                yield pair


@lru_cache(maxsize=4_096)
def _told(sentence: str) -> _Told:
    found = [each for each in numbers_at(sentence) if each[2]]
    numbers = tuple(number for _, _, numbers in found for number in numbers)
    between: list[str] = []
    for at, (_, end, within) in enumerate(found):
        between += [""] * (len(within) - 1)
        if at + 1 < len(found):
            between.append(sentence[end : found[at + 1][0]])
    return _Told(numbers, tuple(between))


class _Evidence:
    """The numbers of the named sentences and of their neighbours."""

    def __init__(self, named: Iterable[NumberedSentence], around: Iterable[NumberedSentence]) -> None:
        self._named = [_told(each.text) for each in named]
        self._around = [_told(each.text) for each in around]
        self._all = [number for told in self._around for number in told.numbers]
        self._all_named = [number for told in self._named for number in told.numbers]

    def has(self, number: Number, *, is_change: bool) -> bool:
        """Whether a number stands in the sentences; one that tells a change may also be derived there.

        A single digit stands in too many sentences by chance to be looked for in the neighbours.
        """
        if has_other_unit(number, self._all):
            return False
        if number.kind is Kind.POINTS and not is_change:
            return stands_in(number, [each for each in self._all if each.kind is Kind.POINTS])
        where = self._all if number.digits > 1 else self._all_named
        return stands_in(number, where) or self._has_derived(number, is_change=is_change)

    def _has_derived(self, number: Number, *, is_change: bool) -> bool:
        if not is_change and number.kind is not Kind.MULTIPLE:
            return any(is_sum(number, pair) for told in self._named for pair in told.listed_pairs())
        if number.kind is Kind.PLAIN:
            return any(is_derived(number, pair) for told in self._around for pair in told.pairs())
        groups = [told.numbers for told in self._around]
        if number.kind is not Kind.PERCENT:
            groups.append(tuple(self._all_named))
        return any(is_derived(number, group) for group in groups)

    def has_range(self, figure: StatedFigure) -> bool:
        """Whether both ends of a range stand next to each other in a sentence, where it is one."""
        if len(figure.numbers) != 2 or not _RANGE.search(figure.text):  # noqa: PLR2004 -- its two ends
            return True
        low, high = figure.numbers
        return low.value != high.value and any(
            stands_in(low, [first]) and stands_in(high, [second])
            for told in self._around
            for first, second in told.pairs()
        )


# --- What the claim tells --------------------------------------------------------------------------------

_CHANGE = re.compile(
    r"[增升降减快慢超优胜提缩倍省]|[更较]?[高低多少大小](?:于|出|了|\s)|更[高低多少大小长短好差]|差[距异值]|领先|落后|改善|相差|节约|翻|短|\b(?:improv|gain|increas|reduc|decreas|drop|fewer|more|less|than|faster"
    r"|slower|higher|lower|better|worse|difference|gap|by|over|boost|cut|sav|declin|outperform|surpass|exceed|rel)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile("[，,。；;：:、]")
_REACH = 40


_LEVEL = re.compile(r"(?:[从由自至到]|\bfrom|(?<!\bup )\bto)\s?$", re.IGNORECASE)
"""What leads to the value from which or to which something changes, which is no change itself."""


def _tells_change(text: str, figure: StatedFigure) -> bool:
    is_level = _LEVEL.search(text, 0, figure.start) and figure.numbers[-1].kind is not Kind.MULTIPLE
    return not is_level and bool(_CHANGE.search(_clause(text, figure)))


def _clause(text: str, figure: StatedFigure) -> str:
    """Return the words around a figure in its clause."""
    before = _CLAUSE_END.split(text[max(0, figure.start - _REACH) : figure.start])[-1]
    after = _CLAUSE_END.split(text[figure.end : figure.end + _REACH], maxsplit=1)[0]
    return f"{before} {after}"
