"""A channel's preferences: a modal that opens at once, previews them and saves them."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.notices import window_not_opened
from bot.cards.preferences import changed_message, changes, when_sentence
from bot.cards.preferences_form import form_of, opening_modal, preferences_modal, sentence_modal
from bot.cards.preview import Chosen, Preview, preview_blocks, preview_refused
from bot.cards.status import ChannelStatus
from bot.cards.topics import with_topics
from bot.delivery.messages import choose_whole_day
from bot.delivery.selection import Selection, Verdict, Why
from bot.locale import Reader, words_for
from bot.sources.kinds import OFFERED_SOURCES
from bot.status import channel_status
from bot.subscriptions.preferences import save_preferences
from bot.text.mrkdwn import escape, join
from handlers.answers import Answers
from handlers.channels import ChannelContext, channel_state, refusal_reason, refusal_sentence
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.parts import Parts
from handlers.payloads import place_of
from handlers.people import Person
from handlers.preferences_form import InvalidForm, proposed, read_form, read_preferences
from handlers.topics import propose_for_channel
from storage.records import PAUSED_BY_PERSON, Preferences, Subscription, Topic, TopicOwner
from storage.tables import Tables

_FIRST_ONES = 3

# Slack waits three seconds for the answer to a form; the pacer may reach the channel later than that.
_SECONDS_TO_ANNOUNCE = 1.5


@dataclass(frozen=True, slots=True)
class _Saved:
    """The subscription before a save, if there was one, and the channel's status after it."""

    before: Subscription | None
    after: ChannelStatus


