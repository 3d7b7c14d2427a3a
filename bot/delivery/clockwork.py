"""The clockwork: periodic jobs that ask the tables what is due. No job holds any state."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.delivery.deliverer import Deliverer
from bot.subscriptions.due import due_at, due_slot, is_paused, local_date
from storage.records import Subscription
from storage.runner import Runner
from storage.tables import Tables

SECONDS_BETWEEN_TICKS = 30

HEARTBEAT = "tick"

_DATES_APART = timedelta(days=2)
"""The most by which local dates around the world differ at one moment."""

_logger = logging.getLogger(__name__)


class Clockwork:
    """The tick that opens the digests that are due and advances the deliveries that are open."""

    def __init__(self, storage: Runner, clock: Clock, deliverer: Deliverer) -> None:
        self._storage = storage
        self._clock = clock
        self._deliverer = deliverer

    async def tick(self) -> None:
        """Open the digests due by now, including missed ones, and start the unfinished deliveries."""
        now = self._clock.now()
        last_tick, waiting = await self._storage.read(_look)
        for subscription, last_slot in waiting:
            try:
                await self._open_if_due(subscription, last_slot, now, last_tick)
            except Exception:
                # The other subscriptions go on, and the next tick retries this one.
                fields = {"subscription": subscription.id, "channel": subscription.channel}
                _logger.exception("Subscription %s could not be checked", subscription.id, extra=fields)
        await self._storage.write(lambda tables: tables.heartbeats.beat(HEARTBEAT, now))
        await self._deliverer.start_all()

    async def _open_if_due(
        self, subscription: Subscription, last_slot: date | None, now: datetime, last_tick: datetime | None
    ) -> None:
        preferences, zone = subscription.preferences, ZoneInfo(subscription.preferences.zone)
        if is_paused(subscription, now):
            return
        if last_slot and last_slot > local_date(now, zone) + _DATES_APART:
            # A clock that ran ahead opened it; the channel must not stay silent until then.
            last_slot = None
        begun = _begun(subscription, zone)
        slot = due_slot(now, preferences.at, zone, preferences.weekdays, begun, last_slot)
        if slot:
            is_late = slot.lateness(now, last_tick) > timedelta()
            await self._deliverer.open_scheduled(subscription, slot.day, is_late=is_late)
            fields = {"subscription": subscription.id, "channel": subscription.channel}
            _logger.info(
                "The digest of %s is due in channel %s", slot.day, subscription.channel, extra=fields
            )


def _begun(subscription: Subscription, zone: ZoneInfo) -> datetime:
    """Return when the subscription last began: when it was set up, or when its pause ended."""
    until = subscription.paused_until
    return max(subscription.begun_at, due_at(until, time.min, zone)) if until else subscription.begun_at


def make_scheduler(jobs: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIOScheduler:
    """Return a scheduler of the named jobs, not started yet; each ticks at once and then periodically.

    A late tick is neither skipped nor run beside another: missed work is in the tables. There are no cron
    triggers, because APScheduler 3.11 loses the day after spring-forward with them.
    """
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    for job_id, job in jobs.items():
        scheduler.add_job(
            _until_stopped(job),
            "interval",
            seconds=SECONDS_BETWEEN_TICKS,
            id=job_id,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def _until_stopped(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return the job as it ends in silence when the scheduler stops, which cancels it.

    APScheduler would log the cancellation as an error with its traceback. What the job left is in the tables.
    """

    async def run() -> None:
        with suppress(asyncio.CancelledError):
            await job()

    return run


def _look(tables: Tables) -> tuple[datetime | None, list[tuple[Subscription, date | None]]]:
    waiting = [
        (subscription, tables.deliveries.last_slot(subscription.id))
        for subscription in tables.subscriptions.all()
    ]
    return tables.heartbeats.last(HEARTBEAT), waiting
