"""What a channel discusses: planned from its recap, presented, changed, dropped, and judged by its people."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.discussions import PlanForm, Told, plan_modal, planned_message, presents_chosen
from bot.cards.notices import answer_modal, notice
from bot.delivery.discussions import redraw_reminders
from bot.locale import words_for
from bot.subscriptions.due import local_date
from bot.subscriptions.readers import Reader, other_readers, will_read
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.lookup import unknown_paper
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from storage.records import Discussion, DiscussionState, Paper, Subscription
from storage.tables import Tables

# Slack waits three seconds for the answer to a form; the pacer may reach the channel later than that.
_SECONDS_TO_ANNOUNCE = 1.5
_A_WEEK = timedelta(days=7)
_A_YEAR = timedelta(days=366)
_JUDGED = {True: "discussion.found_worth", False: "discussion.found_skip"}


@dataclass(frozen=True, slots=True)
class _Change:
    """A discussion as a person left it, and what the channel is told of that."""

    discussion: Discussion
    paper: Paper
    told: Told
    #: The channel's language.
    language: str


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons of recaps, announcements and reminders, and to the form that plans."""
    listen(app, parts, ids.PLAN_DISCUSSION, _on_plan)
    listen(app, parts, ids.CHANGE_DISCUSSION, _on_change)
    listen_to_form(app, parts, ids.SUBMIT_DISCUSSION, _on_submit)
    listen(app, parts, ids.PRESENT_DISCUSSION, _on_present)
    listen(app, parts, ids.DROP_DISCUSSION, _on_drop)
    listen(app, parts, ids.FOUND_WORTH, partial(_on_verdict, is_worth=True))
    listen(app, parts, ids.FOUND_SKIP, partial(_on_verdict, is_worth=False))


# ---- The form


async def _on_plan(parts: Parts, click: Click) -> None:
    paper_id, channel, person = ids.read_paper(click.value), click.channel, click.person
    now = parts.clock.now()

    def read(tables: Tables) -> PlanForm | Message:
        subscription = tables.subscriptions.of_channel(person.workspace, channel)
        if subscription is None:
            return notice(person.words.mrkdwn("digests.not_subscribed", command=parts.command))
        paper = tables.papers.get(paper_id)
        if paper is None:
            return unknown_paper(paper_id, person.words)
        known = tables.discussions.of_paper(person.workspace, channel, paper_id)
        planned = known if known and known.state is DiscussionState.PLANNED else None
        today = local_date(now, ZoneInfo(subscription.preferences.zone))
        return _form(tables, subscription, person, paper, planned, today + _A_WEEK)

    form = await parts.storage.read(read)
    if isinstance(form, Message):
        await click.answer(form)
    else:
        await click.open_modal(plan_modal(form, person.words))


async def _on_change(parts: Parts, click: Click) -> None:
    person = click.person

    def read(tables: Tables) -> PlanForm | None:
        discussion = _planned(tables, click)
        subscription = tables.subscriptions.of_channel(person.workspace, click.channel)
        paper = tables.papers.get(discussion.paper_id) if discussion else None
        if discussion is None or subscription is None or paper is None:
            return None
        return _form(tables, subscription, person, paper, discussion, discussion.planned_for)

    form = await parts.storage.read(read)
    if form is None:
        await click.answer(_gone(person))
    else:
        await click.open_modal(plan_modal(form, person.words))


