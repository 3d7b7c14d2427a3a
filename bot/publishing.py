"""A source's day: from not out yet to complete, and what each look at it changes.

    waiting ──papers──► partial ──day over──► complete ──a day later──► looked at once more
       │                                          ▲
       └──day over, nothing──► none ──late list───┘
    any of them ──no answer──► stalled ──answer──► as if it had never been

The state is in the tables, with when to look next and since when what is wrong; a stopped process goes on
where it was.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from bot.clock import Clock
from bot.errors import SourceError, UnknownSourceError
from bot.sources.source import Source
from storage.records import FEW, Listing, ListingState, Paper
from storage.runner import Runner
from storage.storage import Storage

_NEAR = timedelta(minutes=10)
_FAR = timedelta(hours=1)
_AROUND = (timedelta(hours=-1), timedelta(hours=6))
_ONCE_MORE = timedelta(days=1)
_LATE = timedelta(hours=20)
_LONGEST_BACK_OFF = timedelta(minutes=30)
_FEW_OF_USUAL = 0.4
_WEEKS_OF_HISTORY = 8
_DAYS_TO_CATCH_UP = 14
_FIRST_DAYS = 4

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refresh:
    """What one look at a source's day brought."""

    listing: Listing
    new_papers: int
    seconds: float


def judge(
    listing: Listing, known: Listing | None, now: datetime, usual_at: time, usual_count: float | None
) -> Listing:
    """Return the listing of a look that got an answer, with its state and when to look next; pure."""
    is_over = now >= _end_of(listing.day)
    is_late = _start_of(listing.day) + _LATE <= now < _end_of(listing.day)
    few = is_late and _is_few(listing, usual_count)
    state = _state(bool(listing.paper_ids), is_over=is_over)
    was_over = known is not None and known.state in {ListingState.COMPLETE, ListingState.NONE}
    next_look_at = _next_look(listing.day, now, usual_at, is_over=is_over, was_over=was_over, few=few)
    return replace(
        listing,
        state=state,
        looked_at=now,
        next_look_at=next_look_at,
        trouble=FEW if few else None,
        trouble_since=_since(known, FEW, now) if few else None,
    )


def judge_failure(day: date, source: str, known: Listing | None, now: datetime, reason: str) -> Listing:
    """Return the listing after a look that failed: what is known stays, and the waits grow; pure."""
    before = known or Listing(source, day, ListingState.WAITING)
    since = known.trouble_since if known and known.state is ListingState.STALLED else None
    since = since or now
    wait = min(max(now - since, timedelta(minutes=1)), _LONGEST_BACK_OFF)
    return replace(
        before,
        state=ListingState.STALLED,
        looked_at=now,
        next_look_at=now + wait,
        trouble=reason,
        trouble_since=since,
    )


def days_to_look_at(source: Source, known: dict[date, Listing], now: datetime) -> list[date]:
    """Return the days whose look is due: new ones, those whose next look has come, and those missed."""
    today = now.astimezone(UTC).date()
    if not source.has_past:
        candidates = [today]
    else:
        first = min(known, default=today - timedelta(days=_FIRST_DAYS - 1))
        first = max(first, today - timedelta(days=_DAYS_TO_CATCH_UP))
        candidates = [first + timedelta(days=ahead) for ahead in range((today - first).days + 1)]
    return [day for day in candidates if _is_due(known.get(day), now)]


