"""The subscriptions table."""

import json
from datetime import time
from typing import Any

from sqlite_utils import Database

from storage.records import Subscription


class Subscriptions:
    """What each channel wants; a channel has at most one subscription."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, subscription_id: int) -> Subscription | None:
        """Return the subscription with this id."""
        rows = self._database.query("SELECT * FROM subscriptions WHERE id = ?", [subscription_id])
        return next(map(_subscription_from_row, rows), None)

    def of_channel(self, workspace: str, channel: str) -> Subscription | None:
        """Return what the channel wants, or `None` where it has not subscribed."""
        rows = self._database.query(
            "SELECT * FROM subscriptions WHERE workspace = ? AND channel = ?", [workspace, channel]
        )
        return next(map(_subscription_from_row, rows), None)

    def put(self, subscription: Subscription) -> Subscription:
        """Keep what the channel wants in place of what it wanted before, and return it with its id."""
        rows = self._database.query(
            """
            INSERT INTO subscriptions (workspace, channel, language, sources, at, zone, weekdays)
            VALUES (:workspace, :channel, :language, :sources, :at, :zone, :weekdays)
            ON CONFLICT (workspace, channel) DO UPDATE SET
                language = excluded.language, sources = excluded.sources, at = excluded.at,
                zone = excluded.zone, weekdays = excluded.weekdays
            RETURNING *
            """,
            _row_from_subscription(subscription),
        )
        return _subscription_from_row(next(rows))


def _subscription_from_row(row: dict[str, Any]) -> Subscription:
    return Subscription(
        id=row["id"],
        workspace=row["workspace"],
        channel=row["channel"],
        language=row["language"],
        sources=tuple(json.loads(row["sources"])),
        at=time.fromisoformat(row["at"]),
        zone=row["zone"],
        weekdays=frozenset(json.loads(row["weekdays"])),
    )


def _row_from_subscription(subscription: Subscription) -> dict[str, Any]:
    return {
        "workspace": subscription.workspace,
        "channel": subscription.channel,
        "language": subscription.language,
        "sources": json.dumps(subscription.sources),
        "at": subscription.at.isoformat("minutes"),
        "zone": subscription.zone,
        "weekdays": json.dumps(sorted(subscription.weekdays)),
    }
