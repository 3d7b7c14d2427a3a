"""The bot as a real process, stopped and killed in the middle of a digest, over real sockets.

In the suite it dies at the worst moment: a message is in the channel, and its answer never comes. Many
deaths at random moments are for `pytest -m soak`.
"""

import asyncio
from pathlib import Path
from random import Random

import pytest

from storage.engines.sqlite_backup import checked
from storage.records import DeliveryState, PostState
from tests.processes.killing import (
    HOSTS_WAIT,
    Place,
    kill_again_and_again,
    place,
    stop_again_and_again,
    stopped,
)
from tests.support.waiting import PATIENCE


async def finish(here: Place, within: float) -> None:
    """Run the bot to the end of the digest, and once more for a last look where one is due."""
    await here.run_until(DeliveryState.LAST_LOOK, DeliveryState.DONE, within=within)
    if here.state() is DeliveryState.LAST_LOOK:
        await here.run_until(DeliveryState.DONE, within=within)


def check(here: Place, cards: int) -> None:
    assert here.positions() == list(range(cards + 1))
    parent = next(iter(here.workspace.channel("papers").messages))
    assert here.threads() == {None, parent}


async def test_a_process_that_is_killed_before_slack_answers_leaves_each_card_once_and_in_order(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=2) as here:
        answer_the_second_message_after_the_end_of(here)
        async with here.bot(), asyncio.timeout(PATIENCE):
            await here.holds(messages=2)
        left = here.post_states()
        checked(here.database)
        await finish(here, within=PATIENCE)

        assert left == [PostState.POSTED, PostState.SENDING, PostState.PLANNED]
        check(here, cards=2)


async def test_a_bot_that_is_asked_to_stop_waits_for_no_slow_answer_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=2) as here:
        answer_the_second_message_after_the_end_of(here)
        async with here.bot() as process, asyncio.timeout(PATIENCE):
            await here.holds(messages=2)
            await stopped(process)
        left = here.post_states()
        checked(here.database)
        await here.run_until(DeliveryState.LAST_LOOK, DeliveryState.DONE, within=PATIENCE)

        assert left == [PostState.POSTED, PostState.SENDING, PostState.PLANNED]
        check(here, cards=2)


def answer_the_second_message_after_the_end_of(here: Place) -> None:
    """Have Slack keep the answer to the first card for longer than the test waits for the bot's end."""
    here.workspace.faults.add("delay", method="chat.postMessage", skip=1, seconds=2 * PATIENCE)


@pytest.mark.soak
async def test_a_process_that_is_killed_again_and_again_leaves_each_card_once_and_in_order(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=3) as here:
        await kill_again_and_again(here, Random(1), times=3, longest=1.8)
        await finish(here, within=PATIENCE)

        check(here, cards=3)


@pytest.mark.soak
async def test_a_process_that_is_stopped_in_any_way_leaves_the_database_whole_and_each_card_once(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=4) as here:
        took = await stop_again_and_again(here, Random(5), times=6, longest=1.8)
        await finish(here, within=PATIENCE)

        assert 0 < len(took) < 6
        check(here, cards=4)


@pytest.mark.benchmark
async def test_two_hundred_starts_and_stops_leave_the_database_whole_and_each_card_once(
    tmp_path: Path,
) -> None:
    cards = 200
    async with place(tmp_path, cards) as here:
        took = await stop_again_and_again(here, Random(200), times=200, longest=2.2)
        there, state = len(here.positions()), here.state()
        await finish(here, within=900)
        print(  # noqa: T201 -- the figures
            f"\n200 stops, {len(took)} by SIGTERM in {max(took):.1f} seconds at most; "
            f"{there} messages were there then, {state}"
        )

        assert max(took) < HOSTS_WAIT
        check(here, cards)


@pytest.mark.benchmark
async def test_forty_kills_in_a_digest_of_thirty_five_leave_each_card_once_and_in_order(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=35) as here:
        await kill_again_and_again(here, Random(40), times=40, longest=2.2)
        killed_at = here.positions()
        await finish(here, within=300)
        print(f"\nafter 40 kills {len(killed_at)} messages were there, {here.state()}")  # noqa: T201 -- the figure

        check(here, cards=35)
