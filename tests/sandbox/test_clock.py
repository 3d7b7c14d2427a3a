import asyncio
import time
from datetime import UTC, datetime, timedelta

from bot.sandbox import ManualClock, RunningClock

START = datetime(2025, 1, 1, tzinfo=UTC)


async def test_five_minutes_pass_in_no_time_and_sleepers_wake_in_order() -> None:
    clock = ManualClock(START)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *seconds: float) -> None:
        for each in seconds:
            await clock.sleep(each)
            woken.append((name, (clock.now() - START).total_seconds()))

    tasks = [asyncio.create_task(sleep("a", 200, 50)), asyncio.create_task(sleep("b", 60, 120))]
    began = time.monotonic()
    await clock.advance(300)

    assert time.monotonic() - began < 1
    assert all(task.done() for task in tasks)
    assert woken == [("b", 60), ("b", 180), ("a", 200), ("a", 250)]
    assert clock.now() == START + timedelta(minutes=5)


async def test_a_sleeper_that_gave_up_does_not_stop_the_others() -> None:
    clock = ManualClock(START)
    given_up = asyncio.create_task(clock.sleep(1))
    other = asyncio.create_task(clock.sleep(2))
    await asyncio.sleep(0)
    given_up.cancel()

    await clock.advance(2)

    assert other.done()


async def test_a_running_clock_can_be_put_forward() -> None:
    clock = RunningClock()
    before = clock.now()
    sleeper = asyncio.create_task(clock.sleep(3600))

    await clock.advance(3600)

    assert sleeper.done()
    assert clock.now() - before >= timedelta(hours=1)


async def test_a_running_clock_runs() -> None:
    clock = RunningClock()
    before = clock.now()

    await clock.sleep(0.01)

    assert clock.now() - before >= timedelta(seconds=0.01)
