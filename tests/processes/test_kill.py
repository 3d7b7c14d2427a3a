"""The bot as a real process, killed with SIGKILL in the middle of a digest, over real sockets."""

from pathlib import Path
from random import Random

import pytest

from storage.records import DeliveryState
from tests.processes.killing import Place, kill_again_and_again, place
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


async def test_a_process_that_is_killed_again_and_again_leaves_each_card_once_and_in_order(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, cards=3) as here:
        await kill_again_and_again(here, Random(1), times=3, longest=1.8)
        await finish(here, within=PATIENCE)

        check(here, cards=3)


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
