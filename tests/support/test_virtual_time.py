"""Time in simulations: it passes when nobody has anything to do, and only then."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.virtual_time import DeadlockError, VirtualClock, run_virtual

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_year_of_sleep_takes_no_time() -> None:
    async def sleep_a_year() -> datetime:
        clock = VirtualClock()
        for _ in range(365):
            await clock.sleep(86_400)
        return clock.now()

    assert run_virtual(sleep_a_year(), start=NEW_YEAR) == datetime(2027, 1, 1, tzinfo=UTC)


def test_sleepers_wake_at_their_moments_in_order() -> None:
    async def wake_three() -> list[tuple[str, float]]:
        woken = []

        async def sleeper(name: str, *naps: float) -> None:
            for nap in naps:
                await asyncio.sleep(nap)
                woken.append((name, asyncio.get_running_loop().time()))

        await asyncio.gather(sleeper("a", 3, 0.5), sleeper("b", 1, 1), sleeper("c", 0))
        return woken

    assert run_virtual(wake_three()) == [("c", 0), ("b", 1), ("b", 2), ("a", 3), ("a", 3.5)]


def test_no_time_passes_while_a_task_has_something_to_do() -> None:
    async def work() -> tuple[datetime, datetime]:
        clock = VirtualClock()
        async with asyncio.TaskGroup() as tasks:
            sleeping = tasks.create_task(clock.sleep(1))
            for _ in range(1000):
                await asyncio.sleep(0)
            worked_until = clock.now()
            assert not sleeping.done()
        return worked_until, clock.now()

    assert run_virtual(work(), start=NEW_YEAR) == (NEW_YEAR, NEW_YEAR + timedelta(seconds=1))


def test_a_time_out_comes_in_virtual_time() -> None:
    async def wait_in_vain() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.get_running_loop().create_future()
        return asyncio.get_running_loop().time()

    assert run_virtual(wait_in_vain()) == 3600


def test_a_deadlock_is_named_instead_of_hanging() -> None:
    async def wait_for_nobody() -> None:
        await asyncio.Event().wait()

    async def meet() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(wait_for_nobody(), name="the lonely one")

    with pytest.raises(DeadlockError, match=r"the lonely one .*wait_for_nobody"):
        run_virtual(meet())


def test_tasks_that_are_left_are_cancelled_at_the_end() -> None:
    ended = []

    async def stay() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            ended.append(asyncio.get_running_loop().time())

    async def leave() -> asyncio.Task[None]:
        staying = asyncio.create_task(stay())
        await asyncio.sleep(1)
        return staying

    staying = run_virtual(leave())
    assert (staying.cancelled(), ended) == (True, [1])


def test_a_thread_is_refused() -> None:
    with pytest.raises(RuntimeError, match="no threads"):
        run_virtual(asyncio.to_thread(time.monotonic))


def test_a_clock_can_be_set_and_the_time_goes_on_as_before() -> None:
    async def set_back() -> list[datetime]:
        right, wrong = VirtualClock(), VirtualClock(ahead=timedelta(minutes=5))
        shown = [wrong.now()]
        wrong.ahead = timedelta(hours=-1)
        await wrong.sleep(60)
        return [*shown, wrong.now(), right.now()]

    assert run_virtual(set_back(), start=NEW_YEAR) == [
        NEW_YEAR + timedelta(minutes=5),
        NEW_YEAR - timedelta(minutes=59),
        NEW_YEAR + timedelta(minutes=1),
    ]


def test_a_clock_outside_of_a_simulation_says_so() -> None:
    async def look() -> datetime:
        return VirtualClock().now()

    with asyncio.Runner() as runner, pytest.raises(AssertionError, match="inside of run_virtual"):
        runner.run(look())
