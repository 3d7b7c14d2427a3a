"""Whose turn it is and when, in simulated time."""

import asyncio
import itertools
import random
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacer import Pacer
from tests.support.clocks import SimulatedClock
from tests.support.virtual_time import VirtualClock, run_virtual, seconds

# ---- A channel


async def test_messages_of_one_caller_are_a_second_apart() -> None:
    clock = SimulatedClock(datetime(2025, 9, 29, 12, tzinfo=UTC))
    pacer, started = Pacer(clock), clock.now()
    for number in range(13):
        await pacer.turn("T1", "C1", is_parent=number == 0)
        pacer.answered("T1", "C1", f"{clock.now().timestamp():.6f}")

    assert clock.now() - started == timedelta(seconds=12)


def test_a_channel_rests_for_a_second_after_the_answer() -> None:
    async def three_slow_calls() -> list[float]:
        pacer, turns = Pacer(VirtualClock()), []
        for _ in range(3):
            await pacer.turn("T1", "C1", is_parent=False)
            turns.append(seconds())
            await asyncio.sleep(2.5)
            pacer.answered("T1", "C1")
        return turns

    assert run_virtual(three_slow_calls()) == [0, 3.5, 7]


class Trip(NamedTuple):
    """How long a message takes to Slack and its answer back, in seconds."""

    there: float
    back: float


async def turns_of(trips: list[Trip], slack: VirtualClock, ours: VirtualClock) -> list[float]:
    """Send a message for each trip and one more; return when each had its turn."""
    pacer, turns = Pacer(ours), []
    for there, back in [*trips, Trip(0, 0)]:
        await pacer.turn("T1", "C1", is_parent=False)
        turns.append(seconds())
        await asyncio.sleep(there)
        ts = f"{slack.now().timestamp():.6f}"
        await asyncio.sleep(back)
        pacer.answered("T1", "C1", ts)
    return turns


@pytest.mark.parametrize("ahead", [0, -3600, 0.25], ids=["right", "an hour behind", "a bit ahead"])
def test_the_way_back_of_an_answer_counts_as_rest_but_for_that_of_the_fastest(ahead: float) -> None:
    trips = [Trip(0.1, 0.02), Trip(0.1, 0.22), Trip(0.1, 0.12), Trip(0.1, 0.02)]
    slack, ours = VirtualClock(timedelta(seconds=ahead)), VirtualClock()

    turns = run_virtual(turns_of(trips, slack, ours))

    assert turns == [0, 1.12, 2.24, 3.36, 4.48]


def test_an_answer_that_seems_to_be_underway_for_too_long_gives_nothing_back() -> None:
    trips = [Trip(0.1, 0.1), Trip(0.1, 0.6), Trip(0.1, 0.61)]

    turns = run_virtual(turns_of(trips, VirtualClock(), VirtualClock()))

    assert turns == [0, 1.2, 2.4, 4.11]


def test_a_fast_answer_is_compared_with_for_a_minute() -> None:
    trips = [Trip(0, 0.05), *[Trip(0, 0.25)] * 69]

    turns = run_virtual(turns_of(trips, VirtualClock(), VirtualClock()))

    gaps = [round(later - earlier, 6) for earlier, later in itertools.pairwise(turns)]
    assert gaps == [1.05] * 57 + [1.25] * 13


@pytest.mark.parametrize("ts", ["", "soon", "nan", "inf", "1e300"])
def test_a_ts_that_is_no_time_is_passed_over(ts: str) -> None:
    async def two_calls() -> float:
        pacer = Pacer(VirtualClock())
        for _ in range(2):
            await pacer.turn("T1", "C1", is_parent=False)
            turned = seconds()
            pacer.answered("T1", "C1", ts)
        return turned

    assert run_virtual(two_calls()) == 1


ways = st.floats(0, 3).map(lambda way: round(way, 3))


