"""Inserts, which differ only in their table and columns; those come from the tables' own code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.engines.engine import Engine

# SQLite takes 32,766 values a statement: https://www.sqlite.org/limits.html#max_variable_number
_ROWS_A_STATEMENT = 100


def insert(engine: Engine, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    waiting = list(rows)
    for start in range(0, len(waiting), _ROWS_A_STATEMENT):
        some = waiting[start : start + _ROWS_A_STATEMENT]
        values = [value for row in some for value in row.values()]
        engine.execute(_insertion(table, some[0], len(some)), values)


def upsert(engine: Engine, table: str, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Insert the row, or replace the values of the one with the same key."""
    others = ", ".join(f"{column} = excluded.{column}" for column in row if column not in key)
    engine.execute(
        f"{_insertion(table, row, 1)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {others}",
        list(row.values()),
    )


def _insertion(table: str, columns: Iterable[str], rows: int) -> str:
    names = [quoted(column) for column in columns]
    marks = ", ".join([f"({', '.join('?' * len(names))})"] * rows)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {marks}"  # noqa: S608 -- names of our own


def quoted(name: str) -> str:
    """Return a column's name as it may stand anywhere, though it be a word of SQL, such as order."""
    return f'"{name}"'
