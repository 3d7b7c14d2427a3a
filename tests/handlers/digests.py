"""People's own digests in these tests: chosen in their settings, and brought as time passes."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.cards import ids
from bot.cards.ids import SettingsField
from bot.delivery.clockwork import Clockwork
from bot.sandbox import Member
from storage.records import Subscription
from tests.handlers.talking import opened
from tests.support.stage import Stage


async def choose_digest(person: Member, at: str) -> None:
    """Choose in one's settings when what one follows comes as a message."""
    await person.open_home()
    await person.sees(lambda _: ids.OPEN_MY_SETTINGS in str(person.home()))
    await person.click(person.home() or {}, ids.OPEN_MY_SETTINGS)
    form = await opened(person, SettingsField.FOLLOWED_AT)
    assert await person.submit(form, {SettingsField.FOLLOWED_AT: {SettingsField.FOLLOWED_AT: at}}) == {}


async def has_digest(stage: Stage, person: Member, *, at: str | None) -> Subscription | None:
    """Wait until the digest of what the person follows is as they chose, and return it."""
    whose = (stage.bot.workspace, person.id)
    for _ in range(600):
        found = await stage.bot.storage.read(lambda tables: tables.subscriptions.personal(*whose))
        if (found.preferences.at.isoformat("minutes") if found else None) == at:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def tick(stage: Stage, hours: float = 0) -> None:
    """Let time pass, open what is due, and bring it to its end."""
    stage.clock.advance(timedelta(hours=hours).total_seconds())
    await Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer).tick()
    await stage.bot.deliverer.join()


def cards_of(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the papers of a digest by their titles, each with its reason; empty where it has none."""
    found: list[tuple[str, str]] = []
    title = ""
    for block in message["blocks"]:
        if block["type"] == "rich_text":
            [title, *_] = [
                each["text"] for each in block["elements"][0]["elements"] if each["type"] == "link"
            ]
        elif block["type"] == "context" and title:
            found.append((title, "".join(each["text"] for each in block["elements"][1:])))
    return found


def headings_of(message: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in message["blocks"] if block["type"] == "header"]


def digests_of(person: Member) -> list[dict[str, Any]]:
    """Return the digests among the person's direct messages with the bot."""
    return [message for message in person.direct_messages() if message.get("metadata")]