async def open_preferences(parts: Parts, channel: ChannelContext, workspace: str, answers: Answers) -> None:
    """Open the modal at once, as Slack allows three seconds for it, and fill it in afterwards."""
    opening = asyncio.create_task(parts.people.get(channel.client, workspace, answers.person))
    view_id = await answers.open_modal(opening_modal())
    person = await opening
    if not view_id:
        await answers.tell(window_not_opened(person.words), person.words)
        return
    reason = await refusal_reason(channel)
    if reason:
        view = sentence_modal(refusal_sentence(reason, channel.bot, person.words), person.words)
    else:
        view = await _first_view(parts, person, channel.id)
    if not await answers.show_in_modal(view_id, view):
        await answers.tell(window_not_opened(person.words), person.words)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that open the modal, to the changes in it, and to its submission."""

    async def on_open(
        ack: AsyncAck,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        answers = Answers(client, respond, context.user_id or "", place_of(body))
        channel = ChannelContext(client, answers.place.channel, context.bot_user_id or "")
        await open_preferences(parts, channel, context.team_id or "", answers)

    for action_id in (ids.OPEN_PREFERENCES, ids.SET_UP):
        app.action(action_id)(on_open)
    for action_id in (ids.PREVIEW, *ids.PREVIEWED_AT_ONCE):
        listen(app, parts, str(action_id), _on_preview)
    listen_to_form(app, parts, ids.SUBMIT_PREFERENCES, _on_submit)


async def _on_preview(parts: Parts, click: Click) -> None:
    view = await _previewed(parts, click.person, click.view)
    await click.answers.show_in_modal(click.place.view_id, view)


async def _first_view(parts: Parts, person: Person, channel: str) -> Block:
    def read(tables: Tables) -> tuple[Preferences, tuple[str, ...], Preview | None]:
        subscription = tables.subscriptions.of_channel(person.workspace, channel)
        preferences = (
            subscription.preferences if subscription else proposed(person, tables.listings.sources())
        )
        return preferences, _known_sources(tables), preview(tables, person.workspace, channel, preferences)

    preferences, sources, latest = await parts.storage.read(read)
    drawn = preview_blocks(latest, person.words)
    return preferences_modal(form_of(preferences), sources, drawn, channel, person.words)


async def _previewed(parts: Parts, person: Person, view: Mapping[str, object]) -> Block:
    """Return the modal as it is filled in, with a preview of that or the first error in it."""
    sources = await parts.storage.read(_known_sources)
    form, channel = read_form(view, sources), ids.read_channel(view.get("private_metadata"))
    preferences = read_preferences(form, person.words)
    if isinstance(preferences, InvalidForm):
        drawn = preview_refused(next(iter(preferences.errors.values())))
    else:
        latest = await parts.storage.read(
            lambda tables: preview(tables, person.workspace, channel, preferences)
        )
        drawn = preview_blocks(latest, person.words)
    return preferences_modal(form, sources, drawn, channel, person.words)


async def _on_submit(parts: Parts, form: Submission) -> None:
    person, words = form.person, form.person.words
    channel = ChannelContext(form.client, ids.read_channel(form.view.get("private_metadata")), form.bot)
    sources = await parts.storage.read(_known_sources)
    preferences = read_preferences(read_form(form.view, sources), words)
    if isinstance(preferences, InvalidForm):
        errors = {str(field): sentence for field, sentence in preferences.errors.items()}
        await form.ack(response_action="errors", errors=errors)
        return
    state = await channel_state(channel, joins=True)
    if state.refusal:
        await form.replace(sentence_modal(refusal_sentence(state.refusal, channel.bot, words), words))
        return
    saved = await _save(parts, person, channel.id, state.name, preferences)
    announcement = asyncio.create_task(_announce(parts, person, saved))
    asking = asyncio.create_task(_new_topics(parts, person, saved))
    await asyncio.wait([announcement, asking], timeout=_SECONDS_TO_ANNOUNCE)
    reader = person.reader(parts.clock.now())
    shown = _shown(saved, reader, announcement, asking)
    await form.replace(shown)
    # A source that no channel wanted before has something to show as soon as it answers.
    await parts.watcher.start_due_polls()
    await asyncio.wait([announcement, asking])
    late = _shown(saved, reader, announcement, asking)
    if late != shown:
        await form.answers.show_in_modal(form.answers.place.view_id, late)


def _shown(
    saved: _Saved,
    reader: Reader,
    announcement: asyncio.Task[str | None],
    asking: asyncio.Task[Message | None],
) -> Block:
    """Return the modal that says that it is saved, with what has been learned by now."""
    failure = announcement.result() if announcement.done() else None
    topics = asking.result() if asking.done() else None
    view = _confirmation(saved, reader, failure)
    return with_topics(view, topics) if topics else view


async def _new_topics(parts: Parts, person: Person, saved: _Saved) -> Message | None:
    """Return the topics of what the channel is about, to be confirmed, where that has changed."""
    before, after = saved.before.preferences.about if saved.before else "", saved.after.subscription
    if before == after.preferences.about:
        return None
    return await propose_for_channel(parts, person, after.channel)


async def _save(parts: Parts, person: Person, channel: str, name: str, preferences: Preferences) -> _Saved:
    now = parts.clock.now()

    def write(tables: Tables) -> _Saved:
        before = tables.subscriptions.of_channel(person.workspace, channel)
        # A pause for Slack's refusal ends: Slack was asked just now and lets the bot post again.
        ends_pause = before is None or before.paused_reason != PAUSED_BY_PERSON
        subscription = save_preferences(
            tables,
            person.workspace,
            channel,
            preferences,
            now,
            channel_name=name,
            created_by=person.id,
            ends_pause=ends_pause,
        )
        return _Saved(before, channel_status(tables, subscription, now))

    return await parts.storage.write(write)


async def _announce(parts: Parts, person: Person, saved: _Saved) -> str | None:
    """Announce the change in the channel, in its language; return why that failed, if it did."""
    subscription = saved.after.subscription
    before, after = saved.before.preferences if saved.before else None, subscription.preferences
    words = words_for(after.language)
    if before and not changes(before, after, words):
        return None
    message = changed_message(before, after, person.id, words)
    return await parts.announcer.announce(subscription.workspace, subscription.channel, message)


def _confirmation(saved: _Saved, reader: Reader, failure: str | None) -> Block:
    words, subscription = reader.words, saved.after.subscription
    first = words.mrkdwn("settings.not_told", reason=failure) if failure else words.mrkdwn("settings.saved")
    following = escape(when_sentence(subscription, saved.after.next_at, reader))
    post_now = Button(ids.POST_NOW, words("button.post_now"))
    return sentence_modal(join("\n", [first, following]), words, post_now, about=subscription.channel)


def preview(tables: Tables, workspace: str, channel: str, preferences: Preferences) -> Preview | None:
    """Return what preferences make of the latest complete list; `None` where there is no list."""
    day = tables.listings.latest_complete_day(preferences.sources)
    if day is None:
        return None
    topics = _topics(tables, workspace, channel, preferences)
    selection = choose_whole_day(tables, day, preferences, topics).selection
    chosen = (*selection.cards, *selection.rest)
    verdicts = {verdict.entry.paper.id: verdict for verdict in selection.verdicts}
    had = tables.posts.papers_of_channel(workspace, channel, [entry.paper.id for entry in chosen])
    return Preview(
        day=day,
        cards=len(selection.cards),
        rest=len(selection.rest),
        first=tuple(_chosen(verdicts[entry.paper.id]) for entry in chosen[:_FIRST_ONES]),
        left_out=_left_out(selection),
        had=len(had),
        matches=_matches(selection),
        moved=selection.moved,
    )


def _topics(tables: Tables, workspace: str, channel: str, preferences: Preferences) -> tuple[Topic, ...]:
    """Return the channel's topics as long as it is about what they were made of."""
    current = tables.subscriptions.of_channel(workspace, channel)
    if not preferences.about or current is None or current.preferences.about != preferences.about:
        return ()
    return tables.topics.used(TopicOwner(workspace, channel=channel))


def _chosen(verdict: Verdict) -> Chosen:
    return Chosen(
        verdict.entry.paper,
        word=verdict.what if verdict.why is Why.WORD else "",
        category=verdict.what if verdict.why is Why.CATEGORY else "",
    )


def _matches(selection: Selection) -> dict[str, int]:
    let_in = (verdict.what for verdict in selection.verdicts if verdict.is_in and verdict.what)
    return dict(Counter(let_in).most_common())


def _left_out(selection: Selection) -> dict[str, int]:
    return dict(Counter(str(verdict.why) for verdict in selection.verdicts if not verdict.is_in))


def _known_sources(tables: Tables) -> tuple[str, ...]:
    """Return the sources to choose from: those always offered, and all that have listed a day."""
    return tuple(dict.fromkeys([*OFFERED_SOURCES, *tables.listings.sources()]))
