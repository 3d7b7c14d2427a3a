"""The slash command: requests are answered to the person or announced in the channel."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Message
from bot.cards.notices import help_message, notice
from bot.lookup.unlisted import Finding
from bot.text.mrkdwn import cut
from handlers import (
    exports,
    follows,
    forget,
    links,
    lookup,
    requests,
    saved_papers,
    search,
    subscriptions,
    topics,
    unlisted,
    weeks,
)
from handlers.answers import Answers
from handlers.channels import ChannelContext, Requester
from handlers.imports import open_import
from handlers.parts import Parts
from handlers.payloads import place_of, text_at
from handlers.people import Person
from handlers.preferences import open_preferences
from handlers.shelf import show_shelf
from handlers.status import show_status

_ECHOED_CHARACTERS = 200

# What Slack says where it does not tell a channel's name.
_NO_NAMES = frozenset({"directmessage", "privategroup"})


async def answer(parts: Parts, requester: Requester, request: requests.Request) -> Message | None:
    """Return the answer to the person, or `None` where the channel got an announcement instead."""
    if answer_in_channel := _CHANNEL_ANSWERS.get(type(request)):
        return await answer_in_channel(parts, requester, request)
    if answer_with_client := _ANSWERS_WITH_CLIENT.get(type(request)):
        return await answer_with_client(parts, requester, request)
    return await _ANSWERS[type(request)](parts, requester.person, request)


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
        text = text_at(command, "text")
        place = place_of(command)
        channel = ChannelContext(client, place.channel, context.bot_user_id or "", place.channel_name)
        answers = Answers(client, respond, context.user_id or "", place)
        # Slack waits for a modal for three seconds, and who the person is may take longer to learn.
        if requests.asks_to_subscribe(text):
            await open_preferences(parts, channel, context.team_id or "", answers)
            return
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        request = requests.parse_request(text, person.today(parts.clock.now()))
        if isinstance(request, requests.Import):
            await open_import(answers, person)
            return
        message = await _answer(parts, Requester(person, channel), request, answers)
        if type(request) in _CHANNEL_ANSWERS:
            await _keep_name(parts, person.workspace, place.channel, text_at(command, "channel_name"))
        if message:
            await answers.tell(message, person.words)

    app.command(parts.command)(on_command)


async def _answer(
    parts: Parts, requester: Requester, request: requests.Request, answers: Answers
) -> Message | None:
    """Return the answer, or `None` where it is told; arXiv is asked first about papers that are not known."""
    person = requester.person
    findings = await unlisted.find(parts, person, requests.papers_asked_for(request), answers)
    if sentence := unlisted.not_found(findings, person):
        return sentence
    message = await answer(parts, requester, request)
    is_fetched = Finding.FETCHED in findings.values()
    if message and is_fetched and isinstance(request, requests.OnePaper | requests.Save):
        await unlisted.tell_fetched(parts, person, request, message, answers)
        return None
    return message


async def _keep_name(parts: Parts, workspace: str, channel: str, name: str) -> None:
    """Keep the channel's name for the command line, as channels are renamed; a direct message has none."""
    if name not in _NO_NAMES:
        await parts.storage.write(lambda tables: tables.channel_names.put(workspace, channel, name))


async def _help(parts: Parts, person: Person, _request: requests.ShowHelp) -> Message:
    return help_message(parts.command, person.words)


async def _invalid_date(parts: Parts, person: Person, request: requests.InvalidDate) -> Message:
    return notice(person.words.mrkdwn("lookup.bad_date", text=request.text, command=parts.command))


async def _not_understood(parts: Parts, person: Person, request: requests.NotUnderstood) -> Message:
    echoed = cut(request.text, _ECHOED_CHARACTERS)
    return notice(person.words.mrkdwn("lookup.not_understood", text=echoed, command=parts.command))


_ANSWERS_WITH_CLIENT: Mapping[
    type[requests.Request], Callable[[Parts, Requester, Any], Awaitable[Message]]
] = {
    requests.OnePaper: lookup.one_paper,
    requests.Export: exports.export_list,
}

_CHANNEL_ANSWERS: Mapping[
    type[requests.Request], Callable[[Parts, Requester, Any], Awaitable[Message | None]]
] = {
    requests.ShowPreferences: subscriptions.show,
    requests.Unsubscribe: subscriptions.unsubscribe,
    requests.Pause: subscriptions.pause,
    requests.InvalidPauseDate: subscriptions.invalid_pause_date,
    requests.Resume: subscriptions.resume,
    requests.Links: links.answer,
    requests.ShowStatus: show_status,
    requests.ShowShelf: show_shelf,
}

_ANSWERS: Mapping[type[requests.Request], Callable[[Parts, Person, Any], Awaitable[Message]]] = {
    requests.Latest: lookup.latest,
    requests.OfDay: lookup.of_day,
    requests.DaysAgo: lookup.days_ago,
    requests.ShowWeek: weeks.show_week,
    requests.Search: search.search,
    requests.Similar: search.find_similar,
    requests.ShowSavedPapers: saved_papers.my_papers,
    requests.Save: saved_papers.save,
    requests.Remove: saved_papers.remove,
    requests.Follow: follows.follow,
    requests.Unfollow: follows.unfollow,
    requests.ShowFollowing: follows.show_following,
    requests.Tune: topics.tune,
    requests.ForgetMe: forget.show_kept,
    requests.MissingPaperId: saved_papers.missing_paper_id,
    requests.ShowHelp: _help,
    requests.InvalidDate: _invalid_date,
    requests.NotUnderstood: _not_understood,
}
