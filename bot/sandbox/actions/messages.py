"""Posting, reacting to and deleting messages as a person."""

import re

from bot.sandbox import events
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.records import Message
from bot.sandbox.text import escaped


def post(actor: Actor, reference: str, text: str, thread_ts: str | None) -> Message:
    """Post a message, as a reply where `thread_ts` names its parent. Raises NotPossibleError."""
    workspace = actor.workspace
    channel = actor.own_channel(reference)
    home = workspace.manifest.features.app_home
    if channel.is_im and (not home.messages_tab_enabled or home.messages_tab_read_only_enabled):
        raise NotPossibleError("Sending messages to this app has been turned off.")
    if channel.is_archived:
        raise NotPossibleError(f"#{channel.name} is archived.")
    if thread_ts is not None and thread_ts not in channel.messages:
        raise NotPossibleError(f"There is no message {thread_ts} to answer in #{channel.name}.")
    sent = _with_mentions(actor, text)
    new = Message(workspace.new_ts(), channel.id, actor.person.id, sent, thread_ts=thread_ts)
    workspace.add_message(channel, new)
    events.message_posted(workspace, channel, new)
    return new


def _with_mentions(actor: Actor, text: str) -> str:
    workspace = actor.workspace
    names = {person.name: person.id for person in [*workspace.people.values(), workspace.bot]}
    return re.sub(r"@([a-z0-9._-]+)", lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], escaped(text))


def react(actor: Actor, reference: Json, name: str) -> None:
    """Add a reaction. Raises NotPossibleError."""
    _, message = actor.message(reference)
    users = message.reactions.setdefault(name, [])
    if actor.person.id in users:
        raise NotPossibleError(f"{actor.person.name} has reacted with :{name}: already.")
    users.append(actor.person.id)
    actor.workspace.changed()
    events.reaction(actor.workspace, "reaction_added", actor.person, message, name)


def unreact(actor: Actor, reference: Json, name: str) -> None:
    """Remove the person's own reaction. Raises NotPossibleError."""
    _, message = actor.message(reference)
    users = message.reactions.get(name, [])
    if actor.person.id not in users:
        raise NotPossibleError(f"{actor.person.name} has not reacted with :{name}:.")
    users.remove(actor.person.id)
    if not users:
        del message.reactions[name]
    actor.workspace.changed()
    events.reaction(actor.workspace, "reaction_removed", actor.person, message, name)


def delete(actor: Actor, reference: Json) -> None:
    """Delete a message, or dismiss an ephemeral one; only admins delete messages of others.

    Raises NotPossibleError.
    """
    workspace = actor.workspace
    channel, message = actor.message(reference)
    is_ephemeral = message.ephemeral_to is not None
    if not is_ephemeral and message.user != actor.person.id and not actor.person.is_admin:
        raise NotPossibleError(f"{actor.person.name} may not delete what others wrote.")
    before = workspace.message_json(message)
    workspace.remove_message(channel, message)
    if not is_ephemeral:
        events.message_deleted(workspace, channel, before)
