"""What Slack sends about an act of a person, read without trust in its shape; pure.

The shapes: https://docs.slack.dev/reference/interaction-payloads
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

_DIRECT = "D"
"""The first letter of the ids of direct messages."""


def record_at(payload: object, *path: str) -> Mapping[str, object]:
    """Return the object at the path, an empty one where there is none."""
    found = payload
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text_at(payload: object, *path: str) -> str:
    """Return the text at the path, an empty one where there is none."""
    *parents, last = path
    found = record_at(payload, *parents).get(last)
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person acted; what Slack does not name is empty."""

    #: The channel's id; a modal and the Home tab are in none.
    channel: str = ""
    #: The channel's name, empty for a private one; `None` in a direct message and outside of channels.
    channel_name: str | None = None
    #: The `ts` of the thread's parent, where the person acted on a reply.
    thread: str = ""
    #: The `ts` of the message that a button is on.
    message: str = ""
    #: Whether it was on an answer that only the person sees.
    is_answer: bool = False
    view_id: str = ""
    #: `modal`, `home`, or empty outside of views.
    view_type: str = ""
    view_title: str = ""
    #: The channel or the summary that a modal is about, as it came back.
    about: object = None
    #: For opening a modal, within three seconds.
    trigger: str = ""


def place_of(body: Mapping[str, object]) -> Place:
    """Return where a click, a choice, a submission or a slash command was made."""
    container, view = record_at(body, "container"), record_at(body, "view")
    ts = text_at(body, "message", "ts") or text_at(container, "message_ts")
    thread = text_at(body, "message", "thread_ts") or text_at(container, "thread_ts")
    channel = text_at(body, "channel", "id") or text_at(body, "channel_id")
    return Place(
        channel=channel,
        channel_name=_channel_name(
            channel, text_at(body, "channel", "name") or text_at(body, "channel_name")
        ),
        thread="" if thread == ts else thread,
        message=ts,
        is_answer=container.get("is_ephemeral") is True,
        view_id=text_at(view, "id"),
        view_type=text_at(view, "type"),
        view_title=text_at(view, "title", "text"),
        about=view.get("private_metadata"),
        trigger=text_at(body, "trigger_id"),
    )


def _channel_name(channel: str, name: str) -> str | None:
    if not channel or channel.startswith(_DIRECT) or name == "directmessage":
        return None
    return "" if name == "privategroup" else name


def value_of(body: Mapping[str, object]) -> object:
    """Return the value of the pressed button or the chosen option, whatever it is."""
    action = action_of(body)
    return (
        record_at(action, "selected_option").get("value")
        if "selected_option" in action
        else action.get("value")
    )


def action_of(body: Mapping[str, object]) -> Mapping[str, object]:
    """Return the first action of a click; Slack sends one."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, Mapping) else {}


_TEXTS = (
    "type",
    "id",
    "action_id",
    "callback_id",
    "command",
    "team_id",
    "user_id",
    "channel_id",
    "enterprise_id",
    "app_installed_team_id",
    "trigger_id",
)
_TEXTS_OR_OBJECTS = ("team", "user", "enterprise", "channel")
_OBJECTS = ("view", "event")
_LISTS = ("actions", "response_urls", "authorizations")


def is_sound(payload: object) -> bool:
    """Return whether what Slack sent has the shapes that Bolt takes for granted, wherever it looks.

    It looks for whose request it is, and for which listener it is, before any handler of ours does.
    """
    if not isinstance(payload, Mapping):
        return False
    texts = (payload.get(name, "") for name in _TEXTS)
    either = (payload.get(name, "") for name in _TEXTS_OR_OBJECTS)
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and all(each is None or isinstance(each, str) or is_sound(each) for each in either)
        and all(is_sound(payload[name]) for name in _OBJECTS if name in payload)
        and all(_are_sound(payload[name]) for name in _LISTS if name in payload)
        and payload.get("actions") != []
        and (payload.get("type") != "block_actions" or "action_id" in action_of(payload))
    )


def _are_sound(records: object) -> bool:
    return isinstance(records, list) and all(map(is_sound, records))


_MOST_FIELDS = 100
"""Slack's forms have about a dozen fields."""


def payload_of(body: bytes, content_type: str) -> Mapping[str, object] | None:
    """Return what the body of an HTTP request holds, or `None` where Bolt would stumble over it.

    Events come as JSON, commands as a form, and interactions as JSON in the field `payload` of a form:
    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    try:
        payload = _read(body.decode(), content_type)
        return payload if isinstance(payload, Mapping) and is_sound(payload) else None
    except (ValueError, RecursionError):
        return None


def _read(text: str, content_type: str) -> object:
    if content_type.partition(";")[0].strip().lower() == "application/json":
        return json.loads(text)
    form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    return json.loads(form["payload"]) if "payload" in form else form
