"""The summary requests table: who asked for a new summary of which paper."""

from datetime import datetime

from storage.engines.engine import Engine
from storage.engines.statements import insert


class SummaryRequests:
    """Requests for new summaries, by person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, workspace: str, person: str, paper_id: str, language: str, now: datetime) -> None:
        """Record that a person asked for a new summary."""
        row = {
            "workspace": workspace,
            "person": person,
            "paper_id": paper_id,
            "language": language,
            "at": now.isoformat(),
        }
        insert(self._engine, "summary_requests", [row])

    def delete(self, before: datetime, limit: int) -> int:
        """Delete the oldest requests, at most `limit` of those before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM summary_requests
            WHERE id IN (SELECT id FROM summary_requests WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [before.isoformat(), limit],
        )

    def count_since(self, workspace: str, person: str, moment: datetime) -> int:
        """Return how many new summaries a person has asked for since a moment."""
        rows = self._engine.query(
            "SELECT count(*) AS requests FROM summary_requests"
            " WHERE workspace = ? AND person = ? AND at >= ?",
            [workspace, person, moment.isoformat()],
        )
        requests: int = next(rows)["requests"]
        return requests
