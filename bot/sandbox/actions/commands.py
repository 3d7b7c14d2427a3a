"""Running slash commands."""

import re

from bot.sandbox import payloads
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.config import Command
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.records import Channel, ResponseUrl
from bot.sandbox.response_urls import respond
from bot.sandbox.sentences import FAILED_COMMAND, UNKNOWN_COMMAND
from bot.sandbox.text import escaped


async def run_command(actor: Actor, reference: str, text: str) -> None:
    """Run a slash command in a channel. Raises NotPossibleError, NotAnsweredError."""
    workspace = actor.workspace
    channel = actor.own_channel(reference)
    name, _, rest = text.partition(" ")
    command = next((c for c in workspace.manifest.features.slash_commands if c.command == name), None)
    if command is None:
        workspace.notify(actor.person, UNKNOWN_COMMAND.said(actor.person.locale, name=name))
        raise NotPossibleError(f"{name} is not a command of the app's manifest.")
    if "commands" not in workspace.scopes:
        raise NotPossibleError("The app lacks the scope `commands`, so Slack offers no commands.")
    sent = _sent_text(actor, rest.strip(), command)
    payload = payloads.slash_command(workspace, actor.person, channel, command, sent)
    response = await actor.send("slash_commands", payload, FAILED_COMMAND, name=name)
    if response:
        _show_response(actor, channel, response)


def _sent_text(actor: Actor, text: str, command: Command) -> str:
    """Return the text as the app receives it; `should_escape` replaces names by ids."""
    text = escaped(text)
    if not command.should_escape:
        return text
    for person in actor.workspace.people.values():
        text = re.sub(rf"(?<!\S)@{re.escape(person.name)}(?!\S)", f"<@{person.id}|{person.name}>", text)
    for channel in actor.workspace.channels.values():
        name = "" if channel.is_private else channel.name
        text = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", f"<#{channel.id}|{name}>", text)
    return re.sub(r"(?<!\S)(https?://\S+)", r"<\1>", text)


def _show_response(actor: Actor, channel: Channel, response: Json) -> None:
    response_url = ResponseUrl(actor.person.id, channel.id, actor.workspace.clock.now())
    try:
        respond(actor.workspace, response_url, response)
    except RefusedError as refused:
        raise actor.invalid_response(f"Slack rejects the acknowledgement's payload: {refused}.") from refused
