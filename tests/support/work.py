"""How much of a database a call touches, whatever the machine's speed.

On SQLite it is the steps of its virtual machine, on PostgreSQL the rows that the nodes of its plans saw and
the blocks that they read.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from storage.engines.engine import Engine, Row, Values
from storage.engines.sqlite import SQLiteEngine
from storage.tables import Tables


def work_of(engine: Engine, call: Callable[[Tables], object]) -> int:
    """Return what a call costs; its changes are undone."""
    measured = _Steps(engine) if isinstance(engine, SQLiteEngine) else _Plans(engine)
    engine.execute("BEGIN")
    try:
        measured.measure(call)
    finally:
        engine.execute("ROLLBACK")
    return measured.work


class _Steps:
    """Counts the steps of SQLite's virtual machine."""

    def __init__(self, engine: SQLiteEngine) -> None:
        self._engine = engine
        self.work = 0

    def measure(self, call: Callable[[Tables], object]) -> None:
        connection = self._engine._connection
        connection.set_progress_handler(self._step, 1)
        try:
            call(Tables(self._engine))
        finally:
            connection.set_progress_handler(None, 0)

    def _step(self) -> int:
        self.work += 1
        return 0


class _Plans:
    """Runs each statement under EXPLAIN first, then undone, and adds up the rows that were looked at.

    Whole tables are read only where there is no other way, so that small ones show what large ones would do.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.migrations_table = engine.migrations_table
        self.full_text = engine.full_text
        self.work = 0

    def measure(self, call: Callable[[Tables], object]) -> None:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            self._engine.execute(f"SET LOCAL enable_{way} = off")
        call(Tables(self))

    def execute(self, sql: str, values: Values = ()) -> int:
        self._explain(sql, values)
        return self._engine.execute(sql, values)

    def query(self, sql: str, values: Values = ()) -> Iterator[Row]:
        self._explain(sql, values)
        return self._engine.query(sql, values)

    def define(self, sql: str) -> None:
        raise NotImplementedError

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def within(self, seconds: float) -> AbstractContextManager[None]:
        return self._engine.within(seconds)

    def among(self, column: str, name: str) -> str:
        return self._engine.among(column, name)

    def table_names(self) -> frozenset[str]:
        return self._engine.table_names()

    def continue_ids(self, table: str) -> None:
        raise NotImplementedError

    def erase_deleted(self, table: str) -> None:
        """Leave it: what is measured is undone."""

    def trouble(self) -> str | None:
        return self._engine.trouble()

    def close(self) -> None:
        raise NotImplementedError

    def _explain(self, sql: str, values: Values) -> None:
        self._engine.execute("SAVEPOINT explained")
        [row] = self._engine.query(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
        self._engine.execute("ROLLBACK TO explained")
        plan = row["QUERY PLAN"][0]["Plan"]
        self.work += _rows_seen(plan) + plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _rows_seen(node: Mapping[str, Any]) -> int:
    each_time = node["Actual Rows"] + sum(
        count for name, count in node.items() if name.startswith("Rows Removed by")
    )
    return int(each_time * node["Actual Loops"]) + sum(map(_rows_seen, node.get("Plans", ())))
