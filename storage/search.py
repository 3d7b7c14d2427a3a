"""Reading the search index: how many papers have a term, which have what is wanted, and words like a word.

Each call looks at a bounded number of papers, the newest first, and in a bounded time.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bot.text.full_text import Match, Term
from storage.engines.engine import Engine
from storage.records import EVERY_SAVED_PAPER, SavedFilter
from storage.rows import reads

_FEW_DAYS = timedelta(days=366)
_LISTED_AGAIN_WITHIN = timedelta(days=90)

MOST_COUNTED = 2_000
"""A term that so many papers have is common; nobody has to know how common."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which papers are looked at; the default is all."""

    #: The first and the last day; a paper is of each day on which a source listed it.
    since: date | None = None
    until: date | None = None
    #: A workspace and a person in it, in whose list the papers are.
    saved_by: tuple[str, str] | None = None
    #: Which papers of that list.
    saved: SavedFilter = EVERY_SAVED_PAPER

    @property
    def days(self) -> timedelta | None:
        """How long it is from the first day to the last; `None` where either is open."""
        return self.until - self.since if self.since and self.until else None


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that matches."""

    paper_id: str
    #: The first day on which a source listed it, else that of its first version.
    day: date | None
    votes: int
    #: How well it matches; greater is better, and comparable within one search.
    score: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the papers, folded, and how many have it."""

    text: str
    papers: int


class HitOrder(StrEnum):
    """The order of hits."""

    MATCH = "match"
    NEWEST = "newest"
    VOTES = "votes"


_ORDERS = {
    HitOrder.MATCH: "score DESC, number DESC",
    HitOrder.NEWEST: "search_papers.day DESC NULLS LAST, number DESC",
    HitOrder.VOTES: "papers.votes DESC NULLS LAST, number DESC",
}
_WITH_PAPERS = """
    JOIN search_papers ON search_papers.id = newest.number
    JOIN papers ON papers.id = search_papers.paper_id
"""
# Without the addition PostgreSQL looks for them in the order of their numbers, through the whole past.
_OF_DAYS = "SELECT {}(id + 0) FROM search_papers WHERE day BETWEEN :earlier AND :until"
_ON_DAYS = """(search_papers.day BETWEEN :since AND :until OR EXISTS (
    SELECT 1 FROM listing_papers
    WHERE listing_papers.paper_id = search_papers.paper_id AND listing_papers.day BETWEEN :since AND :until
))"""
_SAVED = """EXISTS (
    SELECT 1 FROM saved_papers
    WHERE saved_papers.workspace = :workspace AND saved_papers.person = :person
        AND saved_papers.paper_id = search_papers.paper_id{}
)"""
_TAGGED = """EXISTS (
    SELECT 1 FROM saved_paper_tags
    WHERE saved_paper_tags.workspace = :workspace AND saved_paper_tags.person = :person
        AND saved_paper_tags.paper_id = search_papers.paper_id AND saved_paper_tags.tag = :{}
)"""


@dataclass(frozen=True, slots=True)
class _Found:
    source: str
    conditions: list[str]
    values: dict[str, Any]


