"""Reactions: one saves the papers of a message, another says that its person will read them.

Its removal takes them off the list again, or takes that back.

Nobody else hears of it, and the person only if something could not be done: their reaction is its own answer.
What the reaction saved is removed with it, unless the person saved it in another way since, or has noted,
tagged or begun it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.linked import linked_papers_message
from bot.delivery.answers import is_ts
from bot.errors import SlackCallError
from bot.manifest import Event
from handlers import readers
from handlers.answers import Answers
from handlers.exports import refused
from handlers.linked_papers import MOST_LINKED, linked_papers
from handlers.parts import Parts
from handlers.payloads import Place, text_at
from handlers.people import Person
from handlers.saves import save_all
from handlers.slack_calls import call
from storage.records import SavedIn
from storage.tables import Tables

_SKIN_TONE = "::"
_GONE = frozenset({"thread_not_found", "channel_not_found", "message_not_found"})
"""Slack's errors for a message that was deleted meanwhile, or a channel that the bot was removed from."""


@dataclass(frozen=True, slots=True)
class _Reaction:
    """A reaction to a message, by whom Slack names."""

    workspace: str
    person: str
    emoji: str
    channel: str
    ts: str

    @property
    def key(self) -> str:
        return f"{self.workspace} {self.person} {self.channel} {self.ts}"


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to reactions and their removal; both of one person on one message are taken in turn."""
    turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def on_added(
        event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        if reaction := _reaction(event, context):
            await _added(parts, client, respond, reaction, turns.setdefault(reaction.key, asyncio.Lock()))

    async def on_removed(
        event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        if reaction := _reaction(event, context):
            await _removed(parts, client, respond, reaction, turns.setdefault(reaction.key, asyncio.Lock()))

    app.event(Event.REACTION_ADDED)(on_added)
    app.event(Event.REACTION_REMOVED)(on_removed)


def _reaction(event: Mapping[str, object], context: AsyncBoltContext) -> _Reaction | None:
    """Return the reaction where it is one to a message, `None` for a file's."""
    found = _Reaction(
        context.team_id or "",
        text_at(event, "user"),
        text_at(event, "reaction").partition(_SKIN_TONE)[0],
        text_at(event, "item", "channel"),
        text_at(event, "item", "ts"),
    )
    is_whole = all((found.workspace, found.person, found.emoji, found.channel, is_ts(found.ts)))
    return found if is_whole and found.person != context.bot_user_id else None


async def _added(
    parts: Parts, client: AsyncWebClient, respond: AsyncRespond, reaction: _Reaction, turn: asyncio.Lock
) -> None:
    saves, reads = await _saves(parts, reaction), await _reads(parts, reaction)
    async with turn:
        if saves:
            await _save(parts, client, respond, reaction)
        if reads:
            await _take_up(parts, client, respond, reaction)


async def _removed(
    parts: Parts, client: AsyncWebClient, respond: AsyncRespond, reaction: _Reaction, turn: asyncio.Lock
) -> None:
    saves = await _saves(parts, reaction)
    async with turn:
        if saves:
            await _remove(parts, reaction)
        if reaction.emoji in readers.EMOJI:
            await _put_down(parts, client, respond, reaction)


async def _saves(parts: Parts, reaction: _Reaction) -> bool:
    """Return whether it is the emoji that saves papers, by the person's own setting or else the bot's."""
    own = await parts.storage.read(
        lambda tables: tables.personal_settings.get(reaction.workspace, reaction.person)
    )
    chosen = own.reaction if own and own.reaction is not None else parts.save_reaction
    return reaction.emoji == chosen


async def _reads(parts: Parts, reaction: _Reaction) -> bool:
    """Return whether the reaction says that its person will read what the message is about."""
    return reaction.emoji in readers.EMOJI and await readers.is_read_together(
        parts, reaction.workspace, reaction.channel
    )


async def _take_up(parts: Parts, client: AsyncWebClient, respond: AsyncRespond, reaction: _Reaction) -> None:
    person = await parts.people.get(client, reaction.workspace, reaction.person)
    answers = Answers(client, respond, person.id, Place(channel=reaction.channel))
    try:
        paper_ids = await _papers_to_read(parts, client, reaction)
    except SlackCallError as error:
        await answers.tell(refused(error, person.words, "reading.unread"), person.words)
        return
    missing = await readers.take_up(parts, person, reaction.channel, paper_ids)
    if missing:
        await answers.tell(missing, person.words)


