"""Where digests can be: what Slack tells of a channel, and the sentence for each place that will not do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.locale import Words
from bot.text import Mrkdwn

_DIRECT_SCOPES = {"im:read", "mpim:read"}
_JOINING = "channels:join"

_SENTENCES = {
    "direct": "place.direct",
    "channel_not_found": "place.unseen",
    "outside": "place.outside",
    "is_archived": "place.archived",
    "shared": "place.shared",
}


@dataclass(frozen=True, slots=True)
class Here:
    """A channel in which somebody asks for something; `bot` is the bot's own user id."""

    client: AsyncWebClient
    channel: str
    bot: str


async def hindrance(here: Here, *, joins: bool = False) -> str | None:
    """Return why no digest can come here, or `None` where the bot is in the channel or may join it.

    With `joins` it does, where it is not in the channel yet.
    """
    if here.channel.startswith("D"):
        return "direct"
    try:
        answer = await here.client.conversations_info(channel=here.channel)
    except SlackApiError as error:
        return _refusal(error)
    channel = answer["channel"]
    scopes = answer.headers.get("x-oauth-scopes", "").split(",")
    reason = _hindrance_in(channel, may_join=_JOINING in scopes)
    return await _join(here) if joins and not reason and not channel["is_member"] else reason


async def _join(here: Here) -> str | None:
    try:
        await here.client.conversations_join(channel=here.channel)
    except SlackApiError:
        return "outside"
    return None


def sentence(reason: str, bot: str, words: Words) -> Mrkdwn:
    """Return why no digest can come here, and what to do about it."""
    key = _SENTENCES.get(reason, "place.other")
    return words.mrkdwn(key, bot=Mrkdwn(f"<@{bot}>"), reason=reason)


def _refusal(error: SlackApiError) -> str:
    is_direct = error.response.get("needed") in _DIRECT_SCOPES
    return "direct" if is_direct else str(error.response.get("error", error.response.status_code))


def _hindrance_in(channel: Mapping[str, Any], *, may_join: bool) -> str | None:
    is_member = channel.get("is_member", False)
    hindrances = {
        "direct": channel.get("is_im") or channel.get("is_mpim"),
        "is_archived": channel.get("is_archived"),
        "shared": channel.get("is_ext_shared"),
        "outside": not is_member and not may_join,
    }
    return next((reason for reason, is_so in hindrances.items() if is_so), None)
