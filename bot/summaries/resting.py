"""Judges the sentences of a summary by the sentences of the paper that they name; pure.

A sentence with a doubt stays in the summary and carries a mark. It is left out of it where two things speak
against it: it names no sentence of the paper or shares nothing with those it names, and it has a name or a
figure that the paper does not have. The last sentence of a part is never left out, nor is the one sentence
that sums up the paper: they stay with their marks. What is left out is kept, and shown, as evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.figures import numbers_in
from bot.summaries.terms import terms
from bot.text.mrkdwn import without_bold
from storage.records import Doubt, DoubtKind, Evidence, PaperSentence

_NO_GROUND = frozenset({DoubtKind.NO_SENTENCE, DoubtKind.NOTHING_SHARED})
_INVENTED = frozenset({DoubtKind.NAME_NOT_FOUND, DoubtKind.FIGURE_NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the paper's sentences that it names, and what speaks against it."""

    claim: Claim
    sentences: tuple[NumberedSentence, ...]
    doubts: tuple[Doubt, ...]
    is_left_out: bool = False

    @property
    def unknown(self) -> tuple[int, ...]:
        """The numbers that it names and that no sentence has."""
        known = {sentence.number for sentence in self.sentences}
        return tuple(number for number in self.claim.numbers if number not in known)

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


def judged(claims: Iterable[Claim], given: NumberedText) -> tuple[Judged, ...]:
    """Judge each claim, and decide which are left out."""
    found = [Judged(claim, given.named(claim.numbers), _doubts(claim, given)) for claim in claims]
    return tuple(_decided(found))


def evidence_of(found: Iterable[Judged], parts: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Return what is kept of the judged claims, for the parts as they are shown.

    Of a sentence that was cut with its part the rest is kept, of one that was cut away nothing.
    """
    kept: list[Evidence] = []
    ends: dict[str, int] = {}
    for each in found:
        part, text = each.claim.part, each.claim.text
        shown, end = parts.get(part, ""), ends.get(part, 0)
        if each.is_left_out:
            kept += [each.evidence(text)] if shown else []
            continue
        start = shown.find(text, end)
        seen = text if start >= 0 else shown[end:].strip()
        if seen:
            kept.append(each.evidence(seen))
        ends[part] = start + len(text) if start >= 0 else len(shown)
    return tuple(kept)


def _decided(found: Sequence[Judged]) -> Iterable[Judged]:
    for part in dict.fromkeys(each.claim.part for each in found):
        of_part = [each for each in found if each.claim.part == part]
        bad = [each for each in of_part if _is_groundless(each)]
        keeps_none = part == "tldr" or len(bad) == len(of_part)
        for each in of_part:
            yield replace(each, is_left_out=True) if each in bad and not keeps_none else each


def _is_groundless(each: Judged) -> bool:
    kinds = {doubt.kind for doubt in each.doubts}
    return bool(kinds & _NO_GROUND) and bool(kinds & _INVENTED)


def _doubts(claim: Claim, given: NumberedText) -> tuple[Doubt, ...]:
    """Return what speaks against a claim; what a model concludes itself needs no sentence."""
    named = given.named(claim.numbers)
    if not named:
        return () if claim.is_inference else (Doubt(DoubtKind.NO_SENTENCE),)
    around = {each.number: each for one in named for each in (one, *given.neighbours(one.number))}
    said = _told(without_bold(claim.text))
    elsewhere = _told(" ".join(each.text for each in given.sentences))
    if said & elsewhere and not said & _told(" ".join(each.text for each in around.values())):
        return (Doubt(DoubtKind.NOTHING_SHARED),)
    return ()


def _told(text: str) -> set[str]:
    return terms(text) | {f"={number.value.normalize()}" for number in numbers_in(text)}