class Publishing:
    """Looks at sources and keeps what they list; one look at a source at a time."""

    def __init__(self, storage: Runner, clock: Clock, find: Callable[[str], Source | None]) -> None:
        self._storage = storage
        self._clock = clock
        self._find = find

    async def look_around(self) -> None:
        """Look at each source that some channel wants, wherever a look is due; a failure touches no other."""
        wanted = await self._storage.read(_wanted_sources)
        for source in filter(None, map(self._find, sorted(wanted))):
            await self._look_at(source)

    async def unfinished(self, name: str, days: list[date]) -> list[date]:
        """Return those of the days that are not known to be over."""
        known = await self._storage.read(lambda storage: [storage.listings.get(name, day) for day in days])
        over = {ListingState.COMPLETE, ListingState.NONE}
        return [
            day for day, listing in zip(days, known, strict=True) if not listing or listing.state not in over
        ]

    async def listed(self, name: str, days: list[date]) -> tuple[str, ...]:
        """Return the ids of the papers that the source listed on these days."""
        known = await self._storage.read(lambda storage: [storage.listings.get(name, day) for day in days])
        return tuple(paper_id for listing in known if listing for paper_id in listing.paper_ids)

    async def refresh(self, name: str, day: date) -> Refresh:
        """Look at a source's day now, and keep what it lists; a failure is kept and logged once.

        Raises `UnknownSourceError` for a source that nobody knows.
        """
        source = self._find(name)
        if source is None:
            raise UnknownSourceError(f"There is no source {name}. Known are huggingface and arxiv:CATEGORY.")
        return await self._refresh(source, day)

    async def _refresh(self, source: Source, day: date) -> Refresh:
        name, started = source.name, self._clock.now()
        known = await self._storage.read(lambda storage: storage.listings.get(name, day))
        try:
            papers = await source.fetch(day)
        except SourceError as error:
            listing = judge_failure(day, name, known, self._clock.now(), str(error))
            self._log_once(listing, known)
            new_papers = await self._storage.write(lambda storage: _keep(storage, listing, ()))
        else:
            now = self._clock.now()
            found = Listing(name, day, ListingState.WAITING, tuple(paper.id for paper in papers))
            usual = await self._storage.read(lambda storage: _usual_count(storage, name, day))
            listing = judge(found, known, now, source.usual_at, usual)
            new_papers = await self._storage.write(lambda storage: _keep(storage, listing, papers))
        kept = await self._storage.read(lambda storage: storage.listings.get(name, day)) or listing
        return Refresh(kept, new_papers, (self._clock.now() - started).total_seconds())

    async def _look_at(self, source: Source) -> None:
        now = self._clock.now()
        known = await self._storage.read(lambda storage: _recent(storage, source.name, now))
        for day in days_to_look_at(source, known, now):
            await self._refresh(source, day)

    def _log_once(self, listing: Listing, known: Listing | None) -> None:
        if known is None or known.trouble != listing.trouble:
            _logger.warning(
                "%s, %s is %s: %s; next look %s",
                listing.source,
                listing.day,
                listing.state,
                listing.trouble,
                listing.next_look_at,
            )


def _state(has_papers: bool, *, is_over: bool) -> ListingState:
    if has_papers:
        return ListingState.COMPLETE if is_over else ListingState.PARTIAL
    return ListingState.NONE if is_over else ListingState.WAITING


def _next_look(
    day: date, now: datetime, usual_at: time, *, is_over: bool, was_over: bool, few: bool
) -> datetime | None:
    if is_over:
        return None if was_over else now + _ONCE_MORE
    usual = datetime.combine(day, usual_at, UTC)
    is_near = usual + _AROUND[0] <= now <= usual + _AROUND[1]
    soon = now + (_NEAR if is_near or few else _FAR)
    # A day ends by itself; the look after it says what it was.
    return min(soon, _end_of(day))


def _is_due(listing: Listing | None, now: datetime) -> bool:
    return listing is None or (listing.next_look_at is not None and listing.next_look_at <= now)


def _is_few(listing: Listing, usual_count: float | None) -> bool:
    return usual_count is not None and len(listing.paper_ids) < usual_count * _FEW_OF_USUAL


def _since(known: Listing | None, trouble: str, now: datetime) -> datetime:
    return known.trouble_since if known and known.trouble == trouble and known.trouble_since else now


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end_of(day: date) -> datetime:
    return _start_of(day) + timedelta(days=1)


def _wanted_sources(storage: Storage) -> set[str]:
    return {source for each in storage.subscriptions.all() for source in each.sources}


def _recent(storage: Storage, source: str, now: datetime) -> dict[date, Listing]:
    first = now.astimezone(UTC).date() - timedelta(days=_DAYS_TO_CATCH_UP)
    return {listing.day: listing for listing in storage.listings.since(source, first)}


def _usual_count(storage: Storage, source: str, day: date) -> float | None:
    """Return how many papers the source lists on such a weekday, or `None` before three weeks are known."""
    first = day - timedelta(weeks=_WEEKS_OF_HISTORY)
    same = [
        len(listing.paper_ids)
        for listing in storage.listings.since(source, first)
        if listing.day < day and listing.day.weekday() == day.weekday()
    ]
    return median(same) if len(same) >= 3 else None  # noqa: PLR2004 -- as the docstring says


def _keep(storage: Storage, listing: Listing, papers: tuple[Paper, ...]) -> int:
    """Keep the listing with its papers and return how many of these are new."""
    new_papers = sum(storage.papers.add(paper) for paper in papers)
    storage.listings.put(listing)
    return new_papers
