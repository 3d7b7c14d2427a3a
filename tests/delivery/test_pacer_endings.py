"""Pacing when tasks are cancelled, fail or forget to answer, and that it keeps nothing for ever."""

import asyncio
import random
from collections import Counter

from bot.delivery.pacer import Pacer
from tests.support.virtual_time import VirtualClock, run_virtual, seconds


def test_no_cancellation_loses_a_turn_or_leaves_the_others_waiting() -> None:
    async def chaos(seed: int) -> tuple[list[float], int]:
        pacer, dice, turns = Pacer(VirtualClock(), messages_a_minute=60), random.Random(seed), []

        async def ask(channel: int) -> None:
            await pacer.turn("T1", f"C{channel}", is_parent=dice.random() < 0.3)
            turns.append(seconds())

        asking = [asyncio.create_task(ask(dice.randrange(20))) for _ in range(20)]
        for _ in range(dice.randrange(6)):
            await asyncio.sleep(dice.choice([0, 0.5, 1, 1, 2]))
            for _ in range(dice.randrange(6)):
                await asyncio.sleep(0)
            for task in dice.sample(asking, dice.randrange(6)):
                task.cancel()
        ends = await asyncio.gather(*asking, return_exceptions=True)
        return turns, ends.count(None)

    gave_up = Counter[int]()
    for seed in range(300):
        turns, had_a_turn = run_virtual(chaos(seed))
        assert turns == [float(number) for number in range(had_a_turn)], seed
        gave_up[20 - had_a_turn] += 1
    assert len(gave_up) > 8


def test_a_turn_of_a_task_that_ended_is_over() -> None:
    async def cancelled_underway() -> float:
        pacer = Pacer(VirtualClock())

        async def call() -> None:
            await pacer.turn("T1", "C1", is_parent=False)
            await asyncio.sleep(3600)

        calling = asyncio.create_task(call())
        await asyncio.sleep(3)
        calling.cancel()
        await pacer.turn("T1", "C1", is_parent=False)
        return seconds()

    assert run_virtual(cancelled_underway()) == 4


def test_a_turn_that_was_never_answered_is_over_when_its_task_asks_for_another() -> None:
    async def forgetful() -> float:
        pacer = Pacer(VirtualClock())
        await pacer.turn("T1", "C1", is_parent=False)
        await asyncio.sleep(3)
        await pacer.turn("T1", "C2", is_parent=False)
        await asyncio.create_task(pacer.turn("T1", "C1", is_parent=False))
        return seconds()

    assert run_virtual(forgetful()) == 4


def test_waiting_for_a_slow_answer_keeps_nothing_busy() -> None:
    class CountingClock(VirtualClock):
        sleeps = 0

        async def sleep(self, seconds: float) -> None:
            self.sleeps += 1
            await super().sleep(seconds)

    async def slow() -> tuple[int, float]:
        clock = CountingClock()
        pacer = Pacer(clock)

        async def call() -> None:
            await pacer.turn("T1", "C1", is_parent=False)
            await asyncio.sleep(3600)
            pacer.answered("T1", "C1")

        await asyncio.gather(*(call() for _ in range(5)))
        return clock.sleeps, seconds()

    assert run_virtual(slow()) == (4, 5 * 3600 + 4)


def test_channels_and_workspaces_that_are_idle_are_forgotten() -> None:
    async def a_day_of_many() -> tuple[int, int]:
        pacer = Pacer(VirtualClock())
        for number in range(1000):
            await pacer.turn(f"T{number % 50}", f"C{number}", is_parent=True)
            pacer.answered(f"T{number % 50}", f"C{number}")
            await asyncio.sleep(86)
        return len(pacer._queues), sum(len(queue._channels) for queue in pacer._queues.values())

    queues, channels = run_virtual(a_day_of_many())
    assert queues <= 3
    assert channels <= 3


def test_a_long_call_is_not_forgotten() -> None:
    async def overlap() -> float:
        pacer = Pacer(VirtualClock())

        async def call() -> None:
            await pacer.turn("T1", "C1", is_parent=False)
            await asyncio.sleep(90)
            pacer.answered("T1", "C1")

        calling = asyncio.create_task(call())
        await asyncio.sleep(70)
        await pacer.turn("T1", "C1", is_parent=False)
        await calling
        return seconds()

    assert run_virtual(overlap()) == 91


def test_a_long_refusal_and_who_waits_for_its_end_are_not_forgotten() -> None:
    async def wait_and_overlap() -> list[tuple[str, float]]:
        pacer = Pacer(VirtualClock())
        turns: list[tuple[str, float]] = []

        async def call(name: str, workspace: str) -> None:
            await pacer.turn(workspace, "C1", is_parent=False)
            turns.append((name, seconds()))
            await asyncio.sleep(5)
            pacer.answered(workspace, "C1")

        pacer.held_back("T1", "C1", 100)
        pacer.held_back("T2", "C1", 100)
        async with asyncio.TaskGroup() as calls:
            calls.create_task(call("waits from the beginning", "T1"))
            await asyncio.sleep(70)
            calls.create_task(call("comes later", "T1"))
            calls.create_task(call("comes later elsewhere", "T2"))
        return turns

    assert run_virtual(wait_and_overlap()) == [
        ("waits from the beginning", 100),
        ("comes later elsewhere", 100),
        ("comes later", 106),
    ]


def test_a_task_that_had_many_turns_carries_nothing_of_them() -> None:
    async def many_turns() -> str:
        pacer = Pacer(VirtualClock())
        for number in range(100):
            await pacer.turn("T1", f"C{number}", is_parent=False)
            pacer.answered("T1", f"C{number}")
        return repr(asyncio.current_task())

    assert "Pacer" not in run_virtual(many_turns())
