"""Now and sleep, real or simulated: time is always handed in, never fetched."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The time as the bot sees it."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have really passed."""
        await asyncio.sleep(seconds)


class SimulatedClock:
    """A time that moves only when somebody sleeps or advances it, so that an hour takes no time."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the simulated time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time forward by `seconds`; a sleeper elsewhere is not woken by it."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move the time forward by `seconds` and let the other tasks run once."""
        self.advance(seconds)
        await asyncio.sleep(0)
