"""The summary wishes table: who asked for which summary anew."""

from datetime import datetime

from sqlite_utils import Database


class SummaryWishes:
    """Wishes for a new summary, by who has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, workspace: str, person: str, paper_id: str, language: str, now: datetime) -> None:
        """Write down that a person asked for a paper's summary anew."""
        row = {
            "workspace": workspace,
            "person": person,
            "paper_id": paper_id,
            "language": language,
            "at": now.isoformat(),
        }
        self._database.table("summary_wishes").insert(row)

    def count_since(self, workspace: str, person: str, moment: datetime) -> int:
        """Return how many summaries a person asked for anew since a moment."""
        rows = self._database.query(
            "SELECT count(*) AS wishes FROM summary_wishes WHERE workspace = ? AND person = ? AND at >= ?",
            [workspace, person, moment.isoformat()],
        )
        wishes: int = next(rows)["wishes"]
        return wishes
