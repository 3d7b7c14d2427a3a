"""Where the figures of a sentence stand, and what is spoken of beside each; pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.summaries.figures import StatedFigure, numbers_at
from bot.summaries.measures import measures_in
from bot.summaries.names import names_in
from bot.summaries.numerals import Kind, Number
from bot.summaries.terms import words
from bot.summaries.things import counted_in, has_counted, is_counted, sides_in, spoken_of

_REACH, _REACH_WIDE = 60, 18
_CLAUSE_END = re.compile(
    r"[,;:()，；：（）。、]|\b(?:and|while|across|from|of|in|on|with|over|spanning|covering|are|is|was|were)\b"
    r"|\b(?:than|above|below|outperform\w*|exceed\w*|surpass\w*)\b|和|与|及|并|优于|高于|低于|超过|超越|相比|跨|涵盖|覆盖"
)
_INTERVAL = re.compile(
    r",?\s?(?:[(\[]\s?)?(?:9[0-9](?:\.[0-9])?)\s?\\?%\s?(?:CIs?|CrI|confidence intervals?)\b"
    r"[^)\];]{0,40}[)\]]",
    re.IGNORECASE,
)
"""How sure a figure is, which stands between it and what it measures."""
_DEVIATION = re.compile(r"\s?[{$]?(?:±|\+/-|\\pm)[}$]?\s?[0-9]+(?:\.[0-9]+)?")
"""How far a figure varies, which is none of those that stand beside others."""
_PREPOSITION = re.compile(
    r"^\s*(?:(?:[\w-]+\s){0,2}(?:reduction|improvement|increase|decrease|gain|drop|boost|decline|rise)s?\s)?"
    r"(?:of|in|on|with|for|across|from)\b"
)
_LINK = re.compile(
    r"(?:\b(?:of|at|to|by|is|was|reaching|reached|about|over|up|above|exceeding|near|nearly)|[)）(（\[=:：~]"
    r"|(?:高达|达到|达|超过|超|约|为|至|是|取得|分别))\s*$"
)
_MOST_LINKS = 3
_REACH_OF_PART = 90
_OF_ITEMS = re.compile(r"\s?(?:on|for|in|across|with|under|from)\b")
_LAST_JOINT = re.compile(r"\band\b|[和与及]")
_JOINT = re.compile(r"[,，、]")
_ITEM_END = re.compile(r"[,;.，；。]")
_LITTLE = frozenset("of on in at to by an is as or up it we be us no so if via per".split())
_PART_END = re.compile(r"[,;，；。：]|\b(?:and|while|whereas|but|versus|vs)\b|[和与及而、]")
"""Where what belongs to a figure ends, prepositions included."""
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LISTED = re.compile(r"(?:[\s、,，和与及/]|\band\b)+")
"""What stands between the figures of one list."""


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A number in a text, with what is spoken of right after it and right before it."""

    start: int
    end: int
    numbers: tuple[Number, ...]
    after: frozenset[str]
    before: frozenset[str]
    #: What it counts, of what is known.
    counted: frozenset[str]
    #: What is spoken of in its part of the sentence; in a list of figures, in its item of the list of things.
    around: frozenset[str]
    #: The names in the same.
    names: frozenset[str]

    @property
    def is_count(self) -> bool:
        """Whether it counts things."""
        return _is_count(self.numbers[-1])


def _is_count(number: Number) -> bool:
    return number.kind is Kind.PLAIN and number.step >= 1


@lru_cache(maxsize=4_096)
def told_in(sentence: str) -> frozenset[str]:
    """Return what a sentence speaks of, and what tells its figures from one another."""
    return (spoken_of(sentence) | sides_in(sentence)) - _LITTLE


def _names(text: str) -> frozenset[str]:
    """Return the names in a text, with those of measures and of what is counted left out."""
    names = (name for name in names_in(text) if not measures_in(name) and not is_counted(name))
    return frozenset(word for name in names for word in words(name))


@lru_cache(maxsize=64)
def placed_figures(text: str, stated: tuple[StatedFigure, ...]) -> tuple[PlacedFigure, ...]:
    """Return where a claim's figures stand; each rule looks at the same ones."""
    return _placed(text, [(figure.start, figure.end, figure.numbers) for figure in stated])


