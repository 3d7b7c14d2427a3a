"""Whether the bot is in its channels, and reads back there what it posts."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import METADATA_EVENT
from bot.delivery.outcomes import MessagePage, Posted
from bot.delivery.web_api import SlackCaller
from bot.delivery.wire import SlackWire
from bot.diagnosis.finding import Finding, ok, warning
from bot.errors import SlackCallError
from bot.locale import words_for
from bot.manifest import NAME
from handlers.channels import NO_ANSWER, ChannelState, plain_refusal
from handlers.payloads import record_at, text_at
from handlers.slack_calls import call
from storage.records import Subscription

CHANNELS, ROUND_TRIP = "channels", "read back"

_MOST_CHANNELS = 30
_BEFORE = timedelta(seconds=1)
_HISTORY = (
    "Without it a message that Slack never confirms stays uncertain. Give the app channels:history and "
    "groups:history, and install it again."
)


async def channel_findings(
    clients: Mapping[str, AsyncWebClient], subscriptions: Sequence[Subscription]
) -> list[Finding]:
    """Return which channels the bot cannot post in, of the first thirty that have a digest.

    `clients` are those of the workspaces that take the bot's tokens; channels of others are left out.
    """
    of_channels = [each for each in subscriptions if not each.is_personal]
    looked_at = [each for each in of_channels if each.workspace in clients][:_MOST_CHANNELS]
    findings = []
    for subscription in looked_at:
        state = await _state(clients[subscription.workspace], subscription.channel)
        if state.refusal:
            place = f"#{state.name}" if state.name else subscription.channel
            sentence = plain_refusal(state.refusal, NAME, words_for("en"))
            findings.append(
                warning(CHANNELS, f"{place} has a digest, and the bot can't post there.", sentence)
            )
    reached = len(looked_at) - len(findings)
    return [ok(CHANNELS, f"{reached} with a daily digest can be reached."), *findings]


async def _state(client: AsyncWebClient, channel: str) -> ChannelState:
    """Return whether the bot is in the channel now; where it could join, it does so only when asked."""
    try:
        answer = await call(client, "conversations.info", channel=channel)
    except SlackCallError as error:
        return ChannelState(NO_ANSWER if error.is_passing else error.reason)
    info = record_at(answer.body, "channel")
    refusal = "is_archived" if info.get("is_archived") else None if info.get("is_member") else "outside"
    return ChannelState(refusal, text_at(info, "name"))


async def round_trip_finding(client: AsyncWebClient, channel: str, bot_id: str) -> Finding:
    """Post in the channel, read that back by its metadata, and delete it."""
    wire, key = SlackWire(SlackCaller(client), bot_id), f"check-{secrets.token_hex(8)}"
    payload = {
        "text": words_for("en")("check.round_trip"),
        "metadata": {"event_type": METADATA_EVENT, "event_payload": {"delivery": key, "position": 0}},
    }
    outcome = await wire.post(channel, payload, None)
    if not isinstance(outcome, Posted):
        return warning(
            ROUND_TRIP,
            f"Nothing can be posted in {channel} ({outcome.reason}).",
            f"Type /invite @{NAME} there.",
        )
    try:
        # By Slack's clock, as ours may be wrong.
        since = datetime.fromtimestamp(float(outcome.ts), UTC) - _BEFORE
        page = await wire.read(channel, None, since, None)
    finally:
        await wire.delete(channel, outcome.ts)
    if not isinstance(page, MessagePage):
        return warning(ROUND_TRIP, f"What was posted in {channel} can't be read ({page.reason}).", _HISTORY)
    if not any(message.key == key and message.ts == outcome.ts for message in page.messages):
        return warning(ROUND_TRIP, f"What was posted in {channel} came back without its metadata.", _HISTORY)
    return ok(ROUND_TRIP, f"What is posted in {channel} is found by its metadata.")
