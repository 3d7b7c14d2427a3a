"""The queue of summaries: those channels will need for their digests, and those people ask for."""

import asyncio
import logging
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from weakref import WeakValueDictionary

from bot.background import Background
from bot.cards.entry import Entry
from bot.clock import Clock, to_the_second
from bot.delivery.messages import topics_of_channel
from bot.delivery.selection import select
from bot.errors import LeaseLostError, ModelError, TokensUsedUpError
from bot.lookup.topics import topics_of_papers
from bot.metrics import SUMMARIES_MISSING, UNEXPECTED_ERRORS
from bot.outages import Outages
from bot.summarising.summariser import Allowance, Outcome, Result, Summariser
from storage.claims import Claim, Claims
from storage.records import Paper, Subscription, Topic
from storage.runner import Runner
from storage.tables import Tables

REGENERATIONS_A_DAY = 5
"""How many summaries one person may regenerate within 24 hours."""

_DAYS = 7
"""For how many days after its listing a paper gets a summary without anybody asking."""

_MOST_OUTDATED = 20
"""How many summaries of earlier versions are made anew at once."""

_SHARE_OF_OUTDATED = 0.5
"""How much of the day's tokens may be spent before these wait for the next day: many may have waited for a
model, and the day's papers come out when the day has begun."""

_REST = timedelta(minutes=30)
"""How long the queue pauses when the endpoint would answer no paper."""

_SUMMARISING = "Summarising"

_EntriesByList = Mapping[tuple[date, str], Sequence[Entry]]
"""The papers of each listing, by its day and source."""

_Notify = Callable[[Result | None], Awaitable[None]]
"""Called with the outcome of a regeneration; `None` where the model could not be asked at all."""

_logger = logging.getLogger(__name__)


class Regeneration(StrEnum):
    """The answer to a person who asks for a new summary."""

    STARTED = "started"
    #: Another one of the paper is under way.
    RUNNING = "running"
    #: The person has reached the day's limit.
    CAPPED = "capped"
    NO_MODEL = "no_model"
    #: The day's tokens are used up.
    NO_TOKENS = "no_tokens"
    #: The paper was never listed.
    NO_PAPER = "no_paper"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SummaryJob:
    """A summary to be made."""

    paper: Paper
    language: str


