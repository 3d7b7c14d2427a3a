"""Runs calls on the tables from the event loop: in threads, or inline for simulations."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from sqlite_utils import Database

from bot.errors import UnwritableStorageError
from storage.database import connect, connect_unwritable, has_content, prepare, told, transaction
from storage.rows import damaged_rows_skipped
from storage.tables import Tables

T = TypeVar("T")

_READERS = 4


class Runner(Protocol):
    """Runs calls on the tables; the only way to reach them from a coroutine."""

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, which must not write."""
        ...

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call` with all its changes committed; none are where it raises."""
        ...

    def close(self) -> None:
        """Wait for the calls under way, and close the file."""
        ...


class ThreadRunner:
    """One writer thread with the one connection that writes, and reader threads that only query.

    So a slow query never blocks the event loop. A damaged row among others is skipped. Raises `StorageError`
    where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        prepare(path)
        self._path = path
        self._write_database = connect(path)
        self._write_tables = Tables(self._write_database)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="storage-reader")
        self._read_databases: list[Database] = []
        self._of_this_thread = threading.local()

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, from a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, from the writer thread, in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, call)

    def close(self) -> None:
        """Wait for the calls under way; the writer closes last, so that it is the one to checkpoint."""
        self._readers.shutdown()
        self._writer.shutdown()
        for database in self._read_databases:
            database.close()
        self._write_database.close()

    def _read(self, call: Callable[[Tables], T]) -> T:
        if not hasattr(self._of_this_thread, "tables"):
            database = connect(self._path, query_only=True)
            self._read_databases.append(database)
            self._of_this_thread.tables = Tables(database)
            self._of_this_thread.database = database
        with told(self._of_this_thread.database), damaged_rows_skipped():
            return call(self._of_this_thread.tables)

    def _write(self, call: Callable[[Tables], T]) -> T:
        with transaction(self._write_database), damaged_rows_skipped():
            return call(self._write_tables)


class InlineRunner:
    """Runs each call at once on the caller's thread, so that a simulation can be repeated.

    Raises `StorageError` where the file cannot be used. On a full or read-only disk it still reads.
    """

    def __init__(self, path: Path) -> None:
        try:
            prepare(path)
            self._open(path)
        except UnwritableStorageError as error:
            if not has_content(path):
                raise
            self._use(connect_unwritable(path), why_unwritable=error)

    def _open(self, path: Path) -> None:
        self._use(connect(path))

    def _use(self, database: Database, why_unwritable: UnwritableStorageError | None = None) -> None:
        self._database, self._tables = database, Tables(database)
        self._why_unwritable = why_unwritable

    async def read(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`."""
        with told(self._database):
            return call(self._tables)

    async def write(self, call: Callable[[Tables], T]) -> T:
        """Return the result of `call`, in one transaction."""
        try:
            with transaction(self._database):
                return call(self._tables)
        except UnwritableStorageError as error:
            # SQLite calls a file that is open for reading read-only, whatever is wrong with its disk.
            raise self._why_unwritable or error from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()
