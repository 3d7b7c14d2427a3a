"""A month of the real sources, fetcher, client and tables, on virtual time, in a world that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import pytest

from bot.errors import SourceError
from bot.listings.enricher import Enricher
from bot.listings.watcher import ListingWatcher
from bot.sources.arxiv import ArxivClient
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher
from storage.records import ListingState, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.simulation.places import folder
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.web_world import DAYS, FAILURES, FIRST, LATE, STUCK, Web, at, month

ARXIV = "arxiv:cs.CL+cs.LG"
HUGGING_FACE = "huggingface"

_HOUR = 3600
_CHANCE_OF_READING = 0.1

__all__ = ["folder"]


async def again_and_again(
    clock: VirtualClock, seconds_between_ticks: int, job: Callable[[], Awaitable[object]]
) -> None:
    """Do the job at each tick; all jobs begin at the same moments, so that they meet at arXiv's gate."""
    while True:
        await job()
        passed = (clock.now() - at(FIRST, 0)).total_seconds()
        await clock.sleep(seconds_between_ticks - passed % seconds_between_ticks)


async def read_papers(clients: Sequence[ArxivClient], storage: InlineRunner, random: Random) -> None:
    """Now and then fetch papers, several at once in both processes, as summaries and a command do."""

    async def read(paper_id: str) -> None:
        with suppress(SourceError):
            await random.choice(clients).content("html", paper_id, most_bytes=100_000, seconds=60)

    if random.random() < _CHANCE_OF_READING:
        known = await storage.read(lambda tables: tables.listings.since(ARXIV, FIRST))
        ids = [paper_id for listing in known for paper_id in listing.paper_ids]
        await asyncio.gather(*map(read, random.sample(ids, min(len(ids), 4))))


async def live(
    path: Path, seed: int, seconds_between_ticks: int
) -> tuple[Web, dict[date, tuple[str, ...]], InlineRunner]:
    """Live through a month and three days: one process as `run` is, and another beside it as `fetch` is."""
    clock, random, storage = VirtualClock(), Random(seed), InlineRunner(empty_tables(path / "test.db"))
    world, expected = month(clock.now, random)
    await storage.write(lambda tables: subscribe(tables, sources=(HUGGING_FACE, ARXIV)))
    async with httpx.AsyncClient(transport=httpx.MockTransport(world.handle)) as http:
        clients = [
            ArxivClient(Fetcher(http), clock, contact="me", random=random, gate=path / "gate")
            for _ in range(2)
        ]
        find = catalogue(Fetcher(http), clients[0], "https://huggingface.co/")
        jobs = (
            ListingWatcher(storage, clock, find).poll_due,
            Enricher(storage, clock, clients[0].papers).tick,
            lambda: read_papers(clients, storage, random),
        )
        tasks = [asyncio.create_task(again_and_again(clock, seconds_between_ticks, job)) for job in jobs]
        await clock.sleep((at(DAYS[-1], 0) - clock.now()).total_seconds() + 4 * 86_400)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(end) for end in ends} == {asyncio.CancelledError}
    return world, expected, storage


def listed(tables: Tables, source: str) -> dict[date, tuple[ListingState, tuple[str, ...]]]:
    known = tables.listings.since(source, FIRST)
    return {each.day: (each.state, each.paper_ids) for each in known if each.day in DAYS}


def stated(lists: dict[date, tuple[str, ...]]) -> dict[date, tuple[ListingState, tuple[str, ...]]]:
    """Return what the tables should hold for these lists, by day."""
    found = {day: lists.get(day, ()) for day in DAYS}
    return {day: (ListingState.COMPLETE if ids else ListingState.NONE, ids) for day, ids in found.items()}


def is_whole(paper: Paper) -> bool:
    return bool(paper.authors and paper.categories and paper.published)


@pytest.mark.parametrize(
    ("seed", "seconds_between_ticks"),
    [(1, 2 * _HOUR), *(pytest.param(seed, _HOUR, marks=pytest.mark.soak) for seed in range(1, 7))],
)
def test_a_month_with_outages_ends_with_every_listed_paper_and_three_seconds_between_requests(
    folder: Path, seed: int, seconds_between_ticks: int
) -> None:
    with TemporaryDirectory(dir=folder) as own:
        check_month(Path(own), seed, seconds_between_ticks)


def check_month(path: Path, seed: int, seconds_between_ticks: int) -> None:
    life = live(path, seed, seconds_between_ticks)
    world, expected, storage = run_virtual(life, start=at(FIRST, 0))
    tables = asyncio.run(storage.read(lambda tables: tables))

    shown = {day: tuple(paper_id for paper_id, _ in papers) for day, papers in world.lists.items()}
    assert listed(tables, HUGGING_FACE) == stated(shown)
    assert listed(tables, ARXIV) == stated(expected)
    assert STUCK not in expected
    assert expected[LATE]

    papers = tables.papers.of_ids({each for ids in (*shown.values(), *expected.values()) for each in ids})
    assert {paper.id for paper in papers if not is_whole(paper)} == world.unknown
    assert all(tables.arxiv_records.get(paper.id) for paper in papers)
    assert max(world.looked_up[each] for each in world.unknown) <= 20

    spans = sorted((began, ended) for host, began, ended in world.asked if host != "huggingface.co")
    assert world.most_under_way == 1
    assert min(then[0] - now[1] for now, then in pairwise(spans)) >= 3 - 1e-5
    assert all(world.outcomes[kind] >= 5 for kind in (*FAILURES, "not modified"))
    assert len({host for host, _, _ in world.asked}) == 4
    storage.close()
