"""Simulated hours in real milliseconds: an event loop whose time moves only when nobody has anything to do.

A simulation runs the real code as real tasks. Where all of them wait, the time jumps to the next timer, so
`asyncio.sleep(3600)` returns at once and an hour later. Nothing here depends on how fast the machine is: the
same program with the same seeds takes the same steps at the same moments.

What a simulation cannot have is the outside: a socket, a child process or a thread answers in real time,
which does not pass here. Threads are refused, and where all wait for what no timer brings, that is a
DeadlockError.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

START = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)

_T = TypeVar("_T")


class DeadlockError(RuntimeError):
    """Every task waits and no timer will wake any of them."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that starts at 0 and skips the time in which nothing would happen.

    `start` is the moment that its 0 stands for; VirtualClock reads it.
    """

    def __init__(self, start: datetime = START) -> None:
        self.start = start
        self._seconds = 0.0
        super().__init__(_SkippingSelector(self._skip))
        # How close to its moment a timer fires. The machine's nanosecond is less than a float can tell apart
        # after some months, and then no timer would ever fire again.
        self._clock_resolution = 1e-7

    def time(self) -> float:
        """Return the seconds that were simulated so far."""
        return self._seconds

    def run_in_executor(
        self,
        executor: object,  # noqa: ARG002 - nothing is run
        func: Callable[..., _T],
        *args: object,  # noqa: ARG002 - nothing is run
    ) -> asyncio.Future[_T]:
        """Refuse: a thread works in real time. Raises RuntimeError."""
        raise RuntimeError(f"A simulation has no threads; hand in what does {func} inline.")

    def _skip(self, seconds: float | None) -> None:
        if seconds is None:
            waiting = ", ".join(sorted(map(_described, asyncio.all_tasks(self))))
            raise DeadlockError(f"Nothing is ready and no timer is set; these wait: {waiting}.")
        self._seconds += seconds


class _SkippingSelector(selectors.DefaultSelector):
    """Tells how long the loop would have slept, and does not sleep.

    The loop asks with `None` where no timer is set, and with 0 where a task is ready to go on.
    """

    def __init__(self, skip: Callable[[float | None], None]) -> None:
        super().__init__()
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self._skip(timeout)
        return ready


def _described(task: asyncio.Task[Any]) -> str:
    return f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', 'a coroutine')})"


class VirtualClock:
    """The time of the virtual loop that runs, as `bot.clock.Clock` and the sandbox's clock want it.

    `ahead` puts this clock, and not the time itself, forward or back: a wall clock that is wrong or jumps.
    """

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the simulated time in UTC, as this clock shows it."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop), "A VirtualClock is read inside of run_virtual."
        return loop.start + timedelta(seconds=loop.time()) + self.ahead

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` were simulated, however often the clock jumped meanwhile."""
        await asyncio.sleep(seconds)


def run_virtual(coroutine: Coroutine[Any, Any, _T], start: datetime = START) -> _T:
    """Run `coroutine` to its end in simulated time, which begins at `start`, and return its result.

    Tasks that are left are cancelled then. Raises what the coroutine raises, and DeadlockError.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start)) as runner:
        return runner.run(coroutine)


def seconds() -> float:
    """Return the simulated time since the start, to the microsecond."""
    return round(asyncio.get_running_loop().time(), 6)
