"""Runs calls on the tables from the event loop: in threads, or inline for simulations."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from bot.clock import Clock, SystemClock
from bot.errors import StorageGoneError, UnwritableStorageError
from bot.outages import Outages
from storage.address import Address
from storage.database import READERS, connections, one_connection
from storage.engines.engine import Engine
from storage.rows import damaged_rows_skipped
from storage.tables import Tables

T = TypeVar("T")

_TRIES = 3
_WRITING = "Writing to the database"

_logger = logging.getLogger(__name__)


class Runner(Protocol):
    """Runs calls on the tables; the only way to reach them from a coroutine.

    A call may run again where the database was gone for a moment, after all that it wrote was undone.
    """

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, which must not write."""
        ...

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call` with all its changes committed; none are where it raises."""
        ...

    def close(self) -> None:
        """Wait for the calls under way, and close the database."""
        ...


class ThreadRunner:
    """One writer thread, and reader threads that only query.

    So a slow query never blocks the event loop. A damaged row among others is skipped. Raises `StorageError`
    where the database cannot be used. While nothing can be written, as on a full disk, all work that has to
    be written down waits: each call raises, this is logged once an hour, and so is that it is over.
    """

    def __init__(self, address: Address, clock: Clock | None = None) -> None:
        self._outages = Outages(clock or SystemClock())
        self._connections = connections(address)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-reader")

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, from a reader thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, _run_past_damage, self._connections.reading, call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, from the writer thread, in one transaction."""
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(
                self._writer, _run_past_damage, self._connections.writing, call
            )
        except UnwritableStorageError as error:
            if self._outages.begin(_WRITING):
                _logger.error("%s Until then work pauses.", error, extra={"action": "write"})  # noqa: TRY400 -- a sentence says it all
            raise
        self._outages.end(_WRITING, {"action": "write"})
        return result

    def close(self) -> None:
        """Wait for the calls under way."""
        self._readers.shutdown()
        self._writer.shutdown()
        self._connections.close()


class InlineRunner:
    """Runs each call at once on the caller's thread, so that a simulation can be repeated.

    Raises `StorageError` where the database cannot be used. On a full or read-only disk it still reads.
    """

    def __init__(self, address: Address) -> None:
        self._connections = one_connection(address)

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`."""
        return _run(self._connections.reading, call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, in one transaction."""
        return _run(self._connections.writing, call)

    def close(self) -> None:
        """Close the database."""
        self._connections.close()


def _run(use: Callable[[], AbstractContextManager[Engine]], call: Callable[[Tables], T]) -> T:
    """Return the result of `call`; where the database is gone for now, nothing of it was written."""
    for _ in range(1, _TRIES):
        try:
            return _run_once(use, call)
        except StorageGoneError as error:
            _logger.warning("%s I try again.", error, extra={"action": "retry a call on the database"})
    return _run_once(use, call)


def _run_past_damage(use: Callable[[], AbstractContextManager[Engine]], call: Callable[[Tables], T]) -> T:
    with damaged_rows_skipped():
        return _run(use, call)


def _run_once(use: Callable[[], AbstractContextManager[Engine]], call: Callable[[Tables], T]) -> T:
    with use() as engine:
        tables = Tables(engine)
        result = call(tables)
        tables.search_index.update()
        return result
