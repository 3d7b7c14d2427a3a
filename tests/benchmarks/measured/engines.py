"""The same digests on SQLite and on PostgreSQL, and on PostgreSQL with one, two and four workers.

A digest is opened and each of its messages is recorded before and after its call, as when it is posted; Slack
takes no time. SQLite has one worker, since one process alone runs on a file.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context

from bot.delivery.opening import open_asked
from bot.documents.files import read_sample
from bot.documents.importer import import_into
from storage.address import Address
from storage.records import Post, PostState
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.support.postgresql import programs, running_server
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables

MESSAGES = 36
WORKERS = (1, 2, 4)
DAY = date(2025, 9, 29)
NOW = datetime(2025, 9, 29, 12, tzinfo=UTC)


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparisons; none where PostgreSQL is not installed."""
    folder = programs()
    if folder is None:
        return
    with running_server(folder, durable_in=scale.folder.parent) as server:
        file = empty_tables(scale.folder / "engines.db")
        addresses: dict[str, Address] = {"file": file, "server": server.database()}
        for address in addresses.values():
            with closing(ThreadRunner(address)) as storage:
                for digest in read_sample():
                    await import_into(storage, digest)
        numbers = _numbers(scale)
        counts = WORKERS if scale.runs > 1 else WORKERS[:2]
        with ProcessPoolExecutor(max(counts), get_context("spawn")) as processes:

            def rate(name: str, workers: int) -> float:
                return _digests_a_minute(processes, addresses[name], workers, scale.digests, numbers)

            # Once unmeasured, so that the processes have begun.
            rate("server", max(counts)), rate("file", 1)
            runs = [
                (rate("file", 1), [rate("server", workers) for workers in counts]) for _ in range(scale.runs)
            ]
    files = tuple(on_file for on_file, _ in runs)
    of_one = tuple(on_server[0] for _, on_server in runs)
    what = "digests on PostgreSQL, one worker"
    yield Comparison(what, "SQLite, one worker", "a minute", of_one, files)
    for place, workers in enumerate(counts[1:], 1):
        several = tuple(on_server[place] for _, on_server in runs)
        what = f"digests on PostgreSQL, {workers} workers"
        yield Comparison(what, "PostgreSQL, one worker", "a minute", several, of_one)


def _numbers(scale: Scale) -> Iterator[int]:
    """Yield the first of so many channels that nobody has used yet."""
    return iter(range(0, 10**9, scale.digests))


def _digests_a_minute(
    processes: ProcessPoolExecutor, address: Address, workers: int, digests: int, numbers: Iterator[int]
) -> float:
    began = time.perf_counter()
    list(
        processes.map(_work, *zip(*((address, next(numbers), digests) for _ in range(workers)), strict=True))
    )
    return 60 * workers * digests / (time.perf_counter() - began)


def _work(address: Address, first: int, digests: int) -> None:
    async def deliver_all() -> None:
        with closing(ThreadRunner(address)) as storage:
            for number in range(first, first + digests):
                await _deliver(storage, f"C{number}")

    asyncio.run(deliver_all())


async def _deliver(storage: Runner, channel: str) -> None:
    def opened(tables: Tables) -> int | None:
        subscription = subscribe(tables, "T1", channel, since=DAY, begun_at=NOW)
        return open_asked(tables, subscription, DAY, NOW, has_model=False)

    delivery_id = await storage.write(opened)
    if delivery_id is None:
        raise RuntimeError("There is no digest for the day.")
    posts = await storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    for post in islice(cycle(posts), MESSAGES):
        await _record(storage, delivery_id, post)


async def _record(storage: Runner, delivery_id: int, post: Post) -> None:
    def record(tables: Tables, recorded: Post) -> None:
        delivery = tables.deliveries.get(delivery_id)
        if delivery is None:
            raise RuntimeError("The delivery is gone.")
        tables.posts.record(delivery, recorded)

    for state, stamp in ((PostState.SENDING, None), (PostState.POSTED, f"1.{post.position}")):
        recorded = replace(post, state=state, attempted_at=NOW, ts=stamp)
        await storage.write(partial(record, recorded=recorded))
