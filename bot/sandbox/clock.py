"""The sandbox's clocks: any with `now` and `sleep` works; the two here can be advanced."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

TURNS_AFTER_WAKING = 25
"""Event loop iterations after waking a sleeper, enough for it to start its next sleep on time."""


class Clock(Protocol):
    """The clock that the sandbox needs."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed on this clock."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock that can be advanced."""

    def advance(self, seconds: float) -> Awaitable[None] | None:
        """Advance the time by `seconds`; callers await the result unless it is None."""
        ...


class _Sleepers:
    """The waiting sleepers, earliest due first."""

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


async def _run_other_tasks() -> None:
    for _ in range(TURNS_AFTER_WAKING):
        await asyncio.sleep(0)


class ManualClock:
    """A clock that only `advance` moves, so that a test of five minutes takes milliseconds."""

    def __init__(self, now: datetime = datetime(2025, 9, 30, 8, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._sleepers = _Sleepers()

    def now(self) -> datetime:
        """Return the time of the last `advance`."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the time has advanced by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._sleepers.add(self._now + timedelta(seconds=seconds))

    async def advance(self, seconds: float) -> None:
        """Advance the time by `seconds`, stopping whenever a sleeper is due.

        Tasks started before run first, so that their sleeps begin before the time advances.
        """
        await _run_other_tasks()
        until = self._now + timedelta(seconds=seconds)
        while (due := self._sleepers.next_due(until)) is not None:
            self._now = max(self._now, due)
            self._sleepers.wake_one()
            await _run_other_tasks()
        self._now = until
        await _run_other_tasks()


class RunningClock:
    """The machine's time plus an offset that `advance` increases."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._sleepers = _Sleepers()

    def now(self) -> datetime:
        """Return the machine's time plus the offset."""
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed or were skipped by `advance`."""
        future = self._sleepers.add(self.now() + timedelta(seconds=seconds))
        timer = asyncio.get_running_loop().call_later(max(seconds, 0), _finish, future)
        try:
            await future
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Advance the clock by `seconds` and wake the sleepers that are due."""
        await _run_other_tasks()
        self._ahead += timedelta(seconds=seconds)
        while self._sleepers.next_due(self.now()) is not None:
            self._sleepers.wake_one()
            await _run_other_tasks()


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
