import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import StorageError
from storage.database import connect, prepare
from storage.records import Paper
from storage.runner import InlineRunner, Runner, ThreadRunner
from storage.tables import Tables
from tests.support.waiting import PATIENCE

RUNNERS = [ThreadRunner, InlineRunner]


def paper(number: int) -> Paper:
    return Paper(id=f"2509.{number:05}", title=f"Paper {number}")


@pytest.fixture(params=RUNNERS, ids=lambda runner: runner.__name__)
def make_runner(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Runner]:
    return lambda: request.param(tmp_path / "test.db")


async def test_what_one_call_wrote_the_next_reads_and_a_restart_finds(
    make_runner: Callable[[], Runner],
) -> None:
    runner = make_runner()
    await runner.write(lambda tables: tables.papers.add(paper(1)))
    read = await runner.read(lambda tables: tables.papers.get("2509.00001"))
    runner.close()
    restarted = make_runner()
    found = await restarted.read(lambda tables: tables.papers.get("2509.00001"))
    restarted.close()

    assert read == found == paper(1)


async def test_a_write_that_raises_leaves_nothing_behind(make_runner: Callable[[], Runner]) -> None:
    runner = make_runner()

    def fails_half_way(tables: Tables) -> None:
        tables.papers.add(paper(1))
        raise LookupError

    with pytest.raises(LookupError):
        await runner.write(fails_half_way)

    assert await runner.read(lambda tables: tables.papers.get("2509.00001")) is None
    runner.close()


async def test_two_hundred_writes_at_once_from_two_runners_all_arrive(tmp_path: Path) -> None:
    runners = [ThreadRunner(tmp_path / "test.db"), ThreadRunner(tmp_path / "test.db")]

    async def add(number: int) -> bool:
        return await runners[number % 2].write(lambda tables: tables.papers.add(paper(number)))

    added = await asyncio.gather(*map(add, range(200)))
    found = await runners[0].read(lambda tables: tables.papers.of_ids(f"2509.{n:05}" for n in range(200)))
    for runner in runners:
        runner.close()

    assert all(added)
    assert len(found) == 200


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    runner = ThreadRunner(tmp_path / "test.db")

    with pytest.raises(StorageError, match="cannot be written"):
        await runner.read(lambda tables: tables.papers.add(paper(1)))

    runner.close()


def test_each_connection_is_set_up_for_a_ledger(tmp_path: Path) -> None:
    prepare(tmp_path / "test.db")
    database = connect(tmp_path / "test.db")

    def setting(name: str) -> object:
        return next(database.query(f"PRAGMA {name}"))[name]

    assert (setting("journal_mode"), setting("synchronous"), setting("foreign_keys")) == ("wal", 2, 1)
    database.close()
    with closing(Database(tmp_path / "test.db")) as tables:
        assert all(
            table.strict for table in tables.tables if not table.name.startswith(("_", "search_texts"))
        )


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "test.db"

    def schema() -> str:
        database = Database(path)
        text = database.schema
        database.close()
        return text

    prepare(path)
    first = schema()
    prepare(path)

    assert schema() == first


def test_processes_that_start_at_once_all_find_their_tables(tmp_path: Path) -> None:
    command = "import sys, pathlib; from storage.database import prepare; prepare(pathlib.Path(sys.argv[1]))"
    processes = [
        subprocess.Popen([sys.executable, "-c", command, str(tmp_path / "test.db")]) for _ in range(3)
    ]

    assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Not a database, however long one looks at it. " * 100)

    with pytest.raises(StorageError, match=r"notes\.txt is not a database of Paper Round"):
        ThreadRunner(path)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"folder of the database .*test\.db does not exist"):
        ThreadRunner(tmp_path / "nowhere" / "test.db")
