"""Looks up a listed day, a week or a paper, with the summaries that fit the reader best."""

from collections.abc import Iterable
from datetime import date, timedelta

from bot.cards.entry import DayPage, Entry, WeekEntry, WeekPage
from bot.cards.ids import PAGE_LENGTH, Week
from bot.lookup.best_summary import best_summary
from bot.lookup.versions import newer_versions
from bot.sources.kinds import precedence
from bot.text.language import primary_language
from storage.records import Listing, ListingSize, RankedPaper, Summary
from storage.tables import Tables


def listing_of_day(tables: Tables, day: date, source: str | None = None) -> Listing | None:
    """Return the day's listing of the named source, else of the first source with papers, else any."""
    listings = sorted(tables.listings.of_day(day), key=_rank)
    candidates = [listing for listing in listings if source in (None, listing.source)]
    with_papers = [listing for listing in candidates if listing.paper_ids]
    return next(iter([*with_papers, *candidates]), None)


def size_of_day(tables: Tables, day: date, source: str | None = None) -> int:
    """Return how many papers the listing has that `listing_of_day` returns; 0 where it returns none."""
    sizes = tables.listings.sizes_of_day(day)
    size = _first_size(size for size in sizes if source in (None, size.source))
    return size.papers if size else 0


def page_of_day(tables: Tables, day: date, language: str, offset: int) -> DayPage | None:
    """Return a page of the day's papers in order, each with its best summary; `None` without a listing.

    They are the first source's with papers. An offset past the end gives the last page.
    """
    size = _first_size(tables.listings.sizes_of_day(day))
    if size is None:
        return None
    start = last_offset(offset, size.papers)
    paper_ids = tables.listings.page(size.source, day, offset=start, limit=PAGE_LENGTH)
    entries = entries_of(tables, paper_ids, language, first=start + 1)
    return DayPage(day, size.source, entries, start, size.papers)


def page_of_week(
    tables: Tables, week: Week, language: str, workspace: str, person: str, offset: int
) -> WeekPage:
    """Return a page of the papers that any source listed in the week, the best first.

    An offset past the end gives the last page.
    """
    first, last = week.monday, week.monday + timedelta(days=6)
    total = tables.listings.count_between(first, last)
    start = last_offset(offset, total)

    def best(start: int, limit: int, *, by_saves: bool) -> tuple[RankedPaper, ...]:
        return tables.listings.best_between(
            first, last, workspace, by_saves=by_saves, offset=start, limit=limit
        )

    ranked = best(start, PAGE_LENGTH, by_saves=week.by_saves)
    saves = {each.paper_id: each.saves for each in ranked}
    saved = tables.saved_papers.saved_among(workspace, person, saves)
    entries = tuple(
        WeekEntry(entry, saves[entry.paper.id], entry.paper.id in saved)
        for entry in entries_of(tables, tuple(saves), language, first=start + 1)
    )
    before, after = (day and monday_of(day) for day in tables.listings.neighbours(first, last))
    has_saves = any(each.saves for each in best(0, 1, by_saves=True))
    return WeekPage(week, entries, start, total, has_saves=has_saves, before=before, after=after)


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def last_offset(offset: int, total: int) -> int:
    """Return the offset of a page, that of the last page for one past the end."""
    return min(offset, max(0, (total - 1) // PAGE_LENGTH * PAGE_LENGTH))


def paper_entry(tables: Tables, paper_id: str, language: str) -> Entry | None:
    """Return one paper with its best summary and its newer version, or `None` where it is not known."""
    paper = tables.papers.get(paper_id)
    if paper is None:
        return None
    return Entry(
        paper,
        best_summary(paper, tables.summaries.of_papers([paper_id]).get(paper_id, []), language),
        newer=newer_versions(tables, [paper]).get(paper_id),
    )


def other_languages(tables: Tables, entry: Entry) -> tuple[str, ...]:
    """Return the languages of a paper's stored summaries, as tags, but for that of the one shown."""
    stored = tables.summaries.of_papers([entry.paper.id]).get(entry.paper.id, [])
    shown = entry.summary.language if entry.summary else None
    return tuple(sorted({summary.language for summary in stored} - {shown}))


def entries_of(
    tables: Tables, paper_ids: tuple[str, ...], language: str, *, first: int = 1
) -> tuple[Entry, ...]:
    """Return papers in the given order, numbered from `first`, each with its best summary."""
    summaries = _summaries(tables, paper_ids, language)
    return tuple(
        Entry(paper, best_summary(paper, summaries.get(paper.id, []), language), number)
        for number, paper in enumerate(tables.papers.of_ids(paper_ids), start=first)
    )


def _summaries(tables: Tables, paper_ids: tuple[str, ...], language: str) -> dict[str, list[Summary]]:
    """Return the summaries of which one is the reader's best: others only where none is in their language."""
    found = tables.summaries.in_variants(paper_ids, primary_language(language))
    others = [paper_id for paper_id in paper_ids if paper_id not in found]
    return {**found, **tables.summaries.of_papers(others)} if others else found


def _first_size(sizes: Iterable[ListingSize]) -> ListingSize | None:
    """Return that of the first source with papers, else of any."""
    ranked = sorted(sizes, key=_rank)
    return next(iter([*(size for size in ranked if size.papers), *ranked]), None)


def _rank(listing: Listing | ListingSize) -> tuple[int, str]:
    return precedence(listing.source), listing.source