@given(st.lists(st.builds(Trip, ways, ways), min_size=1, max_size=30), st.integers(-10_000, 10_000))
def test_no_two_messages_reach_slack_within_a_second_whatever_the_network_does(
    trips: list[Trip], ahead: int
) -> None:
    slack = VirtualClock(timedelta(milliseconds=ahead))
    turns = run_virtual(turns_of(trips, slack, VirtualClock()))

    arrivals = [turn + trip.there for turn, trip in zip(turns[:-1], trips, strict=True)]
    answers = [arrival + trip.back for arrival, trip in zip(arrivals, trips, strict=True)]
    assert all(later - earlier > 1 - 1e-5 for earlier, later in itertools.pairwise([*arrivals, turns[-1]]))
    assert all(0.5 - 1e-5 < turn - answer < 1 + 1e-5 for answer, turn in zip(answers, turns[1:], strict=True))


@pytest.mark.parametrize("jump", [-3600, -0.3, 0.3, 3600])
def test_a_clock_that_is_set_delays_nobody_by_more_than_a_second(jump: float) -> None:
    async def with_a_jump() -> list[float]:
        ours = VirtualClock()

        async def set_the_clock() -> None:
            await asyncio.sleep(5.55)
            ours.ahead = timedelta(seconds=jump)

        setting = asyncio.create_task(set_the_clock())
        turns = await turns_of([Trip(0.1, 0.1)] * 20, VirtualClock(), ours)
        await setting
        return turns

    gaps = [later - earlier for earlier, later in itertools.pairwise(run_virtual(with_a_jump()))]
    assert all(0.2 + 0.5 < gap < 1.2 + 1.01 for gap in gaps)
    assert gaps[:3] == pytest.approx([1.2] * 3)


def test_a_refused_message_makes_the_comparison_of_clocks_start_anew() -> None:
    async def set_forward() -> list[float]:
        ours, slack = VirtualClock(), VirtualClock()
        pacer, turns = Pacer(ours), []
        for number in range(6):
            await pacer.turn("T1", "C1", is_parent=False)
            turns.append(seconds())
            if number == 2:
                pacer.held_back("T1", "C1", 2)
            else:
                pacer.answered("T1", "C1", f"{slack.now().timestamp():.6f}")
            if number == 0:
                ours.ahead = timedelta(seconds=0.3)
        return turns

    # The jump ends one wait early and makes the next too short; after the refusal all is as it was.
    assert run_virtual(set_forward()) == [0, 0.7, 1.4, 3.4, 4.4, 5.4]


def test_an_answer_does_not_shorten_the_rest_after_another() -> None:
    async def two_answers() -> float:
        slack, pacer = VirtualClock(), Pacer(VirtualClock())
        pacer.answered("T1", "C2", f"{slack.now().timestamp():.6f}")
        earlier = f"{slack.now().timestamp():.6f}"
        await asyncio.sleep(0.4)
        pacer.answered("T1", "C1")
        pacer.answered("T1", "C1", earlier)
        await pacer.turn("T1", "C1", is_parent=False)
        return seconds()

    assert run_virtual(two_answers()) == 1.4


def test_two_callers_of_a_channel_take_turns_and_never_overlap() -> None:
    async def two_callers() -> list[tuple[str, float, float]]:
        pacer, calls = Pacer(VirtualClock()), []

        async def caller(name: str) -> None:
            for _ in range(3):
                await pacer.turn("T1", "C1", is_parent=False)
                begun = seconds()
                await asyncio.sleep(1.5)
                calls.append((name, begun, seconds()))
                pacer.answered("T1", "C1")

        await asyncio.gather(caller("a"), caller("b"))
        return calls

    assert run_virtual(two_callers()) == [
        (name, 2.5 * number, 2.5 * number + 1.5) for number, name in enumerate("ababab")
    ]


@pytest.mark.parametrize(("answered_after", "turned_at"), [(0.5, 1.5), (1.8, 2.8), (2.5, 2), (3600, 2)])
def test_who_may_overtake_waits_two_seconds_for_an_answer(answered_after: float, turned_at: float) -> None:
    async def overtaken() -> float:
        pacer = Pacer(VirtualClock())

        async def call() -> None:
            await pacer.turn("T1", "C1", is_parent=False)
            await asyncio.sleep(answered_after)
            pacer.answered("T1", "C1")

        calling = asyncio.create_task(call())
        await asyncio.sleep(0)
        await pacer.turn("T1", "C1", is_parent=True, overtakes=True)
        turned = seconds()
        pacer.answered("T1", "C1")
        calling.cancel()
        return turned

    assert run_virtual(overtaken()) == turned_at


