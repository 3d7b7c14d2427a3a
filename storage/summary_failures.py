"""The summary failures table: which summaries failed, and when each is retried."""

from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import upsert
from storage.moments import moment_of
from storage.records import SummaryFailure
from storage.rows import reads, whole


class SummaryFailures:
    """The last failure by paper and language; a summary that succeeded has none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, paper_id: str, language: str) -> SummaryFailure | None:
        """Return the summary's last failure, if any."""
        rows = self._engine.query(
            "SELECT * FROM summary_failures WHERE paper_id = ? AND language = ?", [paper_id, language]
        )
        return next(whole(_failure_from_row, rows), None)

    def waiting(self, now: datetime) -> frozenset[tuple[str, str]]:
        """Return the (paper, language) pairs whose retry is not due yet."""
        rows = self._engine.query(
            "SELECT paper_id, language FROM summary_failures WHERE next_try_at > ?", [now.isoformat()]
        )
        return frozenset((row["paper_id"], row["language"]) for row in rows)

    def since(self, moment: datetime) -> tuple[SummaryFailure, ...]:
        """Return the failures since a moment, the latest first."""
        rows = self._engine.query(
            "SELECT * FROM summary_failures WHERE failed_at >= ? ORDER BY failed_at DESC, paper_id, language",
            [moment.isoformat()],
        )
        return tuple(whole(_failure_from_row, rows))

    def delete(self, before: datetime, limit: int) -> int:
        """Delete the oldest failures, at most `limit` of those before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM summary_failures WHERE (paper_id, language) IN (
                SELECT paper_id, language FROM summary_failures WHERE failed_at < ?
                ORDER BY failed_at LIMIT ?
            )
            """,
            [before.isoformat(), limit],
        )

    def put(self, failure: SummaryFailure) -> None:
        """Store the failure, replacing an earlier one."""
        row = {
            "paper_id": failure.paper_id,
            "language": failure.language,
            "tries": failure.tries,
            "reason": failure.reason,
            "failed_at": failure.failed_at.isoformat(),
            "next_try_at": failure.next_try_at.isoformat(),
        }
        upsert(self._engine, "summary_failures", row, ["paper_id", "language"])

    def forget(self, paper_id: str, language: str) -> None:
        """Delete the failure, since the summary succeeded."""
        self._engine.execute(
            "DELETE FROM summary_failures WHERE paper_id = ? AND language = ?", [paper_id, language]
        )

    def forget_paper(self, paper_id: str) -> None:
        """Delete the paper's failures in all languages, since they say nothing of its newer version."""
        self._engine.execute("DELETE FROM summary_failures WHERE paper_id = ?", [paper_id])


@reads("summary_failures")
def _failure_from_row(row: dict[str, Any]) -> SummaryFailure:
    return SummaryFailure(
        paper_id=row["paper_id"],
        language=row["language"],
        tries=row["tries"],
        reason=row["reason"],
        failed_at=moment_of(row["failed_at"]),
        next_try_at=moment_of(row["next_try_at"]),
    )
