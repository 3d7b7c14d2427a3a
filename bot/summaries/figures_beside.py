"""Tells which figures of a text stand beside which of its words, as those in improves by 5%; pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_FIGURE = re.compile(r"(?<![A-Za-z0-9.])(?<![A-Za-z]-)[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?![0-9A-Z])")
_REACH = 80
_STOP = re.compile(r"[;；。]|\.\s")
_STOP_OF_CLAUSE = re.compile(
    r"[;；。，、:：()（）]|[,.](?![0-9])|\s(?:and|while|with|but)\s|和|与|及|并|而|但|且"
)
_BEFORE_A_NOUN = re.compile(
    r"[\s\\$%~]*(?:times|x|×|-?fold|-?points?|pp|percentage|percent)?[\s$]*"
    r"(?:[\s-](?!(?:by|to|of|in|on|with|without|while|and|despite|from|at|for)\s)[A-Za-z]+){0,4}[\s-]*"
)
"""What stands between a figure and the noun of a change, as in 5% average cost reduction."""

_UNIT = re.compile(r"\s?(?:%|倍|个?百分点|个?点|分)")
_BOUND = re.compile(
    r"(?:[高低大小多少快慢]于|超[过出]|不及|above|below|exceed\w*|(?:more|less|fewer|greater|higher|lower)\sthan)"
    r"\s?约?[\s$\\~]*",
    re.IGNORECASE,
)
"""What bounds the figure right after it, as in 超过95%."""


def figures_beside(text: str, words: Sequence[tuple[int, int]]) -> Iterator[tuple[str, ...]]:
    """Yield for each word, given by where it stands, the figures of which it tells, in their order.

    A bound has its figure with a sign before it, so that it is not taken for how much something changes.
    """
    found: list[list[str]] = [[] for _ in words]
    gaps = pairwise([(0, 0), *words, (len(text), len(text))])
    for place, ((start, last), (following, _)) in enumerate(gaps):
        for match in _FIGURE.finditer(text, last, following):
            figure = match[0].replace(",", "")
            if place and _BOUND.fullmatch(text, start, match.start()):
                found[place - 1].append(f">{figure}")
            elif (owner := _owner(text, match, last, following, place)) in range(len(words)):
                found[owner].append(figure)
    yield from map(tuple, found)


def _owner(text: str, figure: re.Match[str], last: int, following: int, place: int) -> int:
    """Return the place of the word before a figure or of the one after it."""
    before = text[max(last, figure.start() - _REACH - 1) : figure.start()]
    after = text[figure.end() : min(following, figure.end() + _REACH + 1)]
    if len(after) <= _REACH and _BEFORE_A_NOUN.fullmatch(after):
        return place
    is_near = place > 0 and len(before) <= _REACH and not _STOP.search(before)
    if is_near and not _STOP_OF_CLAUSE.search(before):
        return place - 1
    if len(after) <= _REACH and _UNIT.match(after) and not _STOP_OF_CLAUSE.search(after):
        return place
    return place - 1 if is_near else -1
