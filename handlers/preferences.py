"""The settings of a channel: a modal that opens at once, previews what it would bring, and is sent in."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block, Button
from bot.cards.preferences import (
    Form,
    Preview,
    changed_message,
    changes,
    form_of,
    opening_modal,
    preview_blocks,
    preview_refused,
    sentence_modal,
    settings_modal,
    when_sentence,
)
from bot.delivery.messages import choose
from bot.delivery.selection import Selection
from bot.locale import Reader, words_for
from bot.status import channel_status
from bot.subscriptions.preferences import begin
from bot.text import escape, join
from handlers import channels
from handlers.channels import Here
from handlers.parts import Parts
from handlers.people import Person
from handlers.preferences_form import OFFERED_SOURCES, check, proposed, read_form
from storage.records import PAUSED_BY_PERSON, ChannelStatus, Subscription
from storage.tables import Tables

_FIRST_ONES = 3

# Slack waits three seconds for the answer to a form; the channel's turn may come later than that.
_SECONDS_TO_TELL = 1.5


@dataclass(frozen=True, slots=True)
class _Saved:
    """What the channel wanted before, if anything, and how things are with what it wants now."""

    before: Subscription | None
    now: ChannelStatus


async def open_settings(parts: Parts, here: Here, context: AsyncBoltContext, trigger_id: str) -> None:
    """Open the modal at once, since Slack allows it for three seconds alone, and fill it in then."""
    opened = await here.client.views_open(trigger_id=trigger_id, view=opening_modal())
    person = await parts.people.get(here.client, context.team_id or "", context.user_id or "")
    reason = await channels.hindrance(here)
    if reason:
        view = sentence_modal(channels.sentence(reason, here.bot, person.words), person.words)
    else:
        view = await _first_view(parts, person, here.channel)
    await here.client.views_update(view_id=opened["view"]["id"], view=view)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that open the modal, to what is done in it, and to its being sent in."""

    async def on_open(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await ack()
        here = Here(client, body["channel"]["id"], context.bot_user_id or "")
        await open_settings(parts, here, context, body["trigger_id"])

    async def on_preview(
        ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await ack()
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        view = await _previewed(parts, person, body["view"])
        await client.views_update(view_id=body["view"]["id"], view=view)

    async def on_submit(
        ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        here = Here(client, view["private_metadata"], context.bot_user_id or "")
        await _submit(parts, person, here, view, ack)

    for action_id in (ids.OPEN_SETTINGS, ids.SET_UP):
        app.action(action_id)(on_open)
    for action_id in (ids.PREVIEW, *ids.PREVIEWED_AT_ONCE):
        app.action(str(action_id))(on_preview)
    app.view(ids.SUBMIT_SETTINGS)(on_submit)


async def _first_view(parts: Parts, person: Person, channel: str) -> Block:
    def read(tables: Tables) -> tuple[Subscription, tuple[str, ...], Preview | None]:
        wanted = tables.subscriptions.of_channel(person.workspace, channel)
        wanted = wanted or proposed(person, channel, tables.listings.sources())
        return wanted, _known_sources(tables), preview(tables, wanted)

    wanted, sources, latest = await parts.storage.read(read)
    drawn = preview_blocks(latest, person.words)
    return settings_modal(form_of(wanted), sources, drawn, channel, person.words)


async def _previewed(parts: Parts, person: Person, view: dict[str, Any]) -> Block:
    """Return the modal as it is filled in, with a preview of that."""
    form, channel = read_form(view["state"]["values"]), view["private_metadata"]
    base = proposed(person, channel)
    wanted, errors = check(form, base, person.words)

    def read(tables: Tables) -> tuple[tuple[str, ...], Preview | None]:
        return _known_sources(tables), preview(tables, wanted)

    sources, latest = await parts.storage.read(read)
    refusal = next(iter(errors.values()), None)
    drawn = preview_refused(refusal) if refusal else preview_blocks(latest, person.words)
    return settings_modal(form, sources, drawn, channel, person.words)


async def _submit(parts: Parts, person: Person, here: Here, view: dict[str, Any], ack: AsyncAck) -> None:
    form = read_form(view["state"]["values"])
    words = person.words
    _, errors = check(form, proposed(person, here.channel), words)
    if errors:
        await ack(response_action="errors", errors={str(field): said for field, said in errors.items()})
        return
    if reason := await channels.hindrance(here, joins=True):
        refused = sentence_modal(channels.sentence(reason, here.bot, words), words)
        await ack(response_action="update", view=refused)
        return
    saved = await _save(parts, person, here.channel, form)
    telling = asyncio.create_task(_tell_channel(parts, person, saved))
    await asyncio.wait([telling], timeout=_SECONDS_TO_TELL)
    reader = person.reader(parts.clock.now())
    await ack(response_action="update", view=_confirmation(saved, reader, _reason(telling)))
    # A source that nobody wanted before has something to show as soon as it answers.
    await parts.publishing.start_looks()
    if not telling.done() and (reason := await telling):
        await here.client.views_update(view_id=view["id"], view=_confirmation(saved, reader, reason))


async def _save(parts: Parts, person: Person, channel: str, form: Form) -> _Saved:
    now = parts.clock.now()

    def write(tables: Tables) -> _Saved:
        before = tables.subscriptions.of_channel(person.workspace, channel)
        wanted, _ = check(form, before or proposed(person, channel), person.words)
        wanted = replace(wanted, created_by=person.id)
        # Where Slack had refused to post, it was asked just now and would let the bot post again.
        if wanted.paused_reason != PAUSED_BY_PERSON:
            wanted = replace(wanted, paused_reason=None, paused_until=None)
        return _Saved(before, channel_status(tables, begin(tables, wanted, now), now))

    return await parts.storage.write(write)


async def _tell_channel(parts: Parts, person: Person, saved: _Saved) -> str | None:
    wanted = saved.now.subscription
    words = words_for(wanted.language)
    if saved.before and not changes(saved.before, wanted, words):
        return None
    message = changed_message(saved.before, wanted, person.id, words)
    return await parts.announcer.announce(wanted.workspace, wanted.channel, message)


def _reason(telling: asyncio.Task[str | None]) -> str | None:
    """Return why the channel could not be told, as far as that is known by now."""
    return telling.result() if telling.done() else None


def _confirmation(saved: _Saved, reader: Reader, not_told: str | None) -> Block:
    words, wanted = reader.words, saved.now.subscription
    is_saved = words.mrkdwn("settings.saved")
    if not_told:
        is_saved = words.mrkdwn("settings.not_told", reason=not_told)
    following = escape(when_sentence(wanted, saved.now.next_at, reader))
    post_now = Button(ids.POST_NOW, words("button.post_now"))
    return sentence_modal(join("\n", [is_saved, following]), words, post_now, about=wanted.channel)


def preview(tables: Tables, wanted: Subscription) -> Preview | None:
    """Return what the latest complete list gives under these settings; `None` where there is no list."""
    day = tables.listings.latest_complete_day(wanted.sources)
    if day is None:
        return None
    # Chosen as for a channel that has had nothing: what counts here is what the settings make of a day.
    selection = choose(tables, replace(wanted, channel=""), day).selection
    chosen = (*selection.cards, *selection.rest)
    had = tables.posts.papers_of_channel(wanted.workspace, wanted.channel)
    return Preview(
        day=day,
        cards=len(selection.cards),
        rest=len(selection.rest),
        first=tuple(entry.paper for entry in chosen[:_FIRST_ONES]),
        left_out=_left_out(selection),
        had=sum(entry.paper.id in had for entry in chosen),
    )


def _left_out(selection: Selection) -> dict[str, int]:
    return dict(Counter(str(verdict.why) for verdict in selection.verdicts if not verdict.is_in))


def _known_sources(tables: Tables) -> tuple[str, ...]:
    """Return the sources that can be chosen: always offered ones, and all that have listed a day."""
    return tuple(dict.fromkeys([*OFFERED_SOURCES, *tables.listings.sources()]))
