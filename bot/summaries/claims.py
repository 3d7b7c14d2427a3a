"""Checks one sentence of a summary against the sentences of the paper that it rests on; pure.

What it says is compared with the named sentences and those beside them in the same paragraph: its figures,
and whether it says more, better or faster where they say less, worse or slower, and with what it compares.
Other names are looked for in the whole paper.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bot.summaries.baselines import unnamed_baselines
from bot.summaries.denials import unfounded_denials
from bot.summaries.directions import contradicted_trends, opposed_words
from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.figures import StatedFigure, numbers_in, stated_figures
from bot.summaries.grounding import SourceText, has_other_unit, is_derived, is_sum, stands_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.roles import (
    exceeding_wholes,
    exchanged,
    fractions_of_things,
    misplaced,
    repeated,
    turned_fractions,
    turned_trends,
)
from bot.summaries.terms import terms
from bot.text.mrkdwn import without_bold


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


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What the checks say of one claim; empty and false where nothing speaks against it."""

    figures: tuple[GradedFigure, ...] = ()
    #: The names that the paper does not have, as the claim writes them.
    foreign_names: tuple[str, ...] = ()
    #: The names with which the claim compares and the named sentences do not, though the paper has them.
    unnamed_baselines: tuple[str, ...] = ()
    #: The words of the claim whose direction is opposite to that of the named sentences.
    opposed: tuple[str, ...] = ()
    #: Whether the claim has nothing in common with the named sentences, though it has with others.
    shares_nothing: bool = False

    def figures_of(self, grade: Grade) -> tuple[str, ...]:
        """Return the figures with a grade."""
        return tuple(figure.text for figure in self.figures if figure.grade is grade)


def check_claim(claim: Claim, given: NumberedText, paper_text: SourceText, language: str) -> ClaimVerdict:
    """Check a claim, in a language (BCP 47), against the sentences of `given` that it names.

    `paper_text` is all that was read of the paper, its title and abstract included. A claim that names no
    sentence has no figure near, and neither direction nor common terms are judged.
    """
    text = without_bold(claim.text)
    named = given.named(claim.numbers)
    around = tuple(_around(named, given))
    figures = stated_figures(text, language)
    return ClaimVerdict(
        figures=tuple(_graded(text, figures, named, around, paper_text)),
        foreign_names=paper_text.names.foreign_names(text),
        unnamed_baselines=tuple(unnamed_baselines(text, [each.text for each in around], paper_text.names)),
        opposed=tuple(_opposed(text, claim.part, [each.text for each in named])),
        shares_nothing=bool(named) and _shares_nothing(text, around, paper_text),
    )


_OF_THE_PAPER = frozenset({"method", "results", "takeaway"})
"""The parts that tell what the paper does and finds; the one sentence may begin with what others lack."""


def _opposed(text: str, part: str, named: list[str]) -> Iterator[str]:
    yield from opposed_words(text, named, is_strict=part != "problem")
    yield from contradicted_trends(text)
    if part in _OF_THE_PAPER:
        yield from unfounded_denials(text, named)


def _around(named: Iterable[NumberedSentence], given: NumberedText) -> Iterator[NumberedSentence]:
    """Yield the named sentences and their neighbours, each once."""
    found = {each.number: each for one in named for each in (one, *given.neighbours(one.number))}
    yield from found.values()


_LEAST_SHARED, _LEAST_SHARED_ACROSS = 3, 5
"""Fewer terms in common with the paper prove nothing, least of all across scripts."""

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _shares_nothing(text: str, around: Iterable[NumberedSentence], paper_text: SourceText) -> bool:
    shared = paper_text.terms_around(text) | {_value(number) for number in _numbers(text)}
    told = {term for each in around for term in _told(each.text)}
    least = _LEAST_SHARED_ACROSS if _WIDE.search(text) else _LEAST_SHARED
    return len(shared) >= least and shared.isdisjoint(told)


@lru_cache(maxsize=4_096)
def _told(sentence: str) -> frozenset[str]:
    return frozenset(terms(sentence) | {_value(number) for number in _numbers(sentence)})


def _value(number: Number) -> str:
    return f"={number.value.normalize()}"


# --- Figures ---------------------------------------------------------------------------------------------


def _graded(
    text: str,
    figures: Iterable[StatedFigure],
    named: tuple[NumberedSentence, ...],
    around: tuple[NumberedSentence, ...],
    paper_text: SourceText,
) -> Iterator[GradedFigure]:
    stated = tuple(figures)
    if not stated:
        return
    evidence = _Evidence(named, around)
    swapped = _out_of_place(text, stated, [each.text for each in named])
    everywhere = paper_text.claim(text, [number for figure in stated for number in figure.numbers])
    for figure in stated:
        is_change = bool(_CHANGE.search(_clause(text, figure)))
        near = [evidence.has(number, is_change=is_change) for number in figure.numbers]
        if all(near) and figure not in swapped:
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
    }


class _Evidence:
    """The numbers of the named sentences and of their neighbours."""

    def __init__(self, named: Iterable[NumberedSentence], around: Iterable[NumberedSentence]) -> None:
        self._named = [_numbers(each.text) for each in named]
        self._around = [_numbers(each.text) for each in around]
        self._all = [number for numbers in self._around for number in numbers]
        self._all_named = [number for numbers in self._named for number in numbers]

    def has(self, number: Number, *, is_change: bool) -> bool:
        """Whether a number stands in the sentences; one that tells a change may also be derived there.

        A single digit stands in too many sentences by chance to be looked for in the neighbours.
        """
        if has_other_unit(number, self._all):
            return False
        if number.kind is Kind.POINTS and not is_change:
            return stands_in(number, [each for each in self._all if each.kind is Kind.POINTS])
        where = self._all if number.digits > 1 else self._all_named
        if stands_in(number, where):
            return True
        if not is_change and number.kind is not Kind.MULTIPLE:
            return any(is_sum(number, pair) for pair in self._pairs(self._named))
        if number.kind is Kind.PLAIN:
            return any(is_derived(number, pair) for pair in self._pairs(self._around))
        groups = self._around if number.kind is Kind.PERCENT else (*self._around, self._all_named)
        return any(is_derived(number, group) for group in groups)

    def _pairs(self, groups: Iterable[tuple[Number, ...]]) -> Iterator[tuple[Number, Number]]:
        """Yield the numbers that stand next to each other: others have nothing to do with one another."""
        for numbers in groups:
            yield from pairwise(numbers)


_CHANGE = re.compile(
    r"[增升降减快慢超优胜提缩倍省]|[更较]?[高低多少大小](?:于|出|了)|更[高低多少大小长短好差]|差[距异值]|领先|落后|改善|相差|节约|翻|短|\b(?:improv|gain|increas|reduc|decreas|drop|fewer|more|less|than|faster"
    r"|slower|higher|lower|better|worse|difference|gap|by|over|boost|cut|sav|declin|outperform|surpass|exceed|rel)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile("[，,。；;：:、]")
_REACH = 40


def _clause(text: str, figure: StatedFigure) -> str:
    """Return the words around a figure in its clause."""
    before = _CLAUSE_END.split(text[max(0, figure.start - _REACH) : figure.start])[-1]
    after = _CLAUSE_END.split(text[figure.end : figure.end + _REACH], maxsplit=1)[0]
    return f"{before} {after}"


@lru_cache(maxsize=4_096)
def _numbers(sentence: str) -> tuple[Number, ...]:
    return tuple(numbers_in(sentence))
