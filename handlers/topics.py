"""What a person or a channel wants more of and less of: read, shown, and counted once they confirm it."""

import asyncio
from collections.abc import Callable

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.notices import answer_modal, notice
from bot.cards.topics import Tuned, edit_topics_modal, topics_told, tuned_message
from bot.locale import words_for
from bot.lookup.topics import topics_in
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.requests import Tune
from storage.records import Topic, TopicOwner
from storage.tables import Tables
from storage.topics import MOST_TOPICS

SECONDS_TO_READ = 20.0
"""How long a person waits for a model; then their own words count."""


async def tune(parts: Parts, person: Person, request: Tune) -> Message:
    """Answer with what the person wants more of and less of, or with what a sentence asks for."""
    owner = _of_person(person)
    if not request.text:
        tuned = await parts.storage.read(lambda tables: _tuned(tables, owner))
        return tuned_message(tuned, parts.command, person.words)
    topics, by_model = await _read(parts, request.text)
    if not topics:
        return notice(person.words.mrkdwn("tune.not_understood", command=parts.command))

    def write(tables: Tables) -> Tuned | None:
        used = {each.words for each in tables.topics.used(owner)}
        if len(used.union(each.words for each in topics)) > MOST_TOPICS:
            return None
        tables.topics.propose(owner, topics)
        return Tuned(proposed=tables.topics.proposed(owner), by_model=by_model)

    proposed = await parts.storage.write(write)
    if proposed is None:
        return notice(person.words.mrkdwn("tune.too_many", most=MOST_TOPICS, command=parts.command))
    return tuned_message(proposed, parts.command, person.words)


async def propose_for_channel(parts: Parts, person: Person, channel: str) -> Message | None:
    """Return the topics of what a channel is about, for the person to confirm; `None` where it says nothing.

    What was confirmed, or waits for that, is shown as it is; no sentence is read twice.
    """
    owner = TopicOwner(person.workspace, channel=channel)

    def read(tables: Tables) -> tuple[str, Tuned]:
        subscription = tables.subscriptions.of_channel(person.workspace, channel)
        return subscription.preferences.about if subscription else "", _tuned(tables, owner)

    about, tuned = await parts.storage.read(read)
    if not about:
        return None
    if not tuned.used and not tuned.proposed:
        tuned = await _proposed(parts, owner, about)
    return tuned_message(tuned, parts.command, person.words)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons below topics, and to the form that changes them."""
    listen(app, parts, ids.USE_TOPICS, _on_use)
    listen(app, parts, ids.DROP_TOPICS, _on_drop)
    listen(app, parts, ids.END_TOPICS, _on_end)
    listen(app, parts, ids.EDIT_TOPICS, _on_edit)
    listen(app, parts, ids.SHOW_TOPICS, _on_show)
    listen_to_form(app, parts, ids.SUBMIT_TOPICS, _on_submit)


async def _read(parts: Parts, sentence: str) -> tuple[tuple[Topic, ...], bool]:
    """Return what a sentence asks for, and whether a model read it; else its own words count."""
    if parts.topic_reader:
        try:
            async with asyncio.timeout(SECONDS_TO_READ):
                found = await parts.topic_reader.read(sentence)
        except TimeoutError:
            found = ()
        if found:
            return found, True
    return topics_in(sentence), False


async def _proposed(parts: Parts, owner: TopicOwner, about: str) -> Tuned:
    """Propose the topics of a channel's sentence, unless it has another one by the time they are read."""
    topics, by_model = await _read(parts, about)

    def write(tables: Tables) -> Tuned:
        current = tables.subscriptions.of_channel(owner.workspace, owner.channel)
        if current and current.preferences.about == about:
            tables.topics.propose(owner, topics)
        return _tuned(tables, owner, by_model=by_model)

    return await parts.storage.write(write)


def _of_person(person: Person) -> TopicOwner:
    return TopicOwner(person.workspace, person=person.id)


def _owner(click: Click) -> TopicOwner:
    """Return whose topics a button is for: of who clicked, or of the channel that they are in."""
    if ids.read_are_channels_topics(click.value):
        return TopicOwner(click.person.workspace, channel=click.channel)
    return _of_person(click.person)


