"""Opens the SQLite file; the only module that knows which SQLite module is in use.

sqlite-utils takes the `pysqlite3` wheel where it is installed, else the standard library's module. Their
exceptions differ, so everything else catches `StorageError`.
"""

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.errors import StorageError, UnwritableStorageError
from bot.private_files import PRIVATE_FILE, make_lock, make_private
from storage.migrations import migrations

_BUSY_SECONDS = 10.0
# A migration of a large database takes its time.
_LOCK_SECONDS = 60.0
_LITTLE_ROOM = 1024 * 1024
# A damaged file gives texts, and messages about itself, that Python cannot decode.
_RAISED = (sqlite3.Error, UnicodeDecodeError)


def connect(path: Path, *, query_only: bool = False) -> Database:
    """Open the file for use by one thread at a time; raises `StorageError`.

    A `query_only` connection never writes and so never checkpoints: before SQLite 3.51.3 two connections
    that write and checkpoint together can corrupt a WAL.
    """
    with _told(path):
        # The runner gives each thread a connection of its own, and closes those of threads that have ended.
        database = _Database(sqlite3.connect(str(path), timeout=_BUSY_SECONDS, check_same_thread=False))
        with _closed_on_failure(database):
            database.execute("PRAGMA journal_mode = WAL")
            # A commit must survive a power cut: a lost `sending` would be a message posted twice.
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute(f"PRAGMA query_only = {int(query_only)}")
    return database


def connect_unwritable(path: Path) -> Database:
    """Open a file that cannot be written, on a full or read-only disk; raises `StorageError`.

    Without a log to read, SQLite is told that nobody writes: else it wants to make files beside the database
    (https://www.sqlite.org/wal.html#readonly). With one it is never told so, as it would then ignore the log.
    """
    immutable = "" if has_content(Path(f"{path}-wal")) else "&immutable=1"
    address = f"{path.absolute().as_uri()}?mode=ro{immutable}"
    with _told(path):
        database = Database(sqlite3.connect(address, uri=True, check_same_thread=False))
        with _closed_on_failure(database):
            _refuse_newer(database, path)
            _refuse_older(database, path)
    return database


def exists(path: Path) -> bool:
    """Tell whether there is anything of this name; raises `StorageError` where that cannot be told."""
    try:
        return path.exists()
    except OSError as error:
        raise StorageError(f"The database {path} cannot be used: {error.strerror}.") from error


def has_content(path: Path) -> bool:
    """Tell whether there is a file that is not empty."""
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def prepare(path: Path) -> None:
    """Apply the migrations, one process at a time; raises `StorageError`.

    Raises `UnwritableStorageError` where nothing can be written there, though the file may be readable.

    sqlite-utils' migrations have no lock: of three processes starting together, two would fail.
    """
    try:
        _refuse_misplaced(path)
        _make_lock(path)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS, mode=PRIVATE_FILE):
            make_private(path)
            _migrate(path)
    except Timeout as error:
        raise StorageError(
            f"Another process has been preparing the database {path} for {_LOCK_SECONDS:.0f} seconds. "
            "Try again when it is done."
        ) from error
    except (OSError, NotImplementedError) as error:
        # Not every file system has locks.
        reason = getattr(error, "strerror", None) or str(error)
        raise UnwritableStorageError(
            f"The database {path} cannot be written: {reason}. Choose another with --db."
        ) from error


def _refuse_misplaced(path: Path) -> None:
    if path.is_dir():
        raise StorageError(f"{path} is a folder, not a database. Choose a file with --db.")
    if path.parent.is_dir():
        return
    if path.parent.exists():
        raise StorageError(
            f"{path.parent} is a file, so the database {path} cannot be in it. Choose another with --db."
        )
    raise StorageError(
        f"The folder of the database {path} does not exist. Create it, or choose another with --db."
    )


def _make_lock(path: Path) -> None:
    """Make the lock file; raises `UnwritableStorageError`."""
    lock = f"{path}.lock"
    try:
        make_lock(Path(lock))
    except OSError as error:
        raise UnwritableStorageError(
            f"The database {path} cannot be written, as {lock} cannot be made: {error.strerror}. "
            "Choose another with --db."
        ) from error


