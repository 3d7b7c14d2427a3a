"""Posting, reacting to and deleting messages as a person."""

import re

from bot.sandbox import events, links, reactions
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.records import Draft, Message
from bot.sandbox.text import escaped

_WHY_NO_REACTION = {
    "invalid_name": "{0} knows no emoji :{1}:.",
    "already_reacted": "{0} has reacted with :{1}: already.",
    "no_reaction": "{0} has not reacted with :{1}:.",
    "too_many_emoji": "{0} cannot add :{1}:: the message has as many emoji as Slack allows.",
    "too_many_reactions": "{0} cannot add :{1}:: nobody may react more often to one message.",
}


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
    shared = links.found_in(sent, workspace.manifest.features.unfurl_domains)
    if workspace.hears("link_shared", "links:read"):
        new.shared_links = tuple(each["url"] for each in shared)
    workspace.add_message(channel, new)
    events.message_posted(workspace, channel, new)
    if shared:
        events.links_shared(workspace, channel, new, actor.person, shared)
    return new


def draft(actor: Actor, text: str) -> str:
    """Write a message without sending it and return the id of its links; raises NotPossibleError for none.

    In an organisation the app hears nothing of it.
    """
    workspace = actor.workspace
    found = links.found_in(escaped(text), workspace.manifest.features.unfurl_domains)
    if (
        not found
        or workspace.config.enterprise is not None
        or not workspace.hears("link_shared", "links:read")
    ):
        raise NotPossibleError("The app hears of no link in this text while it is being written.")
    draft_id = f"{actor.person.id}-{workspace.new_key('draft')[:36]}"
    workspace.drafts[draft_id] = Draft(actor.person.id, tuple(each["url"] for each in found))
    events.links_drafted(workspace, actor.person, draft_id, found)
    return draft_id


def _with_mentions(actor: Actor, text: str) -> str:
    workspace = actor.workspace
    names = {person.name: person.id for person in [*workspace.people.values(), workspace.bot]}
    return re.sub(r"@([a-z0-9._-]+)", lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], escaped(text))


def react(actor: Actor, reference: Json, name: str) -> None:
    """Add a reaction. Raises NotPossibleError."""
    message = _reacted_to(actor, reference)
    try:
        reactions.add(actor.workspace, actor.person, message, name)
    except RefusedError as refused:
        raise NotPossibleError(_WHY_NO_REACTION[str(refused)].format(actor.person.name, name)) from refused


def unreact(actor: Actor, reference: Json, name: str) -> None:
    """Remove the person's own reaction. Raises NotPossibleError."""
    message = _reacted_to(actor, reference)
    try:
        reactions.remove(actor.workspace, actor.person, message, name)
    except RefusedError as refused:
        raise NotPossibleError(_WHY_NO_REACTION[str(refused)].format(actor.person.name, name)) from refused


def _reacted_to(actor: Actor, reference: Json) -> Message:
    channel, message = actor.message(reference)
    if channel.is_archived or message.is_tombstone or message.ephemeral_to is not None:
        raise NotPossibleError("Slack takes no reactions in an archived channel or on such a message.")
    return message


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
