"""Copies a whole database into an empty one, of the other engine or of the same."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import Timeout

from bot.errors import StorageError
from storage import migrations
from storage.address import Address
from storage.database import connect, prepare, run_lock
from storage.engines import sqlite
from storage.engines.engine import Engine, Row, TableLayout
from storage.engines.statements import insert, quoted
from storage.moments import optional_moment
from storage.search_index import SearchIndex

#: Called with how many more rows are copied, and of how many in all.
Report = Callable[[int, int], None]

_ROWS_A_BATCH = 500
# A process that runs says so every half minute.
_SILENT_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Copied:
    """How much was copied."""

    tables: int
    rows: int


def copy_database(source: Address, target: Address, now: datetime, report: Report) -> Copied:
    """Copy all rows in one transaction, in which nobody else can write to either database.

    Raises `StorageError` where a process runs on the source, where the target holds anything already, and
    where rows are missing at the end; then the target is as it was.
    """
    with ExitStack() as stack:
        prepare(source)
        _keep_still(source, stack)
        prepare(target)
        reading, writing = (stack.enter_context(closing(connect(each))) for each in (source, target))
        tables = sqlite.layouts(migrations)
        with writing.transaction():
            _refuse_full(writing, tables, target)
            with reading.transaction():
                refuse_running(reading, source, now)
                copied = _copy_all(reading, writing, tables, report)
            SearchIndex(writing).begin_anew()
            return copied


def _keep_still(source: Address, stack: ExitStack) -> None:
    """Hold the lock of a file, so that no process runs on it meanwhile."""
    if not isinstance(source, Path):
        return
    try:
        stack.enter_context(run_lock(source).acquire(timeout=0))
    except Timeout as error:
        raise StorageError(f"Paper Round runs on {source}. Stop it, and try again.") from error


def refuse_running(engine: Engine, source: Address, now: datetime) -> None:
    """Raise `StorageError` where a process on a server gave a sign of life just now; it holds no lock."""
    [row] = engine.query("SELECT max(at) AS at FROM heartbeats")
    last = optional_moment(row["at"])
    if not isinstance(source, Path) and last and now - last < _SILENT_FOR:
        raise StorageError(
            f"Paper Round ran on {source} within the last two minutes. "
            "Stop it everywhere, and try again in two minutes."
        )


def _refuse_full(engine: Engine, tables: tuple[TableLayout, ...], target: Address) -> None:
    full = [table.name for table in tables if list(engine.query(f"SELECT 1 FROM {table.name} LIMIT 1"))]  # noqa: S608 -- our own names
    if full:
        raise StorageError(f"The database {target} is not empty: it has {full[0]}. Choose an empty one.")


def _copy_all(source: Engine, target: Engine, tables: tuple[TableLayout, ...], report: Report) -> Copied:
    counts = {table: _count(source, table) for table in tables}
    total = sum(counts.values())
    for table, count in counts.items():
        for rows in _batches(source, table):
            insert(target, table.name, rows)
            report(len(rows), total)
        if table.gives_ids:
            target.continue_ids(table.name)
        if (copied := _count(target, table)) != count:
            raise StorageError(
                f"Of {count} rows of {table.name} only {copied} were copied. Nothing was kept."
            )
    return Copied(len(tables), total)


def _batches(engine: Engine, table: TableLayout) -> Iterator[list[Row]]:
    """Read a table by its primary key, a batch at a time, as it may not fit in memory."""
    key = ", ".join(map(quoted, table.key))
    begin = f"SELECT * FROM {table.name}"  # noqa: S608 -- names of our own, here and below
    end = f"ORDER BY {key} LIMIT {_ROWS_A_BATCH}"
    rows = list(engine.query(f"{begin} {end}"))
    while rows:
        yield rows
        marks = ", ".join("?" * len(table.key))
        last = [rows[-1][column] for column in table.key]
        rows = list(engine.query(f"{begin} WHERE ({key}) > ({marks}) {end}", last))


def _count(engine: Engine, table: TableLayout) -> int:
    [row] = engine.query(f"SELECT count(*) AS rows FROM {table.name}")  # noqa: S608 -- a name of our own
    return int(row["rows"])
