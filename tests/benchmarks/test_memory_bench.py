"""A week of the whole bot in simulated time: what it holds in memory must not grow after the first day.

Lists come, digests are posted, people search, save and open their Home tab; Slack closes the connection every
hour, and something fails every hour. The sandbox, which keeps all that was ever said, forgets it each night.

`pytest -m benchmark -s tests/benchmarks/test_memory_bench.py` prints the figures.
"""

import asyncio
import gc
import logging
import os
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from bot.delivery.clockwork import Jobs
from bot.delivery.slack_errors import POST
from bot.sandbox import NotAnsweredError
from storage.records import Listing, ListingState, Paper
from storage.tables import Tables
from tests.support.stage import Stage, set_stage
from tests.support.subscribing import subscribe

pytestmark = pytest.mark.benchmark

DAYS = int(os.environ.get("PAPER_ROUND_BENCHMARK_DAYS", "7"))
MINUTES_BETWEEN_TICKS = 5
PAPERS_A_DAY = 20
PING_SECONDS = 2
"""In real time: for as long the client keeps a connection that was closed, and hours pass faster here."""

MOST_GROWTH = 0.05
LEAST_BOT_MB = 60
"""What a bot holds that has just started; here the tests' own memory is in the same process."""
SHOWN = 12
TRIES, SECONDS_A_TRY = 30, 2

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "method": POST, "status": 429, "seconds": 3},
    {"kind": "status", "method": POST, "status": 503},
    {"kind": "drop_after_write", "method": POST},
    {"kind": "error", "method": "users.info", "error": "internal_error"},
    {"kind": "error", "method": "views.publish", "error": "internal_error"},
    {"kind": "lose_ack"},
)


@dataclass(frozen=True)
class Held:
    """What is held once all garbage is collected, in bytes."""

    traced: int
    resident: int


def held() -> Held:
    for _ in range(3):
        gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(tracemalloc.get_traced_memory()[0], pages * os.sysconf("SC_PAGE_SIZE"))


def snapshot() -> tracemalloc.Snapshot:
    own = (tracemalloc.Filter(False, tracemalloc.__file__), tracemalloc.Filter(False, "*/linecache.py"))
    return tracemalloc.take_snapshot().filter_traces(own)


@contextmanager
def traced() -> Iterator[None]:
    # What is logged is kept by the tests, and not by the bot.
    logging.disable()
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)


def papers_of(day: date) -> tuple[Paper, ...]:
    return tuple(
        Paper(
            f"{day:%y%m}.{day.day:02}{number:03}",
            f"Garden {number} of {day:%A}: Trees that Water Themselves",
            authors=("Ada Lovelace", "Emmy Noether"),
            abstract=f"We water {number} trees. " * 40,
            categories=("cs.LG",),
            published=day,
        )
        for number in range(PAPERS_A_DAY)
    )


async def list_day(stage: Stage, day: date) -> None:
    papers = papers_of(day)

    def put(tables: Tables) -> None:
        for paper in papers:
            tables.papers.add(paper)
        ids = tuple(paper.id for paper in papers)
        tables.listings.put(Listing("digest-file", day, ListingState.COMPLETE, ids))

    await stage.bot.storage.write(put)


async def insist(stage: Stage, act: Callable[[], Awaitable[None]]) -> None:
    """Act until the bot answers: its client may connect twice after Slack closed a connection."""
    for _ in range(TRIES):
        await stage.person("ada").sees(lambda _: stage.sandbox.socket_mode.connection_count)
        with suppress(TimeoutError, NotAnsweredError):
            await asyncio.wait_for(act(), SECONDS_A_TRY)
            return
    raise AssertionError("The bot does not answer any more.")


async def people_act(stage: Stage, day: date, hour: int) -> None:
    ada, lin = stage.person("ada"), stage.person("lin")
    paper = papers_of(day)[hour % PAPERS_A_DAY].id
    for person, text in (
        (ada, f"/papers save {paper} #garden for {hour} o'clock"),
        (lin, "/papers watering trees"),
        (lin, f"/papers {paper}"),
        (ada, f"/papers remove {paper}"),
        (lin, "/papers status"),
    ):
        await insist(stage, partial(person.command, "papers", text))
    await insist(stage, ada.open_home)


async def live_an_hour(stage: Stage, jobs: Jobs, day: date, hour: int) -> None:
    stage.workspace.faults.add(**FAULTS[hour % len(FAULTS)])
    for _ in range(60 // MINUTES_BETWEEN_TICKS):
        stage.clock.advance(60 * MINUTES_BETWEEN_TICKS)
        for name, job in stage.bot.jobs.items():
            await jobs.tick(name, job)
        await stage.bot.deliverer.join()
    await stage.sandbox.socket_mode.disconnect_all()
    stage.workspace.faults.clear()
    await people_act(stage, day, hour)


def forget_what_was_said(stage: Stage) -> None:
    """Have the sandbox forget what it keeps for whoever looks at it."""
    for channel in stage.workspace.channels.values():
        channel.messages.clear()
    stage.workspace.calls.clear()


async def live_a_day(stage: Stage, jobs: Jobs, day: date) -> None:
    await list_day(stage, day)
    for hour in range(24):
        await live_an_hour(stage, jobs, day, hour)
    await stage.timers.advance(24 * 3600)
    forget_what_was_said(stage)


async def test_a_week_holds_no_more_than_its_first_day(tmp_path: Path) -> None:
    async with set_stage(
        tmp_path / "test.db", arxiv_gate=tmp_path / "gate", ping_seconds=PING_SECONDS
    ) as stage:
        channels = [stage.workspace.channel(name).id for name in ("papers", "random")]
        today = stage.clock.now().date()
        await stage.bot.storage.write(
            lambda tables: [
                subscribe(
                    tables,
                    stage.bot.workspace,
                    channel,
                    since=today,
                    begun_at=stage.clock.now(),
                    created_by=stage.person("ada").id,
                    sources=("digest-file", "huggingface"),
                )
                for channel in channels
            ]
        )
        jobs, began = Jobs({}, stage.clock), perf_counter()
        with traced():
            days = []
            for number in range(DAYS):
                await live_a_day(stage, jobs, today + timedelta(days=number))
                days.append(held())
                if number == 0:
                    first = snapshot()
            last = snapshot()
        seconds = perf_counter() - began

    print(f"\n{DAYS} days in {seconds:.0f} s; held at the end of each, traced and resident, in MB:")
    for number, each in enumerate(days, 1):
        print(f"  day {number}: {each.traced / 1e6:.2f}, {each.resident / 1e6:.1f}")
    for grown in last.compare_to(first, "lineno")[:SHOWN]:
        print(f"  {grown}")
    growth = max(each.traced for each in days[1:]) - days[0].traced
    print(f"At most {growth / 1e6:.2f} MB more than after the first day.")
    assert growth <= MOST_GROWTH * LEAST_BOT_MB * 1e6
