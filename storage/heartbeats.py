"""The heartbeats table: when each recurring job last ran."""

from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.rows import reads, whole


class Heartbeats:
    """The last run of each job, by name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, name: str, now: datetime) -> None:
        """Record that the job runs now."""
        self._engine.execute(
            "INSERT INTO heartbeats (name, at) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [name, now.isoformat()],
        )

    def forget(self, name: str) -> None:
        """Forget when the job last ran, so that it is due."""
        self._engine.execute("DELETE FROM heartbeats WHERE name = ?", [name])

    def latest(self) -> datetime | None:
        """Return the last moment at which any job ran."""
        rows = self._engine.query("SELECT at FROM heartbeats ORDER BY at DESC LIMIT 1")
        return next(whole(_moment_from_row, rows), None)

    def last(self, name: str) -> datetime | None:
        """Return when the job last ran, or `None` where it never has."""
        rows = self._engine.query("SELECT at FROM heartbeats WHERE name = ?", [name])
        return next(whole(_moment_from_row, rows), None)


@reads("heartbeats")
def _moment_from_row(row: dict[str, Any]) -> datetime:
    return moment_of(row["at"])
