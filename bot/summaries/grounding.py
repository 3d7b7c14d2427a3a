"""Whether a paper's text has the figures of its summary; pure.

A figure is supported where a number of the text equals it, or rounds to it at the precision with which it is
written; a figure of one digit is never a rounded one. `0.92` and `92%` are the same. What stands around the
number must share a term with the claim: a word, a name, another figure, or an idea such as accuracy that both
languages name. Where the text has none of the claim's terms, or only those that it has everywhere, there is
nothing to compare and the number alone decides.

It is derived where it is the difference or, if it is meant as times or per cent, the ratio of two numbers in
one sentence of the text, or one row of a table, that shares a term with the claim.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import log

from bot.summaries.figures import numbers_in, stated_figures
from bot.summaries.numerals import Kind, Number, scaled
from bot.summaries.passages import passages
from bot.summaries.sentences import sentences
from bot.summaries.terms import terms
from bot.text import cut, without_bold
from storage.records import Figure, Grounding

_LONGEST_NEAREST = 400
_COMMON_SHARE, _LEAST_COMMON = 0.2, 3
"""A term that more than a fifth of the passages have, and more than three, tells nothing of one of them."""

_LEAST_DIGITS_ROUNDED = 2
_LEAST_DIGITS_OF_TERM = 2
_MOST_COMBINED = 12
"""From a sentence with more numbers almost anything could be derived."""


def grounded(parts: Mapping[str, str], language: str, source: "Source") -> tuple[Figure, ...]:
    """Look up the figures of a summary's parts, by their names, written in a language (BCP 47).

    What a part says twice is looked up in both places, and told once, with the better result.
    """
    found: dict[tuple[str, str], Figure] = {}
    for part, text in parts.items():
        for sentence in sentences(without_bold(text)):
            for figure in _of_sentence(sentence, part, language, source):
                known = found.get((part, figure.text))
                if known is None or known.grounding is Grounding.NOT_FOUND:
                    found[part, figure.text] = figure
    return tuple(found.values())


def _of_sentence(sentence: str, part: str, language: str, source: "Source") -> Iterator[Figure]:
    stated = stated_figures(sentence, language)
    if not stated:
        return
    claim = source.claim(sentence, [number for figure in stated for number in figure.numbers])
    for figure in stated:
        results = [source.look_up(number, claim) for number in figure.numbers]
        worst = max(results, key=lambda result: list(Grounding).index(result[0]))
        yield Figure(figure.text, part, worst[0], source.passage(worst[1]))


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a summary: its terms that tell one passage of the source from others, and who is near."""

    terms: frozenset[str]
    nearness: Mapping[int, float]


class Source:
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
        nearness: Counter[int] = Counter()
        telling = []
        for term in terms(sentence) | _number_terms(numbers):
            places = self._where.get(term, ())
            if 0 < len(places) <= self._most_common:
                telling.append(term)
                weight = log(1 + len(self._passages) / len(places))
                for place in places:
                    nearness[place] += weight  # type: ignore[assignment]  # a Counter adds fractions as well
        return Claim(frozenset(telling), nearness)

    def look_up(self, number: Number, claim: Claim) -> tuple[Grounding, int | None]:
        """Return whether the text has the number, and the place of the passage nearest to the claim."""
        shared = claim.terms - _number_terms([number])
        places = [place for place in self.places(number) if not shared or self._is_near(place, shared)]
        if places:
            return Grounding.SUPPORTED, self._nearest(places, claim)
        derived = [place for place in self._sharing(shared) if _is_derived(number, self._numbers[place])]
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

    def _is_near(self, place: int, shared: frozenset[str]) -> bool:
        return any(not shared.isdisjoint(self._terms[each]) for each in self._passages[place].around)

    def _sharing(self, shared: frozenset[str]) -> list[int]:
        return sorted({place for term in shared for place in self._where[term]})

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
            yield Number(share.value, share.step, Kind.PLAIN)
        elif reading.kind is Kind.PLAIN and reading.value < 1 and reading.step < 1:
            share = scaled(reading, _HUNDRED)
            yield Number(share.value, share.step, Kind.PERCENT)


def _slack(wanted: Number) -> Decimal:
    return wanted.step / 2 if wanted.digits >= _LEAST_DIGITS_ROUNDED else Decimal(0)


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
