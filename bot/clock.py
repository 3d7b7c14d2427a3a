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


def to_the_second(moment: datetime) -> str:
    """Return the moment for a line of a log or a terminal, such as "2025-09-29 12:00:05+00:00"."""
    return moment.isoformat(" ", "seconds")
