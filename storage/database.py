"""Opens the SQLite file; the only module that knows which SQLite module is in use.

sqlite-utils takes the `pysqlite3` wheel where it is installed, else the standard library's module. Their
exceptions differ, so everything else catches `StorageError`.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.errors import StorageError
from storage.migrations import migrations

_BUSY_SECONDS = 10.0


def connect(path: Path, *, query_only: bool = False) -> Database:
    """Open the file for use by one thread at a time; raises `StorageError`.

    A `query_only` connection never writes and so never checkpoints: before SQLite 3.51.3 two connections
    that write and checkpoint together can corrupt a WAL.
    """
    try:
        # The runner gives each thread a connection of its own, and closes those of threads that have ended.
        connection = sqlite3.connect(str(path), timeout=_BUSY_SECONDS, check_same_thread=False)
        database = _Database(connection)
        database.execute("PRAGMA journal_mode = WAL")
        # A commit must survive a power cut: a lost `sending` would be a message posted twice.
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute(f"PRAGMA query_only = {int(query_only)}")
    except sqlite3.Error as error:
        raise StorageError(f"The database {path} cannot be used: {error}. Choose one with --db.") from error
    return database


def prepare(path: Path) -> None:
    """Apply the migrations, one process at a time; raises `StorageError`.

    sqlite-utils' migrations have no lock: of three processes starting together, two would fail.
    """
    if not path.parent.is_dir():
        raise StorageError(
            f"The folder of the database {path} does not exist. Create it, or choose another with --db."
        )
    with FileLock(f"{path}.lock"):
        database = connect(path)
        try:
            migrations.apply(database)
        except sqlite3.Error as error:
            raise StorageError(f"Cannot migrate the database {path}: {error}.") from error
        finally:
            database.close()


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Commit all changes made inside, or none of them.

    IMMEDIATE, since a deferred transaction that turns into a write fails at once under contention instead of
    waiting for its turn. Never await inside.
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
        raise StorageError(f"The database rejected a change: {error}.") from error


class _Database(Database):
    """Reads without the savepoint that sqlite-utils puts around each query, which triples the statements.

    The savepoint undoes a query that turns out to write, and a SELECT never does.
    """

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any]]:
        """Execute `sql` now, and yield its rows as they are read."""
        if not sql.lstrip()[:7].upper().startswith("SELECT"):
            return super().query(sql, params)
        cursor = self.conn.execute(sql, params or ())
        columns = [column[0] for column in cursor.description]
        return (dict(zip(columns, row, strict=True)) for row in cursor)
