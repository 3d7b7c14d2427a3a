"""Writing messages and saying slash commands."""

import re

from bot.sandbox import events, payloads
from bot.sandbox.acts.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.config import Command
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.records import Channel, Message, ResponseUrl
from bot.sandbox.responses import respond
from bot.sandbox.text import escaped


def write(actor: Actor, channel: str, text: str, thread_ts: str | None) -> Message:
    """Write a message, in a thread where `thread_ts` names its parent. Raises NotPossibleError."""
    workspace = actor.workspace
    where = actor.own_channel(channel)
    home = workspace.manifest.features.app_home
    if where.is_im and (not home.messages_tab_enabled or home.messages_tab_read_only_enabled):
        raise NotPossibleError("Sending messages to this app has been turned off.")
    if where.is_archived:
        raise NotPossibleError(f"#{where.name} is archived.")
    if thread_ts is not None and thread_ts not in where.messages:
        raise NotPossibleError(f"There is no message {thread_ts} to answer in #{where.name}.")
    new = Message(workspace.new_ts(), where.id, actor.person.id, _typed(actor, text), thread_ts=thread_ts)
    workspace.add_message(where, new)
    events.message_posted(workspace, where, new)
    return new


def _typed(actor: Actor, text: str) -> str:
    workspace = actor.workspace
    names = {person.name: person.id for person in [*workspace.people.values(), workspace.bot]}
    return re.sub(r"@([a-z0-9._-]+)", lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], escaped(text))


async def say_command(actor: Actor, channel: str, text: str) -> None:
    """Say a slash command. Raises NotPossibleError, NotAnsweredError."""
    workspace = actor.workspace
    where = actor.own_channel(channel)
    name, _, rest = text.partition(" ")
    command = next((c for c in workspace.manifest.features.slash_commands if c.command == name), None)
    if command is None:
        workspace.notify(actor.person, f"{name} is not a valid command.")
        raise NotPossibleError(f"{name} is not a command of the app's manifest.")
    if "commands" not in workspace.scopes:
        raise NotPossibleError("The app has no scope `commands`, so Slack offers none.")
    typed = _command_text(actor, rest.strip(), command)
    payload = payloads.slash_command(workspace, actor.person, where, command, typed)
    answer = await actor.ask("slash_commands", payload, f"{name} failed because the app did not respond.")
    if answer:
        _show_answer(actor, where, answer)


def _command_text(actor: Actor, text: str, command: Command) -> str:
    """Return the text as the app gets it, with ids for names where the manifest says `should_escape`."""
    text = escaped(text)
    if not command.should_escape:
        return text
    for person in actor.workspace.people.values():
        text = re.sub(rf"(?<!\S)@{re.escape(person.name)}(?!\S)", f"<@{person.id}|{person.name}>", text)
    for channel in actor.workspace.channels.values():
        name = "" if channel.is_private else channel.name
        text = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", f"<#{channel.id}|{name}>", text)
    return re.sub(r"(?<!\S)(https?://\S+)", r"<\1>", text)


def _show_answer(actor: Actor, channel: Channel, answer: Json) -> None:
    place = ResponseUrl(actor.person.id, channel.id, actor.workspace.clock.now())
    try:
        respond(actor.workspace, place, answer)
    except RefusedError as refused:
        raise actor.bad_answer(f"Slack refuses what the acknowledgement carries: {refused}.") from refused
