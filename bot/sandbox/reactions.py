"""Adding and removing reactions, for the app and for people, with their events."""

from typing import TYPE_CHECKING

from bot.sandbox import events
from bot.sandbox.emoji import is_emoji
from bot.sandbox.errors import RefusedError
from bot.sandbox.records import Message, Person
from bot.sandbox.rules import limit

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def add(workspace: "Workspace", person: Person, message: Message, name: str) -> None:
    """Add a reaction. Raises RefusedError with the error of `reactions.add`."""
    if not is_emoji(name):
        raise RefusedError("invalid_name")
    if person.id in message.reactions.get(name, []):
        raise RefusedError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= limit("reaction.emoji"):
        raise RefusedError("too_many_emoji")
    if sum(person.id in users for users in message.reactions.values()) >= limit("reaction.own"):
        raise RefusedError("too_many_reactions")
    message.reactions.setdefault(name, []).append(person.id)
    workspace.changed()
    events.reaction(workspace, "reaction_added", person, message, name)


def remove(workspace: "Workspace", person: Person, message: Message, name: str) -> None:
    """Remove a reaction of `person`. Raises RefusedError with the error of `reactions.remove`."""
    if not is_emoji(name):
        raise RefusedError("invalid_name")
    users = message.reactions.get(name, [])
    if person.id not in users:
        raise RefusedError("no_reaction")
    users.remove(person.id)
    if not users:
        del message.reactions[name]
    workspace.changed()
    events.reaction(workspace, "reaction_removed", person, message, name)
