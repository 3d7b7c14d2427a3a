"""Ranks papers for a person by how like they are to what the person saved; pure.

A paper's score is the sum of its squared similarities to what the person saved or wants more of, less those
to what they want fewer of. The similarity is the cosine of two papers' words, each weighed by how often the
paper has it and how few papers do. Squares let one close paper count for more than many distant ones, and
the largest of them is the reason that the person is told. Of the measures that were tried this told best
what people save later (`tests/benchmarks/test_for_you_bench.py`).

What the person asked for in words counts beside it: each topic of a paper adds its weight to the score, or
takes it away.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.text.stems import stem
from storage.records import Topic

LEAST_LIKED = 2
"""Of fewer papers nobody's taste is known."""

_LEAST_OF_REASON = 0.01
"""A smaller square, of a cosine below 0.1, comes of words that say little; nobody would see the likeness."""

OF_A_TOPIC = 0.1
"""What a topic of weight 1 adds: as much as a saved paper with a cosine of about a third, a close one."""

Vector = Mapping[str, float]
"""The weights of a paper's stems, of length 1; empty where no word of it tells anything."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What a person's papers say of what they want to read."""

    #: The papers that they saved or want more of, the latest first.
    liked: Mapping[str, Vector]
    #: The papers that they want fewer of.
    disliked: Mapping[str, Vector]

    @property
    def is_known(self) -> bool:
        """Whether there are enough papers to rank others by."""
        return len(self.liked) >= LEAST_LIKED


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper in its place, and why it is there."""

    paper_id: str
    score: float
    #: The liked paper that is most like it; `None` where none is like it at all, or a topic adds more.
    because: str | None
    #: What the person asked to have more of, where that adds most.
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Papers to be ranked for any number of people; made once."""

    #: In the order in which they are shown to somebody of whom nothing is known.
    paper_ids: tuple[str, ...]
    #: The papers with each stem, by their places, and its weights there.
    by_stem: Mapping[str, Sequence[tuple[int, float]]]


def vector(counts: Mapping[str, int], papers: Mapping[str, int], most: int) -> Vector:
    """Return the weights of a paper's words, by their stems.

    `papers` says how many papers have each word, and `most` how many papers there are, or how many have
    the word that most have. A word that no paper has tells nothing.
    """
    by_stem: dict[str, tuple[int, int]] = {}
    for word, count in counts.items():
        if number := papers.get(word, 0):
            root = stem(word)
            known, widest = by_stem.get(root, (0, 0))
            by_stem[root] = (known + count, max(widest, number))
    weights = {
        root: (1 + math.log(count)) * math.log((1 + most) / number)
        for root, (count, number) in by_stem.items()
        if number <= most
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {root: weight / length for root, weight in weights.items()} if length else {}


def candidates(vectors: Mapping[str, Vector]) -> Candidates:
    """Return papers, in this order, ready to be ranked."""
    by_stem: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, weights in enumerate(vectors.values()):
        for root, weight in weights.items():
            by_stem[root].append((place, weight))
    return Candidates(tuple(vectors), dict(by_stem))


_NOTHING_ASKED: Mapping[str, tuple[Topic, ...]] = MappingProxyType({})


def ranked(
    of: Candidates,
    taste: Taste,
    without: Collection[str] = (),
    asked: Mapping[str, tuple[Topic, ...]] = _NOTHING_ASKED,
) -> tuple[Ranked, ...]:
    """Return the papers, the best for the person first; equals keep their order.

    Those of the taste, which the person knows, and those named in `without` are left out. `asked` are the
    topics that the person asked for in each paper. Where the taste is not known these alone count; without
    them all papers keep their order, without reasons.
    """
    left_out = {*without, *taste.liked, *taste.disliked}
    kept = [(place, each) for place, each in enumerate(of.paper_ids) if each not in left_out]
    scores, best = [0.0] * len(of.paper_ids), [(_LEAST_OF_REASON, "")] * len(of.paper_ids)
    for paper_id, weights in taste.liked.items() if taste.is_known else ():
        for place, square in _squares(of, weights):
            scores[place] += square
            if square > best[place][0]:
                best[place] = (square, paper_id)
    for weights in taste.disliked.values() if taste.is_known else ():
        for place, square in _squares(of, weights):
            scores[place] -= square
    found = [
        _with_topics(Ranked(paper_id, scores[place], best[place][1] or None), best[place][0], asked)
        for place, paper_id in kept
    ]
    return tuple(sorted(found, key=lambda each: -each.score))


def _with_topics(paper: Ranked, best: float, asked: Mapping[str, tuple[Topic, ...]]) -> Ranked:
    """Return a paper with what its topics add; the largest addend, of which `best` was one, is the reason."""
    topics = asked.get(paper.paper_id, ())
    score = paper.score + OF_A_TOPIC * sum(each.weight for each in topics)
    most = max(topics, key=lambda each: each.weight, default=None)
    if most is None or most.weight * OF_A_TOPIC <= (best if paper.because else 0):
        return replace(paper, score=score)
    return replace(paper, score=score, because=None, topic=most.words)


def _squares(of: Candidates, weights: Vector) -> Iterable[tuple[int, float]]:
    """Return the squared similarities of the candidates that share a stem with a paper."""
    products: defaultdict[int, float] = defaultdict(float)
    for root, weight in weights.items():
        for place, other in of.by_stem.get(root, ()):
            products[place] += weight * other
    return [(place, product * product) for place, product in products.items()]
