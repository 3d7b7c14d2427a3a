"""Files: files.getUploadURLExternal, completeUploadExternal and info."""

import json
import re
from typing import Any

from bot.sandbox import events, file_sharing
from bot.sandbox.blocks import checked_blocks, text_of
from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError, invalid_arguments
from bot.sandbox.file_kinds import SNIPPET_TYPES
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.methods.chat import thread_of
from bot.sandbox.records import Channel, File, Message
from bot.sandbox.rules import limit
from bot.sandbox.text import escaped
from bot.sandbox.uploads import announce

_CHANNEL_ID = re.compile(r"[CGDZ][A-Z0-9]{8,}")


def _get_upload_url(call: Call) -> Json:
    workspace = call.workspace
    name = call.need("filename")
    file = File(
        workspace.new_id("F"),
        workspace.bot.id,
        name,
        _length(call),
        workspace.clock.now(),
        name,
        alt_txt=_alt_txt(call),
        snippet_type=_snippet_type(call),
    )
    return {"upload_url": announce(workspace, file), "file_id": file.id}


def _length(call: Call) -> int:
    if call.arguments.get("length") in (None, ""):
        raise invalid_arguments("missing required field: length")
    length = call.number("length", 0)
    if length == 0:
        raise RefusedError("missing_argument")
    if length < 0:
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    if length > limit("file.size"):
        raise RefusedError("file_upload_size_restricted")
    if call.get("snippet_type") and length > limit("file.snippet_size"):
        raise RefusedError("snippet_too_large")
    return length


def _alt_txt(call: Call) -> str | None:
    alt_txt = call.get("alt_txt") or None
    if alt_txt is not None and len(alt_txt) > limit("file.alt_txt"):
        raise RefusedError("alt_txt_too_large")
    return alt_txt


def _snippet_type(call: Call) -> str | None:
    snippet_type = call.get("snippet_type") or None
    if snippet_type is not None and snippet_type not in SNIPPET_TYPES:
        raise RefusedError("unknown_snippet_type")
    return snippet_type


def _complete_upload(call: Call) -> Json:
    titles = _titles(call)
    files = [_uploaded(call, file_id) for file_id in titles]
    channels = _channels(call)
    thread_ts = thread_of(call, channels[0]) if channels else None
    text, blocks = _comment(call)
    for file in files:
        file.title, file.is_complete = titles[file.id] or file.name, True
    for channel in channels:
        _share(call, channel, files, text, blocks, thread_ts)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _titles(call: Call) -> dict[str, str]:
    """Return the titles of the given files by their ids. Raises RefusedError."""
    given = call.arguments.get("files")
    try:
        listed: Any = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        listed = None
    if not isinstance(listed, list) or not listed:
        raise invalid_arguments("must provide an array [json-pointer:/files]")
    titles: dict[str, str] = {}
    for index, each in enumerate(listed):
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise invalid_arguments(f"missing required field: id [json-pointer:/files/{index}]")
        if not isinstance(each.get("title") or "", str):
            raise invalid_arguments(f"must be a string [json-pointer:/files/{index}/title]")
        titles[each["id"]] = each.get("title") or ""
    return titles


def _uploaded(call: Call, file_id: str) -> File:
    """Return a file whose bytes have come and which is not complete yet. Raises RefusedError."""
    file = call.workspace.files.get(file_id)
    if file is None or file.content is None:
        raise RefusedError("file_not_found")
    if file.user != call.workspace.bot.id:
        raise RefusedError("access_denied")
    if file.is_complete:
        raise RefusedError("file_not_found")
    return file


def _channels(call: Call) -> list[Channel]:
    """Return the channels to share in: `channel_id`, `channels`, or none for a file of one's own."""
    channel_id = call.get("channel_id")
    if channel_id and _CHANNEL_ID.fullmatch(channel_id) is None:
        pattern = f"^{_CHANNEL_ID.pattern}$"
        raise invalid_arguments(f"input must match regex pattern: {pattern} [json-pointer:/channel_id]")
    named = [each.strip() for each in (call.get("channels") or "").split(",") if each.strip()]
    ids = list(dict.fromkeys([*([channel_id] if channel_id else []), *named]))
    if len(ids) > limit("file.channels"):
        raise RefusedError("channels_limit_exceeded")
    if len(ids) > 1 and call.get("thread_ts"):
        raise invalid_arguments("only one channel is allowed with `thread_ts` [json-pointer:/thread_ts]")
    return [_channel(call, each) for each in ids]


def _channel(call: Call, reference: str) -> Channel:
    workspace = call.workspace
    if reference in workspace.people:
        reference = workspace.direct(reference).id
    channel = workspace.channels.get(reference)
    if channel is None or (channel.is_private and workspace.bot.id not in channel.members):
        raise RefusedError("channel_not_found")
    call.need_member(channel)
    is_closed = channel.is_im and not workspace.manifest.features.app_home.messages_tab_enabled
    if is_closed or channel.is_archived or not _may_post(channel, in_thread=bool(call.get("thread_ts"))):
        raise RefusedError("posting_to_channel_denied")
    return channel


def _may_post(channel: Channel, *, in_thread: bool) -> bool:
    if channel.posting == "thread_only":
        return in_thread
    return channel.posting == "everyone" or (channel.posting == "non_threadable" and not in_thread)


def _comment(call: Call) -> tuple[str, list[Json] | None]:
    """Return the message's text and blocks; with `initial_comment` Slack ignores `blocks`."""
    comment = call.get("initial_comment")
    if comment:
        return escaped(comment)[: limit("message.text")], None
    blocks = checked_blocks(call.arguments.get("blocks"))
    return (escaped(text_of(blocks)), blocks) if blocks else ("", None)


def _share(
    call: Call,
    channel: Channel,
    files: list[File],
    text: str,
    blocks: list[Json] | None,
    thread_ts: str | None,
) -> None:
    workspace = call.workspace
    message = Message(
        workspace.new_ts(),
        channel.id,
        workspace.bot.id,
        text,
        blocks,
        bot_id=workspace.bot_id,
        thread_ts=thread_ts,
        files=list(files),
    )
    workspace.add_message(channel, message, show_after=call.show_after)
    events.message_posted(workspace, channel, message)
    for file in files:
        events.file_shared(workspace, channel, file)


def _info(call: Call) -> Json:
    workspace = call.workspace
    file = workspace.files.get(call.need("file", "file_not_found"))
    if file is None or not file_sharing.sees_file(workspace, workspace.bot.id, file):
        raise RefusedError("file_not_found")
    return {
        "file": file_sharing.whole_json(workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


_ANNOUNCED = frozenset({"filename", "length", "alt_txt", "snippet_type"})
_COMPLETED = frozenset({"files", "channel_id", "channels", "thread_ts", "initial_comment", "blocks"})
METHODS = (
    Method("files.getUploadURLExternal", _get_upload_url, _ANNOUNCED, "tier_4", "files:write"),
    Method("files.completeUploadExternal", _complete_upload, _COMPLETED, "tier_4", "files:write"),
    Method(
        "files.info", _info, frozenset({"file", "cursor", "limit", "page", "count"}), "tier_4", "files:read"
    ),
)
