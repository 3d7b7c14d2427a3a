"""Writes days as pages, their index and a feed into a folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path

from bot.cards.entry import Entry
from bot.documents.archive import Archived, Indexed, write_if_changed
from bot.documents.day import read_document
from bot.documents.pages.day_page import Day, day_page, path_of
from bot.documents.pages.feed import DAYS_IN_THE_FEED, Told, feed, id_of, read_feed
from bot.documents.pages.frame import FEED, INDEX, Place
from bot.documents.pages.index_page import DayCount, index_page, path_of_year, year_page
from bot.locale import words_for
from bot.lookup.best_summary import best_summary
from bot.lookup.papers import size_of_day
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write of each day."""

    #: `None` is the first source with papers that day.
    source: str | None = None
    #: A BCP 47 tag; `None` is that of most of the day's summaries.
    language: str | None = None
    has_pages: bool = True
    has_feed: bool = False
    #: The address of the folder, with a slash at its end; a feed needs it.
    address: str | None = None


def site_into(
    tables: Tables, folder: Path, since: date, wanted: Wanted, now: datetime
) -> tuple[list[Archived], list[Indexed]]:
    """Write each day with papers since `since`, the pages that lead to them, and the feed, where changed.

    Earlier days stay in the index, or in the feed without pages, if they are in the folder already. Raises
    `ArchiveError` where a file cannot be written.
    """
    told = read_feed(_content_of(folder / FEED)) if wanted.has_feed else {}
    days = [
        day
        for day in tables.listings.days_with_papers(date.min, wanted.source)
        if day >= since or _is_there(folder, day, wanted, told)
    ]
    archived = list(_pages(tables, folder, days, since, wanted)) if wanted.has_pages else []
    indexed = list(_indexes(tables, folder, days, wanted)) if wanted.has_pages and days else []
    if wanted.has_feed and wanted.address:
        newest = _newest_final(tables, days, wanted)
        if newest:
            text = feed(newest, wanted.address, told, now, has_pages=wanted.has_pages)
            indexed.append(_index(folder, FEED, text))
    return archived, indexed


def _is_there(folder: Path, day: date, wanted: Wanted, told: Mapping[str, Told]) -> bool:
    if wanted.has_pages:
        return (folder / path_of(day)).exists()
    return bool(wanted.address) and id_of(day, wanted.address or "") in told


def _pages(
    tables: Tables, folder: Path, days: Sequence[date], since: date, wanted: Wanted
) -> Iterator[Archived]:
    around = zip([None, *days], days, [*days[1:], None], strict=False)
    for before, day, after in around:
        if day < since:
            continue
        of_day = _read(tables, day, wanted)
        text = day_page(of_day, before, after, _place(path_of(day), wanted))
        path = folder / path_of(day)
        summaries = sum(entry.summary is not None for entry in of_day.entries)
        is_new = write_if_changed(path, text.encode())
        yield Archived(path, len(of_day.entries), summaries, is_new)


def _indexes(tables: Tables, folder: Path, days: Sequence[date], wanted: Wanted) -> Iterator[Indexed]:
    words = _read(tables, days[-1], wanted).words
    counts = [DayCount(day, size_of_day(tables, day, wanted.source)) for day in days]
    yield _index(folder, INDEX, index_page(counts, words, _place(INDEX, wanted)))
    for year, of_year in groupby(counts, lambda each: each.day.year):
        path = path_of_year(year)
        yield _index(folder, path, year_page(list(of_year), words, _place(path, wanted)))


def _newest_final(tables: Tables, days: Sequence[date], wanted: Wanted) -> list[Day]:
    """Return the newest days to which no paper will be added, the oldest first."""
    read = (_read(tables, day, wanted) for day in reversed(days))
    return list(islice((day for day in read if day.is_final), DAYS_IN_THE_FEED))[::-1]


def _read(tables: Tables, day: date, wanted: Wanted) -> Day:
    document = read_document(tables, day, wanted.source)
    language = wanted.language or document.language
    entries = tuple(
        Entry(paper, best_summary(paper, document.summaries.get(paper.id, []), language), number)
        for number, paper in enumerate(document.papers, start=1)
    )
    return Day(document.listing, entries, words_for(language))


def _place(path: str, wanted: Wanted) -> Place:
    return Place(path, has_feed=wanted.has_feed, address=wanted.address)


def _index(folder: Path, path: str, text: str) -> Indexed:
    return Indexed(folder / path, write_if_changed(folder / path, text.encode()))


def _content_of(path: Path) -> str:
    """Return a file's text, or none where there is none to read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
