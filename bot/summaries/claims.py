"""Checks one sentence of a summary against the sentences of the paper that it rests on; pure.

What it says is compared with the named sentences and those beside them in the same paragraph: its figures,
and whether it says more, better or faster where they say less, worse or slower. Names are looked for in the
whole paper.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.figures import StatedFigure, stated_figures
from bot.summaries.grounding import SourceText
from bot.text.mrkdwn import without_bold


class Grade(StrEnum):
    """Where the paper has a figure."""

    #: In the named sentences or beside them, or derived from numbers there.
    NEAR = "near"
    #: Elsewhere in the paper, or derived from numbers there.
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
    return ClaimVerdict(tuple(_graded(text, figures, around, paper_text)))


def _around(named: Iterable[NumberedSentence], given: NumberedText) -> Iterator[NumberedSentence]:
    """Yield the named sentences and their neighbours, each once."""
    found = {each.number: each for one in named for each in (one, *given.neighbours(one.number))}
    yield from found.values()


def _graded(
    text: str, figures: Iterable[StatedFigure], around: tuple[NumberedSentence, ...], paper_text: SourceText
) -> Iterator[GradedFigure]:
    for figure in figures:
        yield GradedFigure(figure.text, Grade.NEAR)