class SummaryQueue:
    """Makes summaries, one at a time per paper, by one worker; without a summariser, no model is set up.

    `at_once` papers are worked on concurrently, more than the model answers at once: meanwhile texts are
    fetched and answers checked. `look_up` asks arXiv about papers by id before a model is, since one may be
    withdrawn.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        summariser: Summariser | None,
        *,
        at_once: int = 20,
        look_up: Callable[[Iterable[str]], Awaitable[object]] | None = None,
        claims: Claims | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._summariser = summariser
        self._at_once = at_once
        self._look_up = look_up
        self._claims = claims or Claims(storage, clock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._regenerating: set[str] = set()
        self._background = Background()
        self._rests_until: datetime | None = None
        self._outages = Outages(clock)
        self._ticking = asyncio.Lock()

    @property
    def allowance(self) -> Allowance | None:
        """The tokens that may be spent; `None` where no model is set up."""
        return self._summariser.allowance if self._summariser else None

    async def tick(self) -> None:
        """Make the summaries that channels will need and that are missing.

        Pauses for half an hour where the endpoint would answer no paper, or the day's tokens are used up.
        Does nothing while an earlier tick is still running.
        """
        if self._ticking.locked():
            return
        async with self._ticking:
            await self._make_missing()

    async def _make_missing(self) -> None:
        now = self._clock.now()
        if self._summariser is None or (self._rests_until and now < self._rests_until):
            return
        most = self._summariser.allowance.tokens_a_day * _SHARE_OF_OUTDATED
        jobs = await self._storage.read(lambda tables: _wanted(tables, now, most))
        SUMMARIES_MISSING.set(len(jobs))
        try:
            async with aclosing(self._make_all(jobs, self._make_if_missing)) as results:
                async for result in results:
                    SUMMARIES_MISSING.dec()
                    if result.outcome is Outcome.MADE:
                        self._outages.end(_SUMMARISING, {"action": "summarise"})
                    _logger.info(
                        "Summary %s", result.outcome, extra=_fields(result.paper_id, result.language)
                    )
        except (ModelError, TokensUsedUpError) as error:
            self._rests_until = self._clock.now() + _REST
            if self._outages.begin(_SUMMARISING):
                _logger.warning(
                    "No summaries until %s: %s",
                    to_the_second(self._rests_until),
                    error,
                    extra={"action": "summarise"},
                )

    async def make_all(
        self, jobs: Iterable[SummaryJob], *, regenerate: bool = False
    ) -> AsyncGenerator[Result]:
        """Run these jobs concurrently and yield each result as it arrives.

        Waits for those papers that another worker summarises. Raises what `Summariser.make` raises, after the
        jobs under way have ended: they cost the same either way.
        """

        async def make(job: SummaryJob) -> Result | None:
            return await self._make(job, regenerate=regenerate)

        async with aclosing(self._make_all(jobs, make)) as results:
            async for result in results:
                yield result

    async def _make_all(
        self, jobs: Iterable[SummaryJob], make_one: Callable[[SummaryJob], Awaitable[Result | None]]
    ) -> AsyncGenerator[Result]:
        jobs = tuple(jobs)
        await self._ask_arxiv(job.paper.id for job in jobs)
        gate = asyncio.Semaphore(self._at_once)
        stopped: list[ModelError | TokensUsedUpError] = []

        async def make(job: SummaryJob) -> Result | None:
            async with gate:
                try:
                    return None if stopped else await make_one(job)
                except (ModelError, TokensUsedUpError) as error:
                    stopped.append(error)
                    return None

        tasks = [asyncio.create_task(make(job)) for job in jobs]
        try:
            for done in asyncio.as_completed(tasks):
                if result := await done:
                    yield result
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if stopped:
            raise stopped[0]

    async def regenerate(
        self, workspace: str, person: str, paper_id: str, language: str, notify: _Notify
    ) -> Regeneration:
        """Start a new summary that a person asked for, and return at once; `notify` gets the outcome.

        Posted cards are updated when the summary arrives.
        """
        if self._summariser is None:
            return Regeneration.NO_MODEL
        if paper_id in self._regenerating or self._is_running(paper_id):
            return Regeneration.RUNNING
        self._regenerating.add(paper_id)
        async with AsyncExitStack() as stack:
            stack.callback(self._regenerating.discard, paper_id)
            claim = await stack.enter_async_context(self._claims.held(_summaries_of(paper_id)))
            if claim is None:
                return Regeneration.RUNNING
            if not await self._summariser.tokens_left():
                return Regeneration.NO_TOKENS
            answer = await self._record_request(workspace, person, paper_id, language)
            if answer is Regeneration.STARTED:
                until_done = stack.pop_all()
                self._background.start(self._regenerate(paper_id, language, notify, claim, until_done))
        return answer

    async def join(self) -> None:
        """Wait for the summaries that people asked for."""
        await self._background.join()

    async def aclose(self) -> None:
        """Cancel the summaries that people asked for; they can ask again."""
        await self._background.aclose()
        async with self._ticking:
            # A cancelled tick has recorded its results by now.
            return

    async def _record_request(
        self, workspace: str, person: str, paper_id: str, language: str
    ) -> Regeneration:
        """Record the request, unless the paper is unknown or the person has reached the limit."""
        now = self._clock.now()

        def record(tables: Tables) -> Regeneration:
            paper = tables.papers.get(paper_id)
            if paper is None:
                return Regeneration.NO_PAPER
            if paper.withdrawal:
                return Regeneration.WITHDRAWN
            requests = tables.summary_requests.count_since(workspace, person, now - timedelta(days=1))
            if requests >= REGENERATIONS_A_DAY:
                return Regeneration.CAPPED
            tables.summary_requests.add(workspace, person, paper_id, language, now)
            return Regeneration.STARTED

        return await self._storage.write(record)

    async def _regenerate(
        self, paper_id: str, language: str, notify: _Notify, claim: Claim, until_done: AsyncExitStack
    ) -> None:
        about = _fields(paper_id, language, action="regenerate")
        try:
            await self._ask_arxiv([paper_id])
            paper = await self._storage.read(lambda tables: tables.papers.get(paper_id))
            job = SummaryJob(paper, language) if paper else None
            result = await self._make_claimed(job, claim, regenerate=True) if job else None
        except (ModelError, TokensUsedUpError) as error:
            _logger.warning("Regeneration failed: %s", error, extra=about)
            result = None
        except Exception:
            # Nobody awaits this task, so an error would vanish and the person would hear nothing.
            UNEXPECTED_ERRORS.labels("summary").inc()
            _logger.exception("Regeneration failed", extra=about)
            result = None
        finally:
            await until_done.aclose()
        try:
            await notify(result)
        except Exception:
            # Nobody awaits this task.
            UNEXPECTED_ERRORS.labels("summary").inc()
            _logger.exception("The person could not be notified", extra=about)

    async def _ask_arxiv(self, paper_ids: Iterable[str]) -> None:
        if self._look_up:
            await self._look_up(dict.fromkeys(paper_ids))

    async def _make_if_missing(self, job: SummaryJob) -> Result | None:
        """Make a summary, unless another worker makes one of the paper, or has made or tried it by now."""
        async with self._lock(job), self._claims.held(_summaries_of(job.paper.id)) as claim:
            now = self._clock.now()
            if claim is None or await self._storage.read(lambda tables: _is_settled(tables, job, now)):
                return None
            return await self._make_claimed(job, claim, regenerate=False)

    async def _make(self, job: SummaryJob, *, regenerate: bool) -> Result | None:
        async with self._lock(job), self._claims.awaited(_summaries_of(job.paper.id)) as claim:
            return await self._make_claimed(job, claim, regenerate=regenerate)

    async def _make_claimed(self, job: SummaryJob, claim: Claim, *, regenerate: bool) -> Result | None:
        """Make a summary under the claim; `None` if another worker has taken it over."""
        try:
            return await self._make_or_fail(job, claim, regenerate=regenerate)
        except LeaseLostError as error:
            _logger.warning("%s", error, extra=_fields(job.paper.id, job.language))
            return None

    async def _make_or_fail(self, job: SummaryJob, claim: Claim, *, regenerate: bool) -> Result:
        if self._summariser is None:
            raise ValueError("No summary can be made without a model.")
        paper, language = job.paper, job.language
        try:
            return await self._summariser.make(paper, language, regenerate=regenerate, claim=claim)
        except (ModelError, TokensUsedUpError, LeaseLostError):
            raise
        except Exception as error:
            # One broken paper must not stop the others; it is retried after its wait.
            UNEXPECTED_ERRORS.labels("summary").inc()
            _logger.exception("Summarising failed", extra=_fields(paper.id, language))
            return await self._summariser.fail(paper.id, language, type(error).__name__, claim=claim)

    def _lock(self, job: SummaryJob) -> asyncio.Lock:
        """Return what keeps this process from two summaries of a paper, of which the second would wait."""
        return self._locks.setdefault(job.paper.id, asyncio.Lock())

    def _is_running(self, paper_id: str) -> bool:
        lock = self._locks.get(paper_id)
        return lock is not None and lock.locked()


def _fields(paper_id: str, language: str, action: str = "summarise") -> dict[str, str]:
    """Return the fields of a log line."""
    return {"action": action, "paper": paper_id, "language": language}


def _summaries_of(paper_id: str) -> str:
    """Return the name of the lease on a paper's summaries."""
    return f"summaries of {paper_id}"


