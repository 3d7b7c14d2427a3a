"""Reads the words of a text that tell a direction: better or worse, more or less, with or without; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.summaries.direction_words import COMPARISON, POINTING
from bot.summaries.measures import MEASURE, MEASURES


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

    def agrees_with(self, other: "Pointer") -> bool:
        """Whether both point the same way, by their worth where both have one."""
        return self._product(other) > 0

    def opposes(self, other: "Pointer") -> bool:
        """Whether both point in opposite ways, by their worth where both have one."""
        return self._product(other) < 0

    def _product(self, other: "Pointer") -> int:
        return self.need * other.need or self.quality * other.quality or self.amount * other.amount


_REACH, _REACH_WIDE = 60, 30
_CLAUSE_END = re.compile(
    r"[,;:.!?()，；：。！？（）、]|\b(?:while|and|but|whereas|than)\b|而|同时|并|及|和|与"
)


_EASING = re.compile(r"(?:mitigat|alleviat)\w+|缓解|减轻", re.IGNORECASE)
"""What makes less of something bad, whatever that is."""

_GOOD_ITSELF = frozenset({"提升"})
_BEFORE_ITS_MEASURE = frozenset({"more", "less"})
_OF_THINGS = frozenset({"smaller", "larger"})

_NEGATED = re.compile(
    r"(?:\b(?:not(?! only)|no|never|neither|nor|cannot|without|fail(?:s|ed|ing)? to|n't|avoid(?:s|ing)?"
    r"|rather than|hardly|unable to)(?:\s+[\w-]+){0,3}\s*|n't(?:\s+[\w-]+){0,2}\s*"
    r"|(?:没有|并无)[^，。；,;]{0,24}"
    r"|(?:未能|并未|不会|并不|并没有|无法|无明显|未见(?![环任数类样过场领])|未(?![来见知])|不(?![仅但同断良确平足少])|无(?!监督)|避免|而非)"
    r"[^，。；、,;]{0,4})$",
    re.IGNORECASE,
)
_REACH_OF_NEGATION = 40
_PROBLEM = re.compile("[^，。；,;]{0,4}(?:问题|挑战|缺陷)")
"""What makes a denial the name of what others lack, as in 不鲁棒等问题."""

_IN_BRACKETS = re.compile(r"[(（][^()（）]{0,30}[)）]")
_CONDITION = re.compile(r"(?:随着?[^，。；,;而]{0,14}|\b(?:as|when)\b[^,;]{0,14}|\bwith )$", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def pointers(text: str) -> tuple[Pointer, ...]:
    """Return what the words of a text point to, in their order."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[Pointer]:
    text = _IN_BRACKETS.sub("", text)
    for match in POINTING.finditer(text):
        before = text[max(0, match.start() - _REACH_OF_NEGATION) : match.start()]
        is_negated = bool(_NEGATED.search(before))
        is_of_a_problem = is_negated and _PROBLEM.match(text, match.end())
        if not _CONDITION.search(before) and not is_of_a_problem:
            for found in _read(text, match, -1 if is_negated else 1):
                yield replace(found, is_negated=is_negated)


def _read(text: str, match: re.Match[str], turn: int) -> Iterator[Pointer]:
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
            measure, is_comparison = _measure(text, match)[0], bool(COMPARISON.fullmatch(word))
            quality = turn if kind == "better" else -turn
            amount = -turn if _EASING.fullmatch(word) else 0
            yield Pointer(word, quality, amount, measure=measure, is_comparison=is_comparison)
        case kind:
            yield from _of_amount(word, turn if kind == "more" else -turn, *_measure(text, match))


def _of_amount(word: str, amount: int, measure: str, worth: int) -> Iterator[Pointer]:
    if word in _GOOD_ITSELF:
        yield Pointer(word, quality=amount, measure=measure)
        return
    quality = 0 if word.casefold() in _OF_THINGS else amount * worth
    yield Pointer(word, quality=quality, amount=amount, measure=measure)
    if amount > 0 and not quality:
        yield Pointer(word, quality=1, is_weak=True)


def _measure(text: str, match: re.Match[str]) -> tuple[str, int]:
    """Return the nearest measure after a word in its clause, else before it, and which way it is better."""
    reach = _REACH if match[0][0].isascii() else _REACH_WIDE
    after = _CLAUSE_END.split(text[match.end() : match.end() + reach], maxsplit=1)[0]
    before = _CLAUSE_END.split(text[max(0, match.start() - reach) : match.start()])[-1]
    ahead, behind = _head_of(after) or _last_of_phrase(after), list(MEASURE.finditer(before))
    if match[0].casefold() in _BEFORE_ITS_MEASURE:
        behind = []
    found = ahead or (behind[-1] if behind else None)
    return MEASURES.get(found[0].casefold(), ("", 0)) if found else ("", 0)


_NO_HEAD = ("同时", "情况", "前提", "基础", "条件")
_REACH_OF_HEAD = 8


def _head_of(text: str) -> re.Match[str] | None:
    """Return the measure to which all before its 的 belongs, as the second one in 误差的建模能力."""
    before, of, head = text.rpartition("的")
    if not of or head.startswith(_NO_HEAD) or POINTING.search(before):
        return None
    return _last_of_phrase(head) if MEASURE.search(head[:_REACH_OF_HEAD]) else None


def _last_of_phrase(text: str) -> re.Match[str] | None:
    """Return the first measure of a text, or the last of those right after it, as in accuracy loss."""
    found: re.Match[str] | None = None
    for each in MEASURE.finditer(text):
        if found and each.start() > found.end() + 1:
            break
        found = each
    return found
