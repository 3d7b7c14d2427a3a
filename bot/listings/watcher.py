"""A source's day: from nothing out yet to a complete list, and what each poll changes.

    waiting ──papers──► partial ──day ends──► complete ──polled once more a day later
       │                                          ▲
       └──day ends without papers──► none ──late list
    waiting, partial ──no answer──► stalled ──answer──► as if it had never stalled

A failed poll does not change a day that has ended, and an answer without papers where papers are known counts
as a failure. A source that only shows its latest list (arXiv's feeds) may show one batch on two days, or an
earlier day's batch: the ids decide which day a batch belongs to, never the date alone.

All state is in the tables, with the time of the next poll and the start of an outage, so a restarted process
resumes where it stopped.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from statistics import median

from bot.background import Background
from bot.clock import Clock, to_the_second
from bot.errors import LeaseLostError, SourceAnswerError, SourceError, SourceRefusedError, UnknownSourceError
from bot.metrics import SOURCE_POLLS, UNEXPECTED_ERRORS
from bot.outages import Outages, log_end
from bot.retries import Backoff
from bot.sources.source import DailyList, Source
from bot.subscriptions.preferences import begin_with_latest
from storage.claims import Claim, Claims
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
    """The result of polling a source for one day."""

    listing: Listing
    #: How many papers nobody had listed before.
    new_papers: int
    seconds: float
    #: The listing of an earlier day, where the source showed that one instead; the papers belong to it.
    earlier: Listing | None = None


def judge(
    shown: Listing, known: Listing | None, now: datetime, usual_at: time, usual_count: float | None
) -> Listing:
    """Return the listing after a poll that got an answer, with its state and its next poll; pure."""
    known_ids = known.paper_ids if known else ()
    listing = replace(shown, paper_ids=tuple(dict.fromkeys((*shown.paper_ids, *known_ids))))
    has_ended = now >= _end_of(listing.day)
    is_late = _start_of(listing.day) + _LATE <= now
    few = is_late and not (has_ended and not listing.paper_ids) and _is_few(listing, usual_count)
    was_final = known is not None and known.state.is_final
    next_look_at = _next_poll(listing.day, now, usual_at, has_ended=has_ended, was_final=was_final, few=few)
    return replace(
        listing,
        state=_state(bool(listing.paper_ids), has_ended=has_ended),
        looked_at=now,
        next_look_at=next_look_at,
        trouble=FEW if few else None,
        trouble_since=_since(known, FEW, now) if few else None,
    )


def judge_failure(before: Listing, now: datetime, reason: str, retry_after: float | None = None) -> Listing:
    """Return the listing after a failed poll: what is known stays, and the wait grows; pure.

    `retry_after` is the wait in seconds that the source asks for.
    """
    since = (before.trouble_since if _is_out(before) else None) or now
    return replace(
        before,
        state=before.state if before.state.is_final else ListingState.STALLED,
        looked_at=now,
        next_look_at=now + max(_BACKOFF.wait_in_outage(now - since), timedelta(seconds=retry_after or 0)),
        trouble=reason,
        trouble_since=since,
    )


def judge_gone(before: Listing, shown: date, now: datetime) -> Listing:
    """Return the listing of a day that the source no longer shows: what is known is final; pure."""
    listing = replace(before, looked_at=now, next_look_at=None, trouble=None, trouble_since=None)
    was_empty_late = before.looked_at is not None and before.looked_at >= _start_of(before.day) + _LATE
    if before.paper_ids:
        return replace(listing, state=ListingState.COMPLETE)
    if before.state is ListingState.NONE or (before.state is ListingState.WAITING and was_empty_late):
        return replace(listing, state=ListingState.NONE)
    reason = f"{before.source} now shows {shown}; its list for {before.day} is no longer available."
    return replace(listing, state=ListingState.STALLED, trouble=reason, trouble_since=now)


def day_of_batch(listed: DailyList, known: Iterable[Listing]) -> date:
    """Return the day that a batch belongs to: an earlier one with most of its new papers, else its own; pure.

    A cross-listed paper may appear on several days, a new one never does.
    """
    ids = {paper.id for paper in listed.papers}
    for listing in known:
        if listing.day >= listed.day:
            continue
        shared = ids & set(listing.paper_ids)
        if len(listed.new_ids & shared) * 2 > len(listed.new_ids) or (ids and shared == ids):
            return listing.day
    return listed.day


def days_to_poll(source: Source, known: dict[date, Listing], now: datetime) -> list[date]:
    """Return the days that are due for a poll: new ones, those whose next poll has come, and missed ones."""
    today = now.astimezone(UTC).date()
    if source.has_past:
        first = min(known, default=today - timedelta(days=_FIRST_DAYS - 1))
        first = max(first, today - timedelta(days=_DAYS_TO_CATCH_UP))
        candidates = [first + timedelta(days=ahead) for ahead in range((today - first).days + 1)]
    else:
        # Only the latest list can be fetched, but a day that was started still has to be closed.
        candidates = [*sorted(day for day in known if day < today), today]
    return [day for day in candidates if _is_due(known.get(day), now)]


class ListingWatcher:
    """Polls sources and keeps what they list; one worker at a time polls a source, and only once."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        find: Callable[[str], Source | None],
        claims: Claims | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._find = find
        self._claims = claims or Claims(storage, clock)
        self._being_polled: set[str] = set()
        self._background = Background()
        self._outages = Outages(clock)

    async def start_due_polls(self) -> None:
        """Start every due poll of the subscribed sources in the background, and return at once.

        A source that answers slowly, or is still being polled, delays no other.
        """
        names = await self._storage.read(_subscribed_sources)
        for source in filter(None, map(self._find, sorted(names - self._being_polled))):
            self._being_polled.add(source.name)
            self._background.start(self._poll(source))

    async def join(self) -> None:
        """Wait for the polls under way."""
        await self._background.join()

    async def aclose(self) -> None:
        """Cancel the polls under way; the next process finds them due."""
        await self._background.aclose()

    async def poll_due(self) -> None:
        """Run every due poll of the subscribed sources to its end."""
        await self.start_due_polls()
        await self.join()

    async def unfinished(self, name: str, days: list[date]) -> list[date]:
        """Return the days whose list is not final yet."""
        known = await self._known(name, days)
        return [
            day for day, listing in zip(days, known, strict=True) if not listing or not listing.state.is_final
        ]

    async def listed(self, name: str, days: list[date]) -> tuple[str, ...]:
        """Return the ids of the papers that the source listed on these days."""
        known = await self._known(name, days)
        return tuple(paper_id for listing in known if listing for paper_id in listing.paper_ids)

    async def refresh(self, name: str, day: date) -> Refresh:
        """Poll a source for one day and keep the result, as soon as nobody else polls it.

        An outage is logged once. Raises `UnknownSourceError` for a name that is no source.
        """
        source = self._find(name)
        if source is None:
            raise UnknownSourceError(f"Unknown source {name}. Use huggingface or arxiv:CATEGORY.")
        async with self._claims.awaited(_polls_of(source)) as claim:
            return await self._refresh(source, day, claim)

    async def _known(self, name: str, days: list[date]) -> list[Listing | None]:
        return await self._storage.read(lambda tables: [tables.listings.get(name, day) for day in days])

    async def _refresh(self, source: Source, day: date, claim: Claim) -> Refresh:
        started = self._clock.now()
        try:
            listed = await source.fetch(day)
            now = self._clock.now()
            if listed.day > now.astimezone(UTC).date():
                raise SourceAnswerError(
                    f"{source.name} shows a list for {listed.day}, which is in the future."
                )
        except SourceError as error:
            poll = _Poll(source, day, self._clock.now())
            kept = await self._storage.write(claim.around(partial(_keep_failure, poll, error)))
            SOURCE_POLLS.labels(source.name, "failed").inc()
        else:
            poll = _Poll(source, day, now)
            kept = await self._storage.write(claim.around(partial(_keep_answer, poll, listed)))
            SOURCE_POLLS.labels(source.name, kept.listing.state.value).inc()
        self._log_once(kept)
        seconds = (self._clock.now() - started).total_seconds()
        return Refresh(kept.listing, kept.new_papers, seconds, kept.earlier)

    async def _poll(self, source: Source) -> None:
        try:
            if await self._is_due(source):
                async with self._claims.held(_polls_of(source)) as claim:
                    if claim:
                        await self._poll_due_days(source, claim)
            self._outages.end(f"Polling {source.name}", {"action": "poll"})
        except LeaseLostError as error:
            _logger.warning("%s", error, extra={"action": "poll", "source": source.name})
        except Exception as error:
            # One broken source must not stop the others; the next tick polls it again.
            UNEXPECTED_ERRORS.labels("poll").inc()
            if self._outages.begin(f"Polling {source.name}", error):
                _logger.exception("Polling failed", extra={"action": "poll", "source": source.name})
        finally:
            self._being_polled.discard(source.name)

    async def _is_due(self, source: Source) -> bool:
        known, now = await self._recent(source)
        return not known or bool(days_to_poll(source, known, now))

    async def _poll_due_days(self, source: Source, claim: Claim) -> None:
        """Poll what is due now: another worker may have done so since this one looked."""
        known, now = await self._recent(source)
        for day in days_to_poll(source, known, now):
            await self._refresh(source, day, claim)
        if not known:
            await self._storage.write(claim.around(lambda tables: begin_with_latest(tables, source.name)))

    async def _recent(self, source: Source) -> tuple[dict[date, Listing], datetime]:
        now = self._clock.now()
        return await self._storage.read(lambda tables: _recent(tables, source.name, now)), now

    def _log_once(self, kept: "_Kept") -> None:
        listing, known = kept.listing, kept.known
        if listing.trouble and (known is None or known.trouble != listing.trouble):
            _logger.warning(
                "The list is %s: %s The next poll is at %s.",
                listing.state,
                listing.trouble,
                listing.next_look_at and to_the_second(listing.next_look_at),
                extra={"action": "poll", "source": listing.source, "day": listing.day},
            )
        if known and _is_out(known) and not _is_out(listing):
            lasted = self._clock.now() - (known.trouble_since or known.looked_at or self._clock.now())
            log_end(f"The list of {listing.source}", lasted, {"action": "poll", "day": listing.day})


