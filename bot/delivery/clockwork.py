"""The clockwork: a few jobs that ask the tables what is to be done. No job holds any state."""

import logging
from collections.abc import Awaitable, Callable, Mapping
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
"""How far apart the dates on two calendars of the world can be at one moment."""

_logger = logging.getLogger(__name__)


class Clockwork:
    """What is done at each tick: open what is due, and bring on what is open."""

    def __init__(self, storage: Runner, clock: Clock, deliverer: Deliverer) -> None:
        self._storage = storage
        self._clock = clock
        self._deliverer = deliverer

    async def tick(self) -> None:
        """Open the digests that are due by now and start what is open; what was missed is found here too."""
        now = self._clock.now()
        last_tick, waiting = await self._storage.read(_look)
        for subscription, last_slot in waiting:
            try:
                await self._open_if_due(subscription, last_slot, now, last_tick)
            except Exception:
                # One subscription must not keep back the others; the next tick tries it again.
                _logger.exception("Subscription %s could not be looked at", subscription.id)
        await self._storage.write(lambda tables: tables.heartbeats.beat(HEARTBEAT, now))
        await self._deliverer.start_all()

    async def _open_if_due(
        self, subscription: Subscription, last_slot: date | None, now: datetime, last_tick: datetime | None
    ) -> None:
        preferences, zone = subscription.preferences, ZoneInfo(subscription.preferences.zone)
        if is_paused(subscription, now):
            return
        if last_slot and last_slot > local_date(now, zone) + _DATES_APART:
            # It was opened by a clock that ran ahead, and must not silence the channel until then.
            last_slot = None
        begun = _begun(subscription, zone)
        slot = due_slot(now, preferences.at, zone, preferences.weekdays, begun, last_slot)
        if slot:
            is_late = slot.lateness(now, last_tick) > timedelta()
            await self._deliverer.open_scheduled(subscription, slot.day, is_late=is_late)
            _logger.info("Digest of %s is due in subscription %s", slot.day, subscription.id)


def _begun(subscription: Subscription, zone: ZoneInfo) -> datetime:
    """Return since when the subscription delivers: a pause that is over has it begin anew."""
    until = subscription.paused_until
    return max(subscription.begun_at, due_at(until, time.min, zone)) if until else subscription.begun_at


def make_scheduler(jobs: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIOScheduler:
    """Return the scheduler of these jobs, by name, not started yet; the first tick of each comes at once.

    A tick that comes late is never skipped and never piles up on another: missed work is in the tables. No
    cron triggers: APScheduler 3.11 loses the day after spring-forward with them.
    """
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    for job_id, job in jobs.items():
        scheduler.add_job(
            job, "interval", seconds=SECONDS_BETWEEN_TICKS, id=job_id, next_run_time=datetime.now(UTC)
        )
    return scheduler


def _look(tables: Tables) -> tuple[datetime | None, list[tuple[Subscription, date | None]]]:
    waiting = [
        (subscription, tables.deliveries.last_slot(subscription.id))
        for subscription in tables.subscriptions.all()
    ]
    return tables.heartbeats.last(HEARTBEAT), waiting