def _is_settled(tables: Tables, job: SummaryJob, now: datetime) -> bool:
    """Return whether there is a summary, or a failed one whose wait is not over."""
    return (job.paper.id, job.language) in _settled(tables, {job.paper.id}, now)


def _settled(tables: Tables, paper_ids: Collection[str], now: datetime) -> frozenset[tuple[str, str]]:
    """Return the (paper, language) pairs of which no summary is to be made now."""
    made = tables.summaries.made(paper_ids) - tables.outdated_summaries.among(paper_ids)
    return made | tables.summary_failures.waiting(now)


def _wanted(tables: Tables, now: datetime, most_tokens: float) -> tuple[SummaryJob, ...]:
    """Return the missing summaries, without the outdated ones once so many of the day's tokens are spent."""
    spent = tables.model_requests.tokens_of_day(now.astimezone(UTC).date())
    return missing_summaries(tables, now, _MOST_OUTDATED if spent < most_tokens else 0)


def missing_summaries(
    tables: Tables, now: datetime, most_outdated: int = _MOST_OUTDATED
) -> tuple[SummaryJob, ...]:
    """Return the summaries that channels will need and that are missing, the latest listings first.

    A digest file's own summaries count as present; a failed one is missing again after its wait, and one of a
    withdrawn paper never is. After them come those of papers of which a newer version came.
    """
    first = (now - timedelta(days=_DAYS)).astimezone(UTC).date()
    subscriptions = [
        each
        for each in tables.subscriptions.all()
        if not each.is_personal and (not each.paused_reason or each.paused_until)
    ]
    sources = dict.fromkeys(source for each in subscriptions for source in each.preferences.sources)
    listings = _entries_by_list(tables, sources, first)
    listed = {entry.paper.id for entries in listings.values() for entry in entries}
    settled = _settled(tables, listed, now)
    jobs: dict[tuple[str, str], SummaryJob] = {}
    for subscription in subscriptions:
        language = subscription.preferences.language
        for paper in _papers_with_cards(tables, subscription, listings, settled):
            if (paper.id, language) not in settled and not paper.withdrawal:
                jobs.setdefault((paper.id, language), SummaryJob(paper, language))
    for job in _outdated(tables, now, most_outdated):
        jobs.setdefault((job.paper.id, job.language), job)
    return tuple(jobs.values())


