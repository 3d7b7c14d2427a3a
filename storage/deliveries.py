"""The deliveries table: digests on their way into channels."""

from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from storage.records import Delivery, DeliveryState, Subscription


class Deliveries:
    """One delivery for each subscription and day, whoever opens it and however often."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, delivery_id: int) -> Delivery | None:
        """Return the delivery with this id."""
        rows = self._database.query("SELECT * FROM deliveries WHERE id = ?", [delivery_id])
        return next(map(_delivery_from_row, rows), None)

    def of_day(self, subscription_id: int, day: date) -> Delivery | None:
        """Return the delivery of this day's digest, or `None` where none was opened."""
        rows = self._database.query(
            "SELECT * FROM deliveries WHERE subscription_id = ? AND day = ?",
            [subscription_id, day.isoformat()],
        )
        return next(map(_delivery_from_row, rows), None)

    def open_ids(self) -> tuple[int, ...]:
        """Return the ids of the deliveries on which work is left, the oldest first."""
        rows = self._database.query("SELECT id FROM deliveries WHERE state = 'open' ORDER BY id")
        return tuple(row["id"] for row in rows)

    def open(self, subscription: Subscription, day: date, now: datetime) -> Delivery:
        """Open the delivery of this day's digest and return it."""
        rows = self._database.query(
            """
            INSERT INTO deliveries (subscription_id, workspace, channel, day, state, opened_at)
            VALUES (:subscription_id, :workspace, :channel, :day, 'open', :opened_at)
            RETURNING *
            """,
            {
                "subscription_id": subscription.id,
                "workspace": subscription.workspace,
                "channel": subscription.channel,
                "day": day.isoformat(),
                "opened_at": now.isoformat(),
            },
        )
        return _delivery_from_row(next(rows))

    def close(self, delivery_id: int, state: DeliveryState, reason: str | None = None) -> None:
        """Record how the delivery ended; a failed one says why."""
        self._database.execute(
            "UPDATE deliveries SET state = ?, reason = ? WHERE id = ?", [state, reason, delivery_id]
        )


def _delivery_from_row(row: dict[str, Any]) -> Delivery:
    return Delivery(
        id=row["id"],
        subscription_id=row["subscription_id"],
        workspace=row["workspace"],
        channel=row["channel"],
        day=date.fromisoformat(row["day"]),
        state=DeliveryState(row["state"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        reason=row["reason"],
    )
