"""SQLite, through sqlite-utils: one file, and nothing to install.

sqlite-utils takes the `pysqlite3` wheel where it is installed, else the standard library's module. Their
exceptions differ, so everything else catches `StorageError`.
"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database
from sqlite_utils.db import Table
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.errors import OutdatedStorageError, StorageError, StorageSlowError, UnwritableStorageError
from bot.files import PRIVATE_FILE, make_lock, make_private
from storage.engines.deadline import Deadline
from storage.engines.engine import (
    Engine,
    Inspection,
    OneConnection,
    Row,
    Schema,
    TableLayout,
    Values,
    storable_values,
)
from storage.engines.full_text import FullText
from storage.engines.sqlite_full_text import SQLiteFullText

_BUSY_SECONDS = 10.0
# A migration of a large database takes its time.
_LOCK_SECONDS = 60.0
_LITTLE_ROOM = 1024 * 1024
# Less than a millisecond.
_STEPS_BETWEEN_LOOKS = 5_000
_MOST_DAMAGE = 3
# A damaged file gives texts, and messages about itself, that Python cannot decode.
_RAISED = (sqlite3.Error, UnicodeDecodeError)


class SQLiteEngine:
    """One connection to a file."""

    #: The table that sqlite-utils kept of applied migrations before there was another engine.
    migrations_table = "_sqlite_migrations"

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._connection = database.conn
        self._path = path
        self._has_traces = False
        self.full_text: FullText = SQLiteFullText(self)
        self._deadline = Deadline()

    def execute(self, sql: str, values: Values = ()) -> int:
        """Execute a statement and return how many rows it changed."""
        return int(self._run(sql, values).rowcount)

    def query(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Execute a statement at once and return its rows."""
        cursor = self._run(sql, values)
        columns = [column[0] for column in cursor.description]
        with _told(self._path):
            return iter([dict(zip(columns, row, strict=True)) for row in cursor.fetchall()])

    def define(self, sql: str) -> None:
        """Execute a statement of a migration."""
        self._run(sql, ())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes made inside, or none of them.

        IMMEDIATE, since a deferred transaction that turns into a write fails at once under contention instead
        of waiting for its turn. Never await inside.
        """
        with _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.rollback()
                raise
            self._connection.commit()
        self._erase_traces()

    def vacuum_into(self, path: Path) -> None:
        """Write one state of the database into an empty file; raises what SQLite raises."""
        self._connection.execute("VACUUM INTO ?", [str(path)])

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Interrupt the queries made inside once they take longer than this."""
        with self._deadline.after(seconds):
            self._connection.set_progress_handler(lambda: self._deadline.is_over, _STEPS_BETWEEN_LOOKS)
            try:
                yield
            finally:
                self._connection.set_progress_handler(None, 0)

    def among(self, column: str, name: str) -> str:
        """Return the condition that the column's text is in the list called `:name`."""
        return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 -- names of our own

    def table_names(self) -> frozenset[str]:
        """Return the names of all tables."""
        with _told(self._path):
            return frozenset(self._database.table_names())

    def continue_ids(self, table: str) -> None:
        """Do nothing: the next id is always the one after the greatest."""

    def erase_deleted(self, table: str) -> None:  # noqa: ARG002 -- the log has all tables
        """Empty the log after the commit; in the file itself, what is deleted is overwritten with zeros."""
        self._has_traces = True
        if not self._connection.in_transaction:
            self._erase_traces()

    def trouble(self) -> str | None:
        """Return that the disk is full, where it is; `None` otherwise."""
        return _CANNOT_WRITE[sqlite3.SQLITE_FULL].format(path=self._path) if is_full(self._path) else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _erase_traces(self) -> None:
        """Empty the log where it is to be; while somebody reads from it, the next commit tries again.

        What is left when the process dies is erased at the next start: `prepare` closes the only connection.
        """
        if not self._has_traces:
            return
        with suppress(sqlite3.Error):
            # Nobody waits: others may read for long.
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                [[is_busy, *_]] = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self._has_traces = bool(is_busy)
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")

    def _run(self, sql: str, values: Values) -> Any:
        self._deadline.refuse_if_over(self._path)
        with _told(self._path):
            return self._connection.execute(sql, _bound(storable_values(values)))


