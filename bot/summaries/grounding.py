"""Looks up a summary's figures in the paper's text; pure.

A figure is supported if a number of the text equals it, or rounds to it at its precision. Whole numbers and
single digits are never taken as rounded, unless a word such as "about" precedes them. `0.92` and `92%` are
equal.

The text around the number must share terms with the claim: words, names, other figures, or ideas such as
accuracy that both languages name, each weighted by its rarity. It needs at least two fifths of what the
passage nearest to the claim shares. Where the text has none of the claim's terms, or only ubiquitous ones,
the number alone decides; so it does where the figure has four significant digits, as `57.76` or `2,219`,
which is too specific for a coincidence.

A figure is derived if it is the difference or, for times and per cent, the ratio of two numbers in one
sentence or table row that shares as much with the claim.
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
from bot.text.mrkdwn import cut, without_bold
from storage.records import Figure, Grounding

_LONGEST_NEAREST = 400
_COMMON_SHARE, _LEAST_COMMON = 0.2, 3
"""A term in more than a fifth of the passages, and in more than three, identifies none of them."""

_NEAR = 0.4
"""Measured: half of it accepts twice as many chance hits, and twice of it loses real figures."""

_LEAST_DIGITS_ROUNDED = 2
_LEAST_DIGITS_OF_TERM = 2
_TELLING_DIGITS = 4
_MOST_COMBINED = 12
"""Almost anything could be derived from a sentence with more numbers."""


def grounded(parts: Mapping[str, str], language: str, source: "SourceText") -> tuple[Figure, ...]:
    """Look up the figures of a summary's parts, given by name and in a language (BCP 47).

    A figure that a part repeats is looked up each time, and returned once with the better result.
    """
    figures: dict[tuple[str, str], Figure] = {}
    for part, marked in parts.items():
        text = without_bold(marked)
        for sentence, stated in _by_sentence(text, stated_figures(text, language)):
            claim = source.claim(sentence, [number for figure in stated for number in figure.numbers])
            for figure in stated:
                known = figures.get((part, figure.text))
                if known is None or known.grounding is Grounding.NOT_FOUND:
                    figures[part, figure.text] = _looked_up(figure, part, claim, source)
    return tuple(figures.values())


def _by_sentence(text: str, stated: list[StatedFigure]) -> Iterator[tuple[str, list[StatedFigure]]]:
    """Yield each sentence in which a figure starts, with its figures."""
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        end = start + len(sentence)
        if within := [figure for figure in stated if start <= figure.start < end]:
            yield sentence, within


def _looked_up(figure: StatedFigure, part: str, claim: "Claim", source: "SourceText") -> Figure:
    """Look up all numbers of a figure, which is only as well grounded as the worst of them."""
    results = [source.look_up(number, claim) for number in figure.numbers]
    grounding, place = max(results, key=lambda result: list(Grounding).index(result[0]))
    return Figure(figure.text, part, grounding, source.passage(place))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a summary, compared with the source's passages."""

    #: How much each of its terms identifies a passage.
    weights: Mapping[str, float]
    #: The weight that each passage shares with it, by index.
    nearness: Mapping[int, float]


class SourceText:
    """A paper's text, indexed for looking up figures."""

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
        """Return a passage, cut to what a reader can compare at a glance."""
        return "" if place is None else cut(self._passages[place].text, _LONGEST_NEAREST)

    def claim(self, sentence: str, numbers: Iterable[Number]) -> Claim:
        """Return a summary's sentence as a claim about this text."""
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
        """Return whether the text has the number, and the index of the passage nearest to the claim."""
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
        """Return the indexes of all passages with the number, whatever surrounds it."""
        matching: dict[int, None] = {}
        for stated in _notations(number):
            slack = _slack(stated)
            first = bisect_left(self._values, stated.value - slack)
            last = bisect_right(self._values, stated.value + slack)
            for candidate, place in self._sorted[first:last]:
                if _supports(candidate, stated):
                    matching[place] = None
        return list(matching)

    def _without(self, number: Number, claim: Claim) -> Claim:
        """Return the claim without the number's own term, which must not support itself."""
        own = _number_terms([number])
        if own.isdisjoint(claim.weights):
            return claim
        weights = {term: weight for term, weight in claim.weights.items() if term not in own}
        return Claim(weights, self._nearness(weights))

    def _is_near(self, place: int, claim: Claim) -> bool:
        """Whether a passage and its surroundings are near the claim, relative to the nearest passage."""
        around = {term for each in self._passages[place].around for term in self._terms[each]}
        shared = sum(weight for term, weight in claim.weights.items() if term in around)
        return shared > 0 and shared >= _NEAR * max(claim.nearness.values())

    def _nearest(self, places: Iterable[int], claim: Claim) -> int | None:
        """Return the nearest passage; ties go to the one with more figures, then to the first."""
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
    """Yield the ways in which a text may write the number: as stated, as a share, as per cent."""
    for reading in number.readings:
        yield reading
        if reading.kind is Kind.PERCENT:
            share = scaled(reading, _HUNDREDTH)
            yield replace(share, kind=Kind.PLAIN)
        elif reading.kind is Kind.PLAIN and reading.value < 1 and reading.step < 1:
            share = scaled(reading, _HUNDRED)
            yield replace(share, kind=Kind.PERCENT)


def _slack(stated: Number) -> Decimal:
    is_count = stated.step == 1 and stated.kind is Kind.PLAIN
    may_be_rounded = stated.digits >= _LEAST_DIGITS_ROUNDED and not is_count
    return stated.step / 2 if may_be_rounded or stated.is_about else Decimal(0)


def _supports(candidate: Number, stated: Number) -> bool:
    """Whether a near enough number of the text is as precise as the stated one, and of the same kind."""
    if {candidate.kind, stated.kind} == {Kind.PERCENT, Kind.MULTIPLE}:
        return False
    return candidate.value == stated.value or candidate.step < stated.step


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
    """Yield the differences or ratios of each pair of numbers of the same kind."""
    for first, second in combinations(numbers, 2):
        if first.kind is not second.kind or first.value == second.value:
            continue
        if kind is not Kind.MULTIPLE:
            yield abs(first.value - second.value)
        if kind is not Kind.PLAIN and first.value and second.value:
            factor = _HUNDRED if kind is Kind.PERCENT else Decimal(1)
            yield factor * first.value / second.value
            yield factor * second.value / first.value
