"""The deliveries table: digests on their way into channels, and the leases of their workers."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.errors import LeaseLostError
from storage.engines.engine import Engine
from storage.moments import moment_of, optional_moment, sortable_text
from storage.records import Delivery, DeliveryKind, DeliveryState, Subscription
from storage.rows import reads, whole


class Deliveries:
    """One scheduled digest and one recap per subscription and day, one reminder per discussion and date.

    Others are opened as often as a person asks.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, delivery_id: int) -> Delivery | None:
        """Return the delivery with this id."""
        rows = self._engine.query("SELECT * FROM deliveries WHERE id = ?", [delivery_id])
        return next(map(_delivery_from_row, rows), None)

    def of_key(self, key: str) -> Delivery | None:
        """Return the delivery that the metadata of its messages names."""
        rows = self._engine.query("SELECT * FROM deliveries WHERE key = ?", [key])
        return next(map(_delivery_from_row, rows), None)

    def of_day(self, subscription_id: int, kind: DeliveryKind, day: date) -> Delivery | None:
        """Return the subscription's latest delivery of this kind and day, or `None` if none was opened."""
        rows = self._engine.query(
            "SELECT * FROM deliveries WHERE subscription_id = ? AND kind = ? AND day = ?"
            " ORDER BY id DESC LIMIT 1",
            [subscription_id, kind, day.isoformat()],
        )
        return next(map(_delivery_from_row, rows), None)

    def last_slot(self, subscription_id: int, kind: DeliveryKind = DeliveryKind.SCHEDULED) -> date | None:
        """Return the latest local date for which a scheduled digest, or another kind, was opened."""
        rows = self._engine.query(
            "SELECT day FROM deliveries WHERE subscription_id = ? AND kind = ? ORDER BY day DESC LIMIT 1",
            [subscription_id, kind],
        )
        return next(whole(_day_from_row, rows), None)

    def is_superseded(self, delivery: Delivery) -> bool:
        """Return whether a later delivery of its kind was opened for its subscription."""
        latest = self.latest_of_kind(delivery.subscription_id, delivery.kind)
        return latest is not None and latest.id > delivery.id

    def latest_of_kind(self, subscription_id: int, kind: DeliveryKind) -> Delivery | None:
        """Return the subscription's most recently opened delivery of a kind."""
        rows = self._engine.query(
            "SELECT * FROM deliveries WHERE subscription_id = ? AND kind = ? ORDER BY id DESC LIMIT 1",
            [subscription_id, kind],
        )
        return next(map(_delivery_from_row, rows), None)

    def latest_of_channel(self, workspace: str, channel: str) -> Delivery | None:
        """Return the channel's most recently opened delivery."""
        rows = self._engine.query(
            "SELECT * FROM deliveries WHERE workspace = ? AND channel = ? ORDER BY id DESC LIMIT 1",
            [workspace, channel],
        )
        return next(map(_delivery_from_row, rows), None)

    def latest_digest(self, workspace: str, channel: str) -> Delivery | None:
        """Return the channel's most recently opened digest."""
        rows = self._engine.query(
            """
            SELECT * FROM deliveries
            WHERE workspace = ? AND channel = ? AND kind IN ('scheduled', 'asked')
            ORDER BY id DESC LIMIT 1
            """,
            [workspace, channel],
        )
        return next(map(_delivery_from_row, rows), None)

    def of_discussion(self, discussion_id: int) -> tuple[Delivery, ...]:
        """Return the reminders of a discussion, one for each date that it was reminded of."""
        rows = self._engine.query(
            "SELECT * FROM deliveries WHERE discussion_id = ? ORDER BY day", [discussion_id]
        )
        return tuple(whole(_delivery_from_row, rows))

    def first_opened_at(self) -> datetime | None:
        """Return when the first delivery was opened."""
        rows = self._engine.query("SELECT opened_at FROM deliveries ORDER BY id LIMIT 1")
        return next(whole(_opening_from_row, rows), None)

    def first_with_payload_opened_at(self) -> datetime | None:
        """Return when the first delivery was opened of which a payload is left."""
        rows = self._engine.query(
            """
            SELECT opened_at FROM deliveries WHERE id = (
                SELECT delivery_id FROM posts WHERE payload IS NOT NULL ORDER BY delivery_id, position LIMIT 1
            )
            """
        )
        return next(whole(_opening_from_row, rows), None)

    def unfinished(self) -> tuple[Delivery, ...]:
        """Return the deliveries with work left, oldest first."""
        rows = self._engine.query("SELECT * FROM deliveries WHERE state IN ('open', 'last_look') ORDER BY id")
        return tuple(whole(_delivery_from_row, rows))

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
        discussion_id: int | None = None,
    ) -> Delivery:
        """Open a delivery and return it."""
        rows = self._engine.query(
            """
            INSERT INTO deliveries (
                key, subscription_id, workspace, channel, kind, day, state, opened_at, waits_for, is_late,
                discussion_id
            )
            VALUES (
                :key, :subscription_id, :workspace, :channel, :kind, :day, 'open', :opened_at, :waits_for,
                :is_late, :discussion_id
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
                "discussion_id": discussion_id,
            },
        )
        return _delivery_from_row(next(rows))

    def adopt(
        self,
        subscription: Subscription,
        kind: DeliveryKind,
        day: date,
        key: str,
        opened_at: datetime,
        discussion_id: int | None = None,
    ) -> Delivery:
        """Record a delivery that is in the channel, although nothing is known of it here, as done."""
        delivery = self.open(subscription, kind, day, key, opened_at, discussion_id=discussion_id)
        self.close(delivery, DeliveryState.DONE)
        return replace(delivery, state=DeliveryState.DONE)

    def doubt(self) -> None:
        """Have every delivery under way take a last look, as some of its messages are unknown."""
        # In the words of the index deliveries_at_work.
        self._engine.execute(
            "UPDATE deliveries SET had_unknown = 1 WHERE state IN ('open', 'last_look') AND state = 'open'"
        )

    def last_opened_at(self) -> datetime | None:
        """Return when the last delivery was opened."""
        rows = self._engine.query("SELECT opened_at FROM deliveries ORDER BY id DESC LIMIT 1")
        return next(whole(_opening_from_row, rows), None)

    def claim(self, delivery_id: int, now: datetime, lease: timedelta) -> Delivery | None:
        """Lease the delivery under a new epoch, or return `None` if another worker holds it."""
        rows = self._engine.query(
            """
            UPDATE deliveries SET epoch = epoch + 1, leased_until = :until
            WHERE id = :id AND state IN ('open', 'last_look')
                AND (leased_until IS NULL OR leased_until <= :now)
            RETURNING *
            """,
            {"id": delivery_id, "now": sortable_text(now), "until": sortable_text(now + lease)},
        )
        return next(map(_delivery_from_row, rows), None)

    def record(self, delivery: Delivery) -> None:
        """Record the delivery's state, lease and due look, under its epoch.

        Raises `LeaseLostError` if another worker has claimed it since.
        """
        self._change(
            delivery,
            """
            state = :state, reason = :reason, leased_until = :leased_until, had_unknown = :needs_look,
            look_at = :next_look_at
            """,
            state=delivery.state,
            reason=delivery.reason,
            leased_until=_optional_text(delivery.leased_until),
            needs_look=int(delivery.needs_look),
            next_look_at=_optional_text(delivery.next_look_at),
        )

    def ask_to_stop(self, subscription_id: int) -> None:
        """Ask the workers of the subscription's deliveries to post nothing more."""
        # In the words of the index deliveries_at_work; the plus keeps SQLite from another.
        self._engine.execute(
            """
            UPDATE deliveries SET stop_asked = 1
            WHERE +subscription_id = ? AND state IN ('open', 'last_look') AND state = 'open'
            """,
            [subscription_id],
        )

    def is_stop_asked(self, delivery_id: int) -> bool:
        """Return whether the delivery was asked to stop."""
        rows = self._engine.query(
            "SELECT 1 FROM deliveries WHERE id = ? AND stop_asked = 1 LIMIT 1", [delivery_id]
        )
        return next(rows, None) is not None

    def release(self, delivery: Delivery) -> None:
        """Release the delivery, unless another worker has claimed it since."""
        self._engine.execute(
            "UPDATE deliveries SET leased_until = NULL WHERE id = ? AND epoch = ?",
            [delivery.id, delivery.epoch],
        )

    def release_all(self) -> None:
        """Release every lease; only for a process that knows that no other is alive."""
        self._engine.execute("UPDATE deliveries SET leased_until = NULL WHERE state IN ('open', 'last_look')")

    def wait_for(self, delivery: Delivery, sources: Iterable[str]) -> None:
        """Record the sources without whose lists there is nothing to post yet; none ends the wait."""
        self._change(delivery, "waits_for = :sources", sources=json.dumps(list(sources)))

    def stop_waiting(self, delivery: Delivery, reason: str) -> None:
        """Record that the delivery waits for no list any more, and why it holds no papers."""
        self._change(delivery, "waits_for = '[]', reason = :reason", reason=reason)

    def close(self, delivery: Delivery, state: DeliveryState, reason: str | None = None) -> None:
        """Record the delivery's final state and release it; a failed one has a reason."""
        self._change(
            delivery, "state = :state, reason = :reason, leased_until = NULL", state=state, reason=reason
        )

    def unnotified(self) -> tuple[Delivery, ...]:
        """Return the failed deliveries of which nobody has been notified yet, oldest first."""
        rows = self._engine.query(
            "SELECT * FROM deliveries WHERE state = 'failed' AND is_told = 0 ORDER BY id"
        )
        return tuple(whole(_delivery_from_row, rows))

    def mark_notified(self, delivery_id: int) -> None:
        """Record that the failure needs no further notification: it was delivered, or cannot be."""
        self._engine.execute("UPDATE deliveries SET is_told = 1 WHERE id = ?", [delivery_id])

    def reopen(self, delivery_id: int) -> None:
        """Set a delivery that failed or was stopped back to open; one that is to stop goes on instead.

        Any other stays as it is. Whoever takes the last look at one that was stopped loses its lease.
        """
        self._engine.execute(
            """
            UPDATE deliveries SET
                state = 'open', stop_asked = 0, reason = NULL, look_at = NULL, is_told = 0,
                epoch = epoch + CASE state WHEN 'last_look' THEN 1 ELSE 0 END,
                leased_until = CASE state WHEN 'open' THEN leased_until END
            WHERE id = ? AND (state IN ('failed', 'stopped') OR stop_asked = 1)
            """,
            [delivery_id],
        )

    def _change(self, delivery: Delivery, assignments: str, **values: Any) -> None:
        """Update a delivery under its epoch; `assignments` are constants of this class."""
        changed = self._engine.execute(
            f"UPDATE deliveries SET {assignments} WHERE id = :id AND epoch = :epoch",  # noqa: S608 -- constants
            {"id": delivery.id, "epoch": delivery.epoch, **values},
        )
        if not changed:
            raise LeaseLostError(f"Another worker has claimed delivery {delivery.id}.")


def _optional_text(moment: datetime | None) -> str | None:
    return sortable_text(moment) if moment else None


@reads("deliveries")
def _opening_from_row(row: dict[str, Any]) -> datetime:
    return moment_of(row["opened_at"])


@reads("deliveries")
def _day_from_row(row: dict[str, Any]) -> date | None:
    return date.fromisoformat(row["day"]) if row["day"] else None


@reads("deliveries")
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
        opened_at=moment_of(row["opened_at"]),
        epoch=row["epoch"],
        leased_until=optional_moment(row["leased_until"]),
        needs_look=bool(row["had_unknown"]),
        next_look_at=optional_moment(row["look_at"]),
        reason=row["reason"],
        is_notified=bool(row["is_told"]),
        waits_for=tuple(json.loads(row["waits_for"])),
        is_late=bool(row["is_late"]),
        is_stop_asked=bool(row["stop_asked"]),
        discussion_id=row["discussion_id"],
    )
