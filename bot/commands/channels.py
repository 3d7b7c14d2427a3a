"""The channels that somebody names on the command line, checked as the form in Slack checks its own."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UnknownChannelError
from bot.locale import words_for
from bot.manifest import load_manifest
from handlers.channels import ChannelContext, plain_refusal, refusal_reason
from handlers.socket_mode import unreachable

# An id by itself, in a link to the channel, or as a mention, which is how each is copied from Slack.
_ID = re.compile(r"(?:https://\S+/archives/|<#)?(?P<id>[CGD][A-Z0-9]{2,20})(?:[|/?]\S*|>)?")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_MOST_PAGES = 100
_A_PAGE = 200
_TYPES = ("public_channel,private_channel", "public_channel")


async def find_channels(client: AsyncWebClient, named: Sequence[str]) -> list[str]:
    """Return the ids of the channels, which the bot joins where it must.

    Raises `UnknownChannelError`, which names each that cannot have digests and says why, and
    `SlackUnavailableError`.
    """
    try:
        ids = {text: await _id_of(client, text) for text in named}
        refused = [await _refusal(client, text, channel) for text, channel in ids.items()]
    except (TimeoutError, aiohttp.ClientError) as error:
        raise unreachable(client.base_url, error) from error
    if sentences := list(filter(None, refused)):
        raise UnknownChannelError("\n".join(sentences))
    return list(dict.fromkeys(filter(None, ids.values())))


def channel_id(text: str) -> str:
    """Return the id of a channel given by id, link or mention, without asking Slack.

    Raises `UnknownChannelError` for anything else, such as a name.
    """
    if found := _ID.fullmatch(text.strip()):
        return found["id"]
    raise UnknownChannelError(
        f"{text}: Give the channel's id, such as C012AB3CD. `paper-round subscriptions` lists them."
    )


async def _id_of(client: AsyncWebClient, text: str) -> str | None:
    """Return the channel's id; `None` where no channel that the bot sees has this name."""
    if found := _ID.fullmatch(text.strip()):
        return found["id"]
    if _PERSON.fullmatch(text.strip()):
        raise UnknownChannelError(f"{text}: This is a person, and I post digests in channels.")
    for types in _TYPES:
        try:
            return await _named(client, text.strip().removeprefix("#").lower(), types)
        except SlackApiError as error:
            refusal = error.response.get("error", error.response.status_code)
    raise UnknownChannelError(
        f"{text}: Slack won't let me look channels up by name ({refusal}). Give its id, such as C012AB3CD."
    )


async def _named(client: AsyncWebClient, name: str, types: str) -> str | None:
    """Return the id of the channel with this name; a list whose pages do not end is given up."""
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = await client.conversations_list(cursor=cursor, limit=_A_PAGE, types=types)
        channels: list[Mapping[str, Any]] = answer.get("channels") or []
        if found := next((each["id"] for each in channels if each.get("name") == name), None):
            return str(found)
        following = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not following or following == cursor:
            return None
        cursor = following
    return None


async def _refusal(client: AsyncWebClient, text: str, channel: str | None) -> str | None:
    """Return why the channel cannot have digests, in a sentence that begins with it; `None` where it can."""
    if channel is None:
        reason: str | None = "channel_not_found"
    else:
        reason = await refusal_reason(ChannelContext(client, channel, bot=""), joins=True)
    if reason is None:
        return None
    bot_name = load_manifest()["features"]["bot_user"]["display_name"]
    return f"{text}: {plain_refusal(reason, bot_name, words_for('en'))}"