def _bound(values: Any) -> Any:
    """Return the values with lists as JSON, which `json_each` reads."""
    if isinstance(values, dict):
        return {name: _text(value) for name, value in values.items()}
    return [_text(value) for value in values]


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list) else value


class SQLiteConnections:
    """One connection that writes, and one that only reads for each thread that does.

    A second one that writes and checkpoints could corrupt a WAL before SQLite 3.51.3.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        prepare(path, schema)
        self._path = path
        self._writer = connect(path)
        self._readers: list[SQLiteEngine] = []
        self._of_this_thread = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        """Give this thread's connection, which only reads."""
        if not hasattr(self._of_this_thread, "engine"):
            self._of_this_thread.engine = connect(self._path, query_only=True)
            self._readers.append(self._of_this_thread.engine)
        yield self._of_this_thread.engine

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """Give the one connection that writes, in a transaction; for one thread only."""
        with self._writer.transaction():
            yield self._writer

    def close(self) -> None:
        """Close the readers, and the writer last, so that it is the one to checkpoint."""
        for reader in self._readers:
            reader.close()
        self._writer.close()


def one_connection(path: Path, schema: Schema) -> OneConnection:
    """Open the file for one thread; on a full or read-only disk it can still be read."""
    try:
        prepare(path, schema)
        return OneConnection(connect(path))
    except UnwritableStorageError as error:
        if not has_content(path):
            raise
        return _UnwritableConnection(_unwritable(path, schema, error), why=error)


def _unwritable(path: Path, schema: Schema, why: UnwritableStorageError) -> SQLiteEngine:
    try:
        return connect_unwritable(path, schema)
    except OutdatedStorageError as outdated:
        # It may be older, or new and without room for its tables: only why it cannot be written is known.
        raise UnwritableStorageError(f"{why} {outdated}") from why


class _UnwritableConnection(OneConnection):
    """A connection to a file that cannot be written; whoever tries is told why."""

    def __init__(self, engine: Engine, why: UnwritableStorageError) -> None:
        super().__init__(engine)
        self._why = why

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """Give the connection, which refuses to write."""
        try:
            with super().writing() as engine:
                yield engine
        except UnwritableStorageError as error:
            # SQLite calls a file that is open for reading read-only, whatever is wrong with its disk.
            raise self._why from error


def connect(path: Path, *, query_only: bool = False) -> SQLiteEngine:
    """Open the file for use by one thread at a time; raises `StorageError`.

    A `query_only` connection never writes and so never checkpoints: before SQLite 3.51.3 two connections
    that write and checkpoint together can corrupt a WAL.
    """
    with _told(path):
        # The runner gives each thread a connection of its own, and closes those of threads that have ended.
        database = Database(opened(str(path)))
        with _closed_on_failure(database):
            database.execute("PRAGMA journal_mode = WAL")
            # A commit must survive a power cut: a lost `sending` would be a message posted twice.
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            # What people and workspaces delete is gone from the file, not only from sight.
            database.execute("PRAGMA secure_delete = ON")
            database.execute(f"PRAGMA query_only = {int(query_only)}")
    return SQLiteEngine(database, path)


def opened(address: str, *, uri: bool = False) -> Any:
    """Return a connection that begins no transaction by itself; raises what SQLite raises."""
    return sqlite3.connect(
        address, timeout=_BUSY_SECONDS, check_same_thread=False, uri=uri, isolation_level=None
    )


def connect_unwritable(path: Path, schema: Schema) -> SQLiteEngine:
    """Open a file that cannot be written, on a full or read-only disk; raises `StorageError`.

    Without a log to read, SQLite is told that nobody writes: else it wants to make files beside the database
    (https://www.sqlite.org/wal.html#readonly). With one it is never told so, as it would then ignore the log.
    """
    with _told(path):
        engine = _opened_for_reading(path, is_written=has_content(Path(f"{path}-wal")))
        with _closed_on_failure(engine):
            schema.check(engine, str(path))
    return engine


