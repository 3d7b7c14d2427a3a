"""Links to papers in messages: where that is wanted, each is shown with a sentence, votes and a Save button.

A channel says so itself, or else the operator's setting does for channels that the bot is in. A paper is
shown once a day in a channel. What somebody is still writing is not looked at: nobody has posted it yet, and
which channel it is for is unknown. Nobody asked for an answer, so what cannot be shown is a line in the log.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block, Message
from bot.cards.link_preview import link_preview
from bot.cards.notices import notice
from bot.delivery.answers import is_ts
from bot.errors import SlackCallError
from bot.locale import words_for
from bot.lookup.papers import paper_entry
from bot.manifest import LINK_SCOPES, Event
from bot.subscriptions.due import local_date
from bot.text.mrkdwn import Mrkdwn
from handlers.channels import Requester, channel_state, refusal_sentence
from handlers.linked_papers import paper_of_link
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from handlers.requests import Links
from handlers.slack_calls import call
from storage.tables import Tables

MOST_SHOWN = 5
"""How many papers of one message are shown, the first ones."""

_TRIES = 2
_COMPOSER = "composer"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shared:
    """Links to papers in a message, by whom Slack names."""

    workspace: str
    channel: str
    person: str
    ts: str
    #: Whether the bot is in the channel.
    is_member: bool
    #: The first link to each paper as Slack writes it, by the paper's id.
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Previews:
    """What is to be shown, by the papers' ids, on a day of the channel."""

    day: date
    blocks: Mapping[str, tuple[Block, ...]]


async def answer(parts: Parts, requester: Requester, request: Links) -> Message | None:
    """Have the channel's links shown or not and announce it there; else answer how it is."""
    if request.is_on is None:
        return await _show_choice(parts, requester)
    if request.is_on and (refusal := await _refusal(requester)):
        return refusal
    workspace, channel, is_on = requester.person.workspace, requester.channel.id, request.is_on
    await parts.storage.write(lambda tables: tables.link_choices.put(workspace, channel, is_on=is_on))
    return await _announce(parts, requester, "told.links_on" if is_on else "told.links_off")


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to links in messages."""

    async def on_shared(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        shared = _shared(event, context)
        if shared is None or not await _wants_links(parts, shared):
            return
        person = await parts.people.get(client, shared.workspace, shared.person)
        if parts.unlisted:
            await parts.unlisted.find_all(shared.workspace, shared.person, tuple(shared.links))
        previews = await parts.storage.write(lambda tables: _take(parts, tables, shared, person))
        if previews.blocks:
            await _show(parts, client, shared, previews)

    app.event(Event.LINK_SHARED)(on_shared)


def _shared(event: Mapping[str, object], context: AsyncBoltContext) -> _Shared | None:
    """Return the links to papers, `None` for none, and for those that somebody is still writing."""
    links = event.get("links")
    urls = [text_at(each, "url") for each in links] if isinstance(links, list) else []
    papers: dict[str, str] = {}
    for url in urls:
        if paper_id := paper_of_link(url):
            papers.setdefault(paper_id, url)
    found = _Shared(
        context.team_id or "",
        text_at(event, "channel"),
        text_at(event, "user"),
        text_at(event, "message_ts"),
        is_member=event.get("is_bot_user_member") is True,
        links=dict(islice(papers.items(), MOST_SHOWN)),
    )
    # The `ts` of what is being written is none of a message.
    is_posted = text_at(event, "source") != _COMPOSER and is_ts(found.ts)
    is_whole = is_posted and all((found.workspace, found.channel, found.person, found.links))
    return found if is_whole and found.person != context.bot_user_id else None


async def _wants_links(parts: Parts, shared: _Shared) -> bool:
    chosen = await parts.storage.read(
        lambda tables: tables.link_choices.get(shared.workspace, shared.channel)
    )
    return parts.shows_links and shared.is_member if chosen is None else chosen


def _take(parts: Parts, tables: Tables, shared: _Shared, person: Person) -> _Previews:
    """Take the papers that are known and not shown yet on this day of the channel, or else of the person."""
    now = parts.clock.now()
    subscription = tables.subscriptions.of_channel(shared.workspace, shared.channel)
    wanted = subscription.preferences if subscription else None
    day = local_date(now, ZoneInfo(wanted.zone) if wanted else person.zone)
    language = wanted.language if wanted else person.language
    entries = [entry for each in shared.links if (entry := paper_entry(tables, each, language))]
    known = [entry.paper.id for entry in entries]
    taken = tables.shown_links.take(shared.workspace, shared.channel, known, day, shared.ts, now)
    words = words_for(language)
    blocks = {entry.paper.id: link_preview(entry, words) for entry in entries if entry.paper.id in taken}
    return _Previews(day, blocks)


async def _show(parts: Parts, client: AsyncWebClient, shared: _Shared, previews: _Previews) -> None:
    unfurls = {shared.links[each]: {"blocks": list(drawn)} for each, drawn in previews.blocks.items()}
    try:
        await _unfurl(client, shared, unfurls)
    except SlackCallError as error:
        fields = {"action": "show links", "channel": shared.channel, "error": error.reason}
        _logger.info("Slack did not take what is shown of links: %(error)s", fields, extra=fields)
        await parts.storage.write(lambda tables: _give_back(tables, shared, previews))


async def _unfurl(
    client: AsyncWebClient, shared: _Shared, unfurls: Mapping[str, Mapping[str, Sequence[Block]]]
) -> None:
    """Show the links; a second time they would only be shown anew, so a lost answer costs no more."""
    for tried in range(1, _TRIES + 1):
        try:
            await call(client, "chat.unfurl", channel=shared.channel, ts=shared.ts, unfurls=unfurls)
        except SlackCallError as error:
            if tried == _TRIES or not error.is_passing:
                raise
        else:
            return


def _give_back(tables: Tables, shared: _Shared, previews: _Previews) -> None:
    place = (shared.workspace, shared.channel)
    tables.shown_links.give_back(*place, previews.blocks, previews.day, shared.ts)


async def _show_choice(parts: Parts, requester: Requester) -> Message:
    """Answer whether the channel's links are shown, and how to change that."""
    place = (requester.person.workspace, requester.channel.id)
    chosen = await parts.storage.read(lambda tables: tables.link_choices.get(*place))
    key = "links.on" if (parts.shows_links if chosen is None else chosen) else "links.off"
    return notice(requester.person.words.mrkdwn(key, command=parts.command))


async def _refusal(requester: Requester) -> Message | None:
    """Return why links cannot be shown in the channel, which the bot joins where it can."""
    words = requester.person.words
    state = await channel_state(requester.channel, joins=True)
    if state.refusal:
        return notice(refusal_sentence(state.refusal, requester.channel.bot, words))
    missing = [scope for scope in LINK_SCOPES if scope not in state.scopes]
    if missing:
        scopes = Mrkdwn(words.series([f"`{scope}`" for scope in missing]))
        return notice(words.mrkdwn("links.no_scope", scopes=scopes))
    return None


async def _announce(parts: Parts, requester: Requester, key: str) -> Message | None:
    """Announce in the channel what the person did; return an answer to them where that failed."""
    person, channel = requester.person, requester.channel.id
    subscription = await parts.storage.read(
        lambda tables: tables.subscriptions.of_channel(person.workspace, channel)
    )
    words = words_for(subscription.preferences.language) if subscription else person.words
    message = notice(words.mrkdwn(key, person=Mrkdwn(f"<@{person.id}>"), command=parts.command))
    reason = await parts.announcer.announce(person.workspace, channel, message)
    return notice(person.words.mrkdwn("digests.not_told", reason=reason)) if reason else None
