"""What PostgreSQL costs beside SQLite on the same machine, in one run, both on a disk and with fsync."""

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.delivery.opening import open_asked
from bot.documents.importer import import_into
from storage.address import Address
from storage.records import Post, PostState
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables
from tests.support.postgresql import programs, running_server
from tests.support.stage import NOON, SAMPLE_DAY, sample
from tests.support.subscribing import subscribe

pytestmark = pytest.mark.benchmark

ROUNDS = 100
STEPS = 36
# Not in memory, where nothing has to be synced.
DISK = Path("/var/tmp")  # noqa: S108 -- only new folders of its own in it are used
PAPER = "2509.21240"

Work = Callable[[Runner, int], Awaitable[object]]


async def look_up(storage: Runner, _number: int) -> object:
    return await storage.read(lambda tables: (tables.papers.get(PAPER), tables.summaries.of_papers([PAPER])))


async def save(storage: Runner, number: int) -> object:
    return await storage.write(lambda tables: tables.saved_papers.save("T1", f"U{number}", PAPER, NOON))


async def open_digest(storage: Runner, number: int) -> object:
    def opened(tables: Tables) -> int | None:
        subscription = subscribe(tables, "T1", f"C{number}", since=SAMPLE_DAY, begun_at=NOON)
        return open_asked(tables, subscription, SAMPLE_DAY, NOON, has_model=False)

    delivery_id = await storage.write(opened)
    assert delivery_id
    return delivery_id


async def keep_ledger(storage: Runner, number: int) -> object:
    """Record 36 posts of a digest that was opened before, each in a transaction of its own."""
    delivery_id = number + 1
    posts = await storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    for post in islice(cycle(posts), STEPS):
        await storage.write(partial(record, delivery_id=delivery_id, post=post))
    return None


def record(tables: Tables, delivery_id: int, post: Post) -> None:
    delivery = tables.deliveries.get(delivery_id)
    assert delivery
    tables.posts.record(delivery, replace(post, state=PostState.SENDING, attempted_at=NOON))


MEASURED: dict[str, tuple[Work, int]] = {
    "one look-up": (look_up, ROUNDS),
    "one save": (save, ROUNDS),
    "opening one digest": (open_digest, ROUNDS // 4),
    f"{STEPS} ledger steps": (keep_ledger, ROUNDS // 4),
}


@pytest.fixture
def addresses() -> Iterator[dict[str, Address]]:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed here; Debian's package is called postgresql")
    with (
        TemporaryDirectory(dir=DISK) as name,
        running_server(folder, durable_in=DISK) as server,
    ):
        yield {"SQLite": Path(name) / "bench.db", "PostgreSQL": server.database()}


@pytest.fixture
async def storages(addresses: dict[str, Address]) -> AsyncIterator[dict[str, Runner]]:
    """Open both, with the sample day in each."""
    with ExitStack() as stack:
        opened: dict[str, Runner] = {}
        for name, address in addresses.items():
            opened[name] = stack.enter_context(closing(ThreadRunner(address)))
            for digest in sample():
                await import_into(opened[name], digest)
        yield opened


async def milliseconds(work: Work, storage: Runner, number: int) -> float:
    began = time.perf_counter()
    await work(storage, number)
    return (time.perf_counter() - began) * 1000


async def test_what_postgresql_costs_beside_sqlite(storages: dict[str, Runner]) -> None:
    for name, (work, rounds) in MEASURED.items():
        taken: dict[str, list[float]] = {engine: [] for engine in storages}
        for number in range(rounds):
            # In turn, so that both meet the same moods of the machine.
            for engine, storage in storages.items():
                taken[engine].append(await milliseconds(work, storage, number))
        file, server = (statistics.median(each) for each in taken.values())
        print(f"\n{name}: SQLite {file:.2f} ms, PostgreSQL {server:.2f} ms, {server / file:.1f} times")
