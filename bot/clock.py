"""The time and sleep; code takes a clock as an argument, so tests can pass a simulated one."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time and sleeps."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleep until `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC, with its zone."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        await asyncio.sleep(seconds)
