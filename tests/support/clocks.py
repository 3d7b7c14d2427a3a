"""Clocks for tests."""

import asyncio
from datetime import datetime, timedelta


class SimulatedClock:
    """A clock that moves only when somebody sleeps or advances it, so that an hour takes no time."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time forward; this wakes no sleeper."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move the time forward and let the other tasks run once."""
        self.advance(seconds)
        await asyncio.sleep(0)


class EndlessClock(SimulatedClock):
    """A clock on which no sleep ends."""

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 -- it never passes
        await asyncio.Event().wait()
