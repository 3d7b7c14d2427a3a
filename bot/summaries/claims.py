"""Checks one sentence of a summary against the sentences of the paper that it rests on; pure.

What it says is compared with the named sentences and those beside them in the same paragraph: its figures,
and whether it says more, better or faster where they say less, worse or slower, and with what it compares.
Other names are looked for in the whole paper.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.summaries.baselines import unnamed_baselines
from bot.summaries.denials import unfounded_denials
from bot.summaries.directions import contradicted_trends, opposed_words
from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.figures import numbers_in, stated_figures
from bot.summaries.grades import Grade, GradedFigure, graded
from bot.summaries.grounding import SourceText
from bot.summaries.numerals import Number
from bot.summaries.terms import terms
from bot.text.mrkdwn import without_bold


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
        figures=tuple(graded(text, figures, named, around, paper_text)),
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
    shared = paper_text.terms_around(text) | {_value(number) for number in numbers_in(text)}
    told = {term for each in around for term in _told(each.text)}
    least = _LEAST_SHARED_ACROSS if _WIDE.search(text) else _LEAST_SHARED
    return len(shared) >= least and shared.isdisjoint(told)


@lru_cache(maxsize=4_096)
def _told(sentence: str) -> frozenset[str]:
    return frozenset(terms(sentence) | {_value(number) for number in numbers_in(sentence)})


def _value(number: Number) -> str:
    return f"={number.value.normalize()}"
