"""The bot says how it is, over real sockets and a real database."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import StorageGoneError
from bot.http.health import Health
from bot.http.server import HttpServer
from storage.address import Address
from storage.records import DeliveryKind, Listing, ListingState
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.plain_client import plain_client
from tests.support.stage import NOON
from tests.support.subscribing import subscribe

T = TypeVar("T")


@dataclass
class Bot:
    """What is asked how it is."""

    storage: Runner
    address: Address
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(NOON))
    ticked_at: datetime | None = NOON
    socket: bool | None = None

    async def is_connected(self) -> bool:
        return bool(self.socket)

    async def ask(self, path: str) -> httpx.Response:
        is_connected = self.is_connected if self.socket is not None else None
        health = Health(self.storage, self.clock, lambda: self.ticked_at, is_connected)
        server = HttpServer(health.routes, 0, "127.0.0.1")
        await server.start()
        try:
            async with plain_client() as client:
                return await client.get(f"http://127.0.0.1:{server.port}{path}")
        finally:
            await server.aclose()


@pytest.fixture
async def bot(address: Address) -> AsyncIterator[Bot]:
    storage = ThreadRunner(address)
    yield Bot(storage, address)
    storage.close()


class Gone:
    """A storage whose database is gone, or never answers."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.hangs = hangs
        self.reads = 0

    async def read(self, call: Callable[[Tables], T]) -> T:  # noqa: ARG002 -- of a runner
        self.reads += 1
        if self.hangs:
            await asyncio.Event().wait()
        raise StorageGoneError("The server at db.internal is gone.")

    async def write(self, call: Callable[[Tables], T]) -> T:  # noqa: ARG002 -- of a runner
        raise AssertionError

    def close(self) -> None:
        pass


def listing(source: str, day: date) -> Listing:
    return Listing(source, day, ListingState.COMPLETE)


async def ready(bot: Bot) -> tuple[int, dict[str, Any]]:
    answer = await bot.ask("/readyz")
    assert answer.headers["content-type"].startswith("application/json")
    return answer.status_code, answer.json()


async def samples(bot: Bot) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = await bot.ask("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_process_that_answers_is_alive_whatever_else(bot: Bot) -> None:
    bot.storage, bot.ticked_at, bot.socket = Gone(), None, False
    answer = await bot.ask("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


async def test_a_bot_that_can_work_is_ready_and_says_how_things_are(bot: Bot) -> None:
    days = [date(2025, 9, 28), date(2025, 9, 29)]

    def list_days(tables: Tables) -> None:
        for day in days:
            tables.listings.put(listing("huggingface", day))

    await bot.storage.write(list_days)
    bot.clock.advance(30)

    assert await ready(bot) == (
        200,
        {
            "ready": True,
            "problems": [],
            "database": "ok",
            "last_tick": "2025-09-29T12:00:00+00:00",
            "last_tick_age_seconds": 30.0,
            "last_listing": {"source": "huggingface", "day": "2025-09-29", "state": "complete"},
        },
    )


async def test_a_bot_whose_disk_is_full_is_not_ready(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    # A disk of one's own would take root's rights; that of a server cannot be seen from here.
    is_file = isinstance(bot.address, Path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    status, said = await ready(bot)

    expected = (503, "disk full", ["The disk of the database is full."]) if is_file else (200, "ok", [])
    assert (status, said["database"], said["problems"]) == expected


async def test_in_socket_mode_it_says_whether_it_is_connected(bot: Bot) -> None:
    bot.socket = True
    assert ((said := await ready(bot))[0], said[1]["socket"]) == (200, "connected")

    bot.socket = False
    status, said_now = await ready(bot)
    assert (status, said_now["socket"], said_now["problems"]) == (
        503,
        "not connected",
        ["The connection to Slack is down."],
    )


@pytest.mark.parametrize(
    ("ticked_at", "problem"),
    [
        (None, "Nothing has been checked yet."),
        (NOON - timedelta(seconds=121), "Nothing has been checked for two minutes."),
    ],
)
async def test_a_bot_that_does_not_tick_is_not_ready(
    bot: Bot, ticked_at: datetime | None, problem: str
) -> None:
    bot.ticked_at = ticked_at

    status, said = await ready(bot)
    assert (status, said["ready"], said["problems"]) == (503, False, [problem])


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_database_that_does_not_answer_is_said_and_its_address_is_not(
    bot: Bot, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.http.health._SECONDS_FOR_DATABASE", 0.05)
    bot.storage = Gone(hangs=hangs)
    status, said = await ready(bot)

    assert (status, said["database"], said["problems"], said["last_listing"]) == (
        503,
        "no answer",
        ["The database does not answer."],
        None,
    )
    assert "db.internal" not in json.dumps(said)


async def test_however_many_ask_one_looks_at_a_database_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.http.health._SECONDS_FOR_DATABASE", 0.05)
    storage = Gone(hangs=True)
    health = Health(storage, SimulatedClock(NOON), lambda: NOON)

    found = await asyncio.gather(*(health.vitals() for _ in range(20)))
    assert {each.work for each in found} == {None}
    assert storage.reads == 1
    assert health._looking
    health._looking.cancel()


async def test_the_metrics_are_those_that_prometheus_reads(bot: Bot) -> None:
    def begin(tables: Tables) -> None:
        for channel in ("C1", "C2"):
            wanted = subscribe(tables, "T1", channel, since=NOON.date(), begun_at=NOON)
        tables.deliveries.open(wanted, DeliveryKind.SCHEDULED, NOON.date(), "key", NOON)

    await bot.storage.write(begin)
    bot.socket = True
    bot.clock.advance(12)
    found = await samples(bot)

    assert {name: found[f"paper_round_{name}", ()] for name in GAUGES} == {
        "ready": 1,
        "socket_connected": 1,
        "last_tick_age_seconds": 12,
        "deliveries_waiting": 1,
        "subscriptions": 2,
    }


GAUGES = "ready socket_connected last_tick_age_seconds deliveries_waiting subscriptions".split()


async def test_what_is_not_known_is_no_metric(bot: Bot) -> None:
    bot.storage, bot.ticked_at = Gone(), None
    found = await samples(bot)

    assert [name for name in GAUGES if (f"paper_round_{name}", ()) in found] == ["ready"]
    assert found["paper_round_ready", ()] == 0
