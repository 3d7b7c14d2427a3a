"""Whole copies of a SQLite file: made while others use it, checked, and put in a file's place.

`VACUUM INTO` reads one state of the database, and writes it as a file without a log:
https://www.sqlite.org/lang_vacuum.html#vacuuminto
"""

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.errors import BackupError, BackupStoppedError, StorageError
from bot.files import PRIVATE_FILE, make_private, synced
from storage.engines.sqlite import (
    SQLiteEngine,
    connect,
    failure,
    files_of,
    has_content,
    is_full,
    opened,
)

_STEPS_BETWEEN_LOOKS = 5_000
_MOST_PROBLEMS = 3
_BESIDE = ("", "-journal", "-wal", "-shm")
_OF_A_FULL_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_OF_THE_DATABASE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY}


@dataclass(frozen=True, slots=True)
class Outline:
    """What a database holds, by which a copy is compared with it."""

    #: The names of the migrations that made its tables.
    migrations: frozenset[str]
    #: How many rows each table has.
    rows: dict[str, int]


_NOTHING = Outline(frozenset(), {})


class Stop:
    """Stops the copying of a database from another thread."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Have the copying end with `BackupStoppedError` within a moment."""
        self._asked.set()

    def is_asked(self) -> bool:
        """Tell whether it is to end."""
        return self._asked.is_set()


def copy_to(source: Path, target: Path, stop: Stop | None = None, name: str = "") -> Outline:
    """Make a checked copy of the database, whoever writes to it meanwhile, and return what it holds.

    Only once it is whole does it take the place of what is at `target`; until then that is as it was.
    The copy is its owner's alone; `name` is what sentences call it. Raises `BackupError`, or `StorageError`
    where the source cannot be read.
    """
    partial = target.with_name(f".{target.name}.partial")
    stop, name = stop or Stop(), name or f"The backup {target}"
    try:
        _make_empty(target, partial)
        with closing(_in_use(source, stop)) as engine:
            version = _version(engine)
            before = _outline(engine)
            _vacuum_into(engine, source, partial, stop, name)
            is_same = _version(engine) == version
        copied = checked(partial, stop)
        _compare(before, copied, is_same=is_same, name=name)
        synced(partial)
        partial.replace(target)
        synced(target.absolute().parent)
    except OSError as error:
        raise _unwritable(name, error.strerror or str(error)) from error
    finally:
        remove(partial)
    return copied


def checked(path: Path, stop: Stop | None = None) -> Outline:
    """Return what a database holds, once it is certain to be whole and one of ours.

    Raises `BackupError` that says what is wrong.
    """
    try:
        with closing(_at_rest(path, stop or Stop())) as engine:
            problems = list(_problems(engine))
            outline = _outline(engine) if not problems else _NOTHING
    except StorageError as error:
        if stop and stop.is_asked():
            raise BackupStoppedError(f"The check of {path} was stopped.") from error
        if _code(error.__cause__) == sqlite3.SQLITE_CORRUPT:
            raise BackupError(f"{path} is damaged: {error.__cause__}.") from error
        raise BackupError(f"{path} cannot be read as a backup. {error}") from error
    if problems:
        raise BackupError(f"{path} is damaged: {'; '.join(problems)}.")
    if not outline.migrations:
        raise BackupError(f"{path} is no database of Paper Round.")
    return outline


def _in_use(path: Path, stop: Stop) -> SQLiteEngine:
    """Open a file to which others may write; raises `StorageError`."""
    is_writable = os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)
    return _reading(path, "mode=rw", stop) if is_writable else _at_rest(path, stop)


def _at_rest(path: Path, stop: Stop) -> SQLiteEngine:
    """Open a file that nobody uses, and make none beside it; raises `StorageError`."""
    # Told that nobody writes, SQLite would ignore the log.
    has_log = has_content(Path(f"{path}-wal"))
    return _reading(path, "mode=ro" if has_log else "mode=ro&immutable=1", stop)


def _reading(path: Path, mode: str, stop: Stop) -> SQLiteEngine:
    try:
        connection = opened(f"{path.absolute().as_uri()}?{mode}", uri=True)
    except sqlite3.Error as error:
        raise failure(path, error) from error
    connection.set_progress_handler(stop.is_asked, _STEPS_BETWEEN_LOOKS)
    return SQLiteEngine(Database(connection), path)


@contextmanager
def kept_still(path: Path) -> Iterator[None]:
    """Hold the lock under which the tables of a file are brought up to date; raises `BackupError`."""
    try:
        with FileLock(f"{path}.lock", timeout=0, mode=PRIVATE_FILE):
            yield
    except Timeout as error:
        raise BackupError(f"Another process is preparing {path}. Try again when it is done.") from error