def _form(
    tables: Tables,
    subscription: Subscription,
    person: Person,
    paper: Paper,
    planned: Discussion | None,
    day: date,
) -> PlanForm:
    """Return the form; it names readers only where the channel does, to those who are among them."""
    reader = Reader(person.workspace, subscription.channel, person.id)
    return PlanForm(
        subscription.channel,
        paper,
        planned.planned_for if planned else day,
        planned,
        is_presenter=bool(planned and planned.presenter == person.id),
        readers=other_readers(tables, reader, paper.id).named,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a person filled in."""

    person: Person
    about: ids.Planned
    day: date
    #: Whether the person presents.
    presents: bool


async def _on_submit(parts: Parts, form: Submission) -> None:
    plan, words, now = _read_plan(form), form.person.words, parts.clock.now()

    def write(tables: Tables) -> _Change | str:
        subscription = tables.subscriptions.of_channel(plan.person.workspace, plan.about.channel)
        paper = tables.papers.get(plan.about.paper_id)
        if subscription is None or paper is None:
            return "discussion.gone"
        today = local_date(now, ZoneInfo(subscription.preferences.zone))
        if not today <= plan.day <= today + _A_YEAR:
            return "discussion.past" if plan.day < today else "discussion.too_far"
        written = _write_plan(tables, plan, now)
        if written is None:
            return "discussion.gone"
        discussion, told = written
        return _Change(discussion, paper, told, subscription.preferences.language)

    done = await parts.storage.write(write)
    if isinstance(done, str) and done != "discussion.gone":
        await form.ack(response_action="errors", errors={ids.DISCUSSION_DAY: words(done)})
        return
    if isinstance(done, str):
        await form.replace(_sentence_modal(done, form.person))
        return
    telling = asyncio.create_task(_tell(parts, done))
    await asyncio.wait([telling], timeout=_SECONDS_TO_ANNOUNCE)
    await form.replace(_sentence_modal("discussion.done", form.person))
    if reason := await telling:
        view = answer_modal(_not_told(reason, form.person), words("discussion.title"), words)
        await form.answers.show_in_modal(form.answers.place.view_id, view)


def _read_plan(form: Submission) -> _Plan:
    """Return what was filled in; raises `UnreadableValueError`."""
    values = ("state", "values")
    day = text_at(form.view, *values, ids.DISCUSSION_DAY, ids.DISCUSSION_DAY, "selected_date")
    presenter = (ids.DISCUSSION_PRESENTER, ids.DISCUSSION_PRESENTER, "selected_option", "value")
    return _Plan(
        form.person,
        ids.read_planned(form.view.get("private_metadata")),
        ids.read_day(day),
        presents=presents_chosen(text_at(form.view, *values, *presenter)),
    )


def _write_plan(tables: Tables, plan: _Plan, now: datetime) -> tuple[Discussion, Told] | None:
    """Plan the discussion or change the one that is planned; `None` where that is off the plan by now."""
    workspace, about, person = plan.person.workspace, plan.about, plan.person.id
    known = tables.discussions.of_paper(workspace, about.channel, about.paper_id)
    known = known if known and known.state is DiscussionState.PLANNED else None
    if about.discussion_id is not None and (known is None or known.id != about.discussion_id):
        return None
    # Who presents can withdraw; nobody takes a presentation from another.
    taken = known.presenter if known and known.presenter != person else None
    presenter = taken or (person if plan.presents else None)
    if presenter == person:
        will_read(tables, Reader(workspace, about.channel, person), [about.paper_id], now)
    if known is None:
        place = (workspace, about.channel, about.paper_id)
        planned = tables.discussions.plan(*place, plan.day, presenter=presenter, planned_by=person, now=now)
        return (planned, Told.PLANNED) if planned else None
    tables.discussions.change(workspace, known.id, plan.day, presenter)
    redraw_reminders(tables, known.id, now)
    changed = tables.discussions.get(workspace, known.id)
    return (changed, Told.CHANGED) if changed else None


# ---- The buttons of a discussion


async def _on_present(parts: Parts, click: Click) -> None:
    now, person = parts.clock.now(), click.person

    def write(tables: Tables) -> _Change | str:
        discussion = _planned(tables, click)
        if discussion is None:
            return "discussion.gone"
        if discussion.presenter:
            return "discussion.yours" if discussion.presenter == person.id else "discussion.taken"
        reader = Reader(person.workspace, discussion.channel, person.id)
        will_read(tables, reader, [discussion.paper_id], now)
        tables.discussions.change(person.workspace, discussion.id, discussion.planned_for, person.id)
        redraw_reminders(tables, discussion.id, now)
        return _change(tables, discussion, Told.CHANGED)

    await _answer_change(parts, click, await parts.storage.write(write))


async def _on_drop(parts: Parts, click: Click) -> None:
    now = parts.clock.now()

    def write(tables: Tables) -> _Change | str:
        discussion = _planned(tables, click)
        if discussion is None or not tables.discussions.drop(click.person.workspace, discussion.id, now):
            return "discussion.gone"
        redraw_reminders(tables, discussion.id, now)
        return _change(tables, discussion, Told.DROPPED)

    await _answer_change(parts, click, await parts.storage.write(write))


async def _on_verdict(parts: Parts, click: Click, *, is_worth: bool) -> None:
    """Keep what the person found, and have the reminder show the channel's numbers."""
    now, person = parts.clock.now(), click.person

    def write(tables: Tables) -> str:
        discussion = _discussion(tables, click)
        if discussion is None or discussion.state is DiscussionState.DROPPED:
            return "discussion.gone"
        tables.discussions.give_verdict(person.workspace, discussion.id, person.id, now, is_worth=is_worth)
        redraw_reminders(tables, discussion.id, now)
        return _JUDGED[is_worth]

    key = await parts.storage.write(write)
    await click.answer(notice(person.words.mrkdwn(key)))


def _discussion(tables: Tables, click: Click) -> Discussion | None:
    """Return the discussion of the button, where it is of the channel that the button is in."""
    discussion = tables.discussions.get(click.person.workspace, ids.read_discussion(click.value))
    return discussion if discussion and discussion.channel == click.channel else None


def _planned(tables: Tables, click: Click) -> Discussion | None:
    discussion = _discussion(tables, click)
    return discussion if discussion and discussion.state is DiscussionState.PLANNED else None


def _change(tables: Tables, discussion: Discussion, told: Told) -> _Change | str:
    changed = tables.discussions.get(discussion.workspace, discussion.id)
    paper = tables.papers.get(discussion.paper_id)
    subscription = tables.subscriptions.of_channel(discussion.workspace, discussion.channel)
    if changed is None or paper is None:
        return "discussion.gone"
    return _Change(changed, paper, told, subscription.preferences.language if subscription else "en")


# ---- What the channel is told


async def _answer_change(parts: Parts, click: Click, done: _Change | str) -> None:
    """Tell the channel what was done; answer the person where that was nothing, or could not be told."""
    if isinstance(done, str):
        await click.answer(notice(click.person.words.mrkdwn(done)))
    elif reason := await _tell(parts, done):
        await click.answer(_not_told(reason, click.person))


async def _tell(parts: Parts, change: _Change) -> str | None:
    message = planned_message(change.discussion, change.paper, words_for(change.language), change.told)
    return await parts.announcer.announce(change.discussion.workspace, change.discussion.channel, message)


def _not_told(reason: str, person: Person) -> Message:
    return notice(person.words.mrkdwn("digests.not_told", reason=reason))


def _gone(person: Person) -> Message:
    return notice(person.words.mrkdwn("discussion.gone"))


def _sentence_modal(key: str, person: Person) -> Block:
    message = notice(person.words.mrkdwn(key))
    return answer_modal(message, person.words("discussion.title"), person.words)
