"""What cards are drawn from: a paper with its summary, and a day's papers."""

from dataclasses import dataclass
from datetime import date

from storage.records import ListingState, Paper, Summary


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as a reader sees it."""

    paper: Paper
    #: The one that fits the reader's language best, if any.
    summary: Summary | None = None
    #: Counts from 1 within a digest; a paper that was looked up by itself has none.
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A day's papers for one reader."""

    day: date
    source: str
    #: The state of the list that the papers are from.
    state: ListingState
    #: In the order in which they are shown.
    entries: tuple[Entry, ...]
