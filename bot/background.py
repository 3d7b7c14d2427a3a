"""Background tasks that can be awaited or cancelled together."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

from bot.clock import Clock

SECONDS_TO_END = 4.0
"""How long what is under way may go on when the bot stops; whoever stops it may kill it after ten.

What comes after it, on a busy machine too, has to fit into the rest.
"""

_SECONDS_TO_TIDY_UP = 3.0

_T = TypeVar("_T")


async def to_its_end(work: Coroutine[Any, Any, _T], seconds: float = _SECONDS_TO_TIDY_UP) -> _T:
    """Return what the work returns; whoever cancels it meanwhile waits for its end first.

    But no longer than `seconds` of real time: then the work is cancelled too.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=seconds)
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            # Retrieved, since nobody else asks for it.
            task.exception()
        raise


async def end(under_way: Collection[asyncio.Task[Any]], clock: Clock, seconds: float) -> None:
    """Wait for the tasks of a changing collection, but no longer than `seconds`; cancel the rest."""
    waiting = asyncio.create_task(clock.sleep(seconds))
    while under_way and not waiting.done():
        await asyncio.wait([waiting, *under_way], return_when=asyncio.FIRST_COMPLETED)
    tasks = [waiting, *under_way]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Background:
    """A set of tasks. Nobody awaits a single one, so each has to log its own errors."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start the work and keep a reference until it ends, as the event loop does not."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self) -> None:
        """Wait for all tasks, those that they start included."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Cancel all tasks."""
        for task in list(self._tasks):
            task.cancel()
        await self.join()
