"""The outdated summaries table: summaries to make anew, since a newer version of the paper came."""

from collections.abc import Iterable
from datetime import datetime

from storage.engines.engine import Engine
from storage.engines.statements import upsert
from storage.moments import sortable_text


class OutdatedSummaries:
    """Models' summaries by paper and language, each with the version that it is to be of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, paper_id: str, languages: Iterable[str], version: int, now: datetime) -> None:
        """Enqueue the paper's summaries in these languages, in place of what is waiting of them."""
        for language in languages:
            row = {
                "paper_id": paper_id,
                "language": language,
                "version": version,
                "since": sortable_text(now),
            }
            upsert(self._engine, "outdated_summaries", row, ["paper_id", "language"])

    def due(self, now: datetime, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the (paper, language) pairs that wait the longest.

        Left out are those that failed and wait so, and those of withdrawn papers.
        """
        rows = self._engine.query(
            """
            SELECT paper_id, language FROM outdated_summaries WHERE NOT EXISTS (
                SELECT 1 FROM summary_failures
                WHERE summary_failures.paper_id = outdated_summaries.paper_id
                    AND summary_failures.language = outdated_summaries.language
                    AND summary_failures.next_try_at > :now
            ) AND EXISTS (
                SELECT 1 FROM papers
                WHERE papers.id = outdated_summaries.paper_id AND papers.withdrawal IS NULL
            )
            ORDER BY since, paper_id, language LIMIT :limit
            """,
            {"now": now.isoformat(), "limit": limit},
        )
        return tuple((row["paper_id"], row["language"]) for row in rows)

    def among(self, paper_ids: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return the (paper, language) pairs that wait, of these papers."""
        rows = self._engine.query(
            f"""
            SELECT paper_id, language FROM outdated_summaries
            WHERE {self._engine.among("paper_id", "paper_ids")}
            """,  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids)},
        )
        return frozenset((row["paper_id"], row["language"]) for row in rows)

    def remove(self, paper_id: str, language: str, version: int) -> bool:
        """Remove a summary that is of this version now; return False where none, or a later one, waits."""
        removed = self._engine.execute(
            "DELETE FROM outdated_summaries WHERE paper_id = ? AND language = ? AND version <= ?",
            [paper_id, language, version],
        )
        return removed > 0

    def delete(self, before: datetime, failing_before: datetime, limit: int) -> int:
        """Delete the oldest, at most `limit` of those that wait since before a moment; return how many.

        Those that were tried since, in vain, have a later moment of their own: `failing_before`.
        """
        return self._engine.execute(
            """
            DELETE FROM outdated_summaries WHERE (paper_id, language) IN (
                SELECT paper_id, language FROM outdated_summaries
                WHERE since < :failing_before AND (since < :before OR EXISTS (
                    SELECT 1 FROM summary_failures
                    WHERE summary_failures.paper_id = outdated_summaries.paper_id
                        AND summary_failures.language = outdated_summaries.language
                        AND summary_failures.failed_at >= outdated_summaries.since
                ))
                ORDER BY since LIMIT :limit
            )
            """,
            {
                "before": sortable_text(before),
                "failing_before": sortable_text(failing_before),
                "limit": limit,
            },
        )