def _state(has_papers: bool, *, has_ended: bool) -> ListingState:
    if has_papers:
        return ListingState.COMPLETE if has_ended else ListingState.PARTIAL
    return ListingState.NONE if has_ended else ListingState.WAITING


def _next_poll(
    day: date, now: datetime, usual_at: time, *, has_ended: bool, was_final: bool, few: bool
) -> datetime | None:
    if has_ended:
        return None if was_final else now + _ONCE_MORE
    usual = datetime.combine(day, usual_at, UTC)
    is_near = usual + _AROUND[0] <= now <= usual + _AROUND[1]
    soon = now + (_NEAR if is_near or few else _FAR)
    # The first poll after the day's end decides its final state.
    return min(soon, _end_of(day))


def _is_due(listing: Listing | None, now: datetime) -> bool:
    return listing is None or (listing.next_look_at is not None and listing.next_look_at <= now)


def _is_out(listing: Listing) -> bool:
    """Return whether the source gave no list at the last poll."""
    return listing.trouble not in {None, FEW}


def _is_few(listing: Listing, usual_count: float | None) -> bool:
    return usual_count is not None and len(listing.paper_ids) < usual_count * _FEW_OF_USUAL


def _since(known: Listing | None, trouble: str, now: datetime) -> datetime:
    return known.trouble_since if known and known.trouble == trouble and known.trouble_since else now


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end_of(day: date) -> datetime:
    return _start_of(day) + timedelta(days=1)