def _migrate(path: Path) -> None:
    database = connect(path)
    try:
        with _told(path):
            _refuse_newer(database, path)
            migrations.apply(database)
    finally:
        database.close()


def _refuse_newer(database: Database, path: Path) -> None:
    """Raise `StorageError` where a newer version has changed the tables: its rules are not known here."""
    with _told(path):
        applied = {migration.name for migration in migrations.applied(database)}
    if applied - _known():
        raise StorageError(
            f"The database {path} was changed by a newer version of Paper Round. "
            "Install that version, or choose another database with --db."
        )


def _refuse_older(database: Database, path: Path) -> None:
    if migrations.pending(database):
        raise StorageError(
            f"The database {path} is older than this program, and cannot be brought up to date where it "
            "cannot be written. Move it to where it can be."
        )


@cache
def _known() -> frozenset[str]:
    """Return the names of all migrations: those that new tables lack."""
    with closing(Database(memory=True)) as empty:
        return frozenset(migration.name for migration in migrations.pending(empty))


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Commit all changes made inside, or none of them.

    IMMEDIATE, since a deferred transaction that turns into a write fails at once under contention instead of
    waiting for its turn. Never await inside.
    """
    with told(database):
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                database.rollback()
            raise
        database.commit()


@contextmanager
def told(database: Database) -> Iterator[None]:
    """Raise `StorageError` for what SQLite raises inside, and for text that cannot be decoded."""
    try:
        yield
    except _RAISED as error:
        raise _failure(_path_of(database), error) from error


@contextmanager
def _closed_on_failure(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except _RAISED as error:
        raise _failure(path, error) from error


def _path_of(database: Database) -> Path:
    with suppress(sqlite3.Error):
        return Path(database.execute("PRAGMA database_list").fetchone()[2])
    return Path("paper-round.db")


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


# --- What is wrong, in words ------------------------------------------------------------------------------

_CANNOT_WRITE = {
    sqlite3.SQLITE_READONLY: (
        "The database {path} cannot be written: it, its folder or its disk is read-only. "
        "Allow writing, or choose another with --db."
    ),
    sqlite3.SQLITE_FULL: "The disk of the database {path} is full. Free some space and try again.",
    sqlite3.SQLITE_IOERR: (
        "The disk of the database {path} cannot be read or written ({error}). "
        "Check that it is whole and has room."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The database {path} cannot be opened. "
        "Check that you may read and write it and its folder, or choose another with --db."
    ),
}
_UNUSABLE = {
    sqlite3.SQLITE_BUSY: (
        "The database {path} is busy: another process has been writing to it for {busy:.0f} seconds. "
        "Try again when it is done."
    ),
    sqlite3.SQLITE_CONSTRAINT: "The database {path} rejected a change: {error}.",
    sqlite3.SQLITE_CORRUPT: (
        "The database {path} is damaged ({error}). Restore it from a backup, or choose another with --db."
    ),
    sqlite3.SQLITE_NOTADB: "{path} is not a database of Paper Round. Choose another with --db.",
}
_OTHER = "The database {path} cannot be used: {error}. Choose another with --db."


def _failure(path: Path, error: Exception) -> StorageError:
    """Return the error in a sentence, SQLite's by its primary code: https://www.sqlite.org/rescode.html"""
    if fault := _fault_of_content(error):
        return StorageError(_UNUSABLE[sqlite3.SQLITE_CORRUPT].format(path=path, error=fault))
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _CANNOT_WRITE and _is_full(path):
        code = sqlite3.SQLITE_FULL
    words = _CANNOT_WRITE.get(code) or _UNUSABLE.get(code, _OTHER)
    kind = UnwritableStorageError if code in _CANNOT_WRITE else StorageError
    return kind(words.format(path=path, error=error, busy=_BUSY_SECONDS))


def _fault_of_content(error: Exception) -> str:
    """Return what is wrong with the content of the file where Python found it, not SQLite; else nothing."""
    # The module gives no code where it cannot decode a text.
    if isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode to UTF-8"):
        return "it holds text that is not UTF-8"
    return ""


def _is_full(path: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(path.absolute().parent).free < _LITTLE_ROOM
    return False