def test_who_may_overtake_still_waits_for_the_workspace() -> None:
    async def held_back() -> float:
        pacer = Pacer(VirtualClock())
        await pacer.turn("T1", "C1", is_parent=False)
        pacer.held_back("T1", "C1", 30)
        await pacer.turn("T1", "C1", is_parent=True, overtakes=True)
        return seconds()

    assert run_virtual(held_back()) == 30


# ---- A workspace


async def begun(pacer: Pacer, workspace: str, asked: list[tuple[str, bool]]) -> list[tuple[str, float]]:
    """Ask for all turns at once, (channel, is it a parent), answer each at once, return when they began."""
    turns: list[tuple[str, float]] = []

    async def ask(channel: str, is_parent: bool) -> None:
        await pacer.turn(workspace, channel, is_parent=is_parent)
        turns.append((channel, seconds()))
        pacer.answered(workspace, channel)

    await asyncio.gather(*itertools.starmap(ask, asked))
    return turns


def test_turns_of_a_workspace_are_evenly_spaced() -> None:
    async def four_channels() -> list[tuple[str, float]]:
        pacer = Pacer(VirtualClock(), messages_a_minute=30)
        return await begun(pacer, "T1", [(channel, False) for channel in "abcd"])

    assert run_virtual(four_channels()) == [("a", 0), ("b", 2), ("c", 4), ("d", 6)]


def test_parents_go_before_cards_that_wait_already() -> None:
    async def mixed() -> list[str]:
        pacer = Pacer(VirtualClock(), messages_a_minute=30)
        asked = [("a", False), ("b", False), ("c", True), ("d", False), ("e", True)]
        return [channel for channel, _ in await begun(pacer, "T1", asked)]

    assert run_virtual(mixed()) == ["a", "c", "e", "b", "d"]


def test_a_parent_whose_channel_is_free_by_then_goes_before_cards() -> None:
    async def mixed() -> list[tuple[str, float]]:
        pacer = Pacer(VirtualClock(), messages_a_minute=30)
        pacer.answered("T1", "c")
        return await begun(pacer, "T1", [("a", False), ("b", False), ("c", True)])

    assert run_virtual(mixed()) == [("a", 0), ("c", 2), ("b", 4)]


def test_who_is_still_at_rest_keeps_nobody_back() -> None:
    async def mixed() -> list[tuple[str, float]]:
        pacer = Pacer(VirtualClock(), messages_a_minute=120)
        asked = [("a", False), ("a", False), ("a", False), ("b", False), ("b", False), ("c", False)]
        return await begun(pacer, "T1", asked)

    assert run_virtual(mixed()) == [
        ("a", 0),
        ("b", 0),
        ("c", pytest.approx(60 / 119, abs=1e-5)),
        ("a", pytest.approx(120 / 119, abs=1e-5)),
        ("b", pytest.approx(180 / 119, abs=1e-5)),
        ("a", pytest.approx(240 / 119, abs=1e-5)),
    ]


def test_workspaces_do_not_wait_for_each_other() -> None:
    async def two_workspaces() -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        pacer = Pacer(VirtualClock(), messages_a_minute=30)
        pacer.held_back("T0", "x", 3600)
        asked = [("a", False), ("b", False)]
        first, second = await asyncio.gather(begun(pacer, "T1", asked), begun(pacer, "T2", asked))
        return first, second

    assert run_virtual(two_workspaces()) == ([("a", 0), ("b", 2)], [("a", 0), ("b", 2)])


@pytest.mark.parametrize("a_minute", [1, 7, 59, 60, 61, 119, 120, 300, 1000])
def test_no_minute_has_more_turns_than_set_and_a_busy_one_hardly_less(a_minute: int) -> None:
    async def many() -> list[float]:
        pacer, dice, turns = Pacer(VirtualClock(), messages_a_minute=a_minute), random.Random(a_minute), []

        async def channel(name: str) -> None:
            while True:
                await pacer.turn("T1", name, is_parent=False)
                turns.append(seconds())
                await asyncio.sleep(dice.uniform(0.03, 0.25))
                pacer.answered("T1", name)
                if dice.random() < 0.02:
                    await asyncio.sleep(dice.uniform(0, 30))

        channels = [asyncio.create_task(channel(f"C{number}")) for number in range(min(2 * a_minute, 40))]
        await asyncio.wait(channels, timeout=240)
        return turns

    turns = run_virtual(many())
    busiest = max(bisect_left(turns, turn + 60) - number for number, turn in enumerate(turns))
    assert a_minute * 0.97 <= busiest <= a_minute


