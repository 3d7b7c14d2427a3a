"""What every source has: a name, a way to fetch a day's list, and when that list is usually out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time

from storage.records import Paper


@dataclass(frozen=True, slots=True)
class DailyList:
    """What a source lists for one day."""

    #: The day that the source gives, which need not be the one asked for.
    day: date
    #: In the source's order, without repetitions.
    papers: tuple[Paper, ...]
    #: Papers announced on this day alone: a batch shown again for another day is recognised by them.
    new_ids: frozenset[str] = frozenset()
    #: A sentence for each entry that could not be read.
    skipped: tuple[str, ...] = ()
    #: A sentence for each entry that was read without a part of it.
    mended: tuple[str, ...] = ()
    #: How many entries the source sent, unlisted and unreadable ones included; 0 where they are not counted.
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher of one list per UTC day."""

    name: str
    #: Returns a day's list, without papers where nothing is listed; raises `SourceError`.
    fetch: Callable[[date], Awaitable[DailyList]]
    #: When the list is usually out, in UTC.
    usual_at: time
    #: Whether past days can be fetched; a source without a past shows its latest list for any day.
    has_past: bool = True
