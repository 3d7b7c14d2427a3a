"""Looks up a summary's figures in the paper's text; pure.

A figure is supported if a number of the text equals it, or rounds to it at its precision. Whole numbers and
single digits are never taken as rounded, unless a word such as "about" precedes them. `0.92` and `92%` are
equal.

The text around the number must share terms with the claim: words, names, other figures, or ideas such as
accuracy that both languages name, each weighted by its rarity. It needs at least two fifths of what the
passage nearest to the claim shares. Where the text has none of the claim's terms, or only ubiquitous ones,
the number alone decides; so it does where the figure has four significant digits, as `57.76` or `2,219`,
which is too specific for a coincidence.

A figure is derived if it is the difference, for counts the sum or, for times and per cent, the ratio of two
numbers in one sentence or table row that shares as much with the claim.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from math import log

from bot.summaries.figures import StatedFigure, numbers_in, stated_figures
from bot.summaries.names import NameIndex
from bot.summaries.numerals import Bound, Kind, Number, scaled
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
_MOST_COMBINED_ROUGHLY = 6
"""The same for a figure of two digits, of which there are only ninety."""


def grounded(parts: Mapping[str, str], language: str, source: "SourceText") -> tuple[Figure, ...]:
    """Look up the figures of a summary's parts, given by name and in a language (BCP 47).

    A figure that a part repeats is looked up each time, and returned once with the better result.
    """
    figures: dict[tuple[str, str], Figure] = {}
    for part, marked in parts.items():
        text = without_bold(marked)
        figures_of_part = source.names.without_versions(text, stated_figures(text, language))
        for sentence, stated in _by_sentence(text, list(figures_of_part)):
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


def _looked_up(figure: StatedFigure, part: str, claim: "Comparison", source: "SourceText") -> Figure:
    """Look up all numbers of a figure, which is only as well grounded as the worst of them."""
    results = [source.look_up(number, claim) for number in figure.numbers]
    grounding, place = max(results, key=lambda result: list(Grounding).index(result[0]))
    return Figure(figure.text, part, grounding, source.passage(place))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sentence of a summary, compared with the source's passages."""

    #: How much each of its terms identifies a passage.
    weights: Mapping[str, float]
    #: The weight that each passage shares with it, by index.
    nearness: Mapping[int, float]


class SourceText:
    """A paper's text, indexed for looking up figures."""

    def __init__(self, text: str) -> None:
        self.text = text
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

    @cached_property
    def names(self) -> NameIndex:
        """The words of the text, for looking up names."""
        return NameIndex(self.text)

    def passage(self, place: int | None) -> str:
        """Return a passage, cut to what a reader can compare at a glance."""
        return "" if place is None else cut(self._passages[place].text, _LONGEST_NEAREST)

    def claim(self, sentence: str, numbers: Iterable[Number]) -> Comparison:
        """Return a summary's sentence as a claim about this text."""
        weights: dict[str, float] = {}
        for term in terms(sentence) | _number_terms(numbers):
            places = self._where.get(term, ())
            if 0 < len(places) <= self._most_common:
                weights[term] = log(1 + len(self._passages) / len(places))
        return Comparison(weights, self._nearness(weights))

    def _nearness(self, weights: Mapping[str, float]) -> dict[int, float]:
        nearness: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for place in self._where[term]:
                nearness[place] += weight
        return nearness

    def look_up(self, number: Number, claim: Comparison) -> tuple[Grounding, int | None]:
        """Return whether the text has the number, and the index of the passage nearest to the claim."""
        places = self.places(number)
        others = self._without(number, claim)
        if others.weights and number.telling_digits < _TELLING_DIGITS:
            places = [place for place in places if self._is_near(place, others)]
        if places:
            return Grounding.SUPPORTED, self._nearest(places, claim)
        if derived := self._derived(number, others):
            return Grounding.DERIVED, self._nearest(derived, claim)
        return Grounding.NOT_FOUND, self._nearest(claim.nearness, claim)

    def has(self, number: Number, claim: Comparison) -> bool:
        """Return whether the text has the number anywhere, or gives it near the claim."""
        return bool(self.places(number)) or bool(self._derived(number, claim))

    def _derived(self, number: Number, claim: Comparison) -> list[int]:
        most = max(claim.nearness.values(), default=0.0)
        return [
            place
            for place, near in claim.nearness.items()
            if near >= _NEAR * most and is_derived(number, self._numbers[place])
        ]

    def terms_around(self, text: str) -> set[str]:
        """Return the terms of a text that some passage has."""
        return {term for term in terms(text) if term in self._where}

    def places(self, number: Number) -> list[int]:
        """Return the indexes of all passages with the number, whatever surrounds it."""
        matching: dict[int, None] = {}
        for stated in _notations(number):
            below, above = _slack(stated)
            first = bisect_left(self._values, stated.value - below)
            last = bisect_right(self._values, stated.value + above)
            for candidate, place in self._sorted[first:last]:
                if _supports(candidate, stated):
                    matching[place] = None
        return list(matching)

    def _without(self, number: Number, claim: Comparison) -> Comparison:
        """Return the claim without the number's own term, which must not support itself."""
        own = _number_terms([number])
        if own.isdisjoint(claim.weights):
            return claim
        weights = {term: weight for term, weight in claim.weights.items() if term not in own}
        return Comparison(weights, self._nearness(weights))

    def _is_near(self, place: int, claim: Comparison) -> bool:
        """Whether a passage and its surroundings are near the claim, relative to the nearest passage."""
        around = {term for each in self._passages[place].around for term in self._terms[each]}
        shared = sum(weight for term, weight in claim.weights.items() if term in around)
        return shared > 0 and shared >= _NEAR * max(claim.nearness.values())

    def _nearest(self, places: Iterable[int], claim: Comparison) -> int | None:
        """Return the nearest passage; ties go to the one with more figures, then to the first."""
        return max(
            places,
            key=lambda place: (claim.nearness.get(place, 0.0), len(self._numbers[place]), -place),
            default=None,
        )


