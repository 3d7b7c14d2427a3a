"""Messages: chat.postMessage, postEphemeral, update, delete and getPermalink."""

import json
import re
from typing import TYPE_CHECKING, Any

from bot.sandbox import events
from bot.sandbox.blocks import checked_blocks, text_of
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.images import check_images
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Channel, Message
from bot.sandbox.rules import limit
from bot.sandbox.text import escaped

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def _post_message(call: Call) -> Json:
    workspace = call.workspace
    channel = _channel_to_post_in(call)
    text, blocks = content(workspace, call.get("text"), call.arguments.get("blocks"))
    metadata = checked_metadata(call.json_object("metadata"))
    thread_ts = thread_of(call, channel)
    _check_posting(channel, thread_ts)
    if call.limited:
        workspace.limits.take_message(channel.id, workspace.clock.now())
    message = Message(
        workspace.new_ts(),
        channel.id,
        workspace.bot.id,
        text,
        blocks,
        bot_id=workspace.bot_id,
        thread_ts=thread_ts,
        metadata=metadata,
    )
    workspace.add_message(channel, message, show_after=call.show_after)
    events.message_posted(workspace, channel, message)
    posted = workspace.message_json(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": posted}


def _channel_to_post_in(call: Call) -> Channel:
    workspace = call.workspace
    reference = call.need("channel", "channel_not_found")
    if reference in workspace.people:
        return _direct(call, reference)
    try:
        channel = workspace.channel(reference)
    except NotPossibleError:
        raise RefusedError("channel_not_found") from None
    is_member = workspace.bot.id in channel.members
    if channel.is_private and not is_member:
        raise RefusedError("channel_not_found")
    if channel.im_with is not None:
        return _direct(call, channel.im_with)
    if channel.is_archived:
        raise RefusedError("is_archived")
    if not is_member and "chat:write.public" not in workspace.scopes:
        raise RefusedError("not_in_channel")
    return channel


def _direct(call: Call, person_id: str) -> Channel:
    if not call.workspace.manifest.features.app_home.messages_tab_enabled:
        raise RefusedError("messages_tab_disabled")
    return call.workspace.direct(person_id)


def _check_posting(channel: Channel, thread_ts: str | None) -> None:
    if channel.posting == "admins":
        raise RefusedError("restricted_action")
    if channel.posting == "read_only":
        raise RefusedError("restricted_action_read_only_channel")
    if channel.posting == "thread_only" and thread_ts is None:
        raise RefusedError("restricted_action_thread_only_channel")
    if channel.posting == "non_threadable" and thread_ts is not None:
        raise RefusedError("restricted_action_non_threadable_channel")


def thread_of(call: Call, channel: Channel) -> str | None:
    """Return the thread to post in.

    For the ts of a deleted message Slack posts outside any thread, and its response has no `thread_ts`
    (reported, slack-go/slack#1571). Raises RefusedError for the ts of a reply.
    """
    parent = channel.messages.get(call.get("thread_ts") or "")
    if parent is None or parent.ephemeral_to is not None:
        return None
    if parent.is_reply:
        raise RefusedError("cannot_reply_to_message")
    return parent.ts


def content(
    workspace: "Workspace", text: str | None, blocks: Any, *, whole: bool = True
) -> tuple[str, list[Json] | None]:
    """Return the text and the blocks of a message as Slack stores them. Raises RefusedError.

    `whole` applies the cumulative limit over all blocks.
    """
    checked = checked_blocks(blocks, whole=whole)
    check_images(workspace, checked or [])
    if not text and not checked:
        raise RefusedError("no_text")
    stored = escaped(text or text_of(checked or []))
    return stored[: limit("message.text")], checked or None


def checked_metadata(metadata: Any) -> Json | None:
    """Return valid message metadata, None if it is empty. Raises RefusedError."""
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise RefusedError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if metadata.keys() != {"event_type", "event_payload"} or not isinstance(payload, dict):
        raise RefusedError("invalid_metadata_format")
    if not isinstance(event_type, str) or re.fullmatch(r"[a-z][a-z0-9_]*", event_type) is None:
        raise RefusedError("invalid_metadata_format")
    if any(not isinstance(value, str | int | float | bool) for value in payload.values()):
        raise RefusedError("invalid_metadata_format")
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > limit("metadata.size"):
        raise RefusedError("metadata_too_large")
    return metadata


def _post_ephemeral(call: Call) -> Json:
    workspace = call.workspace
    channel = call.channel_by_id()
    person_id = call.need("user", "user_not_found")
    if channel.is_archived:
        raise RefusedError("is_archived")
    call.need_member(channel)
    if person_id not in channel.members:
        raise RefusedError("user_not_in_channel")
    text, blocks = content(workspace, call.get("text"), call.arguments.get("blocks"))
    message = Message(
        workspace.new_ts(),
        channel.id,
        workspace.bot.id,
        text,
        blocks,
        bot_id=workspace.bot_id,
        thread_ts=thread_of(call, channel),
        ephemeral_to=person_id,
    )
    workspace.add_message(channel, message, show_after=call.show_after)
    return {"message_ts": message.ts}


def _own_message(call: Call, error: str) -> tuple[Channel, Message]:
    channel = call.channel_by_id()
    message = channel.messages.get(call.need("ts", "message_not_found"))
    if message is None or message.ephemeral_to is not None or message.is_tombstone:
        raise RefusedError("message_not_found")
    if message.user != call.workspace.bot.id:
        raise RefusedError(error)
    return channel, message


def _update(call: Call) -> Json:
    workspace = call.workspace
    channel, message = _own_message(call, "cant_update_message")
    if channel.is_archived:
        raise RefusedError("is_inactive")
    new_text = call.get("text")
    if new_text and len(escaped(new_text).encode()) > limit("update.text"):
        raise RefusedError("msg_too_long")
    new_blocks = call.arguments.get("blocks")
    text, blocks = content(workspace, new_text, message.blocks if new_blocks is None else new_blocks)
    before = workspace.message_json(message)
    message.text, message.blocks = text, blocks
    if "metadata" in call.arguments:
        message.metadata = checked_metadata(call.json_object("metadata"))
    message.edited = {"user": workspace.bot.id, "ts": workspace.new_ts()}
    message.states.clear()
    workspace.changed()
    events.message_changed(workspace, channel, message, before)
    updated = workspace.message_json(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": updated}


def _delete(call: Call) -> Json:
    channel, message = _own_message(call, "cant_delete_message")
    before = call.workspace.message_json(message)
    call.workspace.remove_message(channel, message)
    events.message_deleted(call.workspace, channel, before)
    return {"channel": channel.id, "ts": message.ts}


def _get_permalink(call: Call) -> Json:
    channel = call.channel_by_id()
    message = channel.messages.get(call.need("message_ts", "message_not_found"))
    if message is None or message.ephemeral_to is not None:
        raise RefusedError("message_not_found")
    return {"channel": channel.id, "permalink": permalink_of(call.workspace, channel, message)}


def permalink_of(workspace: "Workspace", channel: Channel, message: Message) -> str:
    """Return the address of a message, which for a reply names its thread."""
    address = f"https://{workspace.config.team_domain}.slack.com/archives/{channel.id}"
    link = f"{address}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else link


_SHOWN = {"channel", "text", "blocks", "thread_ts", "link_names", "parse"}
_POSTED = frozenset(_SHOWN | {"unfurl_links", "unfurl_media", "mrkdwn", "metadata", "client_msg_id"})
_UPDATED = frozenset(_SHOWN - {"thread_ts"} | {"ts", "metadata"})
METHODS = (
    Method("chat.postMessage", _post_message, _POSTED, "special", "chat:write"),
    Method("chat.postEphemeral", _post_ephemeral, frozenset(_SHOWN | {"user"}), "tier_4", "chat:write"),
    Method("chat.update", _update, _UPDATED, "tier_3", "chat:write"),
    Method("chat.delete", _delete, frozenset({"channel", "ts"}), "tier_3", "chat:write"),
    Method("chat.getPermalink", _get_permalink, frozenset({"channel", "message_ts"}), "special"),
)
