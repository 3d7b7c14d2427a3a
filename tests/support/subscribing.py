"""Subscriptions as tests need them, put straight into the tables."""

from datetime import UTC, date, datetime
from typing import Any

from storage.records import Preferences, Subscription
from storage.tables import Tables

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wanting(**preferences: Any) -> Preferences:
    """Return preferences: an English digest of digest files, but for those that are given."""
    return Preferences(**{"language": "en", "sources": ("digest-file",), **preferences})


def subscribe(
    tables: Tables,
    workspace: str = "T1",
    channel: str = "C1",
    *,
    since: date = date.min,
    begun_at: datetime = EPOCH,
    created_by: str | None = None,
    **preferences: Any,
) -> Subscription:
    """Subscribe a channel that began before any list, unless told otherwise."""
    return tables.subscriptions.put(
        workspace,
        channel,
        wanting(**preferences),
        since=since,
        begun_at=begun_at,
        created_by=created_by,
    )
