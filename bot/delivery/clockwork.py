"""The clockwork: periodic jobs that ask the tables what is due. No job holds any state."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.background import SECONDS_TO_END, end
from bot.clock import Clock
from bot.delivery.deliverer import Deliverer
from bot.delivery.discussions import are_near, due_discussions, end_past
from bot.metrics import UNEXPECTED_ERRORS
from bot.outages import Outages
from bot.subscriptions.due import due_at, due_slot, is_caught_up, is_paused, local_date, recap_slot
from bot.watchdog import Pulse, Sign
from storage.records import DeliveryKind, Subscription
from storage.runner import Runner
from storage.tables import Tables

SECONDS_BETWEEN_TICKS = 30

HEARTBEAT = "tick"

LATE = timedelta(minutes=2)
"""How late a tick may be before the process counts as stuck."""

_DATES_APART = timedelta(days=2)
"""The most by which local dates around the world differ at one moment."""

_LONGEST_FOR_PEOPLE = timedelta(seconds=20)
"""How long a tick looks for people's own digests, before it looks at the channels again."""

_logger = logging.getLogger(__name__)


class Clockwork:
    """The tick that opens the digests that are due and advances the deliveries that are open."""

    def __init__(self, storage: Runner, clock: Clock, deliverer: Deliverer) -> None:
        self._storage = storage
        self._clock = clock
        self._deliverer = deliverer
        self._outages = Outages(clock)
        #: Beats while a tick gets ahead, whatever that comes to, and at its end.
        self.pulse = Pulse()
        #: When it last looked at what is due; `None` before the first time.
        self.ticked_at: datetime | None = None

    async def tick(self) -> None:
        """Open the digests due by now, including missed ones, and start the unfinished deliveries."""
        try:
            await self._tick()
        finally:
            self.pulse.beat()

    async def _tick(self) -> None:
        now = self._clock.now()
        last_tick, waiting = await self._storage.read(_look)
        of_people = [each for each in waiting if each.subscription.is_personal]
        of_channels = [each for each in waiting if not each.subscription.is_personal]
        await self._open_all(of_channels, now, last_tick)
        if of_people:
            # What a person follows takes a while to be compared, and no channel waits for that.
            await self._deliverer.start_all()
            await self._open_all(of_people, now, last_tick, until=self._clock.now() + _LONGEST_FOR_PEOPLE)
        await self._remind(now)
        await self._storage.write(lambda tables: tables.heartbeats.beat(HEARTBEAT, now))
        self.ticked_at = now
        await self._deliverer.start_all()

    async def _remind(self, now: datetime) -> None:
        """Remind the channels of what they discuss tomorrow, and end what they discussed."""
        for discussion in await self._storage.read(lambda tables: due_discussions(tables, now)):
            with self._apart_from_others("discussion", discussion.id, discussion.channel):
                if await self._deliverer.open_reminder(discussion):
                    fields = {"channel": discussion.channel}
                    _logger.info("Discussion %s is tomorrow", discussion.id, extra=fields)
        # A write of nothing would say of a full disk that it works again.
        if await self._storage.read(lambda tables: are_near(tables, now)):
            await self._storage.write(lambda tables: _end_discussions(tables, now))

    async def _open_all(
        self,
        waiting: Sequence["_Waiting"],
        now: datetime,
        last_tick: datetime | None,
        until: datetime | None = None,
    ) -> None:
        """Open what is due of these subscriptions; what is left at `until` is left to the next tick."""
        for each in waiting:
            if until and self._clock.now() > until:
                return
            subscription = each.subscription
            with self._apart_from_others("subscription", subscription.id, subscription.channel):
                await self._open_if_due(subscription, each.last_slot, now, last_tick)
                await self._open_recap_if_due(each, now, last_tick)
            self.pulse.beat()

    @contextmanager
    def _apart_from_others(self, kind: str, number: int, channel: str) -> Iterator[None]:
        """Have the others go on where one fails; the next tick retries it."""
        what, fields = f"{kind.capitalize()} {number}", {kind: number, "channel": channel}
        try:
            yield
            self._outages.end(what, fields)
        except Exception as error:
            UNEXPECTED_ERRORS.labels(kind).inc()
            if self._outages.begin(what, error):
                _logger.exception("%s could not be checked", what, extra=fields)

    @property
    def sign(self) -> Sign:
        """The sign of life of a bot that ticks: a tick that fails is one, but none that hangs."""
        seconds = SECONDS_BETWEEN_TICKS + LATE.total_seconds()
        return Sign("Nothing has been checked", lambda: self.pulse.beats, seconds)

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
            delivery_id = await self._deliverer.open_scheduled(subscription, slot.day, is_late=is_late)
            if delivery_id is None:
                return
            if subscription.is_personal:
                # Nobody's waits until everybody's is chosen.
                self._deliverer.start(delivery_id)
            fields = {"subscription": subscription.id, "channel": subscription.channel}
            _logger.info(
                "The digest of %s is due in channel %s", slot.day, subscription.channel, extra=fields
            )

    async def _open_recap_if_due(
        self, waiting: "_Waiting", now: datetime, last_tick: datetime | None
    ) -> None:
        subscription, preferences = waiting.subscription, waiting.subscription.preferences
        if preferences.recap is None or is_paused(subscription, now):
            return
        zone, last_slot = ZoneInfo(preferences.zone), waiting.last_recap
        if last_slot and last_slot > local_date(now, zone) + _DATES_APART:
            last_slot = None
        begun = _begun(subscription, zone)
        slot = recap_slot(now, preferences.recap, zone, begun, last_slot, last_tick)
        if slot is None:
            return
        is_late = slot.lateness(now, last_tick) > timedelta()
        if await self._deliverer.open_recap(subscription, slot, is_late=is_late) is None:
            return
        fields = {"subscription": subscription.id, "channel": subscription.channel}
        told = (
            "is due" if is_caught_up(slot, now) else "is skipped, as the bot was not running when it was due,"
        )
        _logger.info("The recap of %s %s in channel %s", slot.day, told, subscription.channel, extra=fields)


