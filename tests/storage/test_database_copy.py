"""A whole database is copied from one engine to the other, and back, row for row."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StorageError
from storage import database_copy, migrations
from storage.address import Address
from storage.database import connect, prepare, run_lock
from storage.database_copy import Copied, copy_database
from storage.engines import sqlite
from storage.engines.engine import Engine
from storage.records import ModelRequest, Paper
from storage.tables import Tables
from tests.storage.conftest import MakeAddress
from tests.storage.tour import NOW, tour
from tests.support.command import run
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables

#: More than one batch holds.
MANY = 70
MUCH_LATER = NOW + timedelta(hours=9)
LAYOUTS = sqlite.layouts(migrations)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_copy, "_ROWS_A_BATCH", 20)


def rich(address: Address) -> Address:
    """Put rows into every table, with gaps between their ids and odd texts in them."""
    prepare(empty_tables(address) if isinstance(address, Path) else address)
    with closing(connect(address)) as engine:
        tables = Tables(engine)
        with engine.transaction():
            tour(tables)
            for number in range(MANY):
                tables.papers.add(Paper(id=f"2601.{number:05}", title=f"Paper {number}"))
                tables.saved_papers.save("T1", f"U{number % 7}", f"2601.{number:05}", NOW)
                tables.model_requests.add(ModelRequest(f"2601.{number:05}", "en", "m", NOW, number, 1))
            engine.execute("DELETE FROM model_requests WHERE id < 10")
    return address


def rows_of(address: Address) -> dict[str, list[dict[str, Any]]]:
    with closing(connect(address)) as engine:
        return {layout.name: sorted_rows(engine, layout.name) for layout in LAYOUTS}


def sorted_rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    return sorted(engine.query(f"SELECT * FROM {table}"), key=repr)  # noqa: S608


def copied(source: Address, target: Address) -> Copied:
    return copy_database(source, target, MUCH_LATER, lambda *_: None)


def refusal(source: Address, target: Address) -> str:
    with pytest.raises(StorageError) as raised:
        copied(source, target)
    return str(raised.value)


@pytest.fixture
def source(make_address: MakeAddress) -> Address:
    return rich(make_address("sqlite"))


@pytest.mark.parametrize("of_target", ["sqlite", "postgresql"])
@pytest.mark.parametrize("of_source", ["sqlite", "postgresql"])
def test_there_and_back_every_row_is_equal(make_address: MakeAddress, of_source: str, of_target: str) -> None:
    source = rich(make_address(of_source))
    there, back = make_address(of_target), make_address(of_source)
    before = rows_of(source)
    done = copied(source, there)

    assert done == Copied(len(before), sum(map(len, before.values())))
    assert rows_of(there) == before
    assert copied(there, back) == done
    assert rows_of(back) == before == rows_of(source)


@pytest.mark.parametrize("of_target", ["sqlite", "postgresql"])
def test_a_copy_gives_free_ids_at_once(source: Address, make_address: MakeAddress, of_target: str) -> None:
    target = make_address(of_target)
    copied(source, target)
    with closing(connect(target)) as engine:
        greatest = {
            layout.name: next(engine.query(f"SELECT max(id) AS id FROM {layout.name}"))["id"]  # noqa: S608
            for layout in LAYOUTS
            if layout.gives_ids
        }
        tables = Tables(engine)
        assert subscribe(tables, "T9", "C9").id == greatest["subscriptions"] + 1
        assert tables.model_requests.add(ModelRequest("2601.00001", "en", "m", NOW, 1, 1)) == (
            greatest["model_requests"] + 1
        )
    assert set(greatest) == {
        *("subscriptions", "deliveries", "model_requests", "summary_requests", "mistake_reports"),
        *("follows", "discussions", "topics", "topic_requests"),
    }


@pytest.mark.parametrize("of_target", ["sqlite", "postgresql"])
def test_a_target_that_is_not_empty_is_refused_and_stays_as_it_was(
    source: Address, make_address: MakeAddress, of_target: str
) -> None:
    target = make_address(of_target)
    prepare(target)
    with closing(connect(target)) as engine:
        Tables(engine).heartbeats.beat("tick", NOW)
    before = rows_of(target)

    assert refusal(source, target) == (
        f"The database {target} is not empty: it has heartbeats. Choose an empty one."
    )
    assert rows_of(target) == before


def test_a_database_is_not_copied_to_itself(source: Address) -> None:
    assert "is not empty" in refusal(source, source)


@pytest.mark.parametrize("of_target", ["sqlite", "postgresql"])
def test_a_copy_that_breaks_off_leaves_nothing_and_can_be_made_again(
    source: Address, make_address: MakeAddress, of_target: str
) -> None:
    target = make_address(of_target)
    done = 0

    def stop(rows: int, total: int) -> None:
        nonlocal done
        done += rows
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source, target, MUCH_LATER, stop)

    assert not any(rows_of(target).values())
    copied(source, target)
    assert rows_of(target) == rows_of(source)


def test_a_file_on_which_a_process_runs_is_refused(source: Path, make_address: MakeAddress) -> None:
    with run_lock(source).acquire(timeout=0):
        assert refusal(source, make_address("sqlite")) == (
            f"Paper Round runs on {source}. Stop it, and try again."
        )


def test_a_server_on_which_a_process_ran_just_now_is_refused(make_address: MakeAddress) -> None:
    source = rich(make_address("postgresql"))
    with closing(connect(source)) as engine:
        Tables(engine).heartbeats.beat("tick", MUCH_LATER - timedelta(seconds=90))

    assert refusal(source, make_address("sqlite")) == (
        f"Paper Round ran on {source} within the last two minutes. "
        "Stop it everywhere, and try again in two minutes."
    )


def test_nobody_writes_to_the_source_meanwhile(
    source: Path, make_address: MakeAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.01)
    refused = []

    def write(_rows: int, _total: int) -> None:
        with closing(connect(source)) as engine, pytest.raises(StorageError, match="is busy"):
            Tables(engine).heartbeats.beat("tick", NOW)
        refused.append(True)

    copy_database(source, make_address("sqlite"), MUCH_LATER, write)

    assert len(refused) > len(LAYOUTS)


def test_the_command_says_how_much_it_copied(source: Address, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    result = run("copy", "--from", str(source), "--to", target)
    rows = sum(map(len, rows_of(source).values()))

    assert (result.exit_code, result.output) == (
        0,
        f"{rows:,} rows of {len(LAYOUTS)} tables copied to {target}\n",
    )
    assert rows_of(target) == rows_of(source)


def test_the_command_makes_no_database_where_the_source_should_be(tmp_path: Path) -> None:
    result = run("copy", "--from", tmp_path / "none.db", "--to", tmp_path / "target.db")

    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: I found no database at {tmp_path / 'none.db'}. Name the one to copy with --from.\n",
    )
    assert list(tmp_path.iterdir()) == []
