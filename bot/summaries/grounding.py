"""Whether a paper's text has the figures of its summary; pure.

A figure is supported where a number of the text equals it, or rounds to it at the precision with which it is
written. Whole numbers count things and are never rounded ones, nor is a single digit, unless a word such as
about stands before them. `0.92` and `92%` are the same.

What stands around the number must share terms with the claim: words, names, other figures, ideas such as
accuracy that both languages name, each weighed by how few passages have it; at least two fifths of what the
passage that is nearest to the claim shares. Where the text has none of the claim's terms, or only those that
it has everywhere, there is nothing to compare and the number alone decides; so it does where the figure has
four digits that matter, as `57.76` or `2,219`: that is too telling to be a coincidence.

It is derived where it is the difference or, if it is meant as times or per cent, the ratio of two numbers in
one sentence of the text, or one row of a table, that by itself shares as much with the claim.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from math import log

from bot.summaries.figures import StatedFigure, numbers_in, stated_figures
from bot.summaries.numerals import Kind, Number, scaled
from bot.summaries.passages import passages
from bot.summaries.sentences import sentences
from bot.summaries.terms import terms
from bot.text import cut, without_bold
from storage.records import Figure, Grounding

_LONGEST_NEAREST = 400
_COMMON_SHARE, _LEAST_COMMON = 0.2, 3
"""A term that more than a fifth of the passages have, and more than three, tells nothing of one of them."""

_NEAR = 0.4
"""Measured: half of it lets twice as many chance hits pass, and twice of it loses figures that are there."""

_LEAST_DIGITS_ROUNDED = 2
_LEAST_DIGITS_OF_TERM = 2
_TELLING_DIGITS = 4
_MOST_COMBINED = 12
"""From a sentence with more numbers almost anything could be derived."""


def grounded(parts: Mapping[str, str], language: str, source: "SourceText") -> tuple[Figure, ...]:
    """Look up the figures of a summary's parts, by their names, written in a language (BCP 47).

    What a part says twice is looked up in both places, and told once, with the better result.
    """
    found: dict[tuple[str, str], Figure] = {}
    for part, marked in parts.items():
        text = without_bold(marked)
        for sentence, stated in _by_sentence(text, stated_figures(text, language)):
            claim = source.claim(sentence, [number for figure in stated for number in figure.numbers])
            for figure in stated:
                known = found.get((part, figure.text))
                if known is None or known.grounding is Grounding.NOT_FOUND:
                    found[part, figure.text] = _looked_up(figure, part, claim, source)
    return tuple(found.values())


def _by_sentence(text: str, stated: list[StatedFigure]) -> Iterator[tuple[str, list[StatedFigure]]]:
    """Yield each sentence that begins a figure, with its figures."""
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        end = start + len(sentence)
        if within := [figure for figure in stated if start <= figure.start < end]:
            yield sentence, within


def _looked_up(figure: StatedFigure, part: str, claim: "Claim", source: "SourceText") -> Figure:
    """Look up all numbers of a figure: it is as well founded as the worst of them."""
    results = [source.look_up(number, claim) for number in figure.numbers]
    grounding, place = max(results, key=lambda result: list(Grounding).index(result[0]))
    return Figure(figure.text, part, grounding, source.passage(place))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a summary: what its terms tell of the source's passages, and how near each is."""

    weights: Mapping[str, float]
    nearness: Mapping[int, float]


