"""Looking up a day's papers, the latest ones, or one paper."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.cards.blocks import Message
from bot.cards.entry import DayPage, Entry
from bot.cards.ids import Opened
from bot.cards.lists import listing_page
from bot.cards.notices import notice
from bot.cards.paper import Interest, LookedUp, paper_card
from bot.locale import Words
from bot.lookup.papers import other_languages, page_of_day, paper_entry
from bot.subscriptions.readers import readers_of_card
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, link
from handlers.channels import Requester
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import DaysAgo, Latest, OfDay, OnePaper
from storage.tables import Tables


async def latest(parts: Parts, person: Person, _request: Latest) -> Message:
    """Answer with the first page of the last day that has papers."""
    return await _day_page(parts, person, None, 0)


async def of_day(parts: Parts, person: Person, request: OfDay) -> Message:
    """Answer with the first page of a day's papers."""
    return await day_page(parts, person, request.day)


async def days_ago(parts: Parts, person: Person, request: DaysAgo) -> Message:
    """Answer with the first page of today's or yesterday's papers, in the person's time zone."""
    today = person.today(parts.clock.now())
    return await day_page(parts, person, today - timedelta(days=request.days))


async def one_paper(parts: Parts, requester: Requester, request: OnePaper) -> Message:
    """Answer with the card of a paper, or with its address where it was never listed here."""
    opened, channel = Opened(request.paper_id), requester.channel
    return await paper_message(parts, requester.person, opened, channel=channel.name, channel_id=channel.id)


async def paper_message(
    parts: Parts,
    person: Person,
    opened: Opened,
    *,
    channel: str | None,
    channel_id: str = "",
    has_back: bool = False,
) -> Message:
    """Answer with the card that a person has before them; `channel` is where, as `Place` names it.

    Its id is given where the card is in the channel itself, and not in a view.
    """

    def read(tables: Tables) -> tuple[Entry | None, frozenset[str], tuple[str, ...], Interest]:
        entry = paper_entry(tables, opened.paper_id, opened.language or person.language)
        saved = tables.saved_papers.saved_among(person.workspace, person.id, [opened.paper_id])
        savers = tables.saved_papers.savers(person.workspace, [opened.paper_id])
        languages = other_languages(tables, entry) if entry else ()
        subscription = tables.subscriptions.of_channel(person.workspace, channel_id)
        readers = readers_of_card(tables, subscription, opened.paper_id) if subscription else None
        return entry, saved, languages, Interest(savers.get(opened.paper_id, 0), readers)

    entry, saved, languages, interest = await parts.storage.read(read)
    if entry is None:
        return unknown_paper(opened.paper_id, person.words)
    has_model = parts.summary_queue.allowance is not None
    looked_up = LookedUp(opened, languages, channel, has_back)
    return paper_card(
        entry,
        person.words,
        is_saved=bool(saved),
        has_model=has_model,
        looked_up=looked_up,
        interest=interest,
    )


async def day_page(parts: Parts, person: Person, day: date, offset: int = 0) -> Message:
    """Answer with a page of a day's papers, or with the nearest days that have some.

    An offset past the end gives the last page.
    """
    return await _day_page(parts, person, day, offset)


def nearest_days(parts: Parts, words: Words, days: Iterable[date | None]) -> Mrkdwn | None:
    """Return which days have papers, as what to type; `None` where there is none."""
    near = [f"`{parts.command} {day}`" for day in days if day]
    # Both the words and the days, which are code, are ours.
    return Mrkdwn(words.count("lookup.neighbours", len(near), days=" · ".join(near))) if near else None


def unknown_paper(paper_id: str, words: Words) -> Message:
    """Return an answer that the paper was never listed here, with its address."""
    url = abstract_url(paper_id)
    return notice(words.mrkdwn("lookup.unknown_paper", paper_id=paper_id, url=link(url, url)))


async def _day_page(parts: Parts, person: Person, day: date | None, offset: int) -> Message:
    """Answer with a page of a day, or of the last one."""
    found = await parts.storage.read(lambda tables: _read_day(tables, person, day, offset))
    if found is None:
        return notice(person.words.mrkdwn("lookup.no_listing_at_all"))
    if found.listed and found.listed.entries:
        return listing_page(found.listed, person.words)
    return _no_papers(parts, found, person.words)


@dataclass(frozen=True, slots=True)
class _Day:
    """What there is of a day."""

    day: date
    listed: DayPage | None
    before: date | None
    after: date | None


def _read_day(tables: Tables, person: Person, day: date | None, offset: int) -> _Day | None:
    """Return what there is of the day, or of the last one with papers; `None` where there is none."""
    day = day or tables.listings.latest_day()
    if day is None:
        return None
    before, after = tables.listings.neighbours(day)
    listed = page_of_day(tables, day, person.language, offset)
    if listed is None:
        return _Day(day, None, before, after)
    paper_ids = [entry.paper.id for entry in listed.entries]
    saved = tables.saved_papers.saved_among(person.workspace, person.id, paper_ids)
    return _Day(day, replace(listed, saved=saved, before=before, after=after), before, after)


def _no_papers(parts: Parts, found: _Day, words: Words) -> Message:
    key = "lookup.no_papers" if found.listed else "lookup.no_listing"
    near = nearest_days(parts, words, [found.before, found.after])
    return notice(words.mrkdwn(key, date=words.date(found.day)), *filter(None, [near]))
