"""The summary requests table: who asked for a new summary of which paper."""

from datetime import datetime

from sqlite_utils import Database


class SummaryRequests:
    """Requests for new summaries, by person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, workspace: str, person: str, paper_id: str, language: str, now: datetime) -> None:
        """Record that a person asked for a new summary."""
        row = {
            "workspace": workspace,
            "person": person,
            "paper_id": paper_id,
            "language": language,
            "at": now.isoformat(),
        }
        self._database.table("summary_requests").insert(row)

    def count_since(self, workspace: str, person: str, moment: datetime) -> int:
        """Return how many new summaries a person has asked for since a moment."""
        rows = self._database.query(
            "SELECT count(*) AS requests FROM summary_requests"
            " WHERE workspace = ? AND person = ? AND at >= ?",
            [workspace, person, moment.isoformat()],
        )
        requests: int = next(rows)["requests"]
        return requests
