"""The Home tab: what is new for a person, their own list, their channels and settings."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import ids
from bot.cards.blocks import Block
from bot.cards.for_you import ForYou
from bot.cards.home import MOST_NEW, MOST_READING, HomeContent, NewPapers, home_view
from bot.cards.notices import help_message
from bot.cards.saved_list import ListPlace
from bot.lookup.follows import latest_followed, muted_among
from bot.lookup.own_list import WHOLE_LIST, Owner, OwnQuery, own_page
from bot.lookup.papers import listing_of_day
from bot.lookup.personal_ranking import for_you
from bot.lookup.topics import asked_of_papers
from bot.manifest import Event
from handlers.answers import Answers
from handlers.clicks import Click, listen
from handlers.lookup import latest
from handlers.parts import Parts
from handlers.payloads import Place, text_at
from handlers.people import Person
from handlers.requests import Latest
from storage.records import PARENT, Delivery, Paper, ReadingStatus, SavedFilter, SavedIn, TopicOwner
from storage.tables import Tables

_NEW_FOR = timedelta(hours=36)
_MOST_OF_DAY = 200
_READING = SavedFilter(ReadingStatus.READING)


def register(app: AsyncApp, parts: Parts) -> None:
    """Draw the Home tab each time a person opens it, and listen to its first buttons."""

    async def on_home_opened(
        event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        user = text_at(event, "user")
        if event.get("tab") != "home" or not user:
            return
        person = await parts.people.get(client, context.team_id or "", user)
        await draw_home(parts, client, person, Answers(client, respond, person.id, Place(view_type="home")))

    app.event(Event.HOME_OPENED)(on_home_opened)
    listen(app, parts, ids.SHOW_LATEST, _on_show_latest)
    listen(app, parts, ids.SHOW_HELP, _on_show_help)


async def draw_home(
    parts: Parts,
    client: AsyncWebClient,
    person: Person,
    answers: Answers,
    wanted: OwnQuery = WHOLE_LIST,
    offset: int = 0,
    removed: Paper | None = None,
) -> bool:
    """Draw the person's Home tab with a page of their list; return whether Slack took it."""
    return await answers.show_home(await _view(parts, client, person, wanted, offset, removed))


async def _view(
    parts: Parts,
    client: AsyncWebClient,
    person: Person,
    wanted: OwnQuery,
    offset: int,
    removed: Paper | None,
) -> Block:
    subscribed = await parts.storage.read(
        lambda tables: [
            each.channel
            for each in tables.subscriptions.all(person.workspace)
            if not each.paused_reason and not each.is_personal
        ]
    )
    channels = await parts.memberships.channels_of(client, person.workspace, person.id, subscribed)
    now = parts.clock.now()

    def read(tables: Tables) -> HomeContent:
        content = _content(parts, tables, person, wanted, offset, channels, now)
        if content.is_first_time:
            return content
        return replace(content, for_you=_for_you(parts, tables, person, channels, now))

    content = await parts.storage.read(read)
    place = ListPlace(person.reader(now), (await parts.connections.of(person.workspace)).url)
    return home_view(content, parts.command, place, removed)


def _content(
    parts: Parts,
    tables: Tables,
    person: Person,
    wanted: OwnQuery,
    offset: int,
    channels: tuple[str, ...],
    now: datetime,
) -> HomeContent:
    whose = (person.workspace, person.id)
    saved = own_page(tables, wanted, Owner(*whose), now, offset)
    settings = tables.personal_settings.get(*whose)
    topics = tables.topics.used(TopicOwner(person.workspace, person=person.id))
    return HomeContent(
        saved=saved,
        reading=tables.saved_papers.page(*whose, _READING, offset=0, limit=MOST_READING),
        new=_new_papers(tables, person, channels, now),
        channels=channels,
        has_reminder=bool(settings and settings.next_reminder_at),
        is_first_time=saved.is_empty_list and settings is None and not topics,
        followed=latest_followed(tables, parts.texts, *whose),
    )


def _new_papers(tables: Tables, person: Person, channels: tuple[str, ...], now: datetime) -> NewPapers | None:
    """Return the first papers of the latest digest in any of the channels, unless it is old."""
    for delivery in _recent(tables, person, channels, now):
        if paper_ids := tables.posts.posted_papers(delivery.id, MOST_NEW):
            return NewPapers(
                delivery.channel,
                tables.papers.of_ids(paper_ids),
                tables.saved_papers.saved_among(person.workspace, person.id, paper_ids),
                _parent(tables, delivery),
            )
    return None


def _recent(tables: Tables, person: Person, channels: tuple[str, ...], now: datetime) -> list[Delivery]:
    """Return the latest digest of each channel, unless it is old; the latest first."""
    found = [tables.deliveries.latest_digest(person.workspace, channel) for channel in channels]
    recent = [each for each in found if each and now - each.opened_at < _NEW_FOR]
    return sorted(recent, key=lambda each: each.opened_at, reverse=True)


def _for_you(
    parts: Parts, tables: Tables, person: Person, channels: tuple[str, ...], now: datetime
) -> ForYou | None:
    """Return what is for the person in the latest digest of their channels, else in the latest list."""
    found = _of_latest_digest(tables, person, channels, now) or _of_latest_list(tables)
    if found is None:
        return None
    day, paper_ids = found
    whose = (person.workspace, person.id)
    muted = muted_among(tables, parts.texts, tables.follows.of_person(*whose), paper_ids)
    asked = asked_of_papers(tables, parts.texts, Owner(*whose), paper_ids)
    return for_you(tables, parts.vectors, Owner(*whose), day, paper_ids, muted, asked)


def _of_latest_digest(
    tables: Tables, person: Person, channels: tuple[str, ...], now: datetime
) -> tuple[date, tuple[str, ...]] | None:
    for delivery in _recent(tables, person, channels, now):
        if paper_ids := tables.posts.posted_papers(delivery.id, _MOST_OF_DAY):
            return delivery.day, paper_ids
    return None


def _of_latest_list(tables: Tables) -> tuple[date, tuple[str, ...]] | None:
    day = tables.listings.latest_day()
    listing = listing_of_day(tables, day) if day else None
    return (listing.day, listing.paper_ids[:_MOST_OF_DAY]) if listing else None


def _parent(tables: Tables, delivery: Delivery) -> SavedIn | None:
    parent = tables.posts.get(delivery.id, PARENT)
    return SavedIn(delivery.channel, parent.ts) if parent and parent.ts else None


async def _on_show_latest(parts: Parts, click: Click) -> None:
    await click.answer(await latest(parts, click.person, Latest()))


async def _on_show_help(parts: Parts, click: Click) -> None:
    await click.answer(help_message(parts.command, click.person.words))
