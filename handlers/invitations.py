"""The bot's arrival in a channel: one short message, with a button that sets a digest up."""

from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice
from bot.locale import Words
from bot.subscriptions.due import is_paused
from handlers.parts import Parts
from storage.records import Subscription
from storage.tables import Tables

GREETED_FOR = timedelta(hours=25)
"""For how long a channel is not greeted again: Slack may repeat an event for a day."""


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen for the bot being invited."""

    async def on_joined(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        # Where nobody invited it, it joined by itself for somebody who is filling in what to bring.
        if event["user"] != context.bot_user_id or "inviter" not in event:
            return
        person = await parts.people.get(client, context.team_id or "", event["inviter"])
        await _greet(parts, person.workspace, event["channel"], person.words)

    app.event("member_joined_channel")(on_joined)


async def _greet(parts: Parts, workspace: str, channel: str, words: Words) -> None:
    now = parts.clock.now()

    def begin(tables: Tables) -> tuple[bool, Subscription | None]:
        wanted = tables.subscriptions.of_channel(workspace, channel)
        return tables.greetings.begin(workspace, channel, now, GREETED_FOR), wanted

    is_first, wanted = await parts.storage.write(begin)
    if is_first:
        message = _greeting(words, is_paused=is_paused(wanted, now) if wanted else None)
        await parts.announcer.announce(workspace, channel, message)


def _greeting(words: Words, *, is_paused: bool | None) -> Message:
    """Return what the bot can do here; where it was before, how to go on."""
    if is_paused:
        resume = Button(ids.RESUME_DIGESTS, words("button.resume"), primary=True)
        return notice(words.mrkdwn("told.arrived_again"), buttons=[resume])
    settings = is_paused is not None
    button = (
        Button(ids.OPEN_SETTINGS, words("button.settings"))
        if settings
        else Button(ids.SET_UP, words("button.set_up"), primary=True)
    )
    return notice(words.mrkdwn("told.arrived"), buttons=[button])
