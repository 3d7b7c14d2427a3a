"""A digest on the stage whose bot waits for the answer to one of its messages."""

from typing import Any

from bot.delivery.slack_errors import POST
from tests.support.stage import Stage


def messages_of(stage: Stage) -> list[Any]:
    """Return what #papers holds, in order."""
    return list(stage.workspace.channel("papers").messages.values())


async def under_way(stage: Stage, position: int) -> int:
    """Have a digest be sending the message at this position, and return the delivery's id."""
    delivery_id = await stage.open_sample()
    stage.workspace.faults.add("delay", method=POST, skip=position, seconds=5)
    stage.bot.deliverer.start(delivery_id)
    await stage.person("ada").sees(lambda _: len(messages_of(stage)) == position + 1)
    return delivery_id


async def answered(stage: Stage) -> None:
    await stage.timers.advance(5)
    await stage.bot.deliverer.join()
