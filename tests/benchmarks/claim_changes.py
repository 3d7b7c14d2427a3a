"""Claims of published summaries, the sentences that a good model would name, and ways to spoil claims."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import log

from bot.summaries.claims import check_claim
from bot.summaries.evidence import Claim, NumberedText
from bot.summaries.figures import StatedFigure, numbers_in, stated_figures
from bot.summaries.grades import Grade
from bot.summaries.grounding import SourceText, is_derived, stands_in
from bot.summaries.names import names_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.sentences import sentences
from bot.summaries.terms import terms
from bot.text.mrkdwn import without_bold

_MOST_NAMED = 3
_LEAST_SHARED, _LEAST_PAIRS = 0.15, 2
_CLAUSES = re.compile("[，；：]")


class Naming:
    """A model's part: naming the sentences of a paper for a claim.

    A published translation of the abstract tells which of its sentences a claim in Chinese is nearest to.
    """

    def __init__(self, given: NumberedText, abstract: str = "", translation: str = "") -> None:
        self._given = given
        self._lengths = [len(each) for each in sentences(translation)]
        self._translated = [_pairs(each) for each in sentences(translation)]
        self._abstract = [place for place, each in enumerate(given.sentences) if each.text in abstract][:40]
        self._terms = [terms(each.text) for each in given.sentences]
        self._numbers = [tuple(numbers_in(each.text)) for each in given.sentences]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, found in enumerate(self._terms):
            for term in found:
                self._places[term].append(place)

    def right(self, text: str, language: str) -> tuple[int, ...]:
        """Return the sentences whose translations are nearest and those with the claim's figures.

        None where there is no figure and no translation is near: then we cannot tell which is right.
        """
        near = self._nearness(text)
        wanted = [number for figure in stated_figures(text, language) for number in figure.numbers]
        chosen = self._aligned(text)[:1]
        wanted = [number for number in wanted if not any(self._has(place, number) for place in chosen)]
        for has in (self._states, self._has):
            while wanted and len(chosen) < _MOST_NAMED:
                held = {
                    place: count
                    for place in range(len(self._terms))
                    if (count := sum(has(place, number) for number in wanted))
                }
                if not held:
                    break
                place = max(held, key=lambda each: (held[each] + near.get(each, 0.0), -each))
                chosen.append(place)
                wanted = [number for number in wanted if not self._has(place, number)]
        chosen += [place for place in self._aligned(text)[1:] if place not in chosen]
        return tuple(self._given.sentences[place].number for place in chosen[:_MOST_NAMED])

    def _aligned(self, text: str) -> list[int]:
        """Return the places of the abstract's sentences whose translations are nearest to its clauses."""
        if not self._abstract or not self._translated:
            return []
        near: defaultdict[int, float] = defaultdict(float)
        for clause in (text, *_CLAUSES.split(text)):
            own = _pairs(clause)
            shared = [len(own & each) for each in self._translated]
            at = shared.index(max(shared))
            if shared[at] >= _LEAST_SHARED * len(own) and shared[at] >= _LEAST_PAIRS:
                near[self._counterpart(at)] += shared[at]
        return sorted(near, key=lambda each: -near[each])[:_MOST_NAMED]

    def _counterpart(self, at: int) -> int:
        """Return the place of the sentence that a sentence of the translation translates."""
        if len(self._translated) == len(self._abstract):
            return self._abstract[at]
        middle = (sum(self._lengths[:at]) + self._lengths[at] / 2) / sum(self._lengths)
        sizes = [len(self._given.sentences[place].text) for place in self._abstract]
        passed = 0
        for place, size in zip(self._abstract, sizes, strict=True):
            passed += size
            if passed >= middle * sum(sizes):
                return place
        return self._abstract[-1]

    def _states(self, place: int, number: Number) -> bool:
        return stands_in(number, self._numbers[place])

    def _has(self, place: int, number: Number) -> bool:
        numbers = self._numbers[place]
        return stands_in(number, numbers) or is_derived(number, numbers)

    def _nearness(self, text: str) -> dict[int, float]:
        near: defaultdict[int, float] = defaultdict(float)
        for term in terms(text):
            places = self._places.get(term, ())
            for place in places:
                near[place] += log(1 + len(self._terms) / len(places)) / log(1 + len(self._terms))
        return near


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


@dataclass(frozen=True)
class Told:
    """A true claim of a summary with what it is checked against."""

    paper_id: str
    claim: Claim
    language: str
    given: NumberedText = field(repr=False)
    source: SourceText = field(repr=False)

    def changed(self, text: str) -> "Told":
        """Return the claim with another text and the same sentences."""
        return replace(self, claim=replace(self.claim, text=text))

    def any_two(self, generator: random.Random) -> tuple[int, ...]:
        """Return the numbers of any two sentences of the paper."""
        count = len(self.given.sentences)
        return generator.randrange(1, count + 1), generator.randrange(1, count + 1)

    def marks(self) -> tuple[str, ...]:
        """Return all that the checks say against it, as `kind:words`."""
        verdict = check_claim(self.claim, self.given, self.source, self.language)
        return (
            *(f"elsewhere:{each}" for each in verdict.figures_of(Grade.ELSEWHERE)),
            *(f"not_in_paper:{each}" for each in verdict.figures_of(Grade.NOT_IN_PAPER)),
            *(f"name:{each}" for each in verdict.foreign_names),
            *(f"baseline:{each}" for each in verdict.unnamed_baselines),
            *(f"direction:{each}" for each in verdict.opposed),
            *(["shares_nothing:"] if verdict.shares_nothing else []),
        )


