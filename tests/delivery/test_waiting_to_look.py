"""While a digest waits to look for a message that Slack did not confirm, its status says so."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.status import channel_status
from storage.records import PostState
from storage.tables import Tables
from tests.support.stage import Stage


async def test_status_says_until_when_it_waits(stage: Stage) -> None:
    delivery_id = await stage.open_sample()
    now, due = stage.clock.now(), stage.clock.now() + timedelta(seconds=20)

    def lose_an_answer(tables: Tables) -> None:
        delivery = tables.deliveries.get(delivery_id)
        assert delivery
        parent = tables.posts.of_delivery(delivery_id)[0]
        unknown = replace(parent, state=PostState.UNKNOWN, attempted_at=now, next_look_at=due)
        tables.posts.record(delivery, unknown)

    def looks_at(tables: Tables) -> datetime | None:
        last = channel_status(tables, tables.subscriptions.all()[0], now).last
        return last.looks_at if last else None

    before = await stage.bot.storage.read(looks_at)
    await stage.bot.storage.write(lose_an_answer)
    waiting = await stage.bot.storage.read(looks_at)

    assert (before, waiting) == (None, due)
