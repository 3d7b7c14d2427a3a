"""The slash command: every request has an answer, to the person alone or to the channel that it changes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Message
from bot.cards.notices import help_message, notice
from bot.text import cut
from handlers import lookup, requests, saved_papers, subscriptions
from handlers.channels import Here
from handlers.parts import Parts
from handlers.people import Person
from handlers.preferences import open_settings
from handlers.status import show_status
from handlers.subscriptions import Asked

_ECHOED_CHARACTERS = 200


async def answer(parts: Parts, asked: Asked, request: requests.Request) -> Message | None:
    """Return the answer to the person alone, or `None` where the whole channel was told instead."""
    if act := _ACTS.get(type(request)):
        return await act(parts, asked, request)
    return await _ANSWERS[type(request)](parts, asked.person, request)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the command."""

    async def on_command(
        ack: AsyncAck,
        command: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        request = requests.parse_request(command.get("text", ""))
        here = Here(client, command["channel_id"], context.bot_user_id or "")
        if isinstance(request, requests.Subscribe):
            await open_settings(parts, here, context, command["trigger_id"])
            return
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        message = await answer(parts, Asked(person, here), request)
        if message:
            await respond(text=message.text, blocks=list(message.blocks), response_type="ephemeral")

    app.command(parts.command)(on_command)


async def _help(parts: Parts, person: Person, _request: requests.Help) -> Message:
    return help_message(parts.command, person.words)


async def _no_such_day(parts: Parts, person: Person, request: requests.NoSuchDay) -> Message:
    return notice(person.words.mrkdwn("lookup.bad_date", text=request.text, command=parts.command))


async def _not_understood(parts: Parts, person: Person, request: requests.NotUnderstood) -> Message:
    text = cut(request.text, _ECHOED_CHARACTERS)
    return notice(person.words.mrkdwn("lookup.not_understood", text=text, command=parts.command))


_ACTS: Mapping[type[requests.Request], Callable[[Parts, Asked, Any], Awaitable[Message | None]]] = {
    requests.ShowSettings: subscriptions.show,
    requests.Unsubscribe: subscriptions.unsubscribe,
    requests.Pause: subscriptions.pause,
    requests.PauseUntilWhen: subscriptions.pause_until_when,
    requests.Resume: subscriptions.resume,
    requests.ShowStatus: show_status,
}

_ANSWERS: Mapping[type[requests.Request], Callable[[Parts, Person, Any], Awaitable[Message]]] = {
    requests.Latest: lookup.latest,
    requests.OfDay: lookup.of_day,
    requests.DaysAgo: lookup.days_ago,
    requests.OnePaper: lookup.one_paper,
    requests.ShowSavedPapers: saved_papers.my_papers,
    requests.Save: saved_papers.save,
    requests.Remove: saved_papers.remove,
    requests.WhichPaper: saved_papers.which_paper,
    requests.Help: _help,
    requests.NoSuchDay: _no_such_day,
    requests.NotUnderstood: _not_understood,
}
