"""How the event loop calls the tables: on threads, or inline for simulations."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from sqlite_utils import Database

from storage.database import connect, prepare, transaction
from storage.tables import Tables

T = TypeVar("T")

_READERS = 4


class Runner(Protocol):
    """Runs calls on the tables; the one way to reach them from a coroutine."""

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers; it must not write."""
        ...

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers, with all its changes committed, or none of them where it raises."""
        ...

    def close(self) -> None:
        """Let the calls under way end, and close the file."""
        ...


class ThreadRunner:
    """One writer thread with the one connection that writes, and reader threads that only query.

    A slow query then never holds up the event loop. Raises `StorageError` where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        prepare(path)
        self._path = path
        self._write_database = connect(path)
        self._written = Tables(self._write_database)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="storage-reader")
        self._read_databases: list[Database] = []
        self._of_this_thread = threading.local()

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers, from a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers, from the writer thread, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, call)

    def close(self) -> None:
        """Let the calls under way end; the writer closes last, so that it is the one who checkpoints."""
        self._readers.shutdown()
        self._writer.shutdown()
        for database in self._read_databases:
            database.close()
        self._write_database.close()

    def _read(self, call: Callable[[Tables], T]) -> T:
        if not hasattr(self._of_this_thread, "storage"):
            database = connect(self._path, query_only=True)
            self._read_databases.append(database)
            self._of_this_thread.storage = Tables(database)
        return call(self._of_this_thread.storage)

    def _write(self, call: Callable[[Tables], T]) -> T:
        with transaction(self._write_database):
            return call(self._written)


class InlineRunner:
    """Runs each call at once on the caller's thread, so that a simulation is the same at each run."""

    def __init__(self, path: Path) -> None:
        prepare(path)
        self._open(path)

    def _open(self, path: Path) -> None:
        self._database = connect(path)
        self._storage = Tables(self._database)

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers."""
        return call(self._storage)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return what `call` answers, in one transaction."""
        with transaction(self._database):
            return call(self._storage)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