@lru_cache(maxsize=4_096)
def placed_in(sentence: str) -> tuple[str, tuple[PlacedFigure, ...]]:
    """Return a paper's sentence without what only says how sure it is, and where its figures stand."""
    without = _DEVIATION.sub("", _INTERVAL.sub("", sentence))
    return without, _placed(without, (each for each in numbers_at(without) if not _is_name(without, each)))


def _is_name(text: str, found: tuple[int, int, tuple[Number, ...]]) -> bool:
    """Whether it is the size in a name, as in Qwen2.5-7B, which is no figure."""
    start, end, _ = found
    return text[start].isalpha() and any(map(str.isdigit, text[start:end]))


def _placed(text: str, found: Iterable[tuple[int, int, tuple[Number, ...]]]) -> tuple[PlacedFigure, ...]:
    spans = [each for each in found if each[2]]
    reach = _REACH_WIDE if _WIDE.search(text) else _REACH
    placed: list[PlacedFigure] = []
    parts = _parts(text, [(start, end) for start, end, _ in spans])
    for at, (start, end, numbers) in enumerate(spans):
        low = max(start - reach, spans[at - 1][1] if at else 0)
        high = min(end + reach, spans[at + 1][0] if at + 1 < len(spans) else len(text))
        told = text[end:high] if _is_count(numbers[-1]) else _PREPOSITION.sub("", text[end:high])
        after = _of_head(_CLAUSE_END.split(told, maxsplit=1)[0])
        counted = counted_in(after) if len(after) < reach else frozenset()
        led = text[low:start] if _is_count(numbers[-1]) else _without_links(text[low:start])
        before = _CLAUSE_END.split(led)[-1]
        around = told_in(parts[at])
        beside = (spoken_of(after), spoken_of(before))
        placed.append(PlacedFigure(start, end, numbers, *beside, counted, around, _names(parts[at])))
    return tuple(placed)


def _parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return what belongs to each figure in its part of the sentence, and of a list only its own item."""
    parts: list[str] = []
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans[1:]), len(text)]
    for first, last in _runs(text, spans):
        before = text[max(ends[first], spans[first][0] - _REACH_OF_PART) : spans[first][0]]
        after = text[spans[last][1] : min(starts[last], spans[last][1] + _REACH_OF_PART)]
        if first == last:
            parts.append(f"{_PART_END.split(before)[-1]} {_PART_END.split(after, maxsplit=1)[0]}")
        else:
            is_fraction = "/" in text[spans[first][1] : spans[last][0]]
            count = last - first + 1
            parts += [""] * count if is_fraction else _items(before, after, count)
    return parts


def _runs(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the figures that stand in one list."""
    first = 0
    for at, (start, _) in enumerate(spans):
        if at and not LISTED.fullmatch(text, spans[at - 1][1], start):
            yield first, at - 1
            first = at
    if spans:
        yield first, len(spans) - 1


def _items(before: str, after: str, count: int) -> list[str]:
    """Return the things that a list of figures tells of in turn, one for each, or nothing for each."""
    of = _OF_ITEMS.match(after)
    if of and (items := _listed_items(after[of.end() :], count, is_before=False)):
        return items
    return _listed_items(before, count, is_before=True) or [""] * count


def _listed_items(text: str, count: int, *, is_before: bool) -> list[str]:
    """Return the things of a list that ends or begins a text, where it has as many."""
    joints = list(_LAST_JOINT.finditer(text))
    if not joints:
        return []
    joint = joints[-1 if is_before else 0]
    others = _JOINT.split(text[: joint.start()].rstrip(", "))
    first, *rest = others[-count + 1 :] if is_before else others
    last = _ITEM_END.split(text[joint.end() :], maxsplit=1)[0]
    items = [_CLAUSE_END.split(first)[-1] if is_before else first, *rest, last]
    return items if len(items) == count else []


def _of_head(text: str) -> str:
    """Return what is counted without what belongs to it, as in `90个样本的大规模细胞数据`."""
    head, of, _ = text.partition("的")
    return head if of and has_counted(head) else text


def _without_links(text: str) -> str:
    """Return what stands before a figure without what only leads to it, as in `an AUC of` or `AUC (`."""
    for _ in range(_MOST_LINKS):
        text = _LINK.sub("", text)
    return text
