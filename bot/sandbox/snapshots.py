"""What one person sees now, in the format of `GET /control/view`."""

from typing import TYPE_CHECKING

from bot.sandbox.checks import Json
from bot.sandbox.records import Attachment, Channel, File, Message, Person, View

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def snapshot_of(workspace: "Workspace", person: Person) -> Json:
    """Return everything that this person sees: channels, messages, Home tab, modals and notices."""
    workspace.settle()
    channels = visible_channels(workspace, person)
    return {
        "revision": workspace.revision,
        "now": workspace.clock.now().timestamp(),
        "me": person.id,
        "channels": [_channel(channel, person, workspace.bot) for channel in channels],
        "messages": {channel.id: visible_messages(workspace, person, channel) for channel in channels},
        "home": _view(person.home) if person.home else None,
        "modals": [_view(view) for view in person.views],
        "notices": list(person.notices),
    }


def visible_channels(workspace: "Workspace", person: Person) -> list[Channel]:
    """Return the channels that this person may read: public ones, and those they have joined."""
    return [
        channel
        for channel in workspace.channels.values()
        if person.id in channel.members or not (channel.is_private or channel.is_im)
    ]


def visible_messages(workspace: "Workspace", person: Person, channel: Channel) -> list[Json]:
    """Return the messages that this person sees in a channel, including replies, in order."""
    return [_message(workspace, person, message) for message in workspace.visible(channel, to=person.id)]


def _channel(channel: Channel, person: Person, bot: Person) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.is_private,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_member": person.id in channel.members,
        "has_bot": bot.id in channel.members,
    }


def _message(workspace: "Workspace", person: Person, message: Message) -> Json:
    replies = [] if message.is_reply else workspace.replies(workspace.channels[message.channel], message.ts)
    fields: Json = {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "username": _name(workspace, message),
        "text": message.text,
        "blocks": message.blocks or [],
        "ephemeral": message.ephemeral_to is not None,
        "is_deleted": message.is_tombstone,
        "reply_count": len(replies),
        "reactions": [{"name": name, "users": users} for name, users in message.reactions.items()],
        "files": [_file(workspace, person, file) for file in message.files],
        "state": message.states.get(person.id, {}),
    }
    optional = {
        "thread_ts": message.thread_ts or (message.ts if replies else None),
        "bot_id": message.bot_id,
        "latest_reply": replies[-1].ts if replies else None,
        "edited": message.edited,
        "metadata": message.metadata,
        "attachments": [attachment(each) for each in message.attachments] or None,
    }
    return fields | {key: value for key, value in optional.items() if value is not None}


def attachment(shown: Attachment) -> Json:
    """Return what the app shows of a link."""
    return {"id": shown.id, "url": shown.url, "blocks": shown.blocks}


def _file(workspace: "Workspace", person: Person, file: File) -> Json:
    told = workspace.file_json(file)
    kept = {key: told[key] for key in ("id", "name", "title", "mimetype", "filetype", "pretty_type", "size")}
    return {**kept, "download": f"/control/file?as={person.id}&file={file.id}"}


def _name(workspace: "Workspace", message: Message) -> str:
    if message.bot_id is not None:
        return workspace.bot.real_name
    person = workspace.people.get(message.user)
    return person.real_name if person else "Slackbot"


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "type": view.type,
        "callback_id": view.definition.get("callback_id", ""),
        "title": view.definition.get("title"),
        "submit": view.definition.get("submit"),
        "close": view.definition.get("close"),
        "blocks": view.blocks,
        "state": view.state,
        "errors": view.errors,
        "hash": view.hash,
    }
