"""How a database is, told without changing it, on each engine."""

import asyncio
import os
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage import migrations
from storage.address import Address, Server
from storage.database import Running, inspect, run_lock, running_on
from storage.engines.engine import Engine
from storage.records import Paper
from storage.runner import ThreadRunner
from storage.tables import Tables

NEWEST = max(migrations._ALL)


def test_a_database_that_is_whole_is_told_as_such(address: Address) -> None:
    found = inspect(address)

    name, _, version = found.engine.partition(" ")
    assert (name, found.journal_mode) == (
        ("PostgreSQL", "") if isinstance(address, Server) else ("SQLite", "wal")
    )
    assert version
    assert (found.step, found.missing, found.damage, found.unwritable) == (NEWEST, 0, (), "")


def test_the_steps_that_the_next_start_applies_are_counted_and_not_applied(
    address: Address, engine: Engine
) -> None:
    engine.execute(f"DELETE FROM {engine.migrations_table} WHERE name >= 'm012'")  # noqa: S608
    missing = migrations.missing(engine)

    found = inspect(address)

    assert found.step.startswith("m011")
    assert found.missing == len(missing) > 0
    assert migrations.missing(engine) == missing


def test_tables_of_a_newer_version_are_refused(address: Address, engine: Engine) -> None:
    table = engine.migrations_table
    insert = f"INSERT INTO {table} (migration_set, name, applied_at) VALUES (?, ?, ?)"  # noqa: S608
    engine.execute(insert, ["paper-round", "m999_more", "2030-01-01"])

    with pytest.raises(StorageError, match="newer version"):
        inspect(address)


async def test_a_database_is_looked_at_while_a_bot_writes_to_it(tmp_path: Path) -> None:
    path, ids = tmp_path / "test.db", [f"2509.{number:05}" for number in range(20)]
    with closing(ThreadRunner(path)) as storage:
        for paper_id in ids:
            adding = storage.write(partial(_add, paper_id))
            looked, _ = await asyncio.gather(asyncio.to_thread(inspect, path), adding)
            assert (looked.damage, looked.unwritable) == ((), "")

        assert len(await storage.read(lambda tables: tables.papers.of_ids(ids))) == 20


def _add(paper_id: str, tables: Tables) -> None:
    tables.papers.add(Paper(paper_id, "Gardens " * 500))


def test_a_file_beside_which_nobody_runs_stays_alone(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    with closing(ThreadRunner(path)):
        pass
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    inspect(path)
    found = running_on(path)

    assert found is None
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells whose a lock is")
def test_a_process_that_runs_on_a_file_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    with closing(ThreadRunner(path)), run_lock(path):
        while_it_runs = running_on(path)

    assert (while_it_runs, running_on(path)) == (Running(os.getpid()), None)


def test_a_file_that_sqlite_does_not_write_is_named(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    with closing(ThreadRunner(path)):
        pass
    content = bytearray(path.read_bytes())
    # A version of the format that SQLite writes no more: https://www.sqlite.org/fileformat.html
    content[18] = 3
    path.write_bytes(content)

    assert "read-only" in inspect(path).unwritable
