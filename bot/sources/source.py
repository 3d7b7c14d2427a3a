"""What every source is: a name, a way to fetch a day, and when its list usually is out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time

from storage.records import Paper


@dataclass(frozen=True, slots=True)
class DayOfSource:
    """What a source lists, in order, and the day that it says this is of, maybe not the one asked for.

    `new_ids` are those of papers that this source announces on one day alone, so that a batch that is shown
    for another day can be recognised; empty where a source has no such papers.
    """

    day: date
    papers: tuple[Paper, ...]
    new_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes a list each UTC day.

    `fetch` returns what is listed for a day, no papers where nothing is, and raises `SourceError`. A source
    without `has_past` shows its latest list, whichever day is asked for. `usual_at` is in UTC.
    """

    name: str
    fetch: Callable[[date], Awaitable[DayOfSource]]
    usual_at: time
    has_past: bool = True
