"""A channel on the stage that wants a digest at nine, and ticks at the moments that a test names."""

from datetime import UTC, datetime
from typing import Any

from bot.delivery.clockwork import Clockwork
from bot.subscriptions.preferences import save_preferences
from storage.records import Subscription
from tests.support.stage import Stage
from tests.support.subscribing import wanting


def tomorrow(hour: int, minute: int = 0, *, day: int = 30) -> datetime:
    return datetime(2025, 9, day, hour, minute, tzinfo=UTC)


async def subscribe(stage: Stage, created_by: str | None = None, **preferences: Any) -> Subscription:
    """Subscribe #papers at nine in the morning, UTC."""
    channel, now = stage.workspace.channel("papers").id, stage.clock.now()
    changed = wanting(**preferences)
    return await stage.bot.storage.write(
        lambda tables: save_preferences(
            tables, stage.bot.workspace, channel, changed, now, created_by=created_by
        )
    )


async def tick_at(stage: Stage, moment: datetime) -> list[str]:
    """Tick at the moment, let what is due be delivered, and return what is in the channel then."""
    stage.clock.advance((moment - stage.clock.now()).total_seconds())
    await Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer).tick()
    await stage.bot.deliverer.join()
    return [
        message["text"]
        for message in stage.person("ada").messages("papers")
        if not message.get("thread_ts") or message["thread_ts"] == message["ts"]
    ]
