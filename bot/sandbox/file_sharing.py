"""Where a file is shared, and who sees it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.sandbox.checks import Json
from bot.sandbox.records import Channel, File, Message

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def whole_json(workspace: "Workspace", file: File) -> Json:
    """Return `file` as `files.info` does, with the places where it is shared."""
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    shares: dict[str, dict[str, list[Json]]] = {}
    for channel, message in shares_of(workspace, file):
        place = {"channels": "channels", "groups": "groups"}.get(channel.kind, "ims")
        if channel.id not in places[place]:
            places[place].append(channel.id)
        side = shares.setdefault("private" if place != "channels" else "public", {})
        side.setdefault(channel.id, []).append(_share(workspace, channel, message))
    return {**workspace.file_json(file), **places, "shares": shares, "comments_count": 0}


def _share(workspace: "Workspace", channel: Channel, message: Message) -> Json:
    share: Json = {"ts": message.ts, "channel_name": channel.name, "team_id": workspace.team_id}
    return share if message.thread_ts is None else {**share, "thread_ts": message.thread_ts}


def shares_of(workspace: "Workspace", file: File) -> Iterator[tuple[Channel, Message]]:
    """Yield the messages with this file that can be seen now, with their channels."""
    for channel in workspace.channels.values():
        for message in workspace.visible(channel):
            if file in message.files:
                yield channel, message


def sees_file(workspace: "Workspace", person_id: str, file: File) -> bool:
    """Return whether a person or the bot user sees a file: its owner, and whoever reads it in a channel.

    The app also sees what was chosen in its modals. A public channel shows a file to all people, but to an
    app only if it is a member.
    """
    if not file.is_complete:
        return False
    is_bot = person_id == workspace.bot.id
    if file.user == person_id or (is_bot and file.is_given_to_app):
        return True
    channels = [channel for channel, _ in shares_of(workspace, file)]
    return any(
        person_id in channel.members or not (is_bot or channel.is_private or channel.is_im)
        for channel in channels
    )
