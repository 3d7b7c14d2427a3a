"""A backup each night, whatever is stopped and started; seven are kept."""

import asyncio
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BackupError
from storage import nightly_backups
from storage.claims import Claims
from storage.engines.sqlite_backup import Stop, checked
from storage.nightly_backups import NightlyBackups
from storage.runner import InlineRunner, Runner
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.tables import empty_tables


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return empty_tables(tmp_path / "paper-round.db")


def folder_of(database: Path) -> Path:
    return database.with_name("backups")


def nightly(storage: Runner, database: Path, now: datetime) -> NightlyBackups:
    clock = SimulatedClock(now)
    return NightlyBackups(storage, clock, Claims(storage, clock), database, folder_of(database))


async def tick(database: Path, now: datetime = NOW) -> tuple[datetime | None, datetime | None]:
    """Tick in a process of its own; return when the last good one was made, and when one failed."""
    with closing(InlineRunner(database)) as storage:
        await nightly(storage, database, now).tick()
        return await storage.read(
            lambda tables: (tables.heartbeats.last("backup"), tables.heartbeats.last("backup failed"))
        )


def names(database: Path) -> list[str]:
    return sorted(path.name for path in folder_of(database).iterdir())


async def test_one_is_made_a_night_over_restarts(database: Path) -> None:
    hours = (0, 1, 18, 19, 42, 43)
    made = [(await tick(database, NOW + timedelta(hours=each)))[0] for each in hours]

    # At nine, then after each half past three.
    assert [moment and (moment - NOW) // timedelta(hours=1) for moment in made] == [0, 0, 0, 19, 19, 43]
    assert names(database) == [f"paper-round-2025-{day}.db" for day in ("09-29", "09-30", "10-01")]
    assert all(checked(path).migrations for path in folder_of(database).iterdir())


async def test_the_newest_seven_are_kept_and_nothing_that_is_not_ours_goes(database: Path) -> None:
    folder_of(database).mkdir()
    others = ["other-2020-01-01.db", "paper-round-2020-01-01.db.gz", "paper-round-before.db"]
    for name in others:
        (folder_of(database) / name).touch()
    for day in range(9):
        await tick(database, NOW + timedelta(days=day))

    days = [f"{NOW + timedelta(days=day):%Y-%m-%d}" for day in range(2, 9)]
    assert names(database) == sorted([*others, *(f"paper-round-{day}.db" for day in days)])


async def test_what_a_killed_process_left_of_one_goes_with_the_next(database: Path) -> None:
    folder_of(database).mkdir()
    for name in (".paper-round-2025-09-28.db.partial", ".paper-round-2025-09-28.db.partial-journal"):
        (folder_of(database) / name).touch()
    await tick(database)

    assert names(database) == ["paper-round-2025-09-29.db"]


async def test_one_that_fails_is_said_and_tried_again_after_an_hour(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder_of(database).write_text("")
    failed = await tick(database)
    folder_of(database).unlink()
    waiting = await tick(database, NOW + timedelta(minutes=59))
    after = await tick(database, NOW + timedelta(minutes=60))

    assert (failed, waiting, after) == ((None, NOW), (None, NOW), (NOW + timedelta(hours=1), NOW))
    [said] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert said == (
        f"The nightly backup failed. The folder {folder_of(database)} cannot be made: File exists. "
        "Name another in PAPER_ROUND_BACKUPS."
    )


async def test_what_another_process_makes_is_left_to_it(database: Path) -> None:
    with closing(InlineRunner(database)) as storage:
        async with Claims(storage, SimulatedClock(NOW)).held("backup"):
            assert await tick(database) == (None, None)


async def test_a_bot_that_is_stopped_meanwhile_waits_for_no_more_of_it(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stops = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def long(_source: Path, _target: Path, *, force: bool, stop: Stop) -> None:
        stops.append(stop)
        loop.call_soon_threadsafe(begun.set)
        while not stop.is_asked():
            pass
        raise BackupError("Stopped.")

    monkeypatch.setattr(nightly_backups, "back_up", long)
    with closing(InlineRunner(database)) as storage:
        ticking = asyncio.create_task(nightly(storage, database, NOW).tick())
        await begun.wait()
        ticking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ticking

    assert [stop.is_asked() for stop in stops] == [True]
