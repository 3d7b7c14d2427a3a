"""Tells of what the words of a direction speak: the measure, and the figures beside them; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.summaries.direction_words import POINTING
from bot.summaries.figures_beside import figures_beside
from bot.summaries.measures import MEASURE, MEASURES

BEFORE_ITS_MEASURE = frozenset({"more", "less"})
STRONG_KINDS = frozenset({"better", "worse", "more", "less"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """The measure of which a word speaks, and the figures that stand beside it."""

    measure: str = ""
    #: Whether more (1) or less (-1) of the measure is better, or neither.
    worth: int = 0
    #: Where the measure stands.
    places: range = range(0)
    figures: tuple[str, ...] = ()


_REACH, _REACH_WIDE = 60, 30
_CLAUSE_END = re.compile(
    r"[,;:.!?()，；：。！？（）、]|\b(?:while|and|but|whereas|than)\b|而|同时|并|及|和|与|但|且|为代价"
)


def phrases(text: str, matches: list[re.Match[str]]) -> Iterator[Phrase]:
    """Yield what stands beside each word; figures stand beside the words between which they are."""
    strong = [match for match in matches if match.lastgroup in STRONG_KINDS]
    figures = figures_beside(text, [match.span() for match in strong])
    for match in matches:
        if match.lastgroup in STRONG_KINDS:
            start, word = _measure(text, match) or (0, "")
            measure, worth = MEASURES.get(word.casefold(), ("", 0))
            yield Phrase(measure, worth, range(start, start + len(word)), next(figures))
        else:
            yield Phrase()


def _measure(text: str, match: re.Match[str]) -> tuple[int, str] | None:
    """Return the nearest measure after a word in its clause, else before it, and where it stands."""
    reach = _REACH if match[0][0].isascii() else _REACH_WIDE
    after = _object(text[match.end() : match.end() + reach])
    if ahead := _head_of(after) or _last_of_phrase(after):
        at, found = ahead
        return match.end() + at, found
    start = max(0, match.start() - reach)
    before = _CLAUSE_END.split(text[start : match.start()])[-1]
    if _NOUN.fullmatch(match[0]):
        before = _UP_TO_FIGURE.sub("", before)
    behind = list(MEASURE.finditer(before))
    if not behind or match[0].casefold() in BEFORE_ITS_MEASURE or _has_object(text, match):
        return None
    return match.start() - len(before) + behind[-1].start(), behind[-1][0]


_COMPLEMENT = re.compile(
    r"\s*(?:$|[^A-Za-z\u4e00-\u9fff]|[了至到约近达为的幅明显更仅很极大一二两三四五六七八九十数几多得程]"
    r"|最[多高大]|超过|空间|趋势|问题|情况)"
)
"""What follows a word that tells of the thing before it, as in 误差降低了5%."""


def _has_object(text: str, match: re.Match[str]) -> bool:
    """Whether a word tells of a thing after it, so that it tells nothing of the one before it."""
    return match[0] in _TRANSITIVE and not _COMPLEMENT.match(text, match.end())


_TRANSITIVE = frozenset(
    "消除 减少 削减 缓解 减轻 增强 强化 改善 改进 缩减 节省 扩充 降低 提高 提升 增加 削弱 减弱 抑制 加剧"
    " 加速 缩短 扩大 牺牲".split()
)
"""What may tell of the thing after it as well as of the one before it."""

_NOUN = re.compile(
    r"reductions?|increases?|improvements?|gains?|drops?|decreases?|declines?|degradation|speed-?ups?",
    re.IGNORECASE,
)
_UP_TO_FIGURE = re.compile(r"^.*[0-9]")
"""What stands before a noun's figure is another thing, as in better accuracy at a 3x cost reduction."""

_JOINTS = frozenset({"and", "和", "与", "及", "、"})


def _object(text: str) -> str:
    """Return the beginning of a text that is one clause, with a second thing if the first is no measure."""
    end = _CLAUSE_END.search(text)
    if not end:
        return text
    first = text[: end.start()]
    if end[0] not in _JOINTS or not first.strip() or MEASURE.search(first):
        return first
    ends = (pattern.search(text, end.end()) for pattern in (_CLAUSE_END, POINTING))
    return text[: min((each.start() for each in ends if each), default=len(text))]


_NO_HEAD = ("同时", "情况", "前提", "基础", "条件")
_REACH_OF_HEAD = 8


def _head_of(text: str) -> tuple[int, str] | None:
    """Return the measure to which all before its 的 belongs, as the second one in 误差的建模能力."""
    before, of, head = text.rpartition("的")
    if not of or head.startswith(_NO_HEAD) or POINTING.search(before):
        return None
    if not MEASURE.search(head[:_REACH_OF_HEAD]) or not (found := _last_of_phrase(head)):
        return None
    return len(before) + len(of) + found[0], found[1]


def _last_of_phrase(text: str) -> tuple[int, str] | None:
    """Return the first measure of a text, or the last of those right after it, as in accuracy loss."""
    found: re.Match[str] | None = None
    for each in MEASURE.finditer(text):
        if found and each.start() > found.end() + 1:
            break
        found = each
    return (found.start(), found[0]) if found else None