def _polls_of(source: Source) -> str:
    """Return the name of the lease on a source."""
    return f"polls of {source.name}"


def _subscribed_sources(tables: Tables) -> set[str]:
    return {source for each in tables.subscriptions.all() for source in each.preferences.sources}


def _recent(tables: Tables, source: str, now: datetime) -> dict[date, Listing]:
    first = now.astimezone(UTC).date() - timedelta(days=_DAYS_TO_CATCH_UP)
    return {listing.day: listing for listing in tables.listings.since(source, first)}


def _usual_count(tables: Tables, source: str, day: date) -> float | None:
    """Return how many papers a source usually lists on this weekday; `None` before the third week."""
    first = day - timedelta(weeks=_WEEKS_OF_HISTORY)
    same = [
        len(listing.paper_ids)
        for listing in tables.listings.since(source, first)
        if listing.day < day and listing.day.weekday() == day.weekday()
    ]
    return median(same) if len(same) >= 3 else None  # noqa: PLR2004 -- as the docstring says


# --- Into the tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Poll:
    """A source, the day it was polled for, and when."""

    source: Source
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a poll changed in the tables."""

    listing: Listing
    #: The listing before the poll.
    known: Listing | None
    new_papers: int = 0
    #: The listing of the earlier day that the source showed instead.
    earlier: Listing | None = None


def _keep_failure(poll: _Poll, error: SourceError, tables: Tables) -> _Kept:
    known = tables.listings.get(poll.source.name, poll.day)
    before = known or Listing(poll.source.name, poll.day, ListingState.WAITING)
    retry_after = error.retry_after if isinstance(error, SourceRefusedError) else None
    listing = judge_failure(before, poll.at, str(error), retry_after)
    tables.listings.put(listing)
    return _Kept(listing, known)


def _keep_answer(poll: _Poll, listed: DailyList, tables: Tables) -> _Kept:
    """Keep what was listed under the day it belongs to, and the state of the day that was polled."""
    known = tables.listings.get(poll.source.name, poll.day)
    before = known or Listing(poll.source.name, poll.day, ListingState.WAITING)
    of_day, earlier = listed.day, None
    if not poll.source.has_past:
        of_day = day_of_batch(listed, _recent(tables, poll.source.name, poll.at).values())
    if of_day > poll.day:
        listing, new_papers = judge_gone(before, of_day, poll.at), 0
    else:
        new_papers = tables.papers.add_all(listed.papers)
        ids = tuple(paper.id for paper in listed.papers)
        if of_day < poll.day:
            earlier = _keep_earlier(poll, of_day, ids, tables)
            ids = ()
        listing = _judged(poll, before, ids, tables)
    tables.listings.put(listing)
    return _Kept(listing, known, new_papers, earlier)


def _judged(poll: _Poll, before: Listing, ids: tuple[str, ...], tables: Tables) -> Listing:
    name, day = poll.source.name, poll.day
    if before.paper_ids and not ids and poll.at < _end_of(day) + _ONCE_MORE:
        reason = f"{name} lists nothing for {day} now; it listed {len(before.paper_ids)} papers before."
        return judge_failure(before, poll.at, reason)
    shown = Listing(name, day, ListingState.WAITING, ids)
    return judge(shown, before, poll.at, poll.source.usual_at, _usual_count(tables, name, day))


def _keep_earlier(poll: _Poll, day: date, ids: tuple[str, ...], tables: Tables) -> Listing | None:
    """Keep a list that belongs to an earlier day, if it has anything new, and return that day's listing."""
    known = tables.listings.get(poll.source.name, day)
    is_long_ago = day < poll.day - timedelta(days=_DAYS_TO_CATCH_UP)
    if is_long_ago or set(ids) <= set(known.paper_ids if known else ()):
        return known
    shown = Listing(poll.source.name, day, ListingState.WAITING, ids)
    listing = judge(shown, known, poll.at, poll.source.usual_at, None)
    tables.listings.put(listing)
    return listing
