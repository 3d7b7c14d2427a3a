"""Channels: the conversations methods, and users.conversations."""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.sandbox import events, serializers
from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Channel, Message
from bot.sandbox.rules import limit

_Item = TypeVar("_Item")
_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im"}


def _page(
    call: Call, items: Sequence[tuple[str, _Item]], *, default: int = 100, highest: int = 1000
) -> tuple[list[_Item], str]:
    """Return one page of items, which are sorted by their keys, and the cursor of the next page."""
    most = call.number("limit", default)
    if not 1 <= most <= highest:
        raise RefusedError("invalid_limit")
    keys = [key for key, _ in items]
    start = _position(call.get("cursor"), keys)
    chosen = [item for _, item in items[start : start + most]]
    after = start + most
    return chosen, _cursor(keys[after]) if after < len(keys) else ""


def _sizes(call: Call, default: int) -> dict[str, int]:
    """Return the page sizes of a history method, reduced for commercially distributed apps."""
    if call.workspace.config.is_distributed:
        return {"default": limit("history.distributed"), "highest": limit("history.distributed")}
    return {"default": default, "highest": limit("history.limit")}


def _position(cursor: str | None, keys: list[str]) -> int:
    if not cursor:
        return 0
    try:
        key = base64.b64decode(cursor, validate=True).decode().removeprefix("next:")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError("invalid_cursor") from None
    if key in keys:
        return keys.index(key)
    descending = len(keys) > 1 and keys[0] > keys[-1]
    if not re.fullmatch(r"[\d.]+|[A-Z]\w+", key):
        raise RefusedError("invalid_cursor")
    ordered = list(reversed(keys)) if descending else keys
    place = bisect_right(ordered, key)
    return len(keys) - place if descending else place


def _cursor(key: str) -> str:
    return base64.b64encode(f"next:{key}".encode()).decode()


def _paged(name: str, items: list[Any], cursor: str) -> Json:
    return {name: items, "response_metadata": {"next_cursor": cursor}}


def _bounds(call: Call) -> tuple[float, float]:
    bounds = []
    for name, default in (("oldest", "0"), ("latest", "inf")):
        try:
            bounds.append(float(call.arguments.get(name) or default))
        except (TypeError, ValueError):
            raise RefusedError(f"invalid_ts_{name}") from None
    return bounds[0], bounds[1]


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _bounds(call)
    if call.flag("inclusive"):
        return [message for message in messages if oldest <= float(message.ts) <= latest]
    return [message for message in messages if oldest < float(message.ts) < latest]


def _readable(call: Call) -> Channel:
    channel = call.channel_by_id()
    call.need_scope(f"{channel.kind}:history")
    call.need_member(channel)
    return channel


def _serialized(call: Call, messages: list[Message]) -> list[Json]:
    with_metadata = call.flag("include_all_metadata")
    return [call.workspace.message_json(message, with_metadata=with_metadata) for message in messages]


def _history(call: Call) -> Json:
    channel = _readable(call)
    tops = [message for message in call.workspace.visible(channel) if not message.is_reply]
    newest_first = [(message.ts, message) for message in reversed(_within(call, tops))]
    chosen, cursor = _page(call, newest_first, **_sizes(call, 100))
    page = _paged("messages", _serialized(call, chosen), cursor)
    return {**page, "has_more": bool(cursor), "pin_count": 0}


def _replies(call: Call) -> Json:
    channel = _readable(call)
    ts = call.need("ts", "thread_not_found")
    parent = next((message for message in call.workspace.visible(channel) if message.ts == ts), None)
    if parent is None:
        raise RefusedError("thread_not_found")
    replies = _within(call, call.workspace.replies(channel, ts))
    chosen, cursor = _page(call, [(message.ts, message) for message in replies], **_sizes(call, 999))
    page = _paged("messages", _serialized(call, [parent, *chosen]), cursor)
    return {**page, "has_more": bool(cursor)}


def _info(call: Call) -> Json:
    channel = call.channel_by_id()
    call.need_scope(f"{channel.kind}:read")
    info = _channel(call, channel)
    if call.flag("include_num_members"):
        info["num_members"] = len(channel.members)
    if call.flag("include_locale"):
        info["locale"] = "en-US"
    return {"channel": info}


def _channel(call: Call, channel: Channel) -> Json:
    return serializers.channel_json(channel, call.workspace.team_id, call.workspace.bot.id)


def _list(call: Call) -> Json:
    return _listed(call, [c for c in call.workspace.channels.values() if _may_be_listed(call, c)])


def _may_be_listed(call: Call, channel: Channel) -> bool:
    return not channel.is_private or call.workspace.bot.id in channel.members


def _of_user(call: Call) -> Json:
    user = call.get("user") or call.workspace.bot.id
    if user != call.workspace.bot.id and user not in call.workspace.people:
        raise RefusedError("user_not_found")
    return _listed(
        call, [c for c in call.workspace.channels.values() if user in c.members and _may_be_listed(call, c)]
    )


def _listed(call: Call, channels: list[Channel]) -> Json:
    names = (call.get("types") or "public_channel").split(",")
    if any(name not in _TYPES for name in names):
        raise RefusedError("invalid_types")
    kinds = {_TYPES[name] for name in names}
    for kind in sorted(kinds):
        call.need_scope(f"{kind}:read")
    without_archived = call.flag("exclude_archived")
    matching = [c for c in channels if c.kind in kinds and not (without_archived and c.is_archived)]
    chosen, cursor = _page(call, [(channel.id, channel) for channel in matching])
    return _paged("channels", [_channel(call, channel) for channel in chosen], cursor)


def _join(call: Call) -> Json:
    channel = call.channel_by_id()
    workspace = call.workspace
    if channel.is_im or channel.is_private:
        raise RefusedError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise RefusedError("is_archived")
    if workspace.bot.id in channel.members:
        return {"channel": _channel(call, channel), "warning": "already_in_channel"}
    channel.members.add(workspace.bot.id)
    workspace.changed()
    events.bot_joined(workspace, channel, None)
    return {"channel": _channel(call, channel)}


def _open(call: Call) -> Json:
    person_id = call.need("users", "users_list_not_supplied")
    if person_id not in call.workspace.people:
        raise RefusedError("user_not_found")
    channel = call.workspace.direct(person_id)
    opened = _channel(call, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": opened, "already_open": True, "no_op": True}


def _members(call: Call) -> Json:
    channel = call.channel_by_id()
    call.need_scope(f"{channel.kind}:read")
    members = sorted(channel.members)
    chosen, cursor = _page(call, [(member, member) for member in members])
    return _paged("members", chosen, cursor)


_PAGED = {"cursor", "limit"}
_READ = _PAGED | {"channel", "oldest", "latest", "inclusive", "include_all_metadata"}
_LISTED = frozenset(_PAGED | {"types", "exclude_archived", "team_id"})
METHODS = (
    Method("conversations.history", _history, frozenset(_READ), "tier_3"),
    Method("conversations.replies", _replies, frozenset(_READ | {"ts"}), "tier_3"),
    Method(
        "conversations.info", _info, frozenset({"channel", "include_num_members", "include_locale"}), "tier_3"
    ),
    Method("conversations.list", _list, _LISTED, "tier_2"),
    Method("conversations.join", _join, frozenset({"channel"}), "tier_3", "channels:join"),
    Method("conversations.open", _open, frozenset({"users", "return_im"}), "tier_3", "im:write"),
    Method("conversations.members", _members, frozenset(_PAGED | {"channel"}), "tier_4"),
    Method("users.conversations", _of_user, frozenset(_LISTED | {"user"}), "tier_2"),
)