def _begun(subscription: Subscription, zone: ZoneInfo) -> datetime:
    """Return when the subscription last began: when it was set up, or when its pause ended."""
    until = subscription.paused_until
    return max(subscription.begun_at, due_at(until, time.min, zone)) if until else subscription.begun_at


class Jobs:
    """The named jobs, each of which ticks at once and then periodically, until they are closed.

    A late tick is neither skipped nor run beside another: missed work is in the tables. There are no cron
    triggers, because APScheduler 3.11 loses the day after spring-forward with them.
    """

    def __init__(self, jobs: Mapping[str, Callable[[], Awaitable[None]]], clock: Clock) -> None:
        self._clock = clock
        self._outages = Outages(clock)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for name, job in jobs.items():
            self._scheduler.add_job(
                self._run,
                "interval",
                args=(name, job),
                seconds=SECONDS_BETWEEN_TICKS,
                id=name,
                next_run_time=datetime.now(UTC),
            )

    def start(self) -> None:
        """Start ticking."""
        self._scheduler.start()

    async def aclose(self) -> None:
        """Start no tick any more, and wait for those under way, but no longer than `SECONDS_TO_END`.

        What is not done by then is cancelled: what it left is in the tables.
        """
        self._scheduler.remove_all_jobs()
        await end(self._under_way.values(), self._clock, SECONDS_TO_END)
        self._scheduler.shutdown()

    async def _run(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run one tick, which ends in silence where it is cancelled: APScheduler would log a traceback."""
        self._under_way[name] = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            with suppress(asyncio.CancelledError):
                await self.tick(name, job)
        finally:
            del self._under_way[name]

    async def tick(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run one tick; an error is logged, and that the job works again after that."""
        what = f"The job {name}"
        try:
            await job()
            self._outages.end(what)
        except Exception as error:
            # The other jobs go on, and the next tick retries this one.
            UNEXPECTED_ERRORS.labels(f"job {name}").inc()
            if self._outages.begin(what, error):
                _logger.exception("%s failed", what, extra={"action": name})


@dataclass(frozen=True, slots=True)
class _Waiting:
    subscription: Subscription
    #: The latest local date of which a digest was opened.
    last_slot: date | None
    #: That of which a recap was opened; `None` too where the channel wants none.
    last_recap: date | None


def _look(tables: Tables) -> tuple[datetime | None, list[_Waiting]]:
    waiting = [
        _Waiting(
            subscription,
            tables.deliveries.last_slot(subscription.id),
            tables.deliveries.last_slot(subscription.id, DeliveryKind.RECAP)
            if subscription.preferences.recap
            else None,
        )
        for subscription in tables.subscriptions.all()
    ]
    return tables.heartbeats.last(HEARTBEAT), waiting


def _end_discussions(tables: Tables, now: datetime) -> None:
    """Note where the reminders are, and end the discussions whose day is over."""
    tables.discussions.note_opened()
    end_past(tables, now)