def _tuned(tables: Tables, owner: TopicOwner, *, by_model: bool | None = None) -> Tuned:
    used, proposed = tables.topics.used(owner), tables.topics.proposed(owner)
    return Tuned(used, proposed, by_model, are_channels=bool(owner.channel))


async def _on_use(parts: Parts, click: Click) -> None:
    await _change(parts, click, lambda tables, owner: tables.topics.use(owner))


async def _on_drop(parts: Parts, click: Click) -> None:
    await _change(parts, click, lambda tables, owner: tables.topics.drop(owner))


async def _on_end(parts: Parts, click: Click) -> None:
    await _change(parts, click, lambda tables, owner: tables.topics.end(owner))


async def _change(parts: Parts, click: Click, change: Callable[[Tables, TopicOwner], object]) -> None:
    """Change topics, show what there is now in place of the button, and tell the channel if it is theirs."""
    owner = _owner(click)
    before, after = await _changed(parts, owner, change)
    await click.replace(tuned_message(after, parts.command, click.person.words))
    await _tell_channel(parts, click.person, owner, before, after)


async def _changed(
    parts: Parts, owner: TopicOwner, change: Callable[[Tables, TopicOwner], object]
) -> tuple[Tuned, Tuned]:
    def write(tables: Tables) -> tuple[Tuned, Tuned]:
        before = _tuned(tables, owner)
        if not owner.channel or _is_about_something(tables, owner):
            change(tables, owner)
        return before, _tuned(tables, owner)

    return await parts.storage.write(write)


def _is_about_something(tables: Tables, owner: TopicOwner) -> bool:
    """Return whether the channel still says what it is about; its topics ended with that."""
    subscription = tables.subscriptions.of_channel(owner.workspace, owner.channel)
    return bool(subscription and subscription.preferences.about)


async def _tell_channel(parts: Parts, person: Person, owner: TopicOwner, before: Tuned, after: Tuned) -> None:
    """Announce in the channel what its digest puts first from now on, if that is something else."""
    if not owner.channel or before.used == after.used:
        return

    def read(tables: Tables) -> str:
        subscription = tables.subscriptions.of_channel(owner.workspace, owner.channel)
        return subscription.preferences.language if subscription else "en"

    words = words_for(await parts.storage.read(read))
    message = topics_told(person.id, after.used, words)
    await parts.announcer.announce(owner.workspace, owner.channel, message)


async def _on_edit(parts: Parts, click: Click) -> None:
    owner = _owner(click)
    tuned = await parts.storage.read(lambda tables: _tuned(tables, owner))
    topics = tuned.proposed or tuned.used
    await click.open_modal(edit_topics_modal(topics, owner.channel, click.person.words))


async def _on_show(parts: Parts, click: Click) -> None:
    """Show the topics of what the channel is about, and propose some where there are none."""
    message = await propose_for_channel(parts, click.person, click.channel)
    nothing = tuned_message(Tuned(are_channels=True), parts.command, click.person.words)
    await click.answer(message or nothing)


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Have what was entered count, and show it: in place of the form, or in the modal below it."""
    person, channel = form.person, ids.read_topics_place(form.view.get("private_metadata"))
    owner = TopicOwner(person.workspace, channel=channel) if channel else _of_person(person)
    values = record_at(form.view, "state", "values")
    topics = topics_in(text_at(values, ids.TOPICS_TEXT, ids.TOPICS_TEXT, "value"), MOST_TOPICS)
    if not topics:
        errors = {ids.TOPICS_TEXT: person.words("tune.nothing_entered")}
        await form.ack(response_action="errors", errors=errors)
        return
    before, after = await _changed(parts, owner, lambda tables, owner: tables.topics.put(owner, topics))
    message = tuned_message(after, parts.command, person.words)
    view = answer_modal(message, person.words("tune.edit_title"), person.words, about=channel)
    below = text_at(form.view, "previous_view_id")
    if below:
        await form.ack()
        await form.answers.show_in_modal(below, view)
    else:
        await form.replace(view)
    await _tell_channel(parts, person, owner, before, after)
