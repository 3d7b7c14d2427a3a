"""The payloads of people's actions, as in docs.slack.dev/reference/interaction-payloads."""

from typing import TYPE_CHECKING

from bot.sandbox.checks import Json
from bot.sandbox.config import Command, Shortcut
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.locators import Place
from bot.sandbox.records import Attachment, Channel, Message, Person, View
from bot.sandbox.serializers import unfurl_json

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

_TOKEN = "sandbox"  # noqa: S105 the verification token, which Slack has deprecated and Bolt does not read


def slash_command(
    workspace: "Workspace", person: Person, channel: Channel, command: Command, text: str
) -> Json:
    """Return the fields of a slash command; Slack withholds a private channel's name."""
    name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
    enterprise = workspace.config.enterprise
    return {
        "token": _TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.config.team_domain,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command.command,
        "text": text,
        "api_app_id": workspace.app_id,
        **({"enterprise_id": enterprise.id, "enterprise_name": enterprise.name} if enterprise else {}),
        "is_enterprise_install": "true" if workspace.is_org_wide else "false",
        "response_url": workspace.issue_response_url(person.id, channel.id),
        "trigger_id": workspace.issue_trigger(person.id),
    }


def _by(workspace: "Workspace", person: Person, kind: str) -> Json:
    enterprise = workspace.config.enterprise
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.config.team_domain},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": workspace.team_id,
        },
        "api_app_id": workspace.app_id,
        "token": _TOKEN,
        "enterprise": enterprise.model_dump() if enterprise else None,
        "is_enterprise_install": workspace.is_org_wide,
    }


def _where(channel: Channel) -> Json:
    name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}


def actions_in_message(
    workspace: "Workspace", person: Person, channel: Channel, message: Message, action: Json
) -> Json:
    """Return the block_actions payload of an action on a message; it omits an ephemeral message."""
    is_ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_by(workspace, person, "block_actions"),
        "container": container,
        "trigger_id": workspace.issue_trigger(person.id),
        "channel": _where(channel),
        "state": {"values": message.states.get(person.id, {})},
        "response_url": workspace.issue_response_url(person.id, channel.id, message.ts),
        "actions": [action],
    }
    return payload if is_ephemeral else {**payload, "message": workspace.message_json(message)}


def actions_in_unfurl(
    workspace: "Workspace",
    person: Person,
    channel: Channel,
    message: Message,
    attachment: Attachment,
    action: Json,
) -> Json:
    """Return the block_actions payload of an action on what the app shows of a link; it has no message."""
    container: Json = {
        "type": "message_attachment",
        "message_ts": message.ts,
        "attachment_id": attachment.id,
        "channel_id": channel.id,
        "is_ephemeral": False,
        "is_app_unfurl": True,
        "app_unfurl_url": attachment.url,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    return {
        **_by(workspace, person, "block_actions"),
        "container": container,
        "app_unfurl": unfurl_json(attachment),
        "trigger_id": workspace.issue_trigger(person.id),
        "channel": _where(channel),
        "state": {"values": message.states.get(person.id, {})},
        "response_url": workspace.issue_response_url(person.id, channel.id),
        "actions": [action],
    }


def actions_in_view(workspace: "Workspace", person: Person, view: View, action: Json) -> Json:
    """Return the block_actions payload of an action in a modal or on the Home tab."""
    return {
        **_by(workspace, person, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.issue_trigger(person.id, view.id),
        "view": workspace.view_json(view),
        "actions": [action],
    }


def block_suggestion(
    workspace: "Workspace", person: Person, place: Place, element: Json, typed: Json
) -> Json:
    """Return the payload of what a person typed in an external select: its `block_id` and `value`."""
    payload = {**_by(workspace, person, "block_suggestion"), "action_id": element["action_id"], **typed}
    if place.view is not None:
        container: Json = {"type": "view", "view_id": place.view.id}
        return {**payload, "container": container, "view": workspace.view_json(place.view)}
    if place.channel is None or place.message is None:
        raise NotPossibleError("An action needs a message or a view.")
    container = {"type": "message", "message_ts": place.message.ts, "channel_id": place.channel.id}
    message = workspace.message_json(place.message)
    return {**payload, "container": container, "channel": _where(place.channel), "message": message}


def view_submission(workspace: "Workspace", person: Person, view: View) -> Json:
    """Return the payload of a submitted modal."""
    return {
        **_by(workspace, person, "view_submission"),
        "trigger_id": workspace.issue_trigger(person.id, view.id),
        "view": workspace.view_json(view),
        "response_urls": [],
    }


def view_closed(workspace: "Workspace", person: Person, view: View, *, is_cleared: bool) -> Json:
    """Return the payload of a modal closed without submission."""
    return {
        **_by(workspace, person, "view_closed"),
        "view": workspace.view_json(view),
        "is_cleared": is_cleared,
    }


def shortcut(workspace: "Workspace", person: Person, chosen: Shortcut) -> Json:
    """Return the payload of a global shortcut."""
    return {
        **_by(workspace, person, "shortcut"),
        "action_ts": workspace.new_ts(),
        "callback_id": chosen.callback_id,
        "trigger_id": workspace.issue_trigger(person.id),
    }


def message_action(
    workspace: "Workspace", person: Person, channel: Channel, message: Message, chosen: Shortcut
) -> Json:
    """Return the payload of a shortcut on a message."""
    return {
        **shortcut(workspace, person, chosen),
        "type": "message_action",
        "channel": _where(channel),
        "response_url": workspace.issue_response_url(person.id, channel.id),
        "message_ts": message.ts,
        "message": workspace.message_json(message),
    }
