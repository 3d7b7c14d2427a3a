"""Reads the words of a text that tell a direction: better or worse, more or less, with or without; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.summaries.direction_words import COMPARISON, POINTING
from bot.summaries.phrases import BEFORE_ITS_MEASURE, Phrase, phrases


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that points up (1), down (-1) or nowhere (0) in each of three respects."""

    word: str
    #: Better or worse.
    quality: int = 0
    #: More or less.
    amount: int = 0
    #: With or without.
    need: int = 0

    #: Whether it compares two things, as outperforms and 优于, and tells of no change.
    is_comparison: bool = False
    #: Of what it speaks, if that is one of the known measures.
    measure: str = ""
    #: Whether it only says how good something is, as in robust; it supports or opposes others.
    is_weak: bool = False
    is_negated: bool = False
    #: The figures that stand beside it.
    figures: tuple[str, ...] = ()

    def agrees_with(self, other: "Pointer") -> bool:
        """Whether both point the same way, by their worth where both have one."""
        return self._product(other) > 0

    def opposes(self, other: "Pointer") -> bool:
        """Whether both point in opposite ways, by their worth where both have one."""
        return self._product(other) < 0

    def _product(self, other: "Pointer") -> int:
        return self.need * other.need or self.quality * other.quality or self.amount * other.amount


_BAD_KINDS = frozenset({"worse", "bad"})
_EASING = re.compile(r"(?:mitigat|alleviat)\w+|缓解|减轻", re.IGNORECASE | re.ASCII)
"""What makes less of something bad, whatever that is."""

_GOOD_ITSELF = frozenset({"提升"})
_OF_THINGS = frozenset({"smaller", "larger"})

_NEGATED = re.compile(
    r"(?:无(?:显著|明显|任何|实质|精度|性能|质量|进一步)?"
    r"|\b(?:not(?! only)|no|never|neither|nor|cannot|without|fail(?:s|ed|ing)? to|n't|avoid(?:s|ing)?"
    r"|rather than|hardly|unable to)(?:\s+[\w-]+){0,3}\s*|n't(?:\s+[\w-]+){0,2}\s*"
    r"|(?:没有|并无)[^，。；,;]{0,24}"
    r"|(?:未能|并未|不会|并不|并没有|无法|未见(?![环任数类样过场领])|未(?![来见知])"
    r"|不(?![仅但同断良确平足少]|安全|稳定|一致|可靠)|避免|而非)[^，。；、,;]{0,4})$",
    re.IGNORECASE,
)
_REACH_OF_NEGATION = 40
_PROBLEM = re.compile("[^，。；,;]{0,12}?(?:问题|难题|挑战|缺陷)")
"""What makes something bad the name of what a paper sets out from, as in 不鲁棒等问题 and 性能下降的难题."""

_IN_BRACKETS = re.compile(r"[(（][^()（）]{0,30}[)）]")
_CONDITION = re.compile(
    r"(?:随(?![机之后即])着?[^，。；,;而逐渐]{0,14}|\b(?:as|when)\b[^,;]{0,14}|\bwith )$", re.IGNORECASE
)


@lru_cache(maxsize=4_096)
def pointers(text: str) -> tuple[Pointer, ...]:
    """Return what the words of a text point to, in their order."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[Pointer]:
    text = _IN_BRACKETS.sub("", text)
    matches = list(POINTING.finditer(text))
    beside = list(phrases(text, matches))
    governed = {place for phrase in beside for place in phrase.places}
    for match, phrase in zip(matches, beside, strict=True):
        if match.lastgroup in _BAD_KINDS and match.start() in governed:
            continue
        before = text[max(0, match.start() - _REACH_OF_NEGATION) : match.start()]
        is_negated = bool(_NEGATED.search(before))
        if _CONDITION.search(before):
            continue
        is_of_a_problem = bool(_PROBLEM.match(text, match.end()))
        for found in _read(match, phrase, -1 if is_negated else 1):
            is_bad = is_negated or found.quality < 0 or found.amount < 0
            if not (is_bad and is_of_a_problem):
                yield replace(found, is_negated=is_negated, figures=phrase.figures)


def _read(match: re.Match[str], phrase: Phrase, turn: int) -> Iterator[Pointer]:
    """Yield what a word says, turned round where it is negated."""
    word = match[0]
    match match.lastgroup:
        case "with_":
            yield Pointer(word, need=turn)
        case "without":
            yield Pointer(word, need=-1)
        case "good" | "bad" as kind:
            yield Pointer(word, quality=turn if kind == "good" else -turn, is_weak=True)
        case "better" | "worse" as kind:
            yield _of_quality(word, turn if kind == "better" else -turn, phrase)
        case kind:
            yield from _of_amount(word, turn if kind == "more" else -turn, phrase)


def _of_quality(word: str, quality: int, phrase: Phrase) -> Pointer:
    is_comparison = bool(COMPARISON.fullmatch(word))
    if phrase.measure and not phrase.worth and not is_comparison:
        return Pointer(word, amount=-quality if _EASING.fullmatch(word) else quality, measure=phrase.measure)
    amount = -quality if _EASING.fullmatch(word) else 0
    return Pointer(word, quality, amount, measure=phrase.measure, is_comparison=is_comparison)


def _of_amount(word: str, amount: int, phrase: Phrase) -> Iterator[Pointer]:
    if word in _GOOD_ITSELF and (phrase.worth or not phrase.measure):
        yield Pointer(word, quality=amount, measure=phrase.measure)
        return
    if word.casefold() in BEFORE_ITS_MEASURE and not phrase.measure and not phrase.figures:
        yield Pointer(word, quality=amount, is_weak=True)
        return
    quality = 0 if word.casefold() in _OF_THINGS else amount * phrase.worth
    yield Pointer(word, quality=quality, amount=amount, measure=phrase.measure)
    if amount > 0 and not quality and not phrase.measure:
        yield Pointer(word, quality=1, is_weak=True)