def _outdated(tables: Tables, now: datetime, most: int) -> Iterator[SummaryJob]:
    """Yield the summaries to make anew since a newer version of their paper came, the longest due first."""
    pairs = tables.outdated_summaries.due(now, most)
    papers = {paper.id: paper for paper in tables.papers.of_ids({paper_id for paper_id, _ in pairs})}
    for paper_id, language in pairs:
        paper = papers.get(paper_id)
        if paper and not paper.withdrawal:
            yield SummaryJob(paper, language)


def _entries_by_list(tables: Tables, sources: Iterable[str], first: date) -> _EntriesByList:
    """Return the papers of recent listings, each read once however many channels subscribe to it."""
    return {
        (listing.day, source): [Entry(paper) for paper in tables.papers.of_ids(listing.paper_ids)]
        for source in sources
        for listing in tables.listings.since(source, first)
    }


def _topics(
    tables: Tables, subscription: Subscription, entries: Iterable[Entry]
) -> dict[str, tuple[Topic, ...]]:
    """Return the papers' topics where they decide which of them get a card."""
    if subscription.preferences.most_cards is None:
        return {}
    return topics_of_papers(
        tables, topics_of_channel(tables, subscription), [entry.paper.id for entry in entries]
    )


def _papers_with_cards(
    tables: Tables, subscription: Subscription, listings: _EntriesByList, settled: Container[tuple[str, str]]
) -> Iterator[Paper]:
    """Yield the papers that get a card in the channel, of listings where a summary is missing.

    Of a listing from before the subscription, only what somebody asked for reaches the channel.
    """
    preferences = subscription.preferences
    for day, source in sorted(listings, key=lambda each: each[0], reverse=True):
        entries = listings[day, source]
        is_done = all((entry.paper.id, preferences.language) in settled for entry in entries)
        if is_done or source not in preferences.sources:
            continue
        if day >= subscription.since_of(source):
            topics = _topics(tables, subscription, entries)
            yield from (entry.paper for entry in select(entries, frozenset(), preferences, topics).cards)
        else:
            listed = [entry.paper.id for entry in entries]
            had = tables.posts.papers_of_channel(subscription.workspace, subscription.channel, listed)
            yield from (entry.paper for entry in entries if entry.paper.id in had)
