"""The heartbeats table: when something that should happen again and again happened last."""

from datetime import datetime

from sqlite_utils import Database


class Heartbeats:
    """The last moment of each thing by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, name: str, now: datetime) -> None:
        """Note that it happened now."""
        self._database.execute(
            "INSERT INTO heartbeats (name, at) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [name, now.isoformat()],
        )

    def last(self, name: str) -> datetime | None:
        """Return when it happened last, or `None` where it never has."""
        rows = self._database.query("SELECT at FROM heartbeats WHERE name = ?", [name])
        return next((datetime.fromisoformat(row["at"]) for row in rows), None)
