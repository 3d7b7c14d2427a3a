"""The subscriptions table."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.records import ALL_WEEKDAYS, Filters, Order, Preferences, Reading, Recap, Subscription
from storage.rows import reads, whole


class Subscriptions:
    """The subscriptions; a channel has at most one, and an ended one is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, subscription_id: int) -> Subscription | None:
        """Return the subscription with this id, ended or not."""
        rows = self._engine.query("SELECT * FROM subscriptions WHERE id = ?", [subscription_id])
        return next(map(_subscription_from_row, rows), None)

    def of_channel(self, workspace: str, channel: str) -> Subscription | None:
        """Return the channel's subscription, or `None` where it has none or it has ended."""
        rows = self._engine.query(
            "SELECT * FROM subscriptions WHERE workspace = ? AND channel = ? AND ended_at IS NULL",
            [workspace, channel],
        )
        return next(map(_subscription_from_row, rows), None)

    def all(self, workspace: str | None = None) -> tuple[Subscription, ...]:
        """Return the subscriptions that have not ended, of one workspace or of all."""
        rows = self._engine.query(
            """
            SELECT * FROM subscriptions
            WHERE ended_at IS NULL AND (:workspace IS NULL OR workspace = :workspace) ORDER BY id
            """,
            {"workspace": workspace},
        )
        return tuple(whole(_subscription_from_row, rows))

    def personal(self, workspace: str, person: str) -> Subscription | None:
        """Return the subscription that brings the person what they follow, unless it has ended."""
        rows = self._engine.query(
            """
            SELECT * FROM subscriptions
            WHERE workspace = ? AND created_by = ? AND ended_at IS NULL ORDER BY id
            """,
            [workspace, person],
        )
        return next((each for each in whole(_subscription_from_row, rows) if each.is_personal), None)

    def put(
        self,
        workspace: str,
        channel: str,
        preferences: Preferences,
        *,
        since: date,
        begun_at: datetime,
        since_by_source: tuple[tuple[str, date], ...] = (),
        created_by: str | None = None,
        ends_pause: bool = True,
    ) -> Subscription:
        """Subscribe the channel or replace its preferences, and return the stored subscription.

        A changed subscription keeps its `since` and `begun_at`; an ended one begins anew.
        """
        rows = self._engine.query(
            """
            INSERT INTO subscriptions (
                workspace, channel, language, sources, at, zone, weekdays, most_cards, "order", filters,
                says_when_nothing, about, has_thumbnails, reading, recap, since, begun_at, created_by,
                since_by_source
            )
            VALUES (
                :workspace, :channel, :language, :sources, :at, :zone, :weekdays, :most_cards, :order,
                :filters, :says_when_nothing, :about, :has_thumbnails, :reading, :recap, :since, :begun_at,
                :created_by, :since_by_source
            )
            ON CONFLICT (workspace, channel) DO UPDATE SET
                language = excluded.language, sources = excluded.sources, at = excluded.at,
                zone = excluded.zone, weekdays = excluded.weekdays, most_cards = excluded.most_cards,
                "order" = excluded."order", filters = excluded.filters,
                says_when_nothing = excluded.says_when_nothing, about = excluded.about,
                has_thumbnails = excluded.has_thumbnails, reading = excluded.reading,
                recap = excluded.recap, created_by = excluded.created_by,
                since_by_source = excluded.since_by_source,
                paused_reason = CASE
                    WHEN :ends_pause = 1 OR subscriptions.ended_at IS NOT NULL THEN NULL
                    ELSE subscriptions.paused_reason END,
                paused_until = CASE
                    WHEN :ends_pause = 1 OR subscriptions.ended_at IS NOT NULL THEN NULL
                    ELSE subscriptions.paused_until END,
                since = CASE
                    WHEN subscriptions.ended_at IS NULL THEN subscriptions.since
                    ELSE excluded.since END,
                begun_at = CASE
                    WHEN subscriptions.ended_at IS NULL THEN subscriptions.begun_at
                    ELSE excluded.begun_at END,
                ended_at = NULL
            RETURNING *
            """,
            {
                **_row_from_preferences(preferences),
                "workspace": workspace,
                "channel": channel,
                "since": since.isoformat(),
                "begun_at": begun_at.isoformat(),
                "since_by_source": json.dumps({source: day.isoformat() for source, day in since_by_source}),
                "created_by": created_by,
                "ends_pause": ends_pause,
            },
        )
        return _subscription_from_row(next(rows))

    def pause(self, subscription_id: int, reason: str, until: date | None = None) -> None:
        """Pause deliveries until the day, or until somebody resumes them."""
        self._engine.execute(
            "UPDATE subscriptions SET paused_reason = ?, paused_until = ? WHERE id = ?",
            [reason, until.isoformat() if until else None, subscription_id],
        )

    def pause_workspace(self, workspace: str, reason: str) -> None:
        """Pause the workspace's deliveries until somebody resumes them; a pause that there is stays."""
        self._engine.execute(
            "UPDATE subscriptions SET paused_reason = ? WHERE workspace = ? AND paused_reason IS NULL",
            [reason, workspace],
        )

    def resume(self, subscription_id: int) -> None:
        """End the pause."""
        self._engine.execute(
            "UPDATE subscriptions SET paused_reason = NULL, paused_until = NULL WHERE id = ?",
            [subscription_id],
        )

    def begin_earlier(self, subscription_id: int, since: date) -> None:
        """Extend the subscription back to the lists of this day; it never becomes shorter."""
        self._engine.execute(
            "UPDATE subscriptions SET since = ? WHERE id = ? AND since > ?",
            [since.isoformat(), subscription_id, since.isoformat()],
        )

    def begin_anew(
        self, subscription_id: int, now: datetime, since_by_source: Iterable[tuple[str, date]]
    ) -> None:
        """Have no digest that was due before now, nor any list of an earlier day, belong to it."""
        first_days = {source: day.isoformat() for source, day in since_by_source}
        self._engine.execute(
            "UPDATE subscriptions SET since = ?, begun_at = ?, since_by_source = ? WHERE id = ?",
            [
                now.astimezone(UTC).date().isoformat(),
                now.isoformat(),
                json.dumps(first_days),
                subscription_id,
            ],
        )

    def end(self, subscription_id: int, now: datetime) -> None:
        """End the subscription; its deliveries and what the channel has had are kept."""
        self._engine.execute(
            "UPDATE subscriptions SET ended_at = ? WHERE id = ?", [now.isoformat(), subscription_id]
        )


