"""A source's day: from not out yet to complete, and what each look at it changes.

    waiting ──papers──► partial ──day over──► complete ──a day later──► looked at once more
       │                                          ▲
       └──day over, nothing──► none ──late list───┘
    waiting, partial ──no answer──► stalled ──answer──► as if it had never been

A day that is over stays what it is when a look fails. An answer without papers where papers are known counts
as none. A source that shows its latest list alone (arXiv's feeds) may show one batch for two days, or that of
an earlier one: the ids tell whose it is, never the date alone, and it goes to that day.

The state is in the tables, with when to look next and since when what is wrong; a stopped process goes on
where it was.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from statistics import median

from bot.background import Background
from bot.clock import Clock
from bot.errors import SourceAnswerError, SourceError, SourceRefusedError, UnknownSourceError
from bot.retries import Backoff
from bot.sources.source import DailyList, Source
from bot.subscriptions.preferences import begin_with_latest
from storage.records import FEW, Listing, ListingState
from storage.runner import Runner
from storage.tables import Tables

_NEAR = timedelta(minutes=10)
_FAR = timedelta(hours=1)
_AROUND = (timedelta(hours=-1), timedelta(hours=6))
_ONCE_MORE = timedelta(days=1)
_LATE = timedelta(hours=20)
_BACKOFF = Backoff(first=timedelta(minutes=1), longest=timedelta(minutes=30))
_FEW_OF_USUAL = 0.4
_WEEKS_OF_HISTORY = 8
_DAYS_TO_CATCH_UP = 14
# A week, since a holiday beside a weekend leaves four days without a list.
_FIRST_DAYS = 7

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refresh:
    """What one look at a source's day brought.

    `earlier` is another day's listing, where the source showed that one: the papers are of it then.
    """

    listing: Listing
    new_papers: int
    seconds: float
    earlier: Listing | None = None


def judge(
    found: Listing, known: Listing | None, now: datetime, usual_at: time, usual_count: float | None
) -> Listing:
    """Return the listing of a look that got an answer, with its state and when to look next; pure."""
    known_ids = known.paper_ids if known else ()
    listing = replace(found, paper_ids=tuple(dict.fromkeys((*found.paper_ids, *known_ids))))
    is_over = now >= _end_of(listing.day)
    is_late = _start_of(listing.day) + _LATE <= now
    few = is_late and not (is_over and not listing.paper_ids) and _is_few(listing, usual_count)
    was_over = known is not None and known.state.is_final
    next_look_at = _next_look(listing.day, now, usual_at, is_over=is_over, was_over=was_over, few=few)
    return replace(
        listing,
        state=_state(bool(listing.paper_ids), is_over=is_over),
        looked_at=now,
        next_look_at=next_look_at,
        trouble=FEW if few else None,
        trouble_since=_since(known, FEW, now) if few else None,
    )


def judge_failure(before: Listing, now: datetime, reason: str, retry_after: float | None = None) -> Listing:
    """Return the listing after a look that failed: what is known stays, and the waits grow; pure.

    `retry_after` is for how many seconds the source asks to be left alone.
    """
    was_failing = before.trouble not in {None, FEW}
    since = (before.trouble_since if was_failing else None) or now
    return replace(
        before,
        state=before.state if before.state.is_final else ListingState.STALLED,
        looked_at=now,
        next_look_at=now + max(_BACKOFF.wait_in_outage(now - since), timedelta(seconds=retry_after or 0)),
        trouble=reason,
        trouble_since=since,
    )


def judge_gone(before: Listing, shown: date, now: datetime) -> Listing:
    """Return the listing of a day whose list the source does not show any more: what is known is it; pure."""
    listing = replace(before, looked_at=now, next_look_at=None, trouble=None, trouble_since=None)
    was_empty_late = before.looked_at is not None and before.looked_at >= _start_of(before.day) + _LATE
    if before.paper_ids:
        return replace(listing, state=ListingState.COMPLETE)
    if before.state is ListingState.NONE or (before.state is ListingState.WAITING and was_empty_late):
        return replace(listing, state=ListingState.NONE)
    reason = f"{before.source} lists {shown} by now; what it listed on {before.day} cannot be had any more."
    return replace(listing, state=ListingState.STALLED, trouble=reason, trouble_since=now)


def day_of_batch(listed: DailyList, known: Iterable[Listing]) -> date:
    """Return the day that a batch is of: an earlier one that has most of its new papers, else its own; pure.

    A cross-listed paper may come on several days, a new one does not.
    """
    ids = {paper.id for paper in listed.papers}
    for listing in known:
        if listing.day >= listed.day:
            continue
        have = ids & set(listing.paper_ids)
        have_new = listed.new_ids & have
        if len(have_new) * 2 > len(listed.new_ids) or (ids and have == ids):
            return listing.day
    return listed.day


def days_to_look_at(source: Source, known: dict[date, Listing], now: datetime) -> list[date]:
    """Return the days whose look is due: new ones, those whose next look has come, and those missed."""
    today = now.astimezone(UTC).date()
    if source.has_past:
        first = min(known, default=today - timedelta(days=_FIRST_DAYS - 1))
        first = max(first, today - timedelta(days=_DAYS_TO_CATCH_UP))
        candidates = [first + timedelta(days=ahead) for ahead in range((today - first).days + 1)]
    else:
        # The latest list cannot be another day's, but a day that was begun wants its end.
        candidates = [*sorted(day for day in known if day < today), today]
    return [day for day in candidates if _is_due(known.get(day), now)]


class Publishing:
    """Looks at sources and keeps what they list; its rounds look at one source once at a time."""

    def __init__(self, storage: Runner, clock: Clock, find: Callable[[str], Source | None]) -> None:
        self._storage = storage
        self._clock = clock
        self._find = find
        self._looked_at: set[str] = set()
        self._background = Background()

    async def start_looks(self) -> None:
        """Begin to look at each source that some channel wants, wherever a look is due, without waiting.

        A source that answers slowly, or is being looked at still, keeps back no other.
        """
        wanted = await self._storage.read(_wanted_sources)
        for source in filter(None, map(self._find, sorted(wanted - self._looked_at))):
            self._looked_at.add(source.name)
            self._background.start(self._look_at(source))

    async def join(self) -> None:
        """Wait for the looks that were begun."""
        await self._background.join()

    async def aclose(self) -> None:
        """Stop the looks that were begun; the next process finds them due."""
        await self._background.aclose()

    async def look_around(self) -> None:
        """Look at each source that some channel wants, wherever a look is due, to the end."""
        await self.start_looks()
        await self.join()

    async def unfinished(self, name: str, days: list[date]) -> list[date]:
        """Return those of the days that are not known to be over."""
        known = await self._known(name, days)
        return [
            day for day, listing in zip(days, known, strict=True) if not listing or not listing.state.is_final
        ]

    async def listed(self, name: str, days: list[date]) -> tuple[str, ...]:
        """Return the ids of the papers that the source listed on these days."""
        known = await self._known(name, days)
        return tuple(paper_id for listing in known if listing for paper_id in listing.paper_ids)

    async def refresh(self, name: str, day: date) -> Refresh:
        """Look at a source's day now, and keep what it lists; a failure is kept and logged once.

        Raises `UnknownSourceError` for a source that nobody knows.
        """
        source = self._find(name)
        if source is None:
            raise UnknownSourceError(f"There is no source {name}. Known are huggingface and arxiv:CATEGORY.")
        return await self._refresh(source, day)

    async def _known(self, name: str, days: list[date]) -> list[Listing | None]:
        return await self._storage.read(lambda tables: [tables.listings.get(name, day) for day in days])

    async def _refresh(self, source: Source, day: date) -> Refresh:
        started = self._clock.now()
        try:
            listed = await source.fetch(day)
            now = self._clock.now()
            if listed.day > now.astimezone(UTC).date():
                raise SourceAnswerError(
                    f"{source.name} shows a list of {listed.day}, which is still to come."
                )
        except SourceError as error:
            look = _Look(source, day, self._clock.now())
            kept = await self._storage.write(partial(_keep_failure, look, error))
        else:
            look = _Look(source, day, now)
            kept = await self._storage.write(partial(_keep_answer, look, listed))
        self._log_once(kept)
        seconds = (self._clock.now() - started).total_seconds()
        return Refresh(kept.listing, kept.new_papers, seconds, kept.earlier)

    async def _look_at(self, source: Source) -> None:
        try:
            now = self._clock.now()
            known = await self._storage.read(lambda tables: _recent(tables, source.name, now))
            for day in days_to_look_at(source, known, now):
                await self._refresh(source, day)
            if not known:
                await self._storage.write(lambda tables: begin_with_latest(tables, source.name))
        except Exception:
            # One source must not keep back the others; the next look-around tries it again.
            _logger.exception("Source %s could not be looked at", source.name)
        finally:
            self._looked_at.discard(source.name)

    def _log_once(self, kept: "_Kept") -> None:
        listing, known = kept.listing, kept.known
        if listing.trouble and (known is None or known.trouble != listing.trouble):
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


def _wanted_sources(tables: Tables) -> set[str]:
    return {source for each in tables.subscriptions.all() for source in each.sources}


def _recent(tables: Tables, source: str, now: datetime) -> dict[date, Listing]:
    first = now.astimezone(UTC).date() - timedelta(days=_DAYS_TO_CATCH_UP)
    return {listing.day: listing for listing in tables.listings.since(source, first)}


def _usual_count(tables: Tables, source: str, day: date) -> float | None:
    """Return how many papers the source lists on such a weekday, or `None` before three weeks are known."""
    first = day - timedelta(weeks=_WEEKS_OF_HISTORY)
    same = [
        len(listing.paper_ids)
        for listing in tables.listings.since(source, first)
        if listing.day < day and listing.day.weekday() == day.weekday()
    ]
    return median(same) if len(same) >= 3 else None  # noqa: PLR2004 -- as the docstring says


# --- Into the tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """Which day of which source was looked at when."""

    source: Source
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a day after a look and was known before, and how many papers nobody knew.

    `earlier` is what is kept of the day that the source showed instead.
    """

    listing: Listing
    known: Listing | None
    new_papers: int = 0
    earlier: Listing | None = None


