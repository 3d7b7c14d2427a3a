"""An app's responses through a response_url, or in the acknowledgement of a slash command."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox import events
from bot.sandbox.checks import Json
from bot.sandbox.errors import ConnectionLostError, RefusedError
from bot.sandbox.methods.chat import checked_metadata, content
from bot.sandbox.records import Channel, Message, ResponseUrl
from bot.sandbox.rules import limit

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

_FIELDS = frozenset(
    {
        "text",
        "blocks",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
        "metadata",
        "mrkdwn",
    }
)

_TEXTS = ("text", "response_type", "thread_ts")


async def post(workspace: "Workspace", key: str, body: Json) -> tuple[int, str | Json]:
    """Post `body` to the response_url with `key` and return Slack's HTTP status and body.

    Faults of the method `response_url` apply. Raises ConnectionLostError.
    """
    plan, called_at = workspace.faults.plan("response_url"), workspace.clock.now()
    result: tuple[int, str | Json] = (plan.status or 500, plan.error or "server_error")
    if plan.written and plan.write_after == 0:
        written = _post(workspace, key, body)
        result = result if plan.status or plan.error else written
    elif plan.write_after > 0:
        workspace.later(plan.write_after, lambda: _ignore(_post(workspace, key, body)))
    if plan.answer_after > 0:
        await workspace.clock.sleep(plan.answer_after)
    workspace.record(called_at, "response_url", body, 0 if plan.dropped else result[0], None)
    if plan.dropped:
        raise ConnectionLostError("The connection was dropped instead of a response to response_url.")
    return result


def _ignore(_result: tuple[int, str | Json]) -> None:
    """Discard the result of a late write; its caller's connection is gone."""


def _post(workspace: "Workspace", key: str, body: Json) -> tuple[int, str | Json]:
    workspace.settle()
    response_url = workspace.response_urls.get(key)
    if response_url is None:
        return 404, "no_service"
    age = workspace.clock.now() - response_url.issued_at
    if age > timedelta(seconds=limit("response_url.seconds")):
        return 404, {"ok": False, "error": "expired_url"}
    if response_url.uses >= limit("response_url.uses"):
        return 404, {"ok": False, "error": "used_url"}
    response_url.uses += 1
    try:
        respond(workspace, response_url, body)
    except RefusedError as refused:
        return 400, str(refused)
    return 200, "ok"


def respond(workspace: "Workspace", response_url: ResponseUrl, body: Json) -> None:
    """Replace or delete the message of the interaction, or post a new one, as `body` requests.

    Replacing is the default; a command has no message to replace. Raises RefusedError.
    """
    if not body.keys() <= _FIELDS or any(not _is_text(body.get(name)) for name in _TEXTS):
        raise RefusedError("invalid_payload")
    channel = workspace.channels[response_url.channel]
    original = channel.messages.get(response_url.message_ts or "")
    if _flag(body, "delete_original", default=False):
        _delete(workspace, channel, original)
    elif original is not None and _flag(body, "replace_original", default=True):
        original.text, original.blocks = content(workspace, body.get("text"), body.get("blocks"), whole=False)
        original.states.clear()
        workspace.changed()
    else:
        new = workspace.add_message(channel, _new(workspace, response_url, channel, body))
        if new.ephemeral_to is None:
            events.message_posted(workspace, channel, new)


def _delete(workspace: "Workspace", channel: Channel, original: Message | None) -> None:
    if original is None:
        raise RefusedError("message_not_found")
    workspace.remove_message(channel, original)


def _new(workspace: "Workspace", response_url: ResponseUrl, channel: Channel, body: Json) -> Message:
    response_type = body.get("response_type") or "ephemeral"
    if response_type not in {"ephemeral", "in_channel"}:
        raise RefusedError("invalid_payload")
    for_all = response_type == "in_channel"
    thread_ts = body.get("thread_ts") if for_all and body.get("thread_ts") in channel.messages else None
    text, blocks = content(workspace, body.get("text"), body.get("blocks"), whole=False)
    return Message(
        workspace.new_ts(),
        channel.id,
        workspace.bot.id,
        text,
        blocks,
        bot_id=workspace.bot_id,
        thread_ts=thread_ts,
        metadata=checked_metadata(body.get("metadata")) if for_all else None,
        ephemeral_to=None if for_all else response_url.person,
    )


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _flag(body: Json, name: str, *, default: bool) -> bool:
    value: Any = body.get(name)
    return default if value is None else str(value).lower() == "true"
