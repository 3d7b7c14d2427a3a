"""Several workers watch the same sources on one database, on both engines: each day is asked for once."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

import pytest

from bot.listings.enricher import Enricher
from bot.listings.watcher import ListingWatcher
from bot.sources.atom import ArxivPaper
from bot.sources.source import DailyList, Source
from storage.address import Address
from storage.claims import Claims
from storage.records import Listing, ListingState, Paper
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.support.subscribing import subscribe
from tests.support.virtual_time import VirtualClock, run_virtual, seconds

NAME = "huggingface"
LEASE = timedelta(seconds=120)
TODAY = date(2025, 9, 30)


class SlowSource:
    """A source that takes five seconds to answer, and counts who asks at the same time."""

    def __init__(self) -> None:
        self.asked: list[date] = []
        self.under_way = self.most_under_way = 0
        self.answers = asyncio.Event()
        self.answers.set()

    async def fetch(self, day: date) -> DailyList:
        self.asked.append(day)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(5)
        await self.answers.wait()
        self.under_way -= 1
        return DailyList(day, (Paper(f"{day:%y%m}.{day.day:05d}", f"Of {day}"),))

    def watcher(self, storage: Runner) -> ListingWatcher:
        clock = VirtualClock()
        source = Source(NAME, self.fetch, usual_at=time(2, 0))
        return ListingWatcher(storage, clock, {NAME: source}.get, Claims(storage, clock, LEASE))


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


async def subscribed(storage: Runner) -> None:
    await storage.write(lambda tables: subscribe(tables, sources=(NAME,)))


def test_three_workers_together_ask_a_source_for_each_day_once(storage: Runner) -> None:
    async def watch() -> SlowSource:
        await subscribed(storage)
        source = SlowSource()
        watchers = [source.watcher(storage) for _ in range(3)]

        async def tick(watcher: ListingWatcher, after: float) -> None:
            await asyncio.sleep(after)
            for _ in range(4):
                await watcher.start_due_polls()
                await asyncio.sleep(30)
            await watcher.join()

        await asyncio.gather(*map(tick, watchers, (0, 0, 7)))
        return source

    source = run_virtual(watch())
    assert source.asked == [TODAY - timedelta(days=ago) for ago in range(6, -1, -1)]
    assert source.most_under_way == 1


def test_what_a_person_fetches_waits_for_the_poll_of_another_worker(storage: Runner) -> None:
    async def fetch() -> tuple[float, int]:
        await subscribed(storage)
        source = SlowSource()
        polling = asyncio.create_task(source.watcher(storage).poll_due())
        await asyncio.sleep(1)
        await source.watcher(storage).refresh(NAME, TODAY)
        await polling
        return seconds(), source.most_under_way

    assert run_virtual(fetch()) == (40, 1)


def test_a_poll_of_a_worker_that_is_paused_beyond_its_lease_is_taken_over_and_changes_nothing(
    storage: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    async def be_paused() -> list[datetime | None]:
        await subscribed(storage)
        paused, other = SlowSource(), SlowSource()
        paused.answers.clear()
        polling = asyncio.create_task(paused.watcher(storage).poll_due())
        await asyncio.sleep(LEASE.total_seconds() + 10)
        await other.watcher(storage).poll_due()
        before = await looks(storage)
        paused.answers.set()
        await polling
        assert await looks(storage) == before
        return before

    assert len(run_virtual(be_paused())) == 7
    assert f"Another worker has claimed this: polls of {NAME}." in caplog.text


async def looks(storage: Runner) -> list[datetime | None]:
    found = await storage.read(lambda tables: tables.listings.since(NAME, date.min))
    return [listing.looked_at for listing in found]


def test_two_workers_never_ask_arxiv_about_the_same_papers(storage: Runner) -> None:
    ids = [f"2509.{number:05d}" for number in range(150)]

    def fill(tables: Tables) -> None:
        for paper_id in ids:
            tables.papers.add(Paper(paper_id, "On gardens"))
        tables.listings.put(Listing(NAME, TODAY, ListingState.COMPLETE, tuple(ids)))

    async def ask_side_by_side() -> list[str]:
        await storage.write(fill)
        asked: list[str] = []

        async def ask(about: Iterable[str]) -> Mapping[str, ArxivPaper]:
            asked.extend(about)
            await asyncio.sleep(20)
            return {}

        clock = VirtualClock()
        enrichers = [Enricher(storage, clock, ask, Claims(storage, clock, LEASE)) for _ in range(3)]
        await asyncio.gather(enrichers[0].tick(), enrichers[1].tick(), enrichers[2].enrich(ids))
        return asked

    assert sorted(run_virtual(ask_side_by_side())) == ids