class SourceText:
    """A paper's text, prepared so that figures are looked up in it quickly."""

    def __init__(self, text: str) -> None:
        self._passages = passages(text)
        self._numbers = [numbers_in(passage.text) for passage in self._passages]
        self._where: defaultdict[str, list[int]] = defaultdict(list)
        self._terms: list[set[str]] = []
        for place, numbers in enumerate(self._numbers):
            found = terms(self._passages[place].text) | _number_terms(numbers)
            self._terms.append(found)
            for term in found:
                self._where[term].append(place)
        self._most_common = max(_LEAST_COMMON, int(_COMMON_SHARE * len(self._passages)))
        places = [(number, place) for place, numbers in enumerate(self._numbers) for number in numbers]
        self._sorted = sorted(places, key=lambda each: each[0].value)
        self._values = [number.value for number, _ in self._sorted]

    def passage(self, place: int | None) -> str:
        """Return the passage at a place, cut to what a reader can compare at a glance."""
        return "" if place is None else cut(self._passages[place].text, _LONGEST_NEAREST)

    def claim(self, sentence: str, numbers: Iterable[Number]) -> Claim:
        """Return what of a summary's sentence can be compared with this text."""
        weights: dict[str, float] = {}
        for term in terms(sentence) | _number_terms(numbers):
            places = self._where.get(term, ())
            if 0 < len(places) <= self._most_common:
                weights[term] = log(1 + len(self._passages) / len(places))
        return Claim(weights, self._nearness(weights))

    def _nearness(self, weights: Mapping[str, float]) -> dict[int, float]:
        nearness: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for place in self._where[term]:
                nearness[place] += weight
        return nearness

    def look_up(self, number: Number, claim: Claim) -> tuple[Grounding, int | None]:
        """Return whether the text has the number, and the place of the passage nearest to the claim."""
        places = self.places(number)
        others = self._without(number, claim)
        if others.weights and number.telling_digits < _TELLING_DIGITS:
            places = [place for place in places if self._is_near(place, others)]
        if places:
            return Grounding.SUPPORTED, self._nearest(places, claim)
        derived = [
            place
            for place, near in others.nearness.items()
            if near >= _NEAR * max(others.nearness.values()) and _is_derived(number, self._numbers[place])
        ]
        if derived:
            return Grounding.DERIVED, self._nearest(derived, claim)
        return Grounding.NOT_FOUND, self._nearest(claim.nearness, claim)

    def places(self, number: Number) -> list[int]:
        """Return where the text has the number at all, whatever stands around it."""
        found: dict[int, None] = {}
        for wanted in _notations(number):
            slack = _slack(wanted)
            first = bisect_left(self._values, wanted.value - slack)
            last = bisect_right(self._values, wanted.value + slack)
            for candidate, place in self._sorted[first:last]:
                if _supports(candidate, wanted):
                    found[place] = None
        return list(found)

    def _without(self, number: Number, claim: Claim) -> Claim:
        """Return the claim without the term that the number itself is: it must not vouch for itself."""
        own = _number_terms([number])
        if own.isdisjoint(claim.weights):
            return claim
        weights = {term: weight for term, weight in claim.weights.items() if term not in own}
        return Claim(weights, self._nearness(weights))

    def _is_near(self, place: int, claim: Claim) -> bool:
        """Whether what stands around a place is near to the claim, by the measure of the nearest passage."""
        around = {term for each in self._passages[place].around for term in self._terms[each]}
        shared = sum(weight for term, weight in claim.weights.items() if term in around)
        return shared > 0 and shared >= _NEAR * max(claim.nearness.values())

    def _nearest(self, places: Iterable[int], claim: Claim) -> int | None:
        """Return the nearest place; of two that are as near, the one with more figures, then the first."""
        return max(
            places,
            key=lambda place: (claim.nearness.get(place, 0.0), len(self._numbers[place]), -place),
            default=None,
        )


def _number_terms(numbers: Iterable[Number]) -> set[str]:
    return {f"={number.value.normalize()}" for number in numbers if number.digits >= _LEAST_DIGITS_OF_TERM}


# --- Equal -----------------------------------------------------------------------------------------------

_HUNDREDTH, _HUNDRED = Decimal("0.01"), Decimal(100)


def _notations(number: Number) -> Iterator[Number]:
    """Yield each way in which a text may write the number: as it is read, as a share, as per cent."""
    for reading in number.readings:
        yield reading
        if reading.kind is Kind.PERCENT:
            share = scaled(reading, _HUNDREDTH)
            yield replace(share, kind=Kind.PLAIN)
        elif reading.kind is Kind.PLAIN and reading.value < 1 and reading.step < 1:
            share = scaled(reading, _HUNDRED)
            yield replace(share, kind=Kind.PERCENT)


def _slack(wanted: Number) -> Decimal:
    is_count = wanted.step == 1 and wanted.kind is Kind.PLAIN
    may_be_rounded = wanted.digits >= _LEAST_DIGITS_ROUNDED and not is_count
    return wanted.step / 2 if may_be_rounded or wanted.is_about else Decimal(0)


def _supports(candidate: Number, wanted: Number) -> bool:
    """Whether a number of a text, which is near enough, is as precise as the one wanted and no other kind."""
    if {candidate.kind, wanted.kind} == {Kind.PERCENT, Kind.MULTIPLE}:
        return False
    return candidate.value == wanted.value or candidate.step < wanted.step


# --- Derived ---------------------------------------------------------------------------------------------


def _is_derived(number: Number, numbers: list[Number]) -> bool:
    if len(numbers) > _MOST_COMBINED:
        return False
    slack = _slack(number)
    return any(
        abs(derived - reading.value) <= slack
        for reading in number.readings
        for derived in _derivable(reading.kind, numbers)
    )


def _derivable(kind: Kind, numbers: list[Number]) -> Iterator[Decimal]:
    """Yield the differences or ratios of each two numbers; per cent goes with per cent only."""
    for first, second in combinations(numbers, 2):
        if first.kind is not second.kind or first.value == second.value:
            continue
        if kind is not Kind.MULTIPLE:
            yield abs(first.value - second.value)
        if kind is not Kind.PLAIN and first.value and second.value:
            factor = _HUNDRED if kind is Kind.PERCENT else Decimal(1)
            yield factor * first.value / second.value
            yield factor * second.value / first.value