class Search:
    """What the index knows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Raise `StorageSlowError` where the calls made inside take longer than this."""
        return self._engine.within(seconds)

    def count(self, term: Term) -> int:
        """Return how many papers have a term, at most `MOST_COUNTED`."""
        full_text = self._engine.full_text
        condition, values = full_text.matches(Match(every=(term,)))
        rows = self._engine.query(
            f"""
            SELECT count(*) AS papers FROM (
                SELECT 1 FROM {full_text.source} WHERE {condition} LIMIT {MOST_COUNTED}
            ) AS counted
            """,  # noqa: S608 -- the engine's words
            values,
        )
        return int(next(rows)["papers"])

    def best(self, match: Match, scope: Scope, order: HitOrder, limit: int) -> tuple[Hit, ...]:
        """Return the first papers that match, in this order, among the newest ones that match."""
        full_text = self._engine.full_text
        found, (rank, values) = self._found(match, scope), full_text.rank(match)
        rows = self._engine.query(
            f"""
            SELECT search_papers.paper_id, search_papers.day, papers.votes, first.score
            FROM (
                SELECT number, score FROM (
                    SELECT {full_text.number} AS number, {rank} AS score
                    FROM {found.source} WHERE {" AND ".join(found.conditions)}
                    ORDER BY {full_text.number} DESC LIMIT {full_text.most_ranked}
                ) AS newest {_WITH_PAPERS if order is not HitOrder.MATCH else ""}
                ORDER BY {_ORDERS[order]} LIMIT :limit
            ) AS first
            JOIN search_papers ON search_papers.id = first.number
            JOIN papers ON papers.id = search_papers.paper_id
            ORDER BY {_ORDERS[order]}
            """,  # noqa: S608 -- the engine's words, and constants of this module
            {**found.values, **values, "limit": limit},
        )
        return tuple(map(_hit_from_row, rows))

    def newest(self, match: Match, scope: Scope, limit: int) -> tuple[str, ...]:
        """Return the papers that match, the newest in the index first; how well they match is not asked."""
        full_text = self._engine.full_text
        found = self._found(match, scope)
        rows = self._engine.query(
            f"""
            SELECT search_papers.paper_id FROM (
                SELECT {full_text.number} AS number FROM {found.source}
                WHERE {" AND ".join(found.conditions)}
                ORDER BY {full_text.number} DESC LIMIT :limit
            ) AS newest JOIN search_papers ON search_papers.id = newest.number
            ORDER BY newest.number DESC
            """,  # noqa: S608 -- the engine's words, and constants of this module
            {**found.values, "limit": limit},
        )
        return tuple(row["paper_id"] for row in rows)

    def having(self, term: Term, paper_ids: Iterable[str], scope: Scope = EVERYWHERE) -> frozenset[str]:
        """Return which of these papers have a term, and a day within the scope."""
        full_text = self._engine.full_text
        condition, values = full_text.matches(Match(every=(term,)))
        seeks = full_text.seeks_prefixes or not term.has_prefix
        number = full_text.number if seeks else f"{full_text.number} + 0"
        is_dated = scope.since or scope.until
        of_days, days = (" AND day BETWEEN :since AND :until", _days(scope)) if is_dated else ("", {})
        rows = self._engine.query(
            f"""
            SELECT search_papers.paper_id FROM {full_text.source_with_papers}
            WHERE {condition} AND {number} IN (
                SELECT id FROM search_papers WHERE {self._engine.among("paper_id", "paper_ids")}{of_days}
            )
            """,  # noqa: S608 -- the engine's words
            {**values, **days, "paper_ids": list(paper_ids)},
        )
        return frozenset(row["paper_id"] for row in rows)

    def words(self, words: Iterable[str]) -> dict[str, int]:
        """Return in how many papers each of these words is, of those that are in any."""
        rows = self._engine.query(
            f"SELECT word, papers FROM search_words WHERE {self._engine.among('word', 'words')}",  # noqa: S608 -- the engine's word
            {"words": list(words)},
        )
        return {row["word"]: int(row["papers"]) for row in rows}

    def words_of_form(self, initial: str, shortest: int, longest: int) -> dict[str, int]:
        """Return in how many papers each word of this initial and length is; those in only one are left out.

        Of very many, the ones in most papers.
        """
        rows = self._engine.query(
            """
            SELECT word, papers FROM search_words
            WHERE initial = ? AND length BETWEEN ? AND ? AND papers > 1
            ORDER BY papers DESC LIMIT 5000
            """,
            [initial, shortest, longest],
        )
        return {row["word"]: int(row["papers"]) for row in rows}

    def _found(self, match: Match, scope: Scope) -> _Found:
        """Return what is selected from and the conditions for a match in a scope."""
        full_text = self._engine.full_text
        condition, values = full_text.matches(match)
        conditions, values = [condition], dict(values)
        if scope.since or scope.until:
            values |= _days(scope)
            conditions.append(_ON_DAYS)
        if (days := scope.days) and days <= _FEW_DAYS:
            # Else all that matches since would be looked at. Numbers mostly follow days.
            values["earlier"] = _day(_before(scope.since or date.min))
            first, last = _OF_DAYS.format("min"), _OF_DAYS.format("max")
            conditions.append(f"{full_text.number} BETWEEN ({first}) AND ({last})")
        if scope.saved_by:
            workspace, person = scope.saved_by
            tags = {f"tag_{number}": tag for number, tag in enumerate(scope.saved.tags)}
            values |= {"workspace": workspace, "person": person, **tags}
            with_status = " AND saved_papers.status = :status" if scope.saved.status else ""
            values |= {"status": scope.saved.status} if scope.saved.status else {}
            conditions += [_SAVED.format(with_status), *map(_TAGGED.format, tags)]
        source = full_text.source_with_papers if len(conditions) > 1 else full_text.source
        return _Found(source, conditions, values)


def _before(day: date) -> date:
    """Return the first day of papers that may be listed again on a day: later ones list no older paper."""
    return max(date.min + _LISTED_AGAIN_WITHIN, day) - _LISTED_AGAIN_WITHIN


def _day(day: date) -> str:
    return day.isoformat()


def _days(scope: Scope) -> dict[str, str]:
    first, last = scope.since or date.min, scope.until or date.max
    return {"since": first.isoformat(), "until": last.isoformat()}


@reads("search_papers")
def _hit_from_row(row: dict[str, Any]) -> Hit:
    return Hit(
        paper_id=row["paper_id"],
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        votes=row["votes"] or 0,
        score=float(row["score"]),
    )
