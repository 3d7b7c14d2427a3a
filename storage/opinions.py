"""The opinions table: of which papers a person wants more like them, and of which fewer."""

from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.records import Opinion
from storage.rows import reads, whole

_OF_PAPER = "workspace = :workspace AND person = :person AND paper_id = :paper_id"


class Opinions:
    """Opinions by workspace and person; every call takes both, so nobody sees another's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, workspace: str, person: str, paper_id: str, now: datetime, *, is_liked: bool) -> None:
        """Keep the person's opinion of a paper, in place of an earlier one."""
        self._engine.execute(
            """
            INSERT INTO opinions (workspace, person, paper_id, is_liked, at)
            VALUES (:workspace, :person, :paper_id, :is_liked, :at)
            ON CONFLICT (workspace, person, paper_id)
            DO UPDATE SET is_liked = excluded.is_liked, at = excluded.at
            """,
            {
                "workspace": workspace,
                "person": person,
                "paper_id": paper_id,
                "is_liked": int(is_liked),
                "at": now.isoformat(timespec="microseconds"),
            },
        )

    def remove(self, workspace: str, person: str, paper_id: str) -> bool:
        """Take the person's opinion of a paper back; return whether there was one."""
        whose = {"workspace": workspace, "person": person, "paper_id": paper_id}
        return self._engine.execute(f"DELETE FROM opinions WHERE {_OF_PAPER}", whose) > 0  # noqa: S608 -- a constant

    def latest(self, workspace: str, person: str, limit: int) -> tuple[Opinion, ...]:
        """Return the person's newest opinions, the newest first."""
        rows = self._engine.query(
            """
            SELECT paper_id, is_liked, at FROM opinions WHERE workspace = ? AND person = ?
            ORDER BY at DESC, paper_id DESC LIMIT ?
            """,
            [workspace, person, limit],
        )
        return tuple(whole(_opinion_from_row, rows))


@reads("opinions")
def _opinion_from_row(row: dict[str, Any]) -> Opinion:
    return Opinion(row["paper_id"], is_liked=bool(row["is_liked"]), at=moment_of(row["at"]))
