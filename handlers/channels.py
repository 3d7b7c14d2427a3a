"""Which channels can have digests, by what Slack says of them, and a sentence otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackCallError
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.slack_calls import call

_DIRECT_SCOPES = {"im:read", "mpim:read"}
_JOINING = "channels:join"
NO_ANSWER = "no_answer"
"""The reason where Slack says nothing of the channel for now."""

_SENTENCES = {
    "direct": "place.direct",
    "channel_not_found": "place.unseen",
    "outside": "place.outside",
    "is_archived": "place.archived",
    "shared": "place.shared",
    NO_ANSWER: "place.no_answer",
}


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """A channel in which somebody makes a request, with a client that acts in its workspace."""

    client: AsyncWebClient
    #: The channel's id.
    id: str
    #: The bot's own user id.
    bot: str
    #: Its name as a `Place` tells it.
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What Slack says of a channel."""

    #: Why the channel cannot have digests, `None` where it can.
    refusal: str | None
    #: The channel's name without its `#`, empty where Slack does not tell it.
    name: str = ""
    #: What the bot may do in its workspace.
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Requester:
    """A person, and the channel in which they make a request."""

    person: Person
    channel: ChannelContext


async def refusal_reason(channel: ChannelContext, *, joins: bool = False) -> str | None:
    """Return why the channel cannot have digests, `None` where it can."""
    return (await channel_state(channel, joins=joins)).refusal


async def channel_state(channel: ChannelContext, *, joins: bool = False) -> ChannelState:
    """Return whether the channel can have digests, and its name.

    It can where the bot is a member or may join; with `joins` the bot joins it where it is not a member yet.
    """
    if channel.id.startswith("D"):
        return ChannelState("direct")
    try:
        answer = await call(channel.client, "conversations.info", channel=channel.id)
    except SlackCallError as error:
        return ChannelState(_reason_of_error(error))
    info = record_at(answer.body, "channel")
    if not info:
        return ChannelState(NO_ANSWER)
    scopes = frozenset(map(str.strip, answer.headers.get("x-oauth-scopes", "").split(",")))
    reason = _reason_in(info, may_join=_JOINING in scopes)
    if joins and not reason and not info.get("is_member"):
        reason = await _join(channel)
    return ChannelState(reason, text_at(info, "name"), scopes)


async def _join(channel: ChannelContext) -> str | None:
    try:
        await call(channel.client, "conversations.join", channel=channel.id)
    except SlackCallError as error:
        return NO_ANSWER if error.is_passing else "outside"
    return None


def refusal_sentence(reason: str, bot: str, words: Words) -> Mrkdwn:
    """Return why a channel cannot have digests, and what to do about it."""
    key = _SENTENCES.get(reason, "place.other")
    return words.mrkdwn(key, bot=Mrkdwn(f"<@{bot}>"), reason=reason)


def plain_refusal(reason: str, bot_name: str, words: Words) -> str:
    """Return the same outside Slack, where nobody can be mentioned."""
    return words(_SENTENCES.get(reason, "place.other"), bot=f"@{bot_name}", reason=reason).replace("`", "")


def _reason_of_error(error: SlackCallError) -> str:
    if error.is_passing:
        return NO_ANSWER
    return "direct" if error.needed in _DIRECT_SCOPES else error.reason


def _reason_in(info: Mapping[str, object], *, may_join: bool) -> str | None:
    is_member = info.get("is_member", False)
    reasons = {
        "direct": info.get("is_im") or info.get("is_mpim"),
        "is_archived": info.get("is_archived"),
        "shared": info.get("is_ext_shared"),
        "outside": not is_member and not may_join,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
