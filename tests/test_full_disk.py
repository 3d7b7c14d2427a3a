"""A disk that fills up while the bot works: work pauses, that is said once, and it goes on by itself."""

import asyncio
import logging
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.delivery.clockwork import Clockwork, Jobs
from bot.delivery.slack_errors import POST
from storage.records import DeliveryState
from tests.handlers.talking import say
from tests.support.clocks import SimulatedClock
from tests.support.command import run_on
from tests.support.full_disk import largest_file
from tests.support.stage import NOON, Stage, set_stage

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")


async def tick(stage: Stage) -> None:
    """Tick as the bot does, and let what it started come to its end."""
    clockwork = Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer)
    jobs = Jobs({}, stage.clock)
    await jobs.tick("digests", clockwork.tick)
    await stage.bot.deliverer.join()


@posix
async def test_a_digest_waits_for_room_and_then_comes_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with set_stage(tmp_path / "test.db") as stage:
        delivery_id = await stage.open_sample()
        posted = stage.workspace.channel("papers").messages
        with largest_file(1024):
            for _ in range(3):
                await tick(stage)
                stage.clock.advance(30)
        paused = len(posted), len([call for call in stage.workspace.calls if call.method == POST])
        for _ in range(3):
            await tick(stage)
            stage.clock.advance(61)
        progress = await stage.bot.deliverer.progress(delivery_id)

    assert paused == (0, 0)
    assert len(posted) == 13
    assert (progress.posted, progress.state) == (12, DeliveryState.DONE)
    [said] = [record.getMessage() for record in caplog.records if record.levelname in {"ERROR", "WARNING"}]
    assert said == (
        f"The disk of the database {tmp_path}/test.db cannot be read or written (disk I/O error). "
        "Check that it is whole and has room. Until then work pauses."
    )
    assert [each.getMessage() for each in caplog.records if "works again" in each.getMessage()] == [
        "Writing to the database works again, after 0:01:30 (h:mm:ss)."
    ]


@posix
async def test_a_disk_that_fills_up_in_the_middle_of_a_digest_loses_and_doubles_no_card(
    tmp_path: Path,
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        delivery_id = await stage.open_sample()
        stage.bot.deliverer.start(delivery_id)
        posted = stage.workspace.channel("papers").messages
        await stage.person("ada").sees(lambda _: len(posted) >= 4)
        with largest_file(1024):
            await stage.bot.deliverer.join()
            await tick(stage)
        assert len(posted) < 13
        stage.clock.advance(300)
        for _ in range(4):
            await tick(stage)
            stage.clock.advance(61)

        positions = [each.metadata["event_payload"]["position"] for each in posted.values() if each.metadata]
        assert positions == list(range(13))
        assert (await stage.bot.deliverer.progress(delivery_id)).state is DeliveryState.DONE


async def status_of(database: Path) -> str:
    result = await asyncio.to_thread(run_on, SimulatedClock(NOON), "status", "--db", database)
    return result.output


async def test_the_status_says_that_work_is_paused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "test.db"
    async with set_stage(database) as stage:
        before = await status_of(database)
        # A disk of one's own would take root's rights.
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        told = await say(stage.person("ada"), "/papers status", "disk is full")
        printed = await status_of(database)

    assert "full" not in before
    assert "The bot's disk is full, so its work is paused. It goes on by itself once there is room." in told
    assert printed.splitlines()[0] == (
        f"The disk of the database {database} is full. Free some space and try again. Until then work pauses."
    )
