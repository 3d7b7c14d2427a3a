"""The bot's arrival in a channel: a short greeting with a button that sets up a digest."""

from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Button, Message
from bot.cards.notices import notice
from bot.locale import Words
from bot.manifest import Event
from bot.subscriptions.due import is_paused
from handlers.parts import Parts
from handlers.payloads import text_at
from storage.records import Subscription
from storage.tables import Tables

GREETED_FOR = timedelta(hours=25)
"""How long a channel is not greeted again: Slack may repeat an event for a day."""


def register(app: AsyncApp, parts: Parts) -> None:
    """Greet the channel when the bot is invited to it."""

    async def on_joined(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        # Without an inviter the bot joined by itself, for somebody who is saving preferences.
        inviter, channel = text_at(event, "inviter"), text_at(event, "channel")
        if text_at(event, "user") != context.bot_user_id or not inviter or not channel:
            return
        person = await parts.people.get(client, context.team_id or "", inviter)
        await _greet(parts, person.workspace, channel, person.words)

    app.event(Event.MEMBER_JOINED)(on_joined)


async def _greet(parts: Parts, workspace: str, channel: str, words: Words) -> None:
    now = parts.clock.now()

    def begin(tables: Tables) -> tuple[bool, Subscription | None]:
        subscription = tables.subscriptions.of_channel(workspace, channel)
        return tables.greetings.begin(workspace, channel, now, GREETED_FOR), subscription

    is_first, subscription = await parts.storage.write(begin)
    if is_first:
        message = greeting(words, subscription, now)
        await parts.announcer.announce(workspace, channel, message)


def greeting(words: Words, subscription: Subscription | None, now: datetime) -> Message:
    """Return what the bot can do in the channel; where digests are paused, how to resume them."""
    if subscription and is_paused(subscription, now):
        resume = Button(ids.RESUME_DIGESTS, words("button.resume"), primary=True)
        return notice(words.mrkdwn("told.arrived_again"), buttons=[resume])
    button = (
        Button(ids.OPEN_PREFERENCES, words("button.settings"))
        if subscription
        else Button(ids.SET_UP, words("button.set_up"), primary=True)
    )
    return notice(words.mrkdwn("told.arrived"), buttons=[button])