def _keep_failure(look: _Look, error: SourceError, tables: Tables) -> _Kept:
    known = tables.listings.get(look.source.name, look.day)
    before = known or Listing(look.source.name, look.day, ListingState.WAITING)
    retry_after = error.retry_after if isinstance(error, SourceRefusedError) else None
    listing = judge_failure(before, look.at, str(error), retry_after)
    tables.listings.put(listing)
    return _Kept(listing, known)


def _keep_answer(look: _Look, listed: DailyList, tables: Tables) -> _Kept:
    """Keep what was listed with the day that it is of, and what this says of the day that was looked at."""
    known = tables.listings.get(look.source.name, look.day)
    before = known or Listing(look.source.name, look.day, ListingState.WAITING)
    of_day, earlier = listed.day, None
    if not look.source.has_past:
        of_day = day_of_batch(listed, _recent(tables, look.source.name, look.at).values())
    if of_day > look.day:
        listing, new_papers = judge_gone(before, of_day, look.at), 0
    else:
        new_papers = sum(tables.papers.add(paper) for paper in listed.papers)
        ids = tuple(paper.id for paper in listed.papers)
        if of_day < look.day:
            earlier = _keep_earlier(look, of_day, ids, tables)
            ids = ()
        listing = _judged(look, before, ids, tables)
    tables.listings.put(listing)
    return _Kept(listing, known, new_papers, earlier)


def _judged(look: _Look, before: Listing, ids: tuple[str, ...], tables: Tables) -> Listing:
    name, day = look.source.name, look.day
    if before.paper_ids and not ids and look.at < _end_of(day) + _ONCE_MORE:
        reason = f"{name} lists nothing for {day} now, where it has listed {len(before.paper_ids)} papers."
        return judge_failure(before, look.at, reason)
    found = Listing(name, day, ListingState.WAITING, ids)
    return judge(found, before, look.at, look.source.usual_at, _usual_count(tables, name, day))


def _keep_earlier(look: _Look, day: date, ids: tuple[str, ...], tables: Tables) -> Listing | None:
    """Keep a list that is of a day before the one looked at, where it holds anything that is not known.

    Returns what is known of that day then.
    """
    known = tables.listings.get(look.source.name, day)
    is_long_ago = day < look.day - timedelta(days=_DAYS_TO_CATCH_UP)
    if is_long_ago or set(ids) <= set(known.paper_ids if known else ()):
        return known
    found = Listing(look.source.name, day, ListingState.WAITING, ids)
    listing = judge(found, known, look.at, look.source.usual_at, None)
    tables.listings.put(listing)
    return listing
