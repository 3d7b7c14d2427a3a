"""Papers that no list here has had: fetched from arXiv when somebody asks for one by its id, and kept."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.errors import LeaseLostError, SourceError
from bot.sources.atom import ArxivPaper
from storage.claims import Claim, Claims
from storage.records import ArxivRecord
from storage.runner import Runner
from storage.tables import Tables

FETCHES_A_MINUTE = 5
"""How many papers one person may have fetched within a minute."""

PATIENCE = 10.0
"""How many seconds a person waits for arXiv; what it answers later is kept for when they ask again."""

# arXiv takes one request every three seconds, so nobody would wait for what comes behind these.
_MOST_UNDER_WAY = 10
_A_MINUTE = timedelta(minutes=1)
_MOST_PEOPLE = 1_000
_ASKED_AGAIN_AFTER = timedelta(days=3)

_logger = logging.getLogger(__name__)


class Finding(StrEnum):
    """What came of looking for a paper by its id."""

    #: It was known before.
    KNOWN = "known"
    #: It was fetched and is known now.
    FETCHED = "fetched"
    #: arXiv has no such paper.
    NOT_FOUND = "not_found"
    #: arXiv does not answer, or not in time.
    NO_ANSWER = "no_answer"
    #: The person has reached the limit of a minute.
    TOO_MANY = "too_many"


class UnlistedPapers:
    """Fetches papers by id; `ask` returns arXiv's papers by id, and keeps the pace that arXiv allows.

    Who asks for a paper that is being fetched already, here or in another worker, waits for the same request.
    """

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        ask: Callable[[Iterable[str]], Awaitable[Mapping[str, ArxivPaper]]],
        claims: Claims | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._ask = ask
        self._claims = claims or Claims(storage, clock)
        self._under_way: dict[str, asyncio.Task[Finding]] = {}
        self._fetches: dict[tuple[str, str], deque[datetime]] = {}

    async def find(self, workspace: str, person: str, paper_id: str) -> Finding:
        """Have the paper known, which a person asked for; returns within ten seconds."""
        if await self._is_known(paper_id):
            return Finding.KNOWN
        fetching = self._under_way.get(paper_id)
        if fetching is None:
            if not self._count(workspace, person):
                return Finding.TOO_MANY
            if len(self._under_way) >= _MOST_UNDER_WAY:
                return Finding.NO_ANSWER
            fetching = self._start(paper_id)
        # Nobody cancels what others may wait for too.
        done, _ = await asyncio.wait({fetching}, timeout=PATIENCE)
        return fetching.result() if done else Finding.NO_ANSWER

    async def aclose(self) -> None:
        """Cancel what is under way; people can ask again."""
        under_way = list(self._under_way.values())
        for fetching in under_way:
            fetching.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _is_known(self, paper_id: str) -> bool:
        return await self._storage.read(lambda tables: tables.papers.get(paper_id)) is not None

    def _count(self, workspace: str, person: str) -> bool:
        """Count a fetch of the person's, and return whether they may have it."""
        now = self._clock.now()
        if len(self._fetches) >= _MOST_PEOPLE:
            self._fetches = {
                who: moments for who, moments in self._fetches.items() if _is_recent(moments, now)
            }
        moments = self._fetches.setdefault((workspace, person), deque(maxlen=FETCHES_A_MINUTE))
        # A clock that was set back locks nobody out.
        if len(moments) == FETCHES_A_MINUTE and timedelta() <= now - moments[0] < _A_MINUTE:
            return False
        moments.append(now)
        return True

    def _start(self, paper_id: str) -> asyncio.Task[Finding]:
        def end(fetching: asyncio.Task[Finding]) -> None:
            del self._under_way[paper_id]
            if not fetching.cancelled() and (error := fetching.exception()):
                _logger.error("A paper could not be fetched", exc_info=error, extra=_fields(paper_id))

        fetching = self._under_way[paper_id] = asyncio.create_task(self._fetch(paper_id))
        fetching.add_done_callback(end)
        return fetching

    async def _fetch(self, paper_id: str) -> Finding:
        async with self._claims.awaited(f"look-up of {paper_id}") as claim:
            if await self._is_known(paper_id):
                # By another worker.
                return Finding.FETCHED
            try:
                answer = await self._ask([paper_id])
                return await self._keep(answer.get(paper_id), claim)
            except (SourceError, LeaseLostError) as error:
                _logger.info("%s", error, extra=_fields(paper_id))
                return Finding.NO_ANSWER

    async def _keep(self, described: ArxivPaper | None, claim: Claim) -> Finding:
        if described is None:
            return Finding.NOT_FOUND
        paper, now = described.paper, self._clock.now()
        record = ArxivRecord(
            paper.id, now, described.version, described.updated, next_try_at=now + _ASKED_AGAIN_AFTER
        )

        def write(tables: Tables) -> None:
            tables.papers.add(paper)
            tables.arxiv_records.put(record)

        await self._storage.write(claim.around(write))
        return Finding.FETCHED


def _is_recent(moments: deque[datetime], now: datetime) -> bool:
    return now - moments[-1] < _A_MINUTE


def _fields(paper_id: str) -> dict[str, str]:
    return {"action": "fetch a paper", "source": "arxiv", "paper": paper_id}