def _number_terms(numbers: Iterable[Number]) -> set[str]:
    return {f"={number.value.normalize()}" for number in numbers if number.digits >= _LEAST_DIGITS_OF_TERM}


def stands_in(number: Number, numbers: Sequence[Number]) -> bool:
    """Whether one of a text's numbers equals a number, or rounds to it, whatever surrounds it."""
    return any(_any_matches(stated, numbers) for stated in _notations(number))


def has_other_unit(number: Number, numbers: Sequence[Number]) -> bool:
    """Whether numbers have a number as per cent that is stated as points or without a unit."""
    equal = [each for each in numbers for stated in number.readings if each.value == stated.value]
    kinds = {each.kind for each in equal}
    own = {stated.kind for stated in number.readings}
    is_clear = number.digits >= _LEAST_DIGITS_ROUNDED or Kind.POINTS in own
    return is_clear and Kind.PERCENT in kinds - own and not kinds & (own - {Kind.PLAIN})


def _any_matches(stated: Number, numbers: Sequence[Number]) -> bool:
    below, above = _slack(stated)
    least, most = stated.value - below, stated.value + above
    readings = (reading for each in numbers for reading in each.readings)
    return any(least <= each.value <= most and _supports(each, stated) for each in readings)


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


_ABOUT_SHARE, _ABOVE_SHARE, _BELOW_SHARE = Decimal("0.05"), Decimal("0.25"), Decimal("0.1")
"""How far, as a share of a number, the true one may be where words such as about, over or nearly precede."""


def _slack(stated: Number) -> tuple[Decimal, Decimal]:
    """Return how far below and how far above the stated number the true one may be."""
    is_count = stated.step == 1 and stated.kind is Kind.PLAIN
    may_be_rounded = stated.digits >= _LEAST_DIGITS_ROUNDED and not is_count
    rounded = stated.step / 2 if may_be_rounded or stated.is_about else Decimal(0)
    if stated.is_about:
        rounded = max(rounded, min(stated.round_step / 2, _ABOUT_SHARE * stated.value))
    if stated.bound is Bound.ABOVE:
        least_too_high = min(stated.round_step, _ABOVE_SHARE * stated.value)
        return Decimal(0), max(rounded, least_too_high * (1 - _SMALLEST))
    if stated.bound is Bound.BELOW:
        return max(rounded, min(stated.round_step / 2, _BELOW_SHARE * stated.value)), Decimal(0)
    is_cut = stated.step > 1 and stated.digits >= _LEAST_DIGITS_ROUNDED
    return rounded, stated.step * (1 - _SMALLEST) if is_cut else rounded


_SMALLEST = Decimal("1e-9")


_NO_SUPPORT = frozenset(
    {
        (Kind.PERCENT, Kind.MULTIPLE),
        (Kind.PERCENT, Kind.POINTS),
        (Kind.POINTS, Kind.PERCENT),
        (Kind.POINTS, Kind.MULTIPLE),
        (Kind.MULTIPLE, Kind.PERCENT),
        (Kind.MULTIPLE, Kind.POINTS),
        (Kind.PLAIN, Kind.PERCENT),
    }
)
"""Kinds of a stated number and of the text's that are not the same: a table may drop a unit, a claim not."""


