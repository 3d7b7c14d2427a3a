"""The subscriptions table."""

import json
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from sqlite_utils import Database

from storage.records import Filters, Order, Subscription


class Subscriptions:
    """What each channel wants; a channel has at most one subscription, and one that ended is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, subscription_id: int) -> Subscription | None:
        """Return the subscription with this id, ended or not."""
        rows = self._database.query("SELECT * FROM subscriptions WHERE id = ?", [subscription_id])
        return next(map(_subscription_from_row, rows), None)

    def of_channel(self, workspace: str, channel: str) -> Subscription | None:
        """Return what the channel wants, or `None` where it has not subscribed."""
        rows = self._database.query(
            "SELECT * FROM subscriptions WHERE workspace = ? AND channel = ? AND ended_at IS NULL",
            [workspace, channel],
        )
        return next(map(_subscription_from_row, rows), None)

    def all(self, workspace: str | None = None) -> tuple[Subscription, ...]:
        """Return the subscriptions that have not ended, of one workspace or of all."""
        rows = self._database.query(
            """
            SELECT * FROM subscriptions
            WHERE ended_at IS NULL AND (:workspace IS NULL OR workspace = :workspace) ORDER BY id
            """,
            {"workspace": workspace},
        )
        return tuple(map(_subscription_from_row, rows))

    def put(self, subscription: Subscription) -> Subscription:
        """Keep what the channel wants in place of what it wanted before, and return it with its id.

        A subscription that is changed keeps the day and the moment on which it began.
        """
        rows = self._database.query(
            """
            INSERT INTO subscriptions (
                workspace, channel, language, sources, at, zone, weekdays, most_cards, "order", filters,
                says_when_nothing, since, begun_at, created_by, paused_reason, paused_until, since_by_source
            )
            VALUES (
                :workspace, :channel, :language, :sources, :at, :zone, :weekdays, :most_cards, :order,
                :filters, :says_when_nothing, :since, :begun_at, :created_by, :paused_reason, :paused_until,
                :since_by_source
            )
            ON CONFLICT (workspace, channel) DO UPDATE SET
                language = excluded.language, sources = excluded.sources, at = excluded.at,
                zone = excluded.zone, weekdays = excluded.weekdays, most_cards = excluded.most_cards,
                "order" = excluded."order", filters = excluded.filters,
                says_when_nothing = excluded.says_when_nothing, created_by = excluded.created_by,
                paused_reason = excluded.paused_reason, paused_until = excluded.paused_until,
                since_by_source = excluded.since_by_source,
                since = iif(ended_at IS NULL, since, excluded.since),
                begun_at = iif(ended_at IS NULL, begun_at, excluded.begun_at),
                ended_at = NULL
            RETURNING *
            """,
            _row_from_subscription(subscription),
        )
        return _subscription_from_row(next(rows))

    def pause(self, subscription_id: int, reason: str, until: date | None = None) -> None:
        """Deliver nothing until the day, or until somebody resumes it."""
        self._database.execute(
            "UPDATE subscriptions SET paused_reason = ?, paused_until = ? WHERE id = ?",
            [reason, until.isoformat() if until else None, subscription_id],
        )

    def resume(self, subscription_id: int) -> None:
        """Deliver again."""
        self._database.execute(
            "UPDATE subscriptions SET paused_reason = NULL, paused_until = NULL WHERE id = ?",
            [subscription_id],
        )

    def begin_earlier(self, subscription_id: int, since: date) -> None:
        """Have the lists from this day on belong to the subscription too."""
        self._database.execute(
            "UPDATE subscriptions SET since = ? WHERE id = ? AND since > ?",
            [since.isoformat(), subscription_id, since.isoformat()],
        )

    def end(self, subscription_id: int, now: datetime) -> None:
        """Deliver nothing any more; what was delivered stays known."""
        self._database.execute(
            "UPDATE subscriptions SET ended_at = ? WHERE id = ?", [now.isoformat(), subscription_id]
        )


def _subscription_from_row(row: dict[str, Any]) -> Subscription:
    filters = json.loads(row["filters"])
    return Subscription(
        id=row["id"],
        workspace=row["workspace"],
        channel=row["channel"],
        language=row["language"],
        sources=tuple(json.loads(row["sources"])),
        at=time.fromisoformat(row["at"]),
        zone=row["zone"],
        weekdays=frozenset(json.loads(row["weekdays"])),
        most_cards=row["most_cards"],
        order=Order(row["order"]),
        filters=Filters(
            words=tuple(filters["words"]),
            categories=tuple(filters["categories"]),
            least_votes=filters["least_votes"],
            never_words=tuple(filters["never_words"]),
        ),
        says_when_nothing=bool(row["says_when_nothing"]),
        since=date.fromisoformat(row["since"]),
        begun_at=datetime.fromisoformat(row["begun_at"]),
        created_by=row["created_by"],
        paused_reason=row["paused_reason"],
        paused_until=date.fromisoformat(row["paused_until"]) if row["paused_until"] else None,
        since_by_source=tuple(
            (source, date.fromisoformat(since))
            for source, since in sorted(json.loads(row["since_by_source"]).items())
        ),
    )


def _row_from_subscription(subscription: Subscription) -> dict[str, Any]:
    until = subscription.paused_until
    return {
        "workspace": subscription.workspace,
        "channel": subscription.channel,
        "language": subscription.language,
        "sources": json.dumps(subscription.sources),
        "at": subscription.at.isoformat("minutes"),
        "zone": subscription.zone,
        "weekdays": json.dumps(sorted(subscription.weekdays)),
        "most_cards": subscription.most_cards,
        "order": subscription.order,
        "filters": json.dumps(asdict(subscription.filters), ensure_ascii=False),
        "says_when_nothing": int(subscription.says_when_nothing),
        "since": subscription.since.isoformat(),
        "begun_at": subscription.begun_at.isoformat(),
        "created_by": subscription.created_by,
        "paused_reason": subscription.paused_reason,
        "paused_until": until.isoformat() if until else None,
        "since_by_source": json.dumps(
            {source: since.isoformat() for source, since in subscription.since_by_source}
        ),
    }
