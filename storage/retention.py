"""What is kept for a time only, and the nightly job that deletes what is past it.

Papers, lists, summaries, saved papers, opinions, what people read together, reports and the ledger of
deliveries are kept for ever. What a person removed from their list can be put back for a day. What is kept of
a person whom Slack deactivated goes after 90 days, and all of a workspace some weeks after the bot was
uninstalled there.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from bot.clock import Clock
from storage.card_updates import CARDS_CHANGE_FOR
from storage.claims import Claims
from storage.runner import Runner
from storage.tables import Tables

HEARTBEAT = "retention"

RECORDS_KEPT_FOR = timedelta(days=90)
"""How long it is kept what summaries cost, who asked for a new one and why some failed."""

OUTDATED_KEPT_FOR = timedelta(days=365)
"""How long a summary of an earlier version of a paper waits to be made anew, as without a model or tokens."""

OUTDATED_FAILS_FOR = timedelta(days=30)
"""How long one is tried in vain."""

REMOVED_KEPT_FOR = timedelta(days=1)
"""How long a paper that a person removed from their list can be put back."""

LEAVERS_KEPT_FOR = timedelta(days=90)
"""How long a person's list is kept after Slack deactivated them."""

UNINSTALLED_KEPT_FOR = timedelta(days=30)
"""How long a workspace's data is kept after the bot was uninstalled there."""

EVENTS_KEPT_FOR = timedelta(hours=25)
"""How long an event counts as taken: Slack sends one again for a day at most.

https://docs.slack.dev/apis/events-api/#delayed-events
"""

SHOWN_LINKS_KEPT_FOR = timedelta(days=3)
"""How long it is kept which links were shown: each is shown once a day, and no day lasts longer."""

_PEOPLE_AT_ONCE = 20
_LEASES_KEPT_FOR = timedelta(days=2)
_NOTICES_KEPT_FOR = timedelta(days=2)

_AT = time(3, 0, tzinfo=UTC)
_ROWS_AT_ONCE = 500

_Delete = Callable[[Tables, int], int]
"""Deletes at most so many rows that are past their time, and returns how many."""

_logger = logging.getLogger(__name__)


class Retention:
    """Deletes what is past its time, once a night.

    In transactions of a few hundred rows, so that other writers get their turn. What a stopped process left
    is deleted by the next one, and two that run at once would do each other no harm.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        payloads_kept_for: timedelta,
        claims: Claims | None = None,
        uninstalled_kept_for: timedelta = UNINSTALLED_KEPT_FOR,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._payloads_kept_for = payloads_kept_for
        self._uninstalled_kept_for = uninstalled_kept_for
        self._claims = claims or Claims(storage, clock)

    async def tick(self) -> None:
        """Delete what is past its time, unless that was done since the last 03:00 UTC, or another does it."""
        if not await self._is_due():
            return
        async with self._claims.held("retention") as claim:
            if claim and await self._is_due():
                await self._delete_what_is_past()

    async def _is_due(self) -> bool:
        now = self._clock.now()
        last = await self._storage.read(lambda tables: tables.heartbeats.last(HEARTBEAT))
        return last is None or not last_night(now, _AT) <= last <= now

    async def _delete_what_is_past(self) -> None:
        now = self._clock.now()
        deleted = {name: await self._delete_all(delete) for name, delete in self._deletions(now).items()}
        await self._storage.write(lambda tables: tables.heartbeats.beat(HEARTBEAT, now))
        _logger.info("Deleted what is past its time", extra={"action": "retention", **deleted})

    def _deletions(self, now: datetime) -> Mapping[str, _Delete]:
        payloads, records = now - self._payloads_kept_for, now - RECORDS_KEPT_FOR
        return {
            "payloads": lambda tables, limit: tables.posts.delete_payloads(payloads, limit),
            "card_updates": lambda tables, limit: tables.card_updates.delete(now - CARDS_CHANGE_FOR, limit),
            "model_requests": lambda tables, limit: tables.model_requests.delete(records, limit),
            "topic_requests": lambda tables, limit: tables.topic_requests.delete(records, limit),
            "summary_requests": lambda tables, limit: tables.summary_requests.delete(records, limit),
            "summary_failures": lambda tables, limit: tables.summary_failures.delete(records, limit),
            "outdated_summaries": lambda tables, limit: tables.outdated_summaries.delete(
                now - OUTDATED_KEPT_FOR, now - OUTDATED_FAILS_FOR, limit
            ),
            "removed_papers": lambda tables, limit: tables.saved_papers.delete_removed(
                now - REMOVED_KEPT_FOR, limit
            ),
            "people": lambda tables, limit: tables.people.forget_deactivated(
                now - LEAVERS_KEPT_FOR, min(limit, _PEOPLE_AT_ONCE)
            ),
            "uninstalled": lambda tables, limit: tables.workspaces.delete_uninstalled(
                now - self._uninstalled_kept_for, limit
            ),
            "events": lambda tables, limit: tables.events.delete(now - EVENTS_KEPT_FOR, limit),
            "shown_links": lambda tables, limit: tables.shown_links.delete(now - SHOWN_LINKS_KEPT_FOR, limit),
            "operator_notices": lambda tables, limit: tables.operator_notices.delete(
                now - _NOTICES_KEPT_FOR, limit
            ),
            "leases": lambda tables, limit: tables.leases.delete(now - _LEASES_KEPT_FOR, limit),
        }

    async def _delete_all(self, delete: _Delete) -> int:
        total = 0
        while deleted := await self._storage.write(lambda tables: delete(tables, _ROWS_AT_ONCE)):
            total += deleted
        return total


def last_night(now: datetime, at: time) -> datetime:
    """Return the last moment at which a job was due that is due at this time of each day."""
    today = datetime.combine(now.astimezone(UTC).date(), at)
    return today if today <= now else today - timedelta(days=1)
