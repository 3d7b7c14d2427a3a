"""Fills in what lists leave out, from arXiv's API: authors, categories, dates, versions and withdrawals.

No digest waits for it. Each tick asks about a batch of papers, the latest listed first; while arXiv does not
answer the waits grow, and a paper it does not know is retried after days. For a month after its listing a
paper is asked about again, since it may be withdrawn. What somebody saved is asked about once a day for a
year, since a newer version may come.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.clock import Clock, to_the_second
from bot.errors import LeaseLostError, SourceError, SourceRefusedError, SourceUnreachableError
from bot.listings.renewal import renew
from bot.outages import Outages
from bot.retries import Backoff
from bot.sources.atom import ArxivPaper
from storage.card_updates import CARDS_CHANGE_FOR
from storage.claims import Claim, Claims
from storage.records import ArxivRecord, Paper
from storage.retention import last_night
from storage.runner import Runner
from storage.tables import Tables

PAPERS_AT_A_TIME = 100
"""The most papers per tick: one request where all goes well."""

_BACKOFF = Backoff(first=timedelta(minutes=1), longest=timedelta(hours=1))
_BACKOFF_OF_A_PAPER = Backoff(first=timedelta(days=1), longest=timedelta(days=30))
_ASKED_AGAIN_AFTER = timedelta(days=3)

# After arXiv's papers of the day are out, and at a minute at which few programs ask.
_ROUND_BEGINS = time(6, 20, tzinfo=UTC)
_A_DAY = timedelta(days=1)
_MOST_UNWANTED = 500

_RETRYABLE = frozenset({429, 502, 503, 504})

_ARXIV = "Looking papers up at arXiv"
_REQUESTS = "arXiv records"
"""The name of the lease."""

_logger = logging.getLogger(__name__)

_Batch = Sequence[tuple[str, int]]
"""Ids of papers, each with how often arXiv did not know it."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """How far filling in papers has come."""

    #: How many papers arXiv was asked about.
    asked: int = 0
    #: How many of them it knew.
    found: int = 0
    #: Why it stopped early.
    trouble: str | None = None


class Enricher:
    """Asks arXiv's API about papers; `ask` returns arXiv's papers by id.

    `has_model` is whether summaries are made anew at once where a newer version comes.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        ask: Callable[[Iterable[str]], Awaitable[Mapping[str, ArxivPaper]]],
        claims: Claims | None = None,
        *,
        has_model: bool = False,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._ask = ask
        self._claims = claims or Claims(storage, clock)
        self._batch_size = PAPERS_AT_A_TIME
        self._failures = 0
        self._not_before: datetime | None = None
        self._outages = Outages(clock)
        self._has_model = has_model

    async def tick(self) -> None:
        """Ask about one batch of papers that are due, unless a backoff is running or another worker asks."""
        if self._backs_off() or not await self._due(1):
            return
        async with self._claims.held(_REQUESTS) as claim:
            if claim:
                await self._drop_unwanted(claim)
                if batch := await self._due(self._batch_size):
                    await self._enrich(batch, claim)

    async def enrich(self, paper_ids: Iterable[str]) -> Enrichment:
        """Ask about those of these papers that are due, until all are done or arXiv does not answer.

        Asks nothing while a backoff is running, and waits while another worker asks, perhaps about these.
        """
        ids, asked, found = tuple(paper_ids), 0, 0
        while not self._backs_off() and await self._due(1, ids):
            done = await self._enrich_next(ids)
            asked, found = asked + done.asked, found + done.found
            if done.trouble:
                return Enrichment(asked, found, done.trouble)
        return Enrichment(asked, found)

    async def _enrich_next(self, ids: tuple[str, ...]) -> Enrichment:
        async with self._claims.awaited(_REQUESTS) as claim:
            batch = [] if self._backs_off() else await self._due(PAPERS_AT_A_TIME, ids)
            return await self._enrich(batch, claim) if batch else Enrichment()

    def _backs_off(self) -> bool:
        now = self._clock.now()
        return self._not_before is not None and now < self._not_before <= now + _BACKOFF.longest

    async def _due(self, size: int, among: tuple[str, ...] | None = None) -> _Batch:
        now = self._clock.now()
        since = (now - CARDS_CHANGE_FOR).astimezone(UTC).date()

        def due(tables: Tables) -> _Batch:
            listed = tables.arxiv_records.due(now, size, since, among)
            if among is not None or len(listed) >= size:
                return listed
            watched = tables.watched_papers.due(last_night(now, _ROUND_BEGINS), size)
            ids = {paper_id for paper_id, _ in listed}
            return (*listed, *(each for each in watched if each[0] not in ids))[:size]

        return await self._storage.read(due)

    async def _drop_unwanted(self, claim: Claim) -> None:
        began = last_night(self._clock.now(), _ROUND_BEGINS)
        try:
            await self._storage.write(
                claim.around(lambda tables: tables.watched_papers.drop_unwanted(began, _MOST_UNWANTED))
            )
        except LeaseLostError as error:
            _logger.warning("%s", error, extra={"action": "enrich"})

    async def _enrich(self, batch: _Batch, claim: Claim) -> Enrichment:
        try:
            return await self._ask_and_keep(batch, claim)
        except LeaseLostError as error:
            # Whoever took over asks about the same papers.
            _logger.warning("%s", error, extra={"action": "enrich"})
            return Enrichment(len(batch), 0, str(error))

    async def _ask_and_keep(self, batch: _Batch, claim: Claim) -> Enrichment:
        try:
            answer = await self._ask([paper_id for paper_id, _ in batch])
        except SourceError as error:
            await self._failed(batch, error, claim)
            return Enrichment(len(batch), 0, str(error))
        self._failures, self._not_before = 0, None
        self._outages.end(_ARXIV, {"action": "enrich"})
        self._batch_size = min(2 * self._batch_size, PAPERS_AT_A_TIME)
        now = self._clock.now()
        await self._storage.write(
            claim.around(lambda tables: _keep(tables, batch, answer, now, has_model=self._has_model))
        )
        return Enrichment(len(batch), len(answer))

    async def _failed(self, batch: _Batch, error: SourceError, claim: Claim) -> None:
        """Back off, and halve the batch until the paper that breaks arXiv's answer is alone in it."""
        now = self._clock.now()
        wait = _BACKOFF.wait(self._failures)
        if isinstance(error, SourceRefusedError) and error.retry_after:
            wait = min(max(wait, timedelta(seconds=error.retry_after)), _BACKOFF.longest)
        self._not_before = now + wait
        self._outages.note(_ARXIV)
        if self._failures == 0:
            _logger.warning(
                "%s The next papers are looked up at %s.",
                error,
                to_the_second(self._not_before),
                extra={"action": "enrich"},
            )
        self._failures += 1
        if _is_down(error):
            return
        if len(batch) == self._batch_size == 1:
            await self._storage.write(
                claim.around(lambda tables: _keep(tables, batch, {}, now, has_model=False))
            )
        self._batch_size = max(1, self._batch_size // 2)


def _is_down(error: SourceError) -> bool:
    """Return whether arXiv is down, whichever papers were asked about."""
    return isinstance(error, SourceUnreachableError) or (
        isinstance(error, SourceRefusedError) and error.status in _RETRYABLE
    )


def _keep(
    tables: Tables, batch: _Batch, answer: Mapping[str, ArxivPaper], now: datetime, *, has_model: bool
) -> None:
    next_round = last_night(now, _ROUND_BEGINS) + _A_DAY
    for paper_id, tries in batch:
        described = answer.get(paper_id)
        if described is None:
            unknown = _unknown(paper_id, tries, now)
            tables.arxiv_records.put(unknown)
            tables.watched_papers.asked(paper_id, now, max(next_round, unknown.next_try_at or now))
            continue
        next_try_at = now + _ASKED_AGAIN_AFTER
        record = ArxivRecord(paper_id, now, described.version, described.updated, next_try_at=next_try_at)
        tables.arxiv_records.put(record)
        tables.watched_papers.asked(paper_id, now, next_round)
        # What it lacked is not what the earlier version said.
        renew(tables, described, now, has_model=has_model)
        _fill(tables, described.paper, now)


def _fill(tables: Tables, paper: Paper, now: datetime) -> None:
    """Fill in the paper; the cards of one that is withdrawn, or no longer, are enqueued."""
    # One that is damaged is left out, so that it stops no other.
    before = tables.papers.of_ids([paper.id])
    tables.papers.fill(paper)
    after = tables.papers.of_ids([paper.id])
    if before and after and before[0].withdrawal != after[0].withdrawal:
        tables.card_updates.enqueue(paper.id, None, now - CARDS_CHANGE_FOR, now)


def _unknown(paper_id: str, tries: int, now: datetime) -> ArxivRecord:
    wait = _BACKOFF_OF_A_PAPER.wait(tries)
    return ArxivRecord(paper_id, now, tries=tries + 1, next_try_at=now + wait)