def claims_of(parts: Mapping[str, str], language: str, naming: Naming) -> Iterator[Claim]:
    """Yield the sentences of a summary with the right sentences named for each."""
    for part, marked in parts.items():
        for sentence in sentences(without_bold(marked)):
            yield Claim(part, sentence, naming.right(sentence, language), is_inference=False)


# --- One thing wrong -------------------------------------------------------------------------------------

Change = Iterator[str]


def one_digit(text: str, language: str, generator: random.Random) -> Change:
    """Yield the text with one digit of one figure changed, once for each figure."""
    for figure in stated_figures(text, language):
        digits = [place for place, sign in enumerate(figure.text) if sign.isascii() and sign.isdigit()]
        if not digits:
            continue
        place = generator.choice(digits)
        options = [each for each in "123456789" if each != figure.text[place]]
        yield _with(text, figure, figure.text[:place] + generator.choice(options) + figure.text[place + 1 :])


def without_percent(text: str, language: str) -> Change:
    """Yield the text with one per cent sign dropped, for each figure that then is no longer per cent.

    Not so in `from 45% to 68%`, where the second sign counts for both.
    """
    for figure in _of_kind(text, language, Kind.PERCENT):
        other = _with(text, figure, figure.text.replace("%", ""))
        if not _is_still_percent(other, language, figure.start):
            yield other


def _is_still_percent(text: str, language: str, start: int) -> bool:
    left = next((each for each in stated_figures(text, language) if each.start == start), None)
    return left is not None and any(
        reading.kind is Kind.PERCENT for number in left.numbers for reading in number.readings
    )


def as_points(text: str, language: str) -> Change:
    """Yield the text with points instead of per cent, for each figure of per cent."""
    unit = "个百分点" if language.startswith("zh") else " percentage points"
    for figure in _of_kind(text, language, Kind.PERCENT):
        yield _with(text, figure, figure.text.replace("%", unit))


def swapped(text: str, language: str) -> Change:
    """Yield the text with two figures of a kind in each other's place, for each neighbouring pair."""
    figures = stated_figures(text, language)
    for first, second in pairwise(figures):
        if len(first.numbers) != len(second.numbers) or first.text == second.text:
            continue
        if [each.kind for each in first.numbers] == [each.kind for each in second.numbers]:
            start, end = first.start, second.end
            middle = text[first.end : second.start]
            yield text[:start] + second.text + middle + first.text + text[end:]


_FLIPS = {
    "zh": {
        "优于": "劣于", "超越": "不及", "超过": "不及", "高于": "低于", "低于": "高于", "提升": "降低",
        "提高": "降低", "降低": "提高", "减少": "增加", "增加": "减少", "领先": "落后", "更好": "更差",
        "更优": "更差", "更高": "更低", "更低": "更高", "更快": "更慢", "改善": "恶化", "缩短": "延长",
        "下降": "上升", "增长": "下降", "无需": "需要", "增强": "削弱", "加速": "减慢",
    },
    "en": {
        "outperforms": "underperforms", "outperform": "underperform", "outperforming": "underperforming",
        "surpasses": "falls short of", "surpassing": "falling short of", "higher": "lower", "lower": "higher",
        "better": "worse", "faster": "slower", "improves": "degrades", "improving": "degrading",
        "improvement": "degradation", "improvements": "degradations", "reduces": "increases",
        "reducing": "increasing", "reduction": "increase", "increases": "reduces", "increasing": "reducing",
        "superior": "inferior", "fewer": "more", "exceeds": "falls below", "without": "with",
    },
}  # fmt: skip


def flipped(text: str, language: str) -> Change:
    """Yield the text with one word of direction turned round, for each."""
    for word, other in _FLIPS[language[:2]].items():
        pattern = rf"\b{word}\b" if word.isascii() else rf"(?<!检索){word}(?!生成)"
        for match in re.finditer(pattern, text):
            yield text[: match.start()] + other + text[match.end() :]


def renamed(text: str, paper_text: str, others: Sequence[str], generator: random.Random) -> Change:
    """Yield the text with one of its names replaced by another paper's, which this one never has."""
    for name in dict.fromkeys(names_in(text)):
        other = generator.choice(others)
        while re.search(rf"\b{re.escape(other)}s?\b", paper_text, re.IGNORECASE):
            other = generator.choice(others)
        start = text.find(name)
        yield text[:start] + other + text[start + len(name) :]


def _of_kind(text: str, language: str, kind: Kind) -> Iterator[StatedFigure]:
    for figure in stated_figures(text, language):
        if all(number.kind is kind for number in figure.numbers) and "%" in figure.text:
            yield figure


def _with(text: str, figure: StatedFigure, other: str) -> str:
    return text[: figure.start] + other + text[figure.end :]