def _opened_for_reading(path: Path, *, is_written: bool) -> SQLiteEngine:
    immutable = "" if is_written else "&immutable=1"
    return SQLiteEngine(Database(opened(f"{path.absolute().as_uri()}?mode=ro{immutable}", uri=True)), path)


def inspect(path: Path, schema: Schema) -> Inspection:
    """Return how the file is, after reading all of it; raises `StorageError` where that cannot be told."""
    _refuse_misplaced(path)
    # Whoever has it open keeps these files, and may begin to write.
    is_written = any(has_content(file) for file in files_of(path)[1:])
    with _told(path), closing(_opened_for_reading(path, is_written=is_written)) as engine:
        step, missing = schema.progress(engine, str(path))
        # As `integrity_check`, but for comparing indexes with their tables, which takes much longer.
        found = [str(row["quick_check"]) for row in engine.query(f"PRAGMA quick_check({_MOST_DAMAGE})")]
    damage = tuple(each for each in found if each != "ok")
    mode, unwritable = _writing(path)
    return Inspection(f"SQLite {sqlite3.sqlite_version}", step, missing, mode, damage, unwritable)


def _writing(path: Path) -> tuple[str, str]:
    """Begin to write; return the journal mode, and why nothing can be written, empty where it can."""
    try:
        with _told(path), closing(opened(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            ((mode,),) = connection.execute("PRAGMA journal_mode").fetchall()
            ((number,),) = connection.execute("PRAGMA user_version").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            # Where a file is read-only, beginning alone is no error.
            connection.execute(f"PRAGMA user_version = {int(number)}")
            connection.rollback()
    except UnwritableStorageError as error:
        return "", str(error)
    return str(mode), ""


def layouts(schema: Schema) -> tuple[TableLayout, ...]:
    """Return the tables that a copy takes along, each after those that it refers to.

    Both engines have the same ones.
    """
    with closing(Database(memory=True)) as database:
        schema.update(SQLiteEngine(database, Path(":memory:")), "in memory")
        tables = {
            table.name: table
            for table in database.tables
            if table.name != SQLiteEngine.migrations_table and not schema.is_derived(table.name)
        }
        referred = {name: {key.other_table for key in table.foreign_keys} for name, table in tables.items()}
        return tuple(_layout(tables[name]) for name in TopologicalSorter(referred).static_order())


def _layout(table: Table) -> TableLayout:
    key = tuple(table.pks)
    return TableLayout(table.name, key, gives_ids=key == ("id",) and table.columns_dict["id"] is int)


def files_of(path: Path) -> list[Path]:
    """Return the files that hold what is in the database."""
    return [path, *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))]


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


def prepare(path: Path, schema: Schema) -> None:
    """Apply the migrations, one process at a time; raises `StorageError`.

    Raises `UnwritableStorageError` where nothing can be written there, though the file may be readable.

    sqlite-utils' migrations have no lock: of three processes starting together, two would fail.
    """
    try:
        _refuse_misplaced(path)
        _make_lock(path)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS, mode=PRIVATE_FILE):
            make_private(path)
            with closing(connect(path)) as engine:
                schema.update(engine, str(path))
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


@contextmanager
def _closed_on_failure(database: Database | SQLiteEngine) -> Iterator[None]:
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
        raise failure(path, error) from error


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


def failure(path: Path, error: Exception) -> StorageError:
    """Return the error in a sentence, SQLite's by its primary code: https://www.sqlite.org/rescode.html"""
    if fault := _fault_of_content(error):
        return StorageError(_UNUSABLE[sqlite3.SQLITE_CORRUPT].format(path=path, error=fault))
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        return StorageSlowError(f"A query of the database {path} took too long.")
    if code in _CANNOT_WRITE and is_full(path):
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


def is_full(path: Path) -> bool:
    """Tell whether the disk of a file has hardly any room."""
    with suppress(OSError):
        return shutil.disk_usage(path.absolute().parent).free < _LITTLE_ROOM
    return False
