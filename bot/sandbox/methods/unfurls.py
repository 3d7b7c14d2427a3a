"""chat.unfurl: what the app shows of the links in a message, or in one that is being written."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox import events
from bot.sandbox.blocks import details, filled_in, parse_blocks, problems_of_message
from bot.sandbox.checks import Json, Problem
from bot.sandbox.errors import RefusedError
from bot.sandbox.images import check_images
from bot.sandbox.links import found_in
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Attachment, Draft, Message

_SOURCES = ("composer", "conversations_history")
_COMPOSER = "COMPOSER"


def _unfurl(call: Call) -> Json:
    target = _target(call)
    drawn = {url: _blocks_of(url, shown) for url, shown in _unfurls(call).items()}
    for blocks in drawn.values():
        check_images(call.workspace, blocks)
    for url in drawn:
        _check_link(call, target, url)
    before = call.workspace.message_json(target) if isinstance(target, Message) else None
    for url, blocks in drawn.items():
        _show(target.attachments, url, blocks)
    call.workspace.changed()
    if isinstance(target, Message) and before is not None:
        events.message_changed(call.workspace, call.workspace.channels[target.channel], target, before)
    return {}


def _target(call: Call) -> Message | Draft:
    if call.get("unfurl_id") or call.get("source"):
        return _by_unfurl_id(call)
    channel_id, ts = call.need("channel", "missing_channel"), call.need("ts", "missing_ts")
    if channel_id == _COMPOSER:
        return _draft(call, ts, "cannot_find_message")
    # The app is told of links in channels that it is not in, and may show them there.
    channel = call.workspace.channels.get(channel_id)
    if channel is None:
        raise RefusedError("cannot_find_channel")
    message = channel.messages.get(ts)
    if message is None or message.ephemeral_to is not None or message.is_tombstone:
        raise RefusedError("cannot_find_message")
    return message


def _by_unfurl_id(call: Call) -> Message | Draft:
    unfurl_id, source = call.need("unfurl_id", "missing_unfurl_id"), call.need("source", "missing_source")
    if source not in _SOURCES:
        raise RefusedError("invalid_source")
    if source == "composer":
        return _draft(call, unfurl_id, "invalid_unfurl_id")
    workspace = call.workspace
    for channel in workspace.channels.values():
        for message in channel.messages.values():
            if message.shared_links and events.unfurl_id_of(workspace, message) == unfurl_id:
                return message
    raise RefusedError("invalid_unfurl_id")


def _draft(call: Call, draft_id: str, error: str) -> Draft:
    draft = call.workspace.drafts.get(draft_id)
    if draft is None:
        raise RefusedError(error)
    return draft


def _unfurls(call: Call) -> Mapping[str, Any]:
    if not call.arguments.get("unfurls"):
        raise RefusedError("missing_unfurls")
    try:
        unfurls = call.json_object("unfurls")
    except RefusedError:
        raise RefusedError("invalid_unfurls_format") from None
    if not unfurls or not all(isinstance(shown, dict) for shown in unfurls.values()):
        raise RefusedError("invalid_unfurls_format")
    return unfurls


def _blocks_of(url: str, shown: Json) -> list[Json]:
    if not shown.keys() <= {"blocks", "preview"} or "blocks" not in shown:
        raise RefusedError("cannot_parse_attachment")
    blocks = parse_blocks(shown["blocks"]) or []
    rich = [
        Problem("unfurl.rich_text", "unsupported type: rich_text", f"/unfurls/{url}/blocks/{index}/type")
        for index, block in enumerate(blocks)
        if isinstance(block, dict) and block.get("type") == "rich_text"
    ]
    problems = [*problems_of_message(blocks), *rich]
    if problems:
        raise RefusedError("invalid_blocks", **details(problems))
    return filled_in(blocks)


def _check_link(call: Call, target: Message | Draft, url: str) -> None:
    if not found_in(url, call.workspace.manifest.features.unfurl_domains):
        raise RefusedError("cannot_unfurl_url")
    in_text = target.links if isinstance(target, Draft) else _links_of(call, target)
    if url not in in_text:
        raise RefusedError("cannot_unfurl_message")
    if isinstance(target, Message) and url not in target.shared_links:
        raise RefusedError("cannot_unfurl_url")


def _links_of(call: Call, message: Message) -> list[str]:
    return [each["url"] for each in found_in(message.text, call.workspace.manifest.features.unfurl_domains)]


def _show(attachments: list[Attachment], url: str, blocks: list[Json]) -> None:
    """Add what is shown of a link, or change it where the app showed something before."""
    for each in attachments:
        if each.url == url:
            each.blocks = blocks
            return
    attachments.append(Attachment(len(attachments) + 1, url, blocks))


_ARGUMENTS = frozenset({"channel", "ts", "unfurl_id", "source", "unfurls"})
METHODS = (Method("chat.unfurl", _unfurl, _ARGUMENTS, "tier_3", "links:write"),)
