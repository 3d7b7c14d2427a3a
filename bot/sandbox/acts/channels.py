"""What people do to channels and messages: reacting, deleting, inviting the app, archiving, renaming."""

from bot.sandbox import events
from bot.sandbox.acts.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError


def react(actor: Actor, message: Json, name: str) -> None:
    """Add a reaction. Raises NotPossibleError."""
    _, found = actor.message(message)
    users = found.reactions.setdefault(name, [])
    if actor.person.id in users:
        raise NotPossibleError(f"{actor.person.name} has reacted with :{name}: already.")
    users.append(actor.person.id)
    actor.workspace.changed()
    events.reaction(actor.workspace, "reaction_added", actor.person, found, name)


def unreact(actor: Actor, message: Json, name: str) -> None:
    """Take a reaction back. Raises NotPossibleError."""
    _, found = actor.message(message)
    users = found.reactions.get(name, [])
    if actor.person.id not in users:
        raise NotPossibleError(f"{actor.person.name} has not reacted with :{name}:.")
    users.remove(actor.person.id)
    if not users:
        del found.reactions[name]
    actor.workspace.changed()
    events.reaction(actor.workspace, "reaction_removed", actor.person, found, name)


def delete(actor: Actor, message: Json) -> None:
    """Delete an own message, any message as an admin, or dismiss an ephemeral one.

    Raises NotPossibleError.
    """
    workspace = actor.workspace
    channel, found = actor.message(message)
    is_ephemeral = found.ephemeral_to is not None
    if not is_ephemeral and found.user != actor.person.id and not actor.person.is_admin:
        raise NotPossibleError(f"{actor.person.name} may not delete what others wrote.")
    before = workspace.message_json(found)
    workspace.remove_message(channel, found)
    if not is_ephemeral:
        events.message_deleted(workspace, channel, before)


def invite(actor: Actor, reference: str) -> None:
    """Invite the app into a channel. Raises NotPossibleError."""
    workspace = actor.workspace
    channel = actor.own_channel(reference)
    if channel.is_archived or channel.is_im or workspace.bot.id in channel.members:
        raise NotPossibleError(
            f"The app cannot be invited to #{channel.name}: it is there, or nobody can be."
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
    """Give a channel another name. Raises NotPossibleError."""
    channel = actor.own_channel(reference)
    taken = any(each.name == name for each in actor.workspace.channels.values() if not each.is_im)
    if channel.is_im or taken or not name:
        raise NotPossibleError(f"#{channel.name} cannot be called {name!r}.")
    channel.previous_names.insert(0, channel.name)
    channel.name = name
    actor.workspace.changed()
    events.channel_renamed(actor.workspace, channel)


def open_home(actor: Actor) -> None:
    """Open the app's Home tab. Raises NotPossibleError."""
    if not actor.workspace.manifest.features.app_home.home_tab_enabled:
        raise NotPossibleError("The manifest does not enable the Home tab.")
    events.home_opened(actor.workspace, actor.person)
