"""A day that is asked for again, after the preferences changed or a digest of it was stopped."""

from typing import Any

from bot.delivery import pauses
from bot.delivery.opening import DayCounts
from storage.records import DeliveryState, Filters, Subscription
from tests.support.stage import SAMPLE_DAY, Stage
from tests.support.ticking import subscribe
from tests.support.under_way import answered, messages_of, under_way

ROBOT = Filters(words=("robot",))


async def asked(stage: Stage, subscription: Subscription) -> tuple[int | None, DayCounts]:
    """Ask for the sample's day, have it posted, and return the delivery and what the channel has then."""
    delivery_id = await stage.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
    if delivery_id is not None:
        await stage.bot.deliverer.run(delivery_id)
    return delivery_id, await stage.bot.deliverer.day_counts(subscription, SAMPLE_DAY)


async def wanting(stage: Stage, **preferences: Any) -> Subscription:
    await stage.import_sample()
    return await subscribe(stage, **preferences)


async def test_with_wider_filters_it_brings_what_the_channel_has_not_had(stage: Stage) -> None:
    first = await asked(stage, await wanting(stage, filters=ROBOT))
    second = await asked(stage, await wanting(stage))
    third = await asked(stage, await wanting(stage))

    parents = [message.text.splitlines()[1] for message in messages_of(stage) if not message.is_reply]
    assert [first, second, third] == [(1, DayCounts(1, 12)), (2, DayCounts(12, 12)), (2, DayCounts(12, 12))]
    assert parents == ["1 paper · Digest file", "11 papers · Digest file"]


async def test_with_narrower_filters_it_brings_nothing_twice(stage: Stage) -> None:
    first = await asked(stage, await wanting(stage))
    second = await asked(stage, await wanting(stage, filters=ROBOT))

    assert first == second == (1, DayCounts(12, 12))
    assert len(messages_of(stage)) == 13


async def test_a_stopped_digest_goes_on_where_it_lacks_just_what_is_wanted(stage: Stage) -> None:
    delivery_id = await under_way(stage, 3)
    subscription = await wanting(stage)
    await stage.bot.storage.write(lambda tables: pauses.pause(tables, subscription, None))
    await answered(stage)
    again = await asked(stage, subscription)

    assert again == (delivery_id, DayCounts(12, 12))
    assert len(messages_of(stage)) == 13


async def test_a_stopped_digest_stays_as_it_is_where_something_else_is_wanted(stage: Stage) -> None:
    stopped = await under_way(stage, 3)
    subscription = await wanting(stage, filters=ROBOT)
    await stage.bot.storage.write(lambda tables: pauses.pause(tables, subscription, None))
    await answered(stage)
    again = await asked(stage, subscription)

    progress = await stage.bot.deliverer.progress(stopped)
    assert again == (stopped + 1, DayCounts(4, 12))
    assert (progress.state, progress.posted) == (DeliveryState.STOPPED, 3)