def put_in_place(copy: Path, path: Path, aside: Path) -> bool:
    """Put a whole database where another is, which is kept aside; return whether there was one.

    Nobody may use either. A log is never left beside a file that it is not of, which it would damage.
    """
    was_there = has_content(path)
    if was_there:
        _fold_log(path)
        for file in files_of(path)[1:]:
            if file.exists():
                file.replace(aside.with_name(aside.name + file.name.removeprefix(path.name)))
        _link(path, aside)
    else:
        remove(path)
    copy.replace(path)
    synced(path.absolute().parent)
    return was_there


def _fold_log(path: Path) -> None:
    """Write what is in the log into the file where that is possible: a damaged one keeps its log."""
    with suppress(StorageError), closing(connect(path)) as engine:
        list(engine.query("PRAGMA wal_checkpoint(TRUNCATE)"))


def _link(path: Path, aside: Path) -> None:
    """Give the file a second name, so that the first always names one; not every file system can."""
    try:
        os.link(path, aside)
    except OSError:
        path.replace(aside)


def remove(path: Path) -> None:
    """Remove a database and what SQLite puts beside it, where there is any of it."""
    for suffix in _BESIDE:
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def _make_empty(target: Path, partial: Path) -> None:
    """Make the empty file that is filled, for its owner alone; raises `BackupError` or `OSError`."""
    if not target.absolute().parent.is_dir():
        raise BackupError(
            f"The folder of the backup {target} does not exist. Create it, or choose another file."
        )
    if target.is_dir():
        raise BackupError(f"{target} is a folder, so no backup can be there. Name a file in it.")
    remove(partial)
    make_private(partial)


def _vacuum_into(engine: SQLiteEngine, source: Path, partial: Path, stop: Stop, name: str) -> None:
    try:
        engine.vacuum_into(partial)
    except sqlite3.Error as error:
        if stop.is_asked():
            raise BackupStoppedError(f"{name} was stopped.") from error
        code = _code(error)
        if code in _OF_THE_DATABASE:
            raise failure(source, error) from error
        full = is_full(partial) or code in _OF_A_FULL_DISK
        raise _unwritable(name, "its disk is full" if full else str(error)) from error


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary code: https://www.sqlite.org/rescode.html"""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _unwritable(name: str, reason: str) -> BackupError:
    return BackupError(
        f"{name} cannot be written: {reason}. Make room or allow writing there, or choose another place."
    )


def _problems(engine: SQLiteEngine) -> Iterator[str]:
    """Yield what is wrong with a file, as SQLite finds it in all its pages."""
    found = [str(row["integrity_check"]) for row in engine.query(f"PRAGMA integrity_check({_MOST_PROBLEMS})")]
    if found != ["ok"]:
        yield from (problem.replace("\n", ", ") for problem in found)
        return
    tables = {str(row["table"]) for row in engine.query("PRAGMA foreign_key_check")}
    yield from (f"rows of {table} refer to rows that are not there" for table in sorted(tables))


def _outline(engine: SQLiteEngine) -> Outline:
    """Return what a database holds, all of one state; its log of migrations is empty where it is not ours."""
    names = engine.table_names()
    if SQLiteEngine.migrations_table not in names:
        return _NOTHING
    migrations = engine.query(
        f"SELECT name FROM {SQLiteEngine.migrations_table} WHERE migration_set = 'paper-round'"  # noqa: S608 -- our own name
    )
    rows = {}
    for name in sorted(names):
        [row] = engine.query(f'SELECT count(*) AS rows FROM "{name}"')  # noqa: S608 -- names of the schema
        rows[name] = int(row["rows"])
    return Outline(frozenset(row["name"] for row in migrations), rows)


def _version(engine: SQLiteEngine) -> int:
    """Return a number that is another once somebody else has written to the database."""
    [row] = engine.query("PRAGMA data_version")
    return int(row["data_version"])


def _compare(source: Outline, copy: Outline, *, is_same: bool, name: str) -> None:
    """Raise `BackupError` where the copy is not the same as its source.

    One that others wrote to meanwhile may have more rows now, or fewer; then only its tables are compared.
    """
    if source.migrations != copy.migrations or source.rows.keys() != copy.rows.keys():
        raise BackupError(f"{name} lacks tables of the database. Try again.")
    for table, rows in source.rows.items():
        found = copy.rows[table]
        if is_same and found != rows:
            raise BackupError(f"{name} has {found} rows of {table} instead of {rows}. Try again.")
