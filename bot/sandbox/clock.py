"""The sandbox's time: any clock with `now` and `sleep` will do; two of its own can be moved by hand."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

TURNS_AFTER_WAKING = 25
"""How often the event loop turns after a sleeper woke, so that it can go to sleep again on time."""


class Clock(Protocol):
    """The time as the sandbox needs it."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock that a test moves forward."""

    def advance(self, seconds: float) -> Awaitable[None] | None:
        """Move the time forward by `seconds`; what is returned, if anything, is to be awaited."""
        ...


class _Sleepers:
    """Those who wait for a moment, the earliest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def add(self, due: datetime) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (due, next(self._order), future))
        return future

    def next_due(self, until: datetime) -> datetime | None:
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        if self._waiting and self._waiting[0][0] <= until:
            return self._waiting[0][0]
        return None

    def wake_one(self) -> None:
        _, _, future = heapq.heappop(self._waiting)
        if not future.done():
            future.set_result(None)


async def _let_others_run() -> None:
    for _ in range(TURNS_AFTER_WAKING):
        await asyncio.sleep(0)


class ManualClock:
    """A time that stands still until it is advanced, so that a test of five minutes takes milliseconds."""

    def __init__(self, now: datetime = datetime(2025, 9, 30, 8, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._sleepers = _Sleepers()

    def now(self) -> datetime:
        """Return the time that was last advanced to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody has advanced the time by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._sleepers.add(self._now + timedelta(seconds=seconds))

    async def advance(self, seconds: float) -> None:
        """Move the time forward by `seconds`, stopping at each moment for which somebody waits.

        What was started before runs first, so that it waits from now on and not from then.
        """
        await _let_others_run()
        until = self._now + timedelta(seconds=seconds)
        while (due := self._sleepers.next_due(until)) is not None:
            self._now = max(self._now, due)
            self._sleepers.wake_one()
            await _let_others_run()
        self._now = until
        await _let_others_run()


class RunningClock:
    """The machine's time, which can be put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._sleepers = _Sleepers()

    def now(self) -> datetime:
        """Return the machine's time plus what it was put forward by."""
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed or were skipped."""
        future = self._sleepers.add(self.now() + timedelta(seconds=seconds))
        timer = asyncio.get_running_loop().call_later(max(seconds, 0), _finish, future)
        try:
            await future
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Put the clock forward by `seconds` and wake those whose moment has passed."""
        await _let_others_run()
        self._ahead += timedelta(seconds=seconds)
        while self._sleepers.next_due(self.now()) is not None:
            self._sleepers.wake_one()
            await _let_others_run()


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
