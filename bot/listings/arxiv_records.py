"""What lists do not say of their papers, from arXiv's API: authors, categories, dates and versions.

Nothing waits for it. A few papers are asked about at a time, the ones listed last first; while arXiv does not
answer the waits grow, and a paper that it does not know is left alone for days.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import SourceError, SourceRefusedError, SourceUnreachableError
from bot.retries import Backoff
from bot.sources.atom import ArxivPaper
from storage.records import ArxivRecord
from storage.runner import Runner
from storage.tables import Tables

PAPERS_AT_A_TIME = 100
"""How many papers are asked about in a tick, which is one request where all goes well."""

_BACKOFF = Backoff(first=timedelta(minutes=1), longest=timedelta(hours=1))
_BACKOFF_OF_A_PAPER = Backoff(first=timedelta(days=1), longest=timedelta(days=30))
_COME_BACK_LATER = frozenset({429, 502, 503, 504})

_logger = logging.getLogger(__name__)

_Lacking = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """How many papers arXiv was asked about and knew, and what went wrong where anything did."""

    asked: int = 0
    found: int = 0
    trouble: str | None = None


class Enriching:
    """Asks arXiv's API about papers that lack what it knows; `ask` returns its papers by id."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        ask: Callable[[Iterable[str]], Awaitable[Mapping[str, ArxivPaper]]],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._ask = ask
        self._at_a_time = PAPERS_AT_A_TIME
        self._failures = 0
        self._not_before: datetime | None = None

    async def tick(self) -> None:
        """Ask about a few papers, if any lack something and arXiv is not to be left alone for now."""
        now = self._clock.now()
        if self._not_before and now < self._not_before <= now + _BACKOFF.longest:
            return
        limit = self._at_a_time
        lacking = await self._storage.read(lambda tables: tables.arxiv_records.lacking(now, limit))
        if lacking:
            await self._enrich(lacking)

    async def enrich(self, paper_ids: Iterable[str]) -> Enrichment:
        """Ask about all of these papers that lack something, until it is done or arXiv does not answer."""
        wanted, asked, found = tuple(paper_ids), 0, 0
        lacking = await self._lacking_among(wanted)
        while lacking:
            done = await self._enrich(lacking)
            asked, found = asked + done.asked, found + done.found
            if done.trouble:
                return Enrichment(asked, found, done.trouble)
            lacking = await self._lacking_among(wanted)
        return Enrichment(asked, found)

    async def _lacking_among(self, paper_ids: tuple[str, ...]) -> _Lacking:
        now = self._clock.now()
        return await self._storage.read(
            lambda tables: tables.arxiv_records.lacking(now, PAPERS_AT_A_TIME, paper_ids)
        )

    async def _enrich(self, lacking: _Lacking) -> Enrichment:
        try:
            found = await self._ask([paper_id for paper_id, _ in lacking])
        except SourceError as error:
            await self._failed(lacking, error)
            return Enrichment(len(lacking), 0, str(error))
        self._failures, self._not_before = 0, None
        self._at_a_time = min(2 * self._at_a_time, PAPERS_AT_A_TIME)
        now = self._clock.now()
        await self._storage.write(lambda tables: _keep(tables, lacking, found, now))
        return Enrichment(len(lacking), len(found))

    async def _failed(self, lacking: _Lacking, error: SourceError) -> None:
        """Wait longer with each failure in a row, and find the paper on which arXiv's answer breaks."""
        now = self._clock.now()
        wait = _BACKOFF.wait(self._failures)
        if isinstance(error, SourceRefusedError) and error.retry_after:
            wait = min(max(wait, timedelta(seconds=error.retry_after)), _BACKOFF.longest)
        self._not_before = now + wait
        if self._failures == 0:
            _logger.warning("%s The next papers are looked up at %s", error, self._not_before)
        self._failures += 1
        if _is_down(error):
            return
        if len(lacking) == self._at_a_time == 1:
            await self._storage.write(lambda tables: _keep(tables, lacking, {}, now))
        self._at_a_time = max(1, self._at_a_time // 2)


def _is_down(error: SourceError) -> bool:
    """Tell whether arXiv would have answered nobody, whichever papers were asked about."""
    return isinstance(error, SourceUnreachableError) or (
        isinstance(error, SourceRefusedError) and error.status in _COME_BACK_LATER
    )


def _keep(tables: Tables, asked: _Lacking, found: Mapping[str, ArxivPaper], now: datetime) -> None:
    for paper_id, tries in asked:
        known = found.get(paper_id)
        if known is None:
            tables.arxiv_records.put(_unknown(paper_id, tries, now))
            continue
        tables.papers.fill(known.paper)
        tables.arxiv_records.put(ArxivRecord(paper_id, now, known.version, known.updated))


def _unknown(paper_id: str, tries: int, now: datetime) -> ArxivRecord:
    wait = _BACKOFF_OF_A_PAPER.wait(tries)
    return ArxivRecord(paper_id, now, tries=tries + 1, next_try_at=now + wait)
