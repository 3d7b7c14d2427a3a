"""The watched papers table: what somebody saved or will read, of which a newer version may come."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from storage.engines.engine import Engine
from storage.moments import sortable_text

WATCHED_FOR = timedelta(days=365)
"""How long a paper is watched since somebody last saved it, or said that they will read it."""

ASKED_A_DAY = 500
"""About how many of them arXiv is asked about from one round to the next; the others have theirs then."""

_IS_WANTED = """(
    EXISTS (SELECT 1 FROM saved_papers WHERE saved_papers.paper_id = watched_papers.paper_id)
    OR EXISTS (SELECT 1 FROM readers WHERE readers.paper_id = watched_papers.paper_id)
)"""


class WatchedPapers:
    """What is watched for newer versions, by paper; it never tells for whom."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, paper_id: str, now: datetime) -> None:
        """Watch the paper, for a whole year again where it is watched already."""
        self._engine.execute(
            """
            INSERT INTO watched_papers (paper_id, since, next_try_at) VALUES (:paper_id, :now, :now)
            ON CONFLICT (paper_id) DO UPDATE SET since = excluded.since
            WHERE excluded.since > watched_papers.since
            """,
            {"paper_id": paper_id, "now": sortable_text(now)},
        )

    def among(self, paper_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these papers are watched."""
        rows = self._engine.query(
            f"SELECT paper_id FROM watched_papers WHERE {self._engine.among('paper_id', 'paper_ids')}",  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids)},
        )
        return frozenset(row["paper_id"] for row in rows)

    def due(self, round_began: datetime, limit: int) -> tuple[tuple[str, int], ...]:
        """Return what arXiv is to be asked about in the round, each with how often arXiv did not know it.

        What was added before the round began is due in it, the longest due first, and no more than
        `ASKED_A_DAY` in all of it.
        """
        left = ASKED_A_DAY - self._asked_since(round_began)
        if left <= 0:
            return ()
        rows = self._engine.query(
            """
            SELECT watched_papers.paper_id, coalesce(arxiv_records.tries, 0) AS tries
            FROM watched_papers LEFT JOIN arxiv_records ON arxiv_records.paper_id = watched_papers.paper_id
            WHERE watched_papers.next_try_at <= :round_began
            ORDER BY watched_papers.next_try_at, watched_papers.paper_id LIMIT :limit
            """,
            {"round_began": sortable_text(round_began), "limit": min(limit, left)},
        )
        return tuple((row["paper_id"], row["tries"]) for row in rows)

    def asked(self, paper_id: str, now: datetime, next_try_at: datetime) -> None:
        """Record that arXiv was asked about a paper, if it is watched, and when it is asked next."""
        self._engine.execute(
            "UPDATE watched_papers SET asked_at = ?, next_try_at = ? WHERE paper_id = ?",
            [sortable_text(now), sortable_text(next_try_at), paper_id],
        )

    def drop_unwanted(self, round_began: datetime, limit: int) -> int:
        """Stop watching what nobody has any more, or nobody since a year; among so many that are due."""
        return self._engine.execute(
            f"""
            DELETE FROM watched_papers
            WHERE paper_id IN (
                SELECT paper_id FROM watched_papers WHERE next_try_at <= :round_began
                ORDER BY next_try_at, paper_id LIMIT :limit
            ) AND (since < :since OR NOT {_IS_WANTED})
            """,  # noqa: S608 -- a constant
            {
                "round_began": sortable_text(round_began),
                "since": sortable_text(round_began - WATCHED_FOR),
                "limit": limit,
            },
        )

    def _asked_since(self, moment: datetime) -> int:
        rows = self._engine.query(
            """
            SELECT count(*) AS papers FROM (
                SELECT 1 FROM watched_papers WHERE asked_at >= ? LIMIT ?
            ) AS asked
            """,
            [sortable_text(moment), ASKED_A_DAY],
        )
        return int(next(rows)["papers"])
