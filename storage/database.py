"""Opening the SQLite file; the one place that knows which SQLite module is in use.

sqlite-utils takes the `pysqlite3` wheel where it is installed, else the standard library's module, and the
exceptions of the two differ: so everybody else catches `StorageError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.errors import StorageError
from storage.migrations import migrations

_BUSY_SECONDS = 10.0


def connect(path: Path, *, query_only: bool = False) -> Database:
    """Open the file for one thread at a time; raises `StorageError` where it cannot be used.

    A `query_only` connection never writes and so never checkpoints: before SQLite 3.51.3 two connections
    that write and checkpoint together can corrupt a WAL.
    """
    try:
        # Threads are kept apart by the runner, which also closes the connections of threads that have ended.
        connection = sqlite3.connect(str(path), timeout=_BUSY_SECONDS, check_same_thread=False)
        database = Database(connection)
        database.execute("PRAGMA journal_mode = WAL")
        # A commit must survive a power cut: a lost `sending` would be a message posted twice.
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute(f"PRAGMA query_only = {int(query_only)}")
    except sqlite3.Error as error:
        raise StorageError(f"The database {path} cannot be used: {error}. Name another with --db.") from error
    return database


def prepare(path: Path) -> None:
    """Bring the file's tables up to date, one process at a time; raises `StorageError`.

    The lock is our own since sqlite-utils' migrations have none: of three processes two would fail.
    """
    if not path.parent.is_dir():
        raise StorageError(f"The folder of the database {path} does not exist. Make it, or use another --db.")
    with FileLock(f"{path}.lock"):
        database = connect(path)
        try:
            migrations.apply(database)
        except sqlite3.Error as error:
            raise StorageError(f"The tables of {path} cannot be brought up to date: {error}.") from error
        finally:
            database.close()


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Commit what is done inside, or nothing of it.

    IMMEDIATE, since a deferred transaction that turns into a write fails at once under contention and never
    waits for its turn. Never await inside.
    """
    try:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            database.rollback()
            raise
        database.commit()
    except sqlite3.Error as error:
        raise StorageError(f"The database did not take a change: {error}.") from error
