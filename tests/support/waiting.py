"""How long a test waits, in real time, for what happens outside of its own process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE = 120.0
"""Seconds after which a wait fails the test instead of hanging it; no test passes or fails by less."""

_Found = TypeVar("_Found")


async def eventually(look: Callable[[], Awaitable[_Found | None]]) -> _Found:
    """Look until there is something, and return it; each look lets others work."""
    async with asyncio.timeout(PATIENCE):
        while (found := await look()) is None:
            pass
        return found