@reads("subscriptions")
def _subscription_from_row(row: dict[str, Any]) -> Subscription:
    return Subscription(
        id=row["id"],
        workspace=row["workspace"],
        channel=row["channel"],
        preferences=_preferences_from_row(row),
        since=date.fromisoformat(row["since"]),
        begun_at=moment_of(row["begun_at"]),
        since_by_source=tuple(
            (source, date.fromisoformat(since))
            for source, since in sorted(json.loads(row["since_by_source"]).items())
        ),
        created_by=row["created_by"],
        paused_reason=row["paused_reason"],
        paused_until=date.fromisoformat(row["paused_until"]) if row["paused_until"] else None,
    )


def _preferences_from_row(row: dict[str, Any]) -> Preferences:
    return Preferences(
        language=row["language"],
        sources=tuple(json.loads(row["sources"])),
        at=time.fromisoformat(row["at"]),
        zone=ZoneInfo(row["zone"]).key,
        weekdays=_weekdays(row["weekdays"]),
        most_cards=row["most_cards"],
        order=Order(row["order"]),
        filters=_filters(row["filters"]),
        says_when_nothing=bool(row["says_when_nothing"]),
        about=row["about"],
        has_thumbnails=bool(row["has_thumbnails"]),
        reading=Reading(row["reading"]),
        recap=_recap(row["recap"]),
    )


def _filters(text: str) -> Filters:
    filters = json.loads(text)
    return Filters(
        words=tuple(filters["words"]),
        categories=tuple(filters["categories"]),
        least_votes=filters["least_votes"],
        never_words=tuple(filters["never_words"]),
        only_followed=bool(filters.get("only_followed", False)),
    )


def _recap(text: str | None) -> Recap | None:
    """Return the recap of a weekday's number and a time, such as `4 16:00`."""
    if text is None:
        return None
    weekday, at = text.split()
    return Recap(min(_weekdays(f"[{weekday}]")), time.fromisoformat(at))


def _weekdays(text: str) -> frozenset[int]:
    days = frozenset(json.loads(text))
    if not days or not days <= ALL_WEEKDAYS:
        raise ValueError(f"{text} names no weekdays.")
    return days


def _row_from_preferences(preferences: Preferences) -> dict[str, Any]:
    return {
        "language": preferences.language,
        "sources": json.dumps(preferences.sources),
        "at": preferences.at.isoformat("minutes"),
        "zone": preferences.zone,
        "weekdays": json.dumps(sorted(preferences.weekdays)),
        "most_cards": preferences.most_cards,
        "order": preferences.order,
        "filters": json.dumps(asdict(preferences.filters), ensure_ascii=False),
        "says_when_nothing": int(preferences.says_when_nothing),
        "about": preferences.about,
        "has_thumbnails": int(preferences.has_thumbnails),
        "reading": preferences.reading,
        "recap": f"{recap.weekday} {recap.at:%H:%M}" if (recap := preferences.recap) else None,
    }
