"""What every source is: a name, a way to fetch a day, and when its list usually is out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time

from storage.records import Paper


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes a list each UTC day.

    `fetch` returns a day's papers in order, none where nothing is listed, and raises `SourceError`. A source
    without `has_past` can only be asked for today. `usual_at` is in UTC.
    """

    name: str
    fetch: Callable[[date], Awaitable[tuple[Paper, ...]]]
    usual_at: time
    has_past: bool = True
