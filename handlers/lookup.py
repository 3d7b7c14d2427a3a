"""Looking up a day's papers, the latest ones, or one paper."""

from datetime import date, timedelta

from bot.cards.blocks import Message
from bot.cards.entry import Digest, Entry
from bot.cards.ids import PAGE_LENGTH, Page
from bot.cards.lists import listing_page
from bot.cards.notices import notice
from bot.cards.paper import paper_card
from bot.locale import Words
from bot.lookup.papers import digest_of_day, paper_entry
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, link
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import DaysAgo, Latest, OfDay, OnePaper
from storage.tables import Tables


async def latest(parts: Parts, person: Person, _request: Latest) -> Message:
    """Answer with the first page of the last day that has papers."""
    day = await parts.storage.read(lambda tables: tables.listings.latest_day())
    if day is None:
        return notice(person.words.mrkdwn("lookup.no_listing_at_all"))
    return await day_page(parts, person, day)


async def of_day(parts: Parts, person: Person, request: OfDay) -> Message:
    """Answer with the first page of a day's papers."""
    return await day_page(parts, person, request.day)


async def days_ago(parts: Parts, person: Person, request: DaysAgo) -> Message:
    """Answer with the first page of today's or yesterday's papers, in the person's time zone."""
    today = person.today(parts.clock.now())
    return await day_page(parts, person, today - timedelta(days=request.days))


async def one_paper(parts: Parts, person: Person, request: OnePaper) -> Message:
    """Answer with the card of a paper, or with its address where it was never listed here."""

    def read(tables: Tables) -> tuple[Entry | None, frozenset[str]]:
        entry = paper_entry(tables, request.paper_id, person.language)
        return entry, tables.saved_papers.saved_among(person.workspace, person.id, [request.paper_id])

    entry, saved = await parts.storage.read(read)
    if entry is None:
        return unknown_paper(request.paper_id, person.words)
    has_model = parts.summary_queue.allowance is not None
    return paper_card(entry, person.words, is_saved=bool(saved), has_model=has_model)


async def day_page(parts: Parts, person: Person, day: date, offset: int = 0) -> Message:
    """Answer with a page of a day's papers, or with the nearest days that have some.

    An offset past the end gives the last page.
    """

    def read(tables: Tables) -> tuple[Digest | None, frozenset[str], list[date]]:
        digest = digest_of_day(tables, day, person.language)
        paper_ids = [entry.paper.id for entry in digest.entries] if digest else []
        saved = tables.saved_papers.saved_among(person.workspace, person.id, paper_ids)
        return digest, saved, [near for near in tables.listings.neighbours(day) if near]

    digest, saved, neighbours = await parts.storage.read(read)
    if digest and digest.entries:
        page = Page(last_offset(offset, len(digest.entries)), day)
        return listing_page(digest, page, saved, person.words)
    near = [f"`{parts.command} {neighbour}`" for neighbour in neighbours]
    return _no_papers(day, near, person.words, is_listed=digest is not None)


def last_offset(offset: int, total: int) -> int:
    """Return the offset of a page, that of the last page for one past the end."""
    return min(offset, max(0, (total - 1) // PAGE_LENGTH * PAGE_LENGTH))


def unknown_paper(paper_id: str, words: Words) -> Message:
    """Return an answer that the paper was never listed here, with its address."""
    url = abstract_url(paper_id)
    return notice(words.mrkdwn("lookup.unknown_paper", paper_id=paper_id, url=link(url, url)))


def _no_papers(day: date, near: list[str], words: Words, *, is_listed: bool) -> Message:
    key = "lookup.no_papers" if is_listed else "lookup.no_listing"
    sentences = [words.mrkdwn(key, date=words.date(day))]
    if near:
        # Both the words and the days, which are code, are ours.
        sentences.append(Mrkdwn(words.count("lookup.neighbours", len(near), days=" · ".join(near))))
    return notice(*sentences)
