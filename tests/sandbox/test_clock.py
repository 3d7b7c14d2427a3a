import asyncio
from datetime import UTC, datetime, timedelta

from bot.sandbox import ManualClock, RunningClock
from tests.support.virtual_time import run_virtual

START = datetime(2025, 1, 1, tzinfo=UTC)


def test_five_minutes_pass_in_no_time_and_sleepers_wake_in_order() -> None:
    clock = ManualClock(START)
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *seconds: float) -> None:
        for each in seconds:
            await clock.sleep(each)
            woken.append((name, (clock.now() - START).total_seconds()))

    async def advance() -> float:
        tasks = [asyncio.create_task(sleep("a", 200, 50)), asyncio.create_task(sleep("b", 60, 120))]
        await clock.advance(300)
        assert all(task.done() for task in tasks)
        return asyncio.get_running_loop().time()

    assert run_virtual(advance()) == 0
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


def test_a_running_clock_wakes_sleepers_by_itself() -> None:
    async def sleep() -> float:
        await RunningClock().sleep(3600)
        return asyncio.get_running_loop().time()

    assert run_virtual(sleep()) == 3600