@pytest.mark.parametrize("a_minute", [0, -5])
async def test_a_rate_that_lets_nothing_through_is_refused(a_minute: int) -> None:
    with pytest.raises(ValueError, match="messages_a_minute must be above 0"):
        Pacer(VirtualClock(), messages_a_minute=a_minute)


# ---- A refusal


def test_a_refusal_holds_back_the_whole_workspace_and_who_waits_already() -> None:
    async def refused_at_once() -> list[tuple[str, float]]:
        pacer = Pacer(VirtualClock(), messages_a_minute=300)
        turns: list[tuple[str, float]] = []

        async def channel(name: str) -> None:
            await pacer.turn("T1", name, is_parent=False)
            if not turns:
                turns.append((f"{name} refused", seconds()))
                pacer.held_back("T1", name, 30)
                await pacer.turn("T1", name, is_parent=False)
            turns.append((name, seconds()))
            pacer.answered("T1", name)

        async with asyncio.TaskGroup() as tasks:
            for name in "abc":
                tasks.create_task(channel(name))
            await asyncio.sleep(10)
            tasks.create_task(channel("d"))
        return turns

    # None is made up for afterwards; the one that was refused goes before those who waited.
    spacing = pytest.approx(60 / 296, abs=1e-5)
    begun = run_virtual(refused_at_once())
    assert [name for name, _ in begun] == ["a refused", "a", "b", "c", "d"]
    assert begun[1][1] == 30
    assert [later - earlier for (_, earlier), (_, later) in itertools.pairwise(begun[1:])] == [spacing] * 3


def test_a_shorter_refusal_does_not_end_a_longer_one() -> None:
    async def refused_twice() -> float:
        pacer = Pacer(VirtualClock())
        pacer.held_back("T1", "a", 30)
        pacer.held_back("T1", "b", 1)
        await pacer.turn("T1", "c", is_parent=True)
        return seconds()

    assert run_virtual(refused_twice()) == 30


def test_a_channel_is_free_for_others_when_the_one_that_was_refused_does_not_come_again() -> None:
    async def give_up() -> float:
        pacer = Pacer(VirtualClock())
        await pacer.turn("T1", "C1", is_parent=False)
        other = asyncio.create_task(pacer.turn("T1", "C1", is_parent=False))
        await asyncio.sleep(1)
        pacer.held_back("T1", "C1", 2)
        await other
        return seconds()

    assert run_virtual(give_up()) == 3


# ---- What another process did, and readings


def test_a_channel_rests_after_what_an_earlier_process_sent_there() -> None:
    async def first_turn(ago: float, *, is_known: bool = False) -> float:
        pacer = Pacer(VirtualClock())
        if is_known:
            await pacer.turn("T1", "C1", is_parent=False)
            pacer.answered("T1", "C1")
        pacer.sent_before("T1", "C1", timedelta(seconds=ago))
        await pacer.turn("T1", "C1", is_parent=True)
        return seconds()

    assert [run_virtual(first_turn(ago)) for ago in (0.6, 1.9, 2, 3600)] == [1.4, 0.1, 0, 0]
    # A clock that was set back makes nobody wait for long.
    assert run_virtual(first_turn(-86400)) == 2
    # What this process sent, it knows better.
    assert run_virtual(first_turn(0.6, is_known=True)) == 1


def test_readings_keep_to_what_slack_allows_in_any_minute() -> None:
    async def readings() -> list[float]:
        pacer, times = Pacer(VirtualClock()), []
        for _ in range(200):
            await asyncio.sleep(pacer.seconds_until_read("T1"))
            times.append(seconds())
        return times

    times = run_virtual(readings())
    assert times[:10] == [0] * 10
    assert max(bisect_left(times, time + 60) - at for at, time in enumerate(times)) == 50
