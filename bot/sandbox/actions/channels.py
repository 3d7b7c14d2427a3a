"""Inviting and removing the app, archiving and renaming channels."""

from bot.sandbox import events
from bot.sandbox.actions.actor import Actor
from bot.sandbox.errors import NotPossibleError


def invite(actor: Actor, reference: str) -> None:
    """Invite the app into a channel. Raises NotPossibleError."""
    workspace = actor.workspace
    channel = actor.own_channel(reference)
    if channel.is_archived or channel.is_im or workspace.bot.id in channel.members:
        raise NotPossibleError(
            f"The app cannot be invited to #{channel.name}: it is a member, or the channel takes none."
        )
    channel.members.add(workspace.bot.id)
    workspace.changed()
    events.bot_joined(workspace, channel, actor.person)


def remove(actor: Actor, reference: str) -> None:
    """Remove the app from a channel. Raises NotPossibleError."""
    workspace = actor.workspace
    channel = actor.own_channel(reference)
    if channel.is_im or workspace.bot.id not in channel.members:
        raise NotPossibleError(f"The app is not in #{channel.name}.")
    channel.members.remove(workspace.bot.id)
    workspace.changed()
    events.bot_left(workspace, channel, actor.person)


def archive(actor: Actor, reference: str) -> None:
    """Archive a channel. Raises NotPossibleError."""
    channel = actor.own_channel(reference)
    if channel.is_im or channel.is_archived:
        raise NotPossibleError(f"#{channel.name} cannot be archived.")
    channel.is_archived = True
    actor.workspace.changed()
    events.channel_archived(actor.workspace, channel, actor.person)


def rename(actor: Actor, reference: str, name: str) -> None:
    """Rename a channel. Raises NotPossibleError."""
    channel = actor.own_channel(reference)
    taken = any(each.name == name for each in actor.workspace.channels.values() if not each.is_im)
    if channel.is_im or taken or not name:
        raise NotPossibleError(f"#{channel.name} cannot be renamed to {name!r}.")
    channel.previous_names.insert(0, channel.name)
    channel.name = name
    actor.workspace.changed()
    events.channel_renamed(actor.workspace, channel)
