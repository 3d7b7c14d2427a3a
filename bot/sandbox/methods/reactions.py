"""Reactions: reactions.add, remove and get."""

import re

from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.methods.chat import permalink_of
from bot.sandbox.reactions import add, remove
from bot.sandbox.records import Channel, Message


def _add(call: Call) -> Json:
    name = call.need("name", "invalid_name")
    channel, message = _reacted_to(call)
    if channel.is_archived:
        raise RefusedError("is_archived")
    add(call.workspace, call.workspace.bot, message, name)
    return {}


def _remove(call: Call) -> Json:
    name = call.need("name", "invalid_name")
    _, message = _reacted_to(call)
    remove(call.workspace, call.workspace.bot, message, name)
    return {}


def _get(call: Call) -> Json:
    channel, message = _reacted_to(call)
    told = {
        **call.workspace.message_json(message),
        "permalink": permalink_of(call.workspace, channel, message),
    }
    return {"type": "message", "channel": channel.id, "message": told}


def _reacted_to(call: Call) -> tuple[Channel, Message]:
    timestamp = call.get("timestamp")
    if not call.get("channel") or not timestamp:
        raise RefusedError("no_item_specified")
    channel = call.channel_by_id()
    if re.fullmatch(r"\d+\.\d+", timestamp) is None:
        raise RefusedError("bad_timestamp")
    call.need_member(channel)
    message = next((each for each in call.workspace.visible(channel) if each.ts == timestamp), None)
    if message is None or message.is_tombstone:
        raise RefusedError("message_not_found")
    return channel, message


_NAMED = frozenset({"channel", "timestamp", "name"})
METHODS = (
    Method("reactions.add", _add, _NAMED, "tier_3", "reactions:write"),
    Method("reactions.remove", _remove, _NAMED, "tier_2", "reactions:write"),
    Method("reactions.get", _get, frozenset({"channel", "timestamp", "full"}), "tier_3", "reactions:read"),
)
