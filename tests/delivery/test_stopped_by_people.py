"""A digest that a person pauses or ends while it is on its way, from this process or another."""

from pathlib import Path

import pytest

from bot.delivery import pauses
from bot.delivery.slack_errors import POST
from bot.status import bot_status, channel_status
from storage.records import DeliveryState, PostState, Subscription
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.stage import Stage
from tests.support.ticking import tick_at, tomorrow
from tests.support.under_way import answered, messages_of, under_way


async def subscription_of(stage: Stage) -> Subscription:
    subscription = await stage.bot.storage.read(lambda tables: tables.subscriptions.get(1))
    assert subscription
    return subscription


async def pause(stage: Stage) -> None:
    subscription = await subscription_of(stage)
    await stage.bot.storage.write(lambda tables: pauses.pause(tables, subscription, None))


async def resume(stage: Stage) -> bool:
    subscription = await subscription_of(stage)
    now = stage.clock.now()
    resumed = await stage.bot.storage.write(lambda tables: pauses.resume(tables, subscription, now))
    for each in resumed.deliveries:
        stage.bot.deliverer.start(each.id)
    await stage.bot.deliverer.join()
    return bool(resumed.deliveries)


async def state_of(stage: Stage, delivery_id: int) -> tuple[DeliveryState, int]:
    progress = await stage.bot.deliverer.progress(delivery_id)
    return progress.state, progress.posted


async def test_it_ends_with_the_message_under_way_and_its_parent_says_how_far_it_came(stage: Stage) -> None:
    delivery_id = await under_way(stage, 3)
    await pause(stage)
    await answered(stage)
    await tick_at(stage, tomorrow(8))

    assert await state_of(stage, delivery_id) == (DeliveryState.STOPPED, 3)
    assert len(messages_of(stage)) == 4
    assert messages_of(stage)[0].text.endswith("\nStopped on request: 3 of 12 papers are here.")


async def test_another_process_can_end_it(stage: Stage, tmp_path: Path) -> None:
    delivery_id = await under_way(stage, 2)
    subscription = await subscription_of(stage)
    elsewhere = InlineRunner(tmp_path / "test.db")
    await elsewhere.write(lambda tables: pauses.end(tables, subscription, stage.clock.now()))
    elsewhere.close()
    await answered(stage)

    assert await state_of(stage, delivery_id) == (DeliveryState.STOPPED, 2)
    assert messages_of(stage)[0].text.endswith("\nStopped on request: 2 of 12 papers are here.")


async def test_nothing_waits_from_the_moment_it_is_asked_to_stop(stage: Stage) -> None:
    await under_way(stage, 3)
    await pause(stage)
    now = stage.clock.now()

    def read(tables: Tables) -> tuple[int, DeliveryState | None]:
        subscription = tables.subscriptions.all()[0]
        last = channel_status(tables, subscription, now).last
        return bot_status(tables, now, 50, None).waiting, last.state if last else None

    seen = await stage.bot.storage.read(read)
    await answered(stage)

    assert seen == (0, DeliveryState.STOPPED)
    assert await stage.bot.storage.read(read) == seen


@pytest.mark.parametrize("is_answered", [False, True])
async def test_resuming_goes_on_with_it_and_the_parent_is_as_it_was(
    stage: Stage, *, is_answered: bool
) -> None:
    delivery_id = await under_way(stage, 3)
    parent = messages_of(stage)[0].text
    await pause(stage)
    if is_answered:
        await answered(stage)
    goes_on = await _resumed_while_answered(stage, is_answered=is_answered)
    await tick_at(stage, tomorrow(8))

    assert goes_on
    assert await state_of(stage, delivery_id) == (DeliveryState.DONE, 12)
    assert len(messages_of(stage)) == 13
    assert messages_of(stage)[0].text == parent


async def _resumed_while_answered(stage: Stage, *, is_answered: bool) -> bool:
    if is_answered:
        return await resume(stage)
    subscription = await subscription_of(stage)
    now = stage.clock.now()
    resumed = await stage.bot.storage.write(lambda tables: pauses.resume(tables, subscription, now))
    await answered(stage)
    return resumed.digest is not None


async def test_what_was_not_posted_comes_with_the_next_digest_where_nobody_resumed_it(stage: Stage) -> None:
    delivery_id = await under_way(stage, 3)
    subscription = await subscription_of(stage)
    until = tomorrow(0).date()
    await stage.bot.storage.write(lambda tables: pauses.pause(tables, subscription, until))
    await answered(stage)
    seen = await tick_at(stage, tomorrow(9))

    assert await state_of(stage, delivery_id) == (DeliveryState.STOPPED, 3)
    assert seen[1].startswith("AI papers · September 30, 2025\n9 papers")
    assert not await resume(stage)


async def test_a_doubtful_message_is_settled_before_it_stops(stage: Stage) -> None:
    stage.workspace.faults.add("drop_after_write", method=POST, skip=2)
    delivery_id = await under_way(stage, 3)
    await pause(stage)
    await answered(stage)
    looking = await state_of(stage, delivery_id)
    await tick_at(stage, tomorrow(8))
    posts = await stage.bot.storage.read(lambda tables: tables.posts.of_delivery(delivery_id))

    assert looking == (DeliveryState.LAST_LOOK, 3)
    assert await state_of(stage, delivery_id) == (DeliveryState.STOPPED, 3)
    assert [post.state for post in posts] == [PostState.POSTED] * 4 + [PostState.PLANNED] * 9


async def test_one_that_has_not_begun_posts_nothing(stage: Stage) -> None:
    delivery_id = await stage.open_sample()
    await pause(stage)
    await tick_at(stage, tomorrow(8))

    assert await state_of(stage, delivery_id) == (DeliveryState.STOPPED, 0)
    assert messages_of(stage) == []
