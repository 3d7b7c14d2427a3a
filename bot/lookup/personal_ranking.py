"""Reads what papers are ranked for a person by: what they saved and think, and how rare words are."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from threading import Lock

from bot.cards.for_you import MOST_FOR_YOU, MOST_OPINIONS_SHOWN, ForYou, Suggestion, Thought
from bot.lookup.for_you import Candidates, Ranked, Taste, Vector, candidates, ranked, vector
from bot.lookup.own_list import Owner
from bot.lookup.similar import EVERYTHING, word_counts
from bot.lookup.sought import FILLERS
from storage.records import Topic
from storage.tables import Tables

MOST_SAVED = 40
"""The most saved papers that count, the latest saved first."""

MOST_OPINIONS = 50
"""The most opinions that count, the latest first."""

_MOST_KEPT = 2_000


class PaperVectors:
    """The vectors of papers, for any thread; those used last are kept, in about 20 MB.

    A kept one has the rarity of words as it was when the paper was first looked at.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._lock = Lock()

    def of(self, tables: Tables, paper_ids: Iterable[str]) -> dict[str, Vector]:
        """Return the vectors of those of these papers that are known, in this order."""
        wanted = list(dict.fromkeys(paper_ids))
        with self._lock:
            found = {each: self._kept[each] for each in wanted if each in self._kept}
        found |= _read(tables, [each for each in wanted if each not in found])
        with self._lock:
            for paper_id, weights in found.items():
                self._kept[paper_id] = weights
                self._kept.move_to_end(paper_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return {each: found[each] for each in wanted if each in found}


def candidates_of(tables: Tables, vectors: PaperVectors, paper_ids: Iterable[str]) -> Candidates:
    """Return papers ready to be ranked for any number of people."""
    return candidates(vectors.of(tables, paper_ids))


def taste_of(tables: Tables, vectors: PaperVectors, owner: Owner) -> Taste:
    """Return what the person's latest saved papers and opinions say of their taste.

    The latter win: of a saved paper a person may want fewer.
    """
    whose = (owner.workspace, owner.person)
    opinions = tables.opinions.latest(*whose, MOST_OPINIONS)
    disliked = [each.paper_id for each in opinions if not each.is_liked]
    liked = [each.paper_id for each in opinions if each.is_liked]
    saved = [each for each in tables.saved_papers.newest(*whose, MOST_SAVED) if each not in disliked]
    found = vectors.of(tables, [*saved, *liked, *disliked])
    return Taste(
        {each: found[each] for each in [*saved, *liked] if each in found},
        {each: found[each] for each in disliked if each in found},
    )


def ranked_for(
    tables: Tables, vectors: PaperVectors, of: Candidates, owner: Owner, without: Collection[str] = ()
) -> tuple[Ranked, ...]:
    """Return the papers, the best for the person first, but for those in `without`, such as muted ones."""
    return ranked(of, taste_of(tables, vectors, owner), without)


def _read(tables: Tables, paper_ids: list[str]) -> dict[str, Vector]:
    if not paper_ids:
        return {}
    counts = {paper.id: word_counts(paper) for paper in tables.papers.of_ids(paper_ids)}
    # The index counts no further than some thousands; but nearly each paper has a filler.
    papers = tables.search.words({*FILLERS, *(word for each in counts.values() for word in each)})
    most = max([tables.search.count(EVERYTHING), *papers.values()])
    return {paper_id: vector(each, papers, most) for paper_id, each in counts.items()}


def for_you(
    tables: Tables,
    vectors: PaperVectors,
    owner: Owner,
    day: date,
    paper_ids: Sequence[str],
    without: Collection[str] = (),
    asked: Mapping[str, tuple[Topic, ...]] | None = None,
) -> ForYou:
    """Return what the papers of a day, in the order in which all get them, have for the person.

    `asked` are the topics of each paper that the person asked to have more of, or less.
    """
    taste = taste_of(tables, vectors, owner)
    thoughts = _thoughts(tables, owner, paper_ids)
    if not taste.is_known and not asked:
        return ForYou(day, thoughts=thoughts, is_known=False)
    whose = (owner.workspace, owner.person)
    known = {*without, *tables.saved_papers.saved_among(*whose, paper_ids)}
    found = ranked(candidates_of(tables, vectors, paper_ids), taste, known, asked or {})
    best = [each for each in found if (each.because or each.topic) and each.score > 0][:MOST_FOR_YOU]
    reasons = [each.because for each in best if each.because]
    papers = {
        paper.id: paper for paper in tables.papers.of_ids([*(each.paper_id for each in best), *reasons])
    }
    saved = tables.saved_papers.saved_among(*whose, reasons)
    suggestions = (
        Suggestion(
            papers[each.paper_id],
            papers[each.because] if each.because else None,
            is_saved=each.because in saved,
            topic=each.topic,
        )
        for each in best
    )
    return ForYou(day, tuple(suggestions), thoughts)


def _thoughts(tables: Tables, owner: Owner, paper_ids: Collection[str]) -> tuple[Thought, ...]:
    """Return the person's latest opinions of these papers."""
    opinions = tables.opinions.latest(owner.workspace, owner.person, MOST_OPINIONS)
    wanted = {each.paper_id: each.is_liked for each in opinions if each.paper_id in paper_ids}
    shown = list(wanted)[:MOST_OPINIONS_SHOWN]
    return tuple(Thought(paper, wanted[paper.id]) for paper in tables.papers.of_ids(shown))
