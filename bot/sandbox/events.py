"""The events that the app receives, as docs.slack.dev/reference/events describes them."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.sandbox.checks import Json
from bot.sandbox.records import Channel, File, Message, Person

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

_CHANNEL_TYPES = {"channels": "channel", "groups": "group", "im": "im"}


def _message_event(workspace: "Workspace", channel: Channel, event: Json) -> None:
    if workspace.bot.id in channel.members:
        located = {**event, "channel": channel.id, "channel_type": _CHANNEL_TYPES[channel.kind]}
        workspace.emit(f"message.{channel.kind}", f"{channel.kind}:history", located)


def message_posted(workspace: "Workspace", channel: Channel, message: Message) -> None:
    """Emit the event of a new message, and `app_mention` if it mentions the app."""
    event = workspace.message_json(message)
    if message.files:
        event["subtype"] = "file_share"
    _message_event(workspace, channel, event)
    mentioned = f"<@{workspace.bot.id}>" in message.text and message.user != workspace.bot.id
    if mentioned and workspace.bot.id in channel.members and not channel.is_im:
        workspace.emit(
            "app_mention", "app_mentions:read", {**event, "type": "app_mention", "channel": channel.id}
        )


def message_changed(workspace: "Workspace", channel: Channel, message: Message, before: Json) -> None:
    """Emit `message_changed`; `before` is the message object before the edit."""
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": workspace.message_json(message),
        "previous_message": before,
        "ts": workspace.new_ts(),
    }
    _message_event(workspace, channel, event)


def message_deleted(workspace: "Workspace", channel: Channel, before: Json) -> None:
    """Emit `message_deleted`; `before` is the message object before the deletion."""
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": before["ts"],
        "previous_message": before,
        "ts": workspace.new_ts(),
    }
    _message_event(workspace, channel, event)


def file_shared(workspace: "Workspace", channel: Channel, file: File) -> None:
    """Emit `file_shared` if the app is in the channel."""
    if workspace.bot.id in channel.members:
        event = {
            "type": "file_shared",
            "channel_id": channel.id,
            "file_id": file.id,
            "user_id": file.user,
            "file": {"id": file.id},
        }
        workspace.emit("file_shared", "files:read", event)


def reaction(workspace: "Workspace", kind: str, person: Person, message: Message, name: str) -> None:
    """Emit `reaction_added` or `reaction_removed` if the app is in the channel."""
    if workspace.bot.id not in workspace.channels[message.channel].members:
        return
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": kind, "user": person.id, "reaction": name, "item": item, "item_user": message.user}
    workspace.emit(kind, "reactions:read", event)


def bot_joined(workspace: "Workspace", channel: Channel, inviter: Person | None) -> None:
    """Emit `member_joined_channel` for the app; `inviter` is None if it joined by itself."""
    event: Json = {
        "type": "member_joined_channel",
        "user": workspace.bot.id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": workspace.team_id,
    }
    if inviter is not None:
        event["inviter"] = inviter.id
    workspace.emit("member_joined_channel", f"{channel.kind}:read", event)


def bot_left(workspace: "Workspace", channel: Channel, remover: Person) -> None:
    """Emit `channel_left` or `group_left`."""
    kind = "group_left" if channel.is_private else "channel_left"
    workspace.emit(
        kind, f"{channel.kind}:read", {"type": kind, "channel": channel.id, "actor_id": remover.id}
    )


def channel_archived(workspace: "Workspace", channel: Channel, person: Person) -> None:
    """Emit `channel_archive` or `group_archive`."""
    _channel_event(workspace, channel, "archive", {"channel": channel.id, "user": person.id, "is_moved": 0})


def channel_renamed(workspace: "Workspace", channel: Channel) -> None:
    """Emit `channel_rename` or `group_rename` with the new name."""
    renamed = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": int(channel.created.timestamp()),
    }
    _channel_event(workspace, channel, "rename", {"channel": renamed})


def _channel_event(workspace: "Workspace", channel: Channel, what: str, event: Json) -> None:
    if channel.is_private and workspace.bot.id not in channel.members:
        return
    kind = f"{'group' if channel.is_private else 'channel'}_{what}"
    workspace.emit(kind, f"{channel.kind}:read", {"type": kind, **event})


def links_shared(
    workspace: "Workspace", channel: Channel, message: Message, person: Person, links: Sequence[Json]
) -> None:
    """Emit `link_shared` for the links of a message; the app need not be in the channel."""
    event: Json = {
        "type": "link_shared",
        "channel": channel.id,
        "is_bot_user_member": workspace.bot.id in channel.members,
        "user": person.id,
        "message_ts": message.ts,
        "links": list(links),
        "user_locale": person.locale,
    }
    if message.is_reply:
        event["thread_ts"] = message.thread_ts
    if workspace.config.enterprise is None:
        event |= {"unfurl_id": unfurl_id_of(workspace, message), "source": "conversations_history"}
    workspace.emit("link_shared", "links:read", event)


def unfurl_id_of(workspace: "Workspace", message: Message) -> str:
    """Return the id by which the app may name a message's links in place of its channel and `ts`."""
    seed = f"{workspace.team_id} {message.channel} {message.ts}"
    return f"{message.channel}.{message.ts}.{hashlib.sha256(seed.encode()).hexdigest()}"


def links_drafted(workspace: "Workspace", person: Person, draft_id: str, links: Sequence[Json]) -> None:
    """Emit `link_shared` for links that a person is writing."""
    event = {
        "type": "link_shared",
        "channel": "COMPOSER",
        "is_bot_user_member": True,
        "user": person.id,
        "message_ts": draft_id,
        "unfurl_id": draft_id,
        "source": "composer",
        "links": list(links),
        "user_locale": person.locale,
    }
    workspace.emit("link_shared", "links:read", event)


def home_opened(workspace: "Workspace", person: Person) -> None:
    """Emit `app_home_opened` with the published Home tab, if any."""
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.direct(person.id).id,
        "tab": "home",
    }
    if person.home is not None:
        event["view"] = workspace.view_json(person.home)
    workspace.emit("app_home_opened", None, event)


def uninstalled(workspace: "Workspace") -> None:
    """Emit that the app was removed from the workspace."""
    workspace.emit("app_uninstalled", None, {"type": "app_uninstalled"})


def tokens_revoked(workspace: "Workspace") -> None:
    """Emit that the tokens of the app's bot user ended."""
    tokens = {"oauth": [], "bot": [workspace.bot.id]}
    workspace.emit("tokens_revoked", None, {"type": "tokens_revoked", "tokens": tokens})
