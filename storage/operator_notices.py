"""The operator_notices table: when a person was last told of each thing that needs a hand."""

from datetime import datetime, timedelta

from storage.engines.engine import Engine
from storage.moments import sortable_text


class OperatorNotices:
    """The last notice of each matter to each person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, workspace: str, person: str, matter: str, now: datetime, again_after: timedelta) -> bool:
        """Record a notice now; return False where the person was told of the matter within `again_after`."""
        rows = self._engine.query(
            """
            INSERT INTO operator_notices (workspace, person, matter, told_at)
            VALUES (:workspace, :person, :matter, :now)
            ON CONFLICT (workspace, person, matter) DO UPDATE SET told_at = excluded.told_at
            WHERE operator_notices.told_at <= :before OR operator_notices.told_at > :now
            RETURNING operator_notices.told_at
            """,
            {
                "workspace": workspace,
                "person": person,
                "matter": matter,
                "now": sortable_text(now),
                "before": sortable_text(now - again_after),
            },
        )
        return next(rows, None) is not None

    def take_back(self, workspace: str, person: str, matter: str) -> None:
        """Forget the notice, which could not be sent, so that it is tried again."""
        self._engine.execute(
            "DELETE FROM operator_notices WHERE workspace = ? AND person = ? AND matter = ?",
            [workspace, person, matter],
        )

    def delete(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` notices from before a moment; return how many."""
        return self._engine.execute(
            """
            DELETE FROM operator_notices WHERE (workspace, person, matter) IN (
                SELECT workspace, person, matter FROM operator_notices
                WHERE told_at < ? ORDER BY told_at LIMIT ?
            )
            """,
            [sortable_text(before), limit],
        )
