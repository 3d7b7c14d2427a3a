"""Every statement of `storage/` runs on both engines, and both give the same answers."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import storage
from storage import database_copy, migrations
from storage.address import Address
from storage.database import connect
from storage.database_copy import copy_database
from storage.engines import statements
from storage.engines.engine import Engine, Row, Values
from storage.tables import Tables
from tests.storage.tour import tour

FOLDER = Path(storage.__file__).parent
FILES = (*sorted(FOLDER.glob("*.py")), Path(statements.__file__))
ON_ENGINE = {"execute", "query", "define"}
INSERTS = {"insert", "upsert"}

Line = tuple[str, int]


@dataclass(frozen=True)
class Site:
    """A call that hands SQL to an engine, itself or through a method of its class."""

    file: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.first}"

    def is_at(self, line: Line) -> bool:
        return line[0] == self.file and self.first <= line[1] <= self.last


@cache
def sites() -> tuple[Site, ...]:
    """Return all such calls in `storage/`, but for those inside an engine."""
    return tuple(site for path in FILES for site in _sites_of(path))


def _sites_of(path: Path) -> Iterator[Site]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # A method that gets a part of its SQL from its callers is a statement for each of them.
    helpers = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and function.name.startswith("_")
        and any(_is_statement(node, set()) for node in ast.walk(function))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_statement(node, helpers):
            assert node.end_lineno
            yield Site(str(path), node.lineno, node.end_lineno)


def _is_statement(node: ast.AST, helpers: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in INSERTS
    called = node.func
    return isinstance(called, ast.Attribute) and (
        (called.attr in ON_ENGINE and "engine" in ast.unparse(called.value)) or called.attr in helpers
    )


class RecordingEngine:
    """An engine that keeps the lines of `storage/` from which it was called."""

    def __init__(self, engine: Engine, lines: set[Line]) -> None:
        self.engine = engine
        self.migrations_table = engine.migrations_table
        self.full_text = engine.full_text
        self.lines = lines

    def execute(self, sql: str, values: Values = ()) -> int:
        self._record()
        return self.engine.execute(sql, values)

    def query(self, sql: str, values: Values = ()) -> Iterator[Row]:
        self._record()
        return self.engine.query(sql, values)

    def define(self, sql: str) -> None:
        self._record()
        self.engine.define(sql)

    def transaction(self) -> AbstractContextManager[None]:
        return self.engine.transaction()

    def within(self, seconds: float) -> AbstractContextManager[None]:
        return self.engine.within(seconds)

    def among(self, column: str, name: str) -> str:
        return self.engine.among(column, name)

    def table_names(self) -> frozenset[str]:
        return self.engine.table_names()

    def continue_ids(self, table: str) -> None:
        self.engine.continue_ids(table)

    def erase_deleted(self, table: str) -> None:
        self.engine.erase_deleted(table)

    def trouble(self) -> str | None:
        return self.engine.trouble()

    def close(self) -> None:
        self.engine.close()

    def _record(self) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame:
            self.lines.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back


def test_every_statement_of_storage_runs(
    bare_addresses: Callable[[], Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: set[Line] = set()
    source = bare_addresses()
    with closing(RecordingEngine(connect(source), lines)) as engine:
        migrate_with_rows(engine)
        tour(Tables(engine))
    monkeypatch.setattr(database_copy, "connect", lambda address: RecordingEngine(connect(address), lines))
    copy_database(source, bare_addresses(), datetime.now(UTC), lambda *_: None)

    assert len(sites()) > 100
    assert [str(site) for site in sites() if not any(map(site.is_at, lines))] == []


def migrate_with_rows(engine: Engine) -> None:
    """Bring an empty database up to date, with a delivery in it before its papers had a table."""
    migrations.create_table(engine)
    for name in migrations.missing(engine):
        if name == "m016_channel_papers":
            for statement in AN_EARLIER_DELIVERY:
                engine.execute(statement)
        migrations.apply(engine, name)


AN_EARLIER_DELIVERY = (
    """
    INSERT INTO subscriptions (
        id, workspace, channel, language, sources, at, zone, weekdays, "order", filters, says_when_nothing,
        since, begun_at, ended_at
    ) VALUES (
        1000, 'T0', 'C0', 'en', '[]', '09:00', 'UTC', '[]', 'listed', '{}', 0,
        '2025-09-01', '', '2025-09-02'
    )
    """,
    """
    INSERT INTO deliveries (id, key, subscription_id, workspace, channel, kind, day, state, opened_at)
    VALUES (1000, 'key-0', 1000, 'T0', 'C0', 'asked', '2025-09-01', 'failed', '2025-09-01T09:00:00+00:00')
    """,
    """
    INSERT INTO posts (delivery_id, position, paper_ids, payload, payload_hash, is_plain, state, absent)
    VALUES (1000, 1, '["2509.00001"]', '{"text": "1. Gardens"}', '', 0, 'planned', 0)
    """,
)


def test_both_engines_answer_alike(tables: Tables) -> None:
    assert tour(tables) == _of_sqlite()


@cache
def _of_sqlite() -> list[Any]:
    with closing(connect(Path(":memory:"))) as engine:
        migrations.update(engine, "memory")
        return tour(Tables(engine))


def test_the_tour_leaves_rows_in_every_table(engine: Engine) -> None:
    tour(Tables(engine))
    names = sorted(engine.table_names())
    rows = {name: list(engine.query(f"SELECT 1 FROM {name} LIMIT 1")) for name in names}  # noqa: S608

    assert [name for name in names if not rows[name]] == []
