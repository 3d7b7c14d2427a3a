"""Judges the sentences of a summary by the sentences of the paper that they name; pure.

A sentence with a doubt stays in the summary and carries a mark. It is left out of it where two things speak
against it: it names no sentence of the paper or shares nothing with those it names, and it has a name or a
figure that the paper does not have. The last sentence of a part is never left out, nor is the one sentence
that sums up the paper: they stay with their marks. What is left out is kept, and shown, as evidence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bot.summaries.claims import ClaimVerdict, check_claim
from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.grades import Grade, GradedFigure
from bot.summaries.grounding import SourceText
from bot.text.mrkdwn import cut
from storage.records import Doubt, DoubtKind, Evidence, Figure, Grounding, PaperSentence

_NO_GROUND = frozenset({DoubtKind.NO_SENTENCE, DoubtKind.NOTHING_SHARED})
_LONGEST_LEFT_OUT = 600
_LONGEST_JUDGED = 1_000
"""The characters of a sentence that are judged; no part of a card has as many."""

_SUM = "tldr"
"""The part that sums up the others, and may go without sentences of its own."""

_GROUNDINGS = {Grade.ELSEWHERE: Grounding.ELSEWHERE, Grade.NOT_IN_PAPER: Grounding.NOT_FOUND}
_INVENTED = frozenset({DoubtKind.NAME_NOT_FOUND, DoubtKind.FIGURE_NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the paper's sentences that it names, and what speaks against it."""

    claim: Claim
    sentences: tuple[NumberedSentence, ...]
    figures: tuple[GradedFigure, ...]
    doubts: tuple[Doubt, ...]
    is_left_out: bool = False

    def evidence(self, text: str) -> Evidence:
        """Return what is kept of it, with its text as the summary shows it."""
        return Evidence(
            self.claim.part,
            text,
            tuple(PaperSentence(each.text, each.section) for each in self.sentences),
            self.claim.is_inference,
            self.doubts,
            self.is_left_out,
        )


def judged(
    claims: Iterable[Claim], given: NumberedText, source: SourceText, language: str
) -> tuple[Judged, ...]:
    """Judge each claim of a summary in a language (BCP 47), and decide which are left out.

    Where none names a sentence that exists, no sources are given, and there is nothing to judge by.
    """
    found = []
    for claim in claims:
        named = given.named(claim.numbers)
        read = replace(claim, text=claim.text[:_LONGEST_JUDGED])
        verdict = check_claim(read, given, source, language)
        doubts = tuple(_doubts(claim, verdict, is_sourced=bool(named)))
        found.append(Judged(claim, named, verdict.figures, doubts))
    return tuple(_decided(found)) if any(each.sentences for each in found) else ()


def regraded(figures: Iterable[Figure], found: Iterable[Judged]) -> tuple[Figure, ...]:
    """Return figures that were looked up in the whole text, by what the sentences named for them have.

    Of a figure that a part has several times the best result counts, as in `grounded`.
    """
    graded: dict[tuple[str, str], set[Grade]] = {}
    for each in found:
        for figure in each.figures if not each.is_left_out else ():
            graded.setdefault((each.claim.part, figure.text), set()).add(_grade(figure, each))
    return tuple(
        _as_graded(figure, grades) if (grades := graded.get((figure.part, figure.text))) else figure
        for figure in figures
    )


def _grade(figure: GradedFigure, of: Judged) -> Grade:
    """Return a figure's grade; what names no sentence cannot have it elsewhere."""
    return Grade.NEAR if figure.grade is Grade.ELSEWHERE and not of.sentences else figure.grade


def _as_graded(figure: Figure, grades: Set[Grade]) -> Figure:
    best = next(grade for grade in Grade if grade in grades)
    if best is Grade.NEAR:
        is_derived = figure.grounding is Grounding.DERIVED
        return replace(figure, grounding=Grounding.DERIVED if is_derived else Grounding.SUPPORTED)
    return replace(figure, grounding=_GROUNDINGS[best])


def evidence_of(found: Iterable[Judged], parts: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Return what is kept of the judged claims, for the parts as they are shown.

    Of a sentence that was cut with its part the rest is kept, of one that was cut away nothing, nor of the
    one that sums up the others where it names no sentence and nothing speaks against it.
    """
    kept: list[Evidence] = []
    ends: dict[str, int] = {}
    for each in found:
        part, text = each.claim.part, each.claim.text
        shown, end = parts.get(part, ""), ends.get(part, 0)
        if each.is_left_out:
            kept += [each.evidence(cut(text, _LONGEST_LEFT_OUT))] if shown else []
            continue
        start = shown.find(text, end)
        seen = text if start >= 0 else shown[end:].strip()
        if seen and (part != _SUM or each.sentences or each.doubts):
            kept.append(each.evidence(seen))
        ends[part] = start + len(text) if start >= 0 else len(shown)
    return tuple(kept)


def _decided(found: Sequence[Judged]) -> Iterable[Judged]:
    for part in dict.fromkeys(each.claim.part for each in found):
        of_part = [each for each in found if each.claim.part == part]
        bad = [each for each in of_part if _is_groundless(each)]
        keeps_none = part == _SUM or len(bad) == len(of_part)
        for each in of_part:
            yield replace(each, is_left_out=True) if each in bad and not keeps_none else each


def _is_groundless(each: Judged) -> bool:
    kinds = {doubt.kind for doubt in each.doubts}
    return bool(kinds & _NO_GROUND) and bool(kinds & _INVENTED)


def _doubts(claim: Claim, verdict: ClaimVerdict, *, is_sourced: bool) -> Iterator[Doubt]:
    """Yield what speaks against a claim; what a model concludes, or sums up, needs no sentence."""
    if not is_sourced and not claim.is_inference and claim.part != _SUM:
        yield Doubt(DoubtKind.NO_SENTENCE)
    if verdict.shares_nothing:
        yield Doubt(DoubtKind.NOTHING_SHARED)
    kinds = {
        DoubtKind.OTHER_DIRECTION: [", ".join(verdict.opposed)] if verdict.opposed else [],
        DoubtKind.NAME_NOT_FOUND: verdict.foreign_names,
        DoubtKind.BASELINE_ELSEWHERE: verdict.unnamed_baselines,
        DoubtKind.FIGURE_ELSEWHERE: verdict.figures_of(Grade.ELSEWHERE) if is_sourced else (),
        DoubtKind.FIGURE_NOT_FOUND: verdict.figures_of(Grade.NOT_IN_PAPER),
    }
    for kind, words in kinds.items():
        yield from (Doubt(kind, each) for each in dict.fromkeys(words))