def _supports(candidate: Number, stated: Number) -> bool:
    """Whether a near enough number of the text is as precise as the stated one, and of the same kind."""
    if (stated.kind, candidate.kind) in _NO_SUPPORT:
        return False
    if candidate.is_of_things and stated.kind is not Kind.PLAIN:
        return False
    if candidate.step < 1 and _is_single_count(stated):
        # `1.000` is no count.
        return False
    if candidate.value == stated.value or candidate.step < stated.step:
        return True
    return (stated.is_about or stated.bound is not Bound.NONE) and candidate.step <= stated.round_step


def _is_single_count(number: Number) -> bool:
    return number.kind is Kind.PLAIN and number.step == 1 and number.digits == 1


# --- Derived ---------------------------------------------------------------------------------------------


def is_derived(number: Number, numbers: Sequence[Number]) -> bool:
    """Whether a number is the difference, the ratio or the sum of two of a few numbers."""
    if _is_single_count(number):
        # Some two numbers of any sentence differ by one of nine.
        return False
    is_telling = number.digits > _LEAST_DIGITS_ROUNDED
    if len(numbers) > (_MOST_COMBINED if is_telling else _MOST_COMBINED_ROUGHLY):
        return False
    below, above = _slack(number)
    return is_sum(number, numbers) or any(
        reading.value - below <= derived <= reading.value + above
        for reading in number.readings
        for derived in _derivable(reading, numbers)
    )


def is_sum(number: Number, numbers: Sequence[Number]) -> bool:
    """Whether a count is the sum of two of a few counts, as closely as it is stated."""
    is_rough = number.telling_digits < _LEAST_DIGITS_ROUNDED
    below, above = (Decimal(0), Decimal(0)) if is_rough else _slack(number)
    return len(numbers) <= _MOST_COMBINED and any(
        _counts(number, first, second) and -below <= first.value + second.value - number.value <= above
        for first, second in combinations(numbers, 2)
    )


def _derivable(stated: Number, numbers: Sequence[Number]) -> Iterator[Decimal]:
    """Yield the differences and ratios of the numbers that may give one of a kind."""
    if stated.kind is Kind.PERCENT:
        # Eight times less is 87.5 % less.
        factors = (each.value for each in numbers if each.kind is Kind.MULTIPLE and each.value > 1)
        yield from (_HUNDRED - _HUNDRED / factor for factor in factors)
    for first, second in combinations(numbers, 2):
        if first.kind is second.kind and first.value != second.value:
            yield from _differences(stated, first, second)
            yield from _ratios(stated, first.value, second.value)


def _differences(stated: Number, first: Number, second: Number) -> Iterator[Decimal]:
    if stated.kind is Kind.MULTIPLE or (stated.kind, first.kind) in _NO_DIFFERENCE:
        return
    if _is_telling(first, second):
        difference = abs(first.value - second.value)
        yield difference
        if stated.kind is Kind.POINTS and _is_share(first) and _is_share(second):
            yield _HUNDRED * difference


def _ratios(stated: Number, first: Decimal, second: Decimal) -> Iterator[Decimal]:
    if stated.kind not in _RATIOS or not first or not second:
        return
    factor = _HUNDRED if stated.kind is Kind.PERCENT else Decimal(1)
    yield factor * first / second
    yield factor * second / first
    if stated.kind is Kind.PERCENT:
        yield abs(factor * (first - second) / second)
        yield abs(factor * (first - second) / first)


def _is_share(number: Number) -> bool:
    return number.kind is Kind.PLAIN and number.value <= 1 and number.step < 1


_LEAST_ADDED = Decimal("0.02")
"""What adds less than this to a number changes only its last digits, as any number does by chance."""


def _is_telling(first: Number, second: Number) -> bool:
    """Whether two numbers are near enough that their sum and difference differ from either."""
    lesser, greater = sorted([first.value, second.value])
    return lesser >= _LEAST_ADDED * greater


def _counts(stated: Number, first: Number, second: Number) -> bool:
    """Whether a number and two others are counts that can be added up."""
    is_whole = all(each.kind is Kind.PLAIN and each.step >= 1 for each in (stated, first, second))
    return (
        is_whole and _is_telling(first, second) and min(first.digits, second.digits) >= _LEAST_DIGITS_ROUNDED
    )


_NO_DIFFERENCE = frozenset(
    {(Kind.PLAIN, Kind.PERCENT), (Kind.PERCENT, Kind.MULTIPLE), (Kind.POINTS, Kind.MULTIPLE)}
)
_RATIOS = frozenset({Kind.PERCENT, Kind.MULTIPLE})
