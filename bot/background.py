"""Work that is begun without waiting for it, and that can be waited for or stopped all together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Background:
    """Tasks under way. Nobody awaits one by itself, so each logs what goes wrong in it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin the work; it is held on to until it ends, as the event loop alone would not."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self) -> None:
        """Wait for what was begun, and for what that begins."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Stop what was begun."""
        for task in list(self._tasks):
            task.cancel()
        await self.join()
