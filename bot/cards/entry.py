"""What cards are drawn from: a paper with its summary, and a day's papers."""

from dataclasses import dataclass
from datetime import date

from bot.cards.ids import Week
from bot.cards.versions import NewerVersion
from storage.records import ListingState, Paper, Summary


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as a reader sees it."""

    paper: Paper
    #: The one that fits the reader's language best, if any.
    summary: Summary | None = None
    #: Counts from 1 within a digest; a paper that was looked up by itself has none.
    number: int | None = None
    #: The version that came after the one that was posted or saved, if one did.
    newer: NewerVersion | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A day's papers for one reader."""

    day: date
    source: str
    #: The state of the list that the papers are from.
    state: ListingState
    #: In the order in which they are shown.
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DayPage:
    """A page of what one source lists for a day, for one reader."""

    day: date
    source: str
    #: In the source's order, numbered within the whole day.
    entries: tuple[Entry, ...]
    offset: int
    #: How many papers the whole day has.
    total: int
    #: Which of these papers the reader has saved.
    saved: frozenset[str] = frozenset()
    #: The nearest days before and after that have papers.
    before: date | None = None
    after: date | None = None


@dataclass(frozen=True, slots=True)
class WeekEntry:
    """A paper among a week's best."""

    entry: Entry
    #: How many people of the reader's workspace saved it; 0 where they are too few to tell.
    saves: int = 0
    #: Whether the reader has saved it.
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A page of a week's papers, the best first, for one reader."""

    week: Week
    entries: tuple[WeekEntry, ...]
    offset: int
    #: How many papers the whole week has.
    total: int
    #: Whether enough people of the reader's workspace saved any of the week's papers.
    has_saves: bool = False
    #: The Mondays of the nearest weeks before and after that have papers.
    before: date | None = None
    after: date | None = None
