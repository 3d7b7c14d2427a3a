"""Looks up a listed day or paper, with the summaries that fit the reader best."""

from datetime import date

from bot.cards.entry import Digest, Entry
from bot.lookup.best_summary import best_summary
from bot.sources.kinds import precedence
from storage.records import Listing
from storage.tables import Tables


def listing_of_day(tables: Tables, day: date, source: str | None = None) -> Listing | None:
    """Return the day's listing of the named source, else of the first source with papers, else any."""
    listings = sorted(tables.listings.of_day(day), key=_rank)
    candidates = [listing for listing in listings if source in (None, listing.source)]
    with_papers = [listing for listing in candidates if listing.paper_ids]
    return next(iter([*with_papers, *candidates]), None)


def digest_of_day(tables: Tables, day: date, language: str, source: str | None = None) -> Digest | None:
    """Return the day's papers in order, each with its best summary, or `None` without a listing."""
    listing = listing_of_day(tables, day, source)
    if listing is None:
        return None
    entries = entries_of(tables, listing.paper_ids, language)
    return Digest(listing.day, listing.source, listing.state, entries)


def paper_entry(tables: Tables, paper_id: str, language: str) -> Entry | None:
    """Return one paper with its best summary, or `None` where it was never listed."""
    paper = tables.papers.get(paper_id)
    if paper is None:
        return None
    return Entry(
        paper, best_summary(paper, tables.summaries.of_papers([paper_id]).get(paper_id, []), language)
    )


def entries_of(tables: Tables, paper_ids: tuple[str, ...], language: str) -> tuple[Entry, ...]:
    """Return papers in the given order, numbered from 1, each with its best summary."""
    summaries = tables.summaries.of_papers(paper_ids)
    return tuple(
        Entry(paper, best_summary(paper, summaries.get(paper.id, []), language), number)
        for number, paper in enumerate(tables.papers.of_ids(paper_ids), start=1)
    )


def _rank(listing: Listing) -> tuple[int, str]:
    return precedence(listing.source), listing.source
