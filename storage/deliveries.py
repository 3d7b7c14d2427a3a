"""The deliveries table: digests on their way into channels, and who works on them."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.errors import LeaseLostError
from storage.moments import optional_moment
from storage.records import Delivery, DeliveryKind, DeliveryState, Subscription


class Deliveries:
    """One delivery for each subscription, kind and day, whoever opens it and however often."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, delivery_id: int) -> Delivery | None:
        """Return the delivery with this id."""
        rows = self._database.query("SELECT * FROM deliveries WHERE id = ?", [delivery_id])
        return next(map(_delivery_from_row, rows), None)

    def of_day(self, subscription_id: int, kind: DeliveryKind, day: date) -> Delivery | None:
        """Return the delivery of this kind and day, or `None` where none was opened."""
        rows = self._database.query(
            "SELECT * FROM deliveries WHERE subscription_id = ? AND kind = ? AND day = ?",
            [subscription_id, kind, day.isoformat()],
        )
        return next(map(_delivery_from_row, rows), None)

    def last_slot(self, subscription_id: int) -> date | None:
        """Return the last local date for which a digest was opened by its time."""
        rows = self._database.query(
            "SELECT max(day) AS day FROM deliveries WHERE subscription_id = ? AND kind = 'scheduled'",
            [subscription_id],
        )
        day = next(rows)["day"]
        return date.fromisoformat(day) if day else None

    def is_followed(self, delivery: Delivery) -> bool:
        """Tell whether a later one of its kind was opened for its subscription."""
        rows = self._database.query(
            "SELECT 1 FROM deliveries WHERE subscription_id = ? AND kind = ? AND id > ? LIMIT 1",
            [delivery.subscription_id, delivery.kind, delivery.id],
        )
        return next(rows, None) is not None

    def latest_of_channel(self, workspace: str, channel: str) -> Delivery | None:
        """Return the delivery that was opened last for the channel."""
        rows = self._database.query(
            "SELECT * FROM deliveries WHERE workspace = ? AND channel = ? ORDER BY id DESC LIMIT 1",
            [workspace, channel],
        )
        return next(map(_delivery_from_row, rows), None)

    def at_work(self) -> tuple[Delivery, ...]:
        """Return the deliveries on which work is left, the oldest first."""
        rows = self._database.query(
            "SELECT * FROM deliveries WHERE state IN ('open', 'last_look') ORDER BY id"
        )
        return tuple(map(_delivery_from_row, rows))

    def open(
        self,
        subscription: Subscription,
        kind: DeliveryKind,
        day: date,
        key: str,
        now: datetime,
        *,
        waits_for: Iterable[str] = (),
        is_late: bool = False,
    ) -> Delivery:
        """Open a delivery and return it."""
        rows = self._database.query(
            """
            INSERT INTO deliveries (
                key, subscription_id, workspace, channel, kind, day, state, opened_at, waits_for, is_late
            )
            VALUES (
                :key, :subscription_id, :workspace, :channel, :kind, :day, 'open', :opened_at, :waits_for,
                :is_late
            )
            RETURNING *
            """,
            {
                "key": key,
                "subscription_id": subscription.id,
                "workspace": subscription.workspace,
                "channel": subscription.channel,
                "kind": kind,
                "day": day.isoformat(),
                "opened_at": now.isoformat(),
                "waits_for": json.dumps(list(waits_for)),
                "is_late": int(is_late),
            },
        )
        return _delivery_from_row(next(rows))

    def claim(self, delivery_id: int, now: datetime, lease: timedelta) -> Delivery | None:
        """Take the delivery for oneself under a new epoch, or return `None` where another holds it."""
        rows = self._database.query(
            """
            UPDATE deliveries SET epoch = epoch + 1, leased_until = :until
            WHERE id = :id AND state IN ('open', 'last_look')
                AND (leased_until IS NULL OR leased_until <= :now)
            RETURNING *
            """,
            {"id": delivery_id, "now": _text(now), "until": _text(now + lease)},
        )
        return next(map(_delivery_from_row, rows), None)

    def renew(self, delivery: Delivery, until: datetime) -> None:
        """Hold the delivery for longer; raises `LeaseLostError` where another has claimed it since."""
        self._change(delivery, "leased_until = :until", until=_text(until))

    def release(self, delivery: Delivery) -> None:
        """Let others claim the delivery at once."""
        self._change(delivery, "leased_until = NULL")

    def release_all(self) -> None:
        """Let all deliveries be claimed: for a process that knows that no other one is alive."""
        self._database.execute("UPDATE deliveries SET leased_until = NULL")

    def note_unknown(self, delivery: Delivery) -> None:
        """Note that a message of this delivery may be in the channel twice or late."""
        self._change(delivery, "had_unknown = 1")

    def await_last_look(self, delivery: Delivery, look_at: datetime) -> None:
        """Record that all is posted and that a last look is due later."""
        self._change(delivery, "state = 'last_look', look_at = :look_at", look_at=_text(look_at))

    def wait_for(self, delivery: Delivery, sources: Iterable[str]) -> None:
        """Record without whose lists there is nothing to post yet; no sources where it waits no longer."""
        self._change(delivery, "waits_for = :sources", sources=json.dumps(list(sources)))

    def give_up(self, delivery: Delivery, reason: str) -> None:
        """Record that it waits no longer, and why it brings no paper."""
        self._change(delivery, "waits_for = '[]', reason = :reason", reason=reason)

    def look_later(self, delivery: Delivery, look_at: datetime) -> None:
        """Record when to look, while it waits, for messages that are in the channel twice."""
        self._change(delivery, "look_at = :look_at", look_at=_text(look_at))

    def note_looked(self, delivery: Delivery) -> None:
        """Record that nothing of this delivery is in the channel twice or late any longer."""
        self._change(delivery, "look_at = NULL, had_unknown = 0")

    def close(self, delivery: Delivery, state: DeliveryState, reason: str | None = None) -> None:
        """Record how the delivery ended; a failed one says why."""
        self._change(
            delivery, "state = :state, reason = :reason, leased_until = NULL", state=state, reason=reason
        )

    def untold(self) -> tuple[Delivery, ...]:
        """Return the failed deliveries of which nobody has been told yet, the oldest first."""
        rows = self._database.query(
            "SELECT * FROM deliveries WHERE state = 'failed' AND NOT is_told ORDER BY id"
        )
        return tuple(map(_delivery_from_row, rows))

    def mark_told(self, delivery_id: int) -> None:
        """Note that who set it up knows that the delivery failed, or cannot be told."""
        self._database.execute("UPDATE deliveries SET is_told = 1 WHERE id = ?", [delivery_id])

    def reopen(self, delivery_id: int) -> None:
        """Have a failed delivery worked on again."""
        self._database.execute(
            "UPDATE deliveries SET state = 'open', reason = NULL, leased_until = NULL, is_told = 0"
            " WHERE id = ? AND state = 'failed'",
            [delivery_id],
        )

    def _change(self, delivery: Delivery, assignments: str, **values: Any) -> None:
        """Change the delivery under its epoch; `assignments` are constants of this class, never a value."""
        cursor = self._database.execute(
            f"UPDATE deliveries SET {assignments} WHERE id = :id AND epoch = :epoch",  # noqa: S608 -- constants
            {"id": delivery.id, "epoch": delivery.epoch, **values},
        )
        if not cursor.rowcount:
            raise LeaseLostError(f"Delivery {delivery.id} is worked on by another process.")


def _text(moment: datetime) -> str:
    """Return the moment as text of a fixed length, so that texts compare as the moments do."""
    return moment.isoformat(timespec="microseconds")


def _delivery_from_row(row: dict[str, Any]) -> Delivery:
    return Delivery(
        id=row["id"],
        key=row["key"],
        subscription_id=row["subscription_id"],
        workspace=row["workspace"],
        channel=row["channel"],
        kind=DeliveryKind(row["kind"]),
        day=date.fromisoformat(row["day"]),
        state=DeliveryState(row["state"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        epoch=row["epoch"],
        leased_until=optional_moment(row["leased_until"]),
        had_unknown=bool(row["had_unknown"]),
        look_at=optional_moment(row["look_at"]),
        reason=row["reason"],
        is_told=bool(row["is_told"]),
        waits_for=tuple(json.loads(row["waits_for"])),
        is_late=bool(row["is_late"]),
    )
