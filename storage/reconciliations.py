"""The reconciliations table: channels that may hold messages of which the restored ledger knows nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.rows import reads, whole


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A channel whose messages are to be compared with the ledger."""

    subscription_id: int
    #: The moment since which the ledger may lack messages.
    since: datetime


class Reconciliations:
    """At most one for each subscription, until it is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, since: datetime | None) -> int:
        """Have the subscribed channels compared since the moment, or since they began; return how many.

        A comparison that was not done yet reaches back as far as it did.
        """
        return self._engine.execute(
            """
            INSERT INTO reconciliations (subscription_id, since)
            SELECT id, coalesce(:since, begun_at) FROM subscriptions WHERE ended_at IS NULL
            ON CONFLICT (subscription_id) DO NOTHING
            """,
            {"since": since.isoformat() if since else None},
        )

    def left(self, workspace: str | None) -> tuple[Reconciliation, ...]:
        """Return those that are left of a workspace, or of all."""
        rows = self._engine.query(
            """
            SELECT reconciliations.* FROM reconciliations
            JOIN subscriptions ON subscriptions.id = reconciliations.subscription_id
            WHERE :workspace IS NULL OR subscriptions.workspace = :workspace
            ORDER BY reconciliations.subscription_id
            """,
            {"workspace": workspace},
        )
        return tuple(whole(_reconciliation_from_row, rows))

    def end(self, subscription_id: int) -> None:
        """Record that the channel was compared."""
        self._engine.execute("DELETE FROM reconciliations WHERE subscription_id = ?", [subscription_id])


@reads("reconciliations")
def _reconciliation_from_row(row: dict[str, Any]) -> Reconciliation:
    return Reconciliation(row["subscription_id"], moment_of(row["since"]))