async def _put_down(parts: Parts, client: AsyncWebClient, respond: AsyncRespond, reaction: _Reaction) -> None:
    """Take back what the reaction said; of a card also where the channel has stopped reading together."""
    try:
        paper_ids = await _papers_to_read(parts, client, reaction)
    except SlackCallError as error:
        person = await parts.people.get(client, reaction.workspace, reaction.person)
        answers = Answers(client, respond, person.id, Place(channel=reaction.channel))
        await answers.tell(refused(error, person.words, "reading.unread"), person.words)
        return
    await readers.put_down(parts, reaction.workspace, reaction.channel, reaction.person, paper_ids)


async def _papers_to_read(parts: Parts, client: AsyncWebClient, reaction: _Reaction) -> tuple[str, ...]:
    """Return the paper of a card, or those that a person's message links to; raises `SlackCallError`.

    A digest's head and its lists name many papers that nobody means by one reaction.
    """
    sent = await parts.storage.read(
        lambda tables: tables.posts.papers_of_message(reaction.workspace, reaction.channel, reaction.ts)
    )
    if sent:
        return sent.paper_ids if len(sent.paper_ids) == 1 else ()
    if not await readers.is_read_together(parts, reaction.workspace, reaction.channel):
        return ()
    return linked_papers(await _message(client, reaction))


async def _save(parts: Parts, client: AsyncWebClient, respond: AsyncRespond, reaction: _Reaction) -> None:
    person = await parts.people.get(client, reaction.workspace, reaction.person)
    answers = Answers(client, respond, person.id, Place(channel=reaction.channel))
    try:
        paper_ids, saved_in = await _read(parts, client, reaction)
    except SlackCallError as error:
        await answers.tell(refused(error, person.words, "reaction.unread"), person.words)
        return
    if paper_ids:
        await _save_all(parts, person, answers, paper_ids, saved_in)


async def _save_all(
    parts: Parts, person: Person, answers: Answers, paper_ids: tuple[str, ...], saved_in: SavedIn
) -> None:
    done = await save_all(parts, person, paper_ids, saved_in, by_reaction=True)
    if done.not_found or done.no_answer or done.too_many:
        place = replace(answers.place, thread=saved_in.thread_ts or "")
        told = linked_papers_message(replace(done, saved=(), already=()), person.words)
        await replace(answers, place=place).tell(told, person.words)


async def _remove(parts: Parts, reaction: _Reaction) -> None:
    now, whose = parts.clock.now(), (reaction.workspace, reaction.person)

    def write(tables: Tables) -> None:
        saved = tables.saved_papers.saved_by_reaction(*whose, reaction.channel, reaction.ts)
        for paper_id in saved:
            tables.saved_papers.remove(*whose, paper_id, now)

    await parts.storage.write(write)


async def _read(parts: Parts, client: AsyncWebClient, reaction: _Reaction) -> tuple[tuple[str, ...], SavedIn]:
    """Return the papers of the message, from the ledger where it is a card; raises `SlackCallError`."""
    sent = await parts.storage.read(
        lambda tables: tables.posts.papers_of_message(reaction.workspace, reaction.channel, reaction.ts)
    )
    if sent and sent.paper_ids:
        return sent.paper_ids[:MOST_LINKED], SavedIn(reaction.channel, reaction.ts, sent.thread_ts)
    message = await _message(client, reaction)
    thread = text_at(message, "thread_ts")
    thread_ts = thread if thread and thread != reaction.ts else None
    return linked_papers(message), SavedIn(reaction.channel, reaction.ts, thread_ts)


async def _message(client: AsyncWebClient, reaction: _Reaction) -> Mapping[str, object]:
    """Return the message, an empty one where it is gone; raises `SlackCallError`."""
    only = {"oldest": reaction.ts, "latest": reaction.ts, "inclusive": True}
    try:
        answer = await call(client, "conversations.replies", channel=reaction.channel, ts=reaction.ts, **only)
    except SlackCallError as error:
        if error.reason in _GONE:
            return {}
        raise
    messages = answer.body.get("messages")
    found = messages if isinstance(messages, list) else []
    return next((each for each in found if text_at(each, "ts") == reaction.ts), {})
