"""Papers that no list here has had: fetched from arXiv when somebody asks for one by its id, and kept."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.errors import LeaseLostError, SourceError
from bot.metrics import UNEXPECTED_ERRORS
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
_IDS_A_REQUEST = 100
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
        self._under_way: dict[tuple[str, ...], asyncio.Task[dict[str, Finding]]] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._fetches: dict[tuple[str, str], deque[datetime]] = {}

    async def find(self, workspace: str, person: str, paper_id: str) -> Finding:
        """Have the paper known, which a person asked for; returns within ten seconds."""
        return (await self.find_all(workspace, person, [paper_id]))[paper_id]

    async def find_all(self, workspace: str, person: str, paper_ids: Sequence[str]) -> dict[str, Finding]:
        """Have several papers known, with one request that counts once; returns within ten seconds.

        arXiv takes a hundred ids in a request.
        """
        unknown = await self._unknown(paper_ids)
        found = dict.fromkeys(paper_ids, Finding.KNOWN)
        return {**found, **await self._found_in_time(workspace, person, unknown)} if unknown else found

    async def fetch_all(self, paper_ids: Sequence[str]) -> dict[str, Finding]:
        """Have many papers known, however long arXiv takes; for work that nobody waits for."""
        found = dict.fromkeys(paper_ids, Finding.KNOWN)
        unknown = await self._unknown(paper_ids)
        for start in range(0, len(unknown), _IDS_A_REQUEST):
            found.update(await self._fetch(unknown[start : start + _IDS_A_REQUEST]))
        return found

    def fetch_later(
        self, paper_ids: Sequence[str], then: Callable[[Mapping[str, Finding]], Awaitable[None]]
    ) -> None:
        """Have many papers known, however long arXiv takes, and call `then` with what came of each."""
        task = asyncio.create_task(self._fetch_and_tell(paper_ids, then))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def aclose(self) -> None:
        """Cancel what is under way; people can ask again."""
        under_way = [*self._under_way.values(), *self._later]
        for fetching in under_way:
            fetching.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _fetch_and_tell(
        self, paper_ids: Sequence[str], then: Callable[[Mapping[str, Finding]], Awaitable[None]]
    ) -> None:
        try:
            await then(await self.fetch_all(paper_ids))
        except Exception:
            UNEXPECTED_ERRORS.labels("unlisted papers").inc()
            _logger.exception("Papers could not be fetched", extra={"action": "fetch papers"})

    async def _found_in_time(
        self, workspace: str, person: str, unknown: tuple[str, ...]
    ) -> dict[str, Finding]:
        fetching = self._under_way.get(unknown)
        if fetching is None:
            if not self._count(workspace, person):
                return dict.fromkeys(unknown, Finding.TOO_MANY)
            if len(self._under_way) >= _MOST_UNDER_WAY:
                return dict.fromkeys(unknown, Finding.NO_ANSWER)
            fetching = self._start(unknown)
        # Nobody cancels what others may wait for too.
        done, _ = await asyncio.wait({fetching}, timeout=PATIENCE)
        return fetching.result() if done else dict.fromkeys(unknown, Finding.NO_ANSWER)

    async def _unknown(self, paper_ids: Sequence[str]) -> tuple[str, ...]:
        known = await self._storage.read(lambda tables: tables.papers.known(paper_ids))
        return tuple(dict.fromkeys(each for each in paper_ids if each not in known))

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

    def _start(self, paper_ids: tuple[str, ...]) -> asyncio.Task[dict[str, Finding]]:
        def end(fetching: asyncio.Task[dict[str, Finding]]) -> None:
            del self._under_way[paper_ids]
            if not fetching.cancelled() and (error := fetching.exception()):
                _logger.error("A paper could not be fetched", exc_info=error, extra=_fields(paper_ids))

        fetching = self._under_way[paper_ids] = asyncio.create_task(self._fetch(paper_ids))
        fetching.add_done_callback(end)
        return fetching

    async def _fetch(self, paper_ids: tuple[str, ...]) -> dict[str, Finding]:
        async with self._claims.awaited(f"look-up of {_named(paper_ids)}") as claim:
            unknown = await self._unknown(paper_ids)
            # The others are known by another worker.
            found = dict.fromkeys(paper_ids, Finding.FETCHED)
            if not unknown:
                return found
            try:
                answer = await self._ask(unknown)
                await self._keep([answer[each] for each in unknown if each in answer], claim)
            except (SourceError, LeaseLostError) as error:
                _logger.info("%s", error, extra=_fields(paper_ids))
                return {**found, **dict.fromkeys(unknown, Finding.NO_ANSWER)}
            return {**found, **{each: Finding.NOT_FOUND for each in unknown if each not in answer}}

    async def _keep(self, described: Sequence[ArxivPaper], claim: Claim) -> None:
        now = self._clock.now()
        records = [
            ArxivRecord(each.paper.id, now, each.version, each.updated, next_try_at=now + _ASKED_AGAIN_AFTER)
            for each in described
        ]

        def write(tables: Tables) -> None:
            for each, record in zip(described, records, strict=True):
                tables.papers.add(each.paper)
                tables.arxiv_records.put(record)

        if described:
            await self._storage.write(claim.around(write))


def _is_recent(moments: deque[datetime], now: datetime) -> bool:
    return now - moments[-1] < _A_MINUTE


def _named(paper_ids: tuple[str, ...]) -> str:
    first, *others = paper_ids
    return f"{first} and {len(others)} more" if others else first


def _fields(paper_ids: tuple[str, ...]) -> dict[str, str]:
    return {"action": "fetch a paper", "source": "arxiv", "paper": _named(paper_ids)}
