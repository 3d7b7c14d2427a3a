"""The watchdog: which signs end a process, and which silence does not."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from bot.delivery.clockwork import Clockwork
from bot.watchdog import Pulse, Sign, Watchdog, ending_within
from tests.support.stage import Stage
from tests.support.waiting import PATIENCE

TICKS = "Nothing has been checked"


def looks(watchdog: Watchdog, *moments: float) -> list[str | None]:
    return [watchdog.look(moment) for moment in moments]


def test_a_sign_may_stay_the_same_for_its_time_and_no_longer() -> None:
    watchdog = Watchdog([Sign(TICKS, lambda: 1, 20)], 0, between=5)

    assert looks(watchdog, 5, 10, 15, 20, 25) == [None] * 4 + ["Nothing has been checked for 25 seconds."]


def test_a_sign_that_changes_in_time_is_one_of_life() -> None:
    pulse = Pulse()
    watchdog = Watchdog([Sign(TICKS, lambda: pulse.beats, 20)], 0, between=5)
    told = []
    for moment in range(5, 500, 5):
        if moment % 20 == 0:
            pulse.beat()
        told.append(watchdog.look(moment))

    assert set(told) == {None}


def test_where_no_change_is_expected_nothing_is_missing_and_later_the_whole_time_is_given() -> None:
    trace: list[object] = [None]
    watchdog = Watchdog([Sign(TICKS, lambda: trace[0], 20)], 0, between=5)
    before = looks(watchdog, *range(5, 100, 5))
    trace[0] = "open"
    after = looks(watchdog, *range(100, 130, 5))

    assert {*before, *after[:-1]} == {None}
    assert after[-1] == "Nothing has been checked for 25 seconds."


def test_a_machine_that_slept_for_a_night_has_its_time_to_wake_up() -> None:
    watchdog = Watchdog([Sign(TICKS, lambda: 1, 20)], 0, between=5)
    night = 8 * 3600
    told = looks(watchdog, 5, night, night + 5, night + 10)

    assert told == [None, None, None, "Nothing has been checked for 25 seconds."]


def test_a_clock_that_goes_back_counts_nothing() -> None:
    watchdog = Watchdog([Sign(TICKS, lambda: 1, 20)], 100, between=5)

    assert looks(watchdog, 50, 55, 60, 65, 70) == [None] * 5


async def test_a_tick_is_a_sign_of_life_even_where_it_fails(stage: Stage) -> None:
    clockwork = Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer)
    before = clockwork.sign.trace()
    await clockwork.tick()
    after = clockwork.sign.trace()
    stage.bot.storage.close()
    with pytest.raises(RuntimeError):
        await clockwork.tick()

    assert (clockwork.sign.seconds, clockwork.sign.missing) == (150, TICKS)
    assert len({before, after, clockwork.sign.trace()}) == 3


_STUCK = """
import logging, sys, time
from bot.logs import set_up_logging
from bot.watchdog import Pulse, Sign, end_process, watched

set_up_logging(logging.WARNING, "text")
pulse = Pulse()
with watched([Sign("Nothing has been checked", lambda: pulse.beats, {seconds})], end_process, between=0.05):
    print("begun", flush=True)
    time.sleep({patience})
"""
"""A process whose main thread does nothing any more, as a blocked event loop."""


async def begun(seconds: float) -> asyncio.subprocess.Process:
    program = _STUCK.format(seconds=seconds, patience=PATIENCE)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=Path(__file__).parents[1],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    await process.stdout.readline()
    return process


async def test_a_process_that_is_stuck_ends_with_status_1_and_the_log_says_why() -> None:
    process = await begun(0.2)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)

    assert process.returncode == 1
    (line,) = errors.decode().splitlines()
    assert " CRITICAL bot.watchdog: Nothing has been checked for 0 seconds. Ending, so that" in line


def test_a_stop_that_takes_too_long_is_ended_and_no_other() -> None:
    ended, said = threading.Event(), list[str]()

    def end(sentence: str) -> None:
        said.append(sentence)
        ended.set()

    with ending_within(PATIENCE, end) as stop:
        stop()
    with ending_within(0.01, end):
        pass
    with ending_within(0.01, end) as stop:
        stop()
        assert ended.wait(PATIENCE)

    assert said == ["Stopping is not done after 0 seconds."]
