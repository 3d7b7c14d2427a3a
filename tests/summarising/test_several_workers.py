"""Several workers make summaries on one database, on both engines: one of a paper at a time, and once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest

from bot.summarising.queue import Regeneration, SummaryJob, SummaryQueue
from bot.summarising.summariser import Allowance, Outcome, Result, Summariser
from storage.address import Address
from storage.claims import Claim, Claims
from storage.records import FROM_MODEL, Listing, ListingState, Paper, Provenance, Summary
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.support.gardens import DAY
from tests.support.subscribing import subscribe
from tests.support.virtual_time import VirtualClock, run_virtual, seconds

LEASE = timedelta(seconds=120)
PAPERS = [Paper(f"2509.{number:05d}", "On gardens") for number in range(30)]
SOURCE = "huggingface"


class SlowSummariser:
    """Makes each summary in a minute, and counts those of one paper at the same time."""

    allowance = Allowance(100_000, 4_000)

    def __init__(self, storage: Runner) -> None:
        self._storage = storage
        self.made: list[str] = []
        self.under_way: list[str] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def make(self, paper: Paper, language: str, *, regenerate: bool, claim: Claim) -> Result:
        assert paper.id not in self.under_way
        self.under_way.append(paper.id)
        await asyncio.sleep(60)
        await self.answers.wait()
        self.under_way.remove(paper.id)
        provenance = Provenance(FROM_MODEL, VirtualClock().now().date(), "small", "1")
        summary = Summary(paper.id, language, provenance, tldr=f"Of {seconds()}{regenerate}")
        await self._storage.write(claim.around(lambda tables: tables.summaries.put(summary)))
        self.made.append(paper.id)
        return Result(paper.id, language, Outcome.MADE)

    async def tokens_left(self) -> int:
        return 1

    def queue(self, storage: Runner, at_once: int = 5) -> SummaryQueue:
        clock = VirtualClock()
        claims = Claims(storage, clock, LEASE)
        return SummaryQueue(storage, clock, cast("Summariser", self), at_once=at_once, claims=claims)


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


async def listed(storage: Runner, papers: list[Paper]) -> None:
    def fill(tables: Tables) -> None:
        for paper in papers:
            tables.papers.add(paper)
        ids = tuple(paper.id for paper in papers)
        tables.listings.put(Listing(SOURCE, DAY, ListingState.COMPLETE, ids))
        subscribe(tables, sources=(SOURCE,))

    await storage.write(fill)


async def tell(_result: Result | None) -> None:
    """Tell nobody."""


def test_three_workers_share_what_is_missing_and_make_each_summary_once(storage: Runner) -> None:
    async def make_side_by_side() -> tuple[list[str], float]:
        await listed(storage, PAPERS)
        summariser = SlowSummariser(storage)
        await asyncio.gather(*(summariser.queue(storage).tick() for _ in range(3)))
        return sorted(summariser.made), seconds()

    assert run_virtual(make_side_by_side()) == ([paper.id for paper in PAPERS], 120)


def test_two_languages_of_one_paper_are_made_one_after_the_other(storage: Runner) -> None:
    async def make() -> list[str]:
        await listed(storage, PAPERS[:1])
        summariser = SlowSummariser(storage)
        queues = [summariser.queue(storage) for _ in range(2)]
        jobs = [[SummaryJob(PAPERS[0], language)] for language in ("en", "zh-CN")]

        async def make_all(queue: SummaryQueue, wanted: list[SummaryJob]) -> list[Result]:
            return [result async for result in queue.make_all(wanted)]

        await asyncio.gather(*map(make_all, queues, jobs))
        return summariser.made

    assert run_virtual(make()) == [PAPERS[0].id] * 2


def test_who_asks_for_a_new_summary_on_one_worker_is_told_that_another_makes_one(storage: Runner) -> None:
    async def ask() -> list[Regeneration]:
        await listed(storage, PAPERS[:1])
        summariser = SlowSummariser(storage)
        one, other = summariser.queue(storage), summariser.queue(storage)
        answers = [await one.regenerate("T1", "U1", PAPERS[0].id, "en", tell)]
        answers.append(await other.regenerate("T1", "U2", PAPERS[0].id, "zh-CN", tell))
        await one.join()
        answers.append(await other.regenerate("T1", "U2", PAPERS[0].id, "zh-CN", tell))
        await other.join()
        assert summariser.made == [PAPERS[0].id] * 2
        return answers

    assert run_virtual(ask()) == [Regeneration.STARTED, Regeneration.RUNNING, Regeneration.STARTED]


def test_what_a_worker_makes_that_was_paused_beyond_its_lease_is_not_kept(
    storage: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    async def be_paused() -> list[str]:
        await listed(storage, PAPERS[:1])
        paused, other = SlowSummariser(storage), SlowSummariser(storage)
        paused.answers.clear()
        late = asyncio.create_task(paused.queue(storage).tick())
        await asyncio.sleep(LEASE.total_seconds())
        await other.queue(storage).tick()
        paused.answers.set()
        await late
        found = await storage.read(lambda tables: tables.summaries.of_papers([PAPERS[0].id]))
        return [summary.tldr for summary in found[PAPERS[0].id]]

    assert run_virtual(be_paused()) == ["Of 180.0False"]
    assert f"Another worker has claimed this: summaries of {PAPERS[0].id}." in caplog.text
