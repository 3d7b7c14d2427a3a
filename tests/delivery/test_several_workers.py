"""Several workers deliver on one database, on both engines: once, whoever dies, stops or pauses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import time, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest

from bot.delivery.card_updates import CardUpdater
from bot.delivery.connections import OneWire
from bot.delivery.outcomes import Done
from bot.delivery.pacer import Pacer
from bot.delivery.wire import Wire
from bot.delivery.workspaces import Workspaces, name_of
from bot.manifest import app_manifest
from bot.sandbox import create_workspace
from storage.address import Address
from storage.claims import Claims
from storage.records import (
    FROM_MODEL,
    DeliveryState,
    Listing,
    ListingState,
    Paper,
    Provenance,
    Summary,
)
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.support.subscribing import subscribe
from tests.support.virtual_time import START, VirtualClock, run_virtual, seconds
from tests.support.workers import TIMING, Worker

CHANNELS = ("papers", "general", "random")
CONFIG = {"channels": [{"name": name, "has_bot": True} for name in CHANNELS]}
CARDS = 20
LEASE = TIMING.lease.total_seconds()
DAY = START.date() - timedelta(days=1)
IDS = tuple(f"2509.{number:05d}" for number in range(CARDS))


async def until(holds: Callable[[], bool]) -> None:
    """Wait, in simulated time, until something holds."""
    while not holds():  # noqa: ASYNC110 -- no time passes here but simulated one
        await asyncio.sleep(0.1)


class Office:
    """A simulated Slack, a database, and the workers that share both, each over a connection of its own."""

    def __init__(self, address: Address, stack: ExitStack) -> None:
        self._address = address
        self._stack = stack
        self.workspace = create_workspace(app_manifest(), clock=VirtualClock(), config=CONFIG)
        self.storage = self._connected()
        self.workers: list[Worker] = []

    async def open(self, channels: tuple[str, ...] = CHANNELS) -> None:
        """Subscribe the channels to a digest that is due now."""

        def fill(tables: Tables) -> None:
            for paper_id in IDS:
                tables.papers.add(Paper(paper_id, f"On gardens, part {paper_id}"))
            tables.listings.put(Listing("huggingface", DAY, ListingState.COMPLETE, IDS))
            for channel in channels:
                place = (self.workspace.team_id, self.workspace.channel(channel).id)
                subscribe(tables, *place, sources=("huggingface",), at=time(9), since=DAY)

        await self.storage.write(fill)

    def hire(self) -> Worker:
        """Build a worker."""
        self.workers.append(Worker(self._connected(), self.workspace))
        return self.workers[-1]

    def positions(self, channel: str = "papers") -> list[int]:
        messages = self.workspace.channel(channel).messages.values()
        return [each.metadata["event_payload"]["position"] for each in messages if each.metadata]

    def seconds_between_messages(self) -> float:
        """Return the least time between two messages of a channel, by Slack's timestamps."""
        return min(
            float(second) - float(first)
            for channel in CHANNELS
            for first, second in pairwise(self.workspace.channel(channel).messages)
        )

    def statuses(self) -> set[int]:
        return {status for worker in self.workers for status in worker.statuses}

    async def posting(self) -> Worker:
        """Return the worker that posts, once it has posted five messages."""
        await until(lambda: len(self.workers_that_posted(5)) > 0)
        return self.workers_that_posted(5)[0]

    def workers_that_posted(self, messages: int = 1) -> list[Worker]:
        return [worker for worker in self.workers if len(worker.statuses) >= messages]

    async def done(self) -> None:
        """Wait until all digests are delivered."""
        while not await self._is_done():  # noqa: ASYNC110 -- as above
            await asyncio.sleep(1)

    async def _is_done(self) -> bool:
        """Return whether each channel's digest was opened, and none has work left."""

        def read(tables: Tables) -> bool:
            latest = [
                tables.deliveries.latest_of_channel(self.workspace.team_id, self.workspace.channel(name).id)
                for name in CHANNELS
            ]
            return all(latest) and not tables.deliveries.unfinished()

        return await self.storage.read(read)

    def _connected(self) -> Runner:
        runner = InlineRunner(self._address)
        self._stack.callback(runner.close)
        return runner


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def shared(address: Address, stack: ExitStack, work: Callable[[Office], Awaitable[None]]) -> Office:
    """Have three workers share an office while `work` goes on, and until all is done."""

    async def share() -> Office:
        office = Office(address, stack)
        await office.open()
        for worker in [office.hire() for _ in range(3)]:
            worker.start()
            await asyncio.sleep(7)
        await work(office)
        await office.done()
        for worker in office.workers:
            await worker.stop()
        return office

    return run_virtual(share())


def assert_each_thing_once(office: Office) -> None:
    whole = list(range(CARDS + 1))

    assert {channel: office.positions(channel) for channel in CHANNELS} == dict.fromkeys(CHANNELS, whole)
    assert office.statuses() == {200}
    assert office.seconds_between_messages() >= 1 - 1e-5


def test_three_workers_together_post_each_digest_once(address: Address, stack: ExitStack) -> None:
    async def nothing(_: Office) -> None:
        """Leave them alone."""

    office = shared(address, stack, nothing)
    assert_each_thing_once(office)
    assert [bool(worker.statuses) for worker in office.workers] == [True, False, False]


def test_a_worker_that_is_killed_is_taken_over_after_its_lease(address: Address, stack: ExitStack) -> None:
    moments = []

    async def kill(office: Office) -> None:
        (await office.posting()).kill()
        moments.append(seconds())
        await until(lambda: len(office.workers_that_posted()) > 1)
        moments.append(seconds())

    office = shared(address, stack, kill)
    assert_each_thing_once(office)
    assert LEASE * 3 / 4 <= moments[1] - moments[0] <= LEASE + 30 + TIMING.settling.total_seconds() * 3


def test_a_worker_that_stops_is_taken_over_at_the_next_tick(address: Address, stack: ExitStack) -> None:
    moments = []

    async def stop(office: Office) -> None:
        await (await office.posting()).stop()
        moments.append(seconds())
        await until(lambda: len(office.workers_that_posted()) > 1)
        moments.append(seconds())

    office = shared(address, stack, stop)
    assert_each_thing_once(office)
    assert moments[1] - moments[0] <= 32


def test_a_worker_that_was_paused_beyond_its_lease_finds_its_writes_refused(
    address: Address, stack: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    async def pause(office: Office) -> None:
        await (await office.posting()).pause(LEASE * 2)
        # Now it gets its answers, and would write down what came of them.
        await asyncio.sleep(10)

    office = shared(address, stack, pause)
    assert_each_thing_once(office)
    assert "Another worker has claimed this: deliveries of" in caplog.text


def test_a_worker_paused_within_its_lease_goes_on(address: Address, stack: ExitStack) -> None:
    async def pause(office: Office) -> None:
        await (await office.posting()).pause(LEASE / 2)

    office = shared(address, stack, pause)
    assert_each_thing_once(office)
    assert [bool(worker.statuses) for worker in office.workers] == [True, False, False]


def test_whoever_asks_for_a_digest_waits_while_another_worker_posts_in_the_workspace(
    address: Address, stack: ExitStack
) -> None:
    """As `paper-round deliver` does beside a bot that runs."""

    async def ask(office: Office) -> None:
        busy, asking = await office.posting(), office.hire()
        held = await office.storage.read(lambda tables: tables.leases.held(VirtualClock().now()))
        assert name_of(office.workspace.team_id) in held
        deliveries = await office.storage.read(lambda tables: tables.deliveries.unfinished())
        progress = [await asking.deliverer.run(each.id) for each in deliveries]
        assert {each.state for each in progress} == {DeliveryState.DONE}
        assert (len(busy.statuses), asking.statuses) == ((CARDS + 1) * len(CHANNELS), [])

    assert_each_thing_once(shared(address, stack, ask))


def test_a_click_on_one_worker_does_not_post_beside_another_in_the_same_workspace(
    address: Address, stack: ExitStack
) -> None:
    async def click() -> list[int]:
        office = Office(address, stack)
        await office.open(("papers",))
        busy, clicked = office.hire(), office.hire()
        busy.start()
        await office.posting()
        place = (office.workspace.team_id, office.workspace.channel("general").id)
        general = await office.storage.write(
            lambda tables: subscribe(tables, *place, sources=("huggingface",))
        )
        delivery_id = await clicked.deliverer.open_asked(general, DAY)
        assert delivery_id
        clicked.deliverer.start(delivery_id)
        await clicked.deliverer.join()
        while await office.storage.read(lambda tables: tables.deliveries.unfinished()):  # noqa: ASYNC110
            await asyncio.sleep(1)
        await busy.stop()
        assert office.positions("general") == list(range(CARDS + 1))
        return [len(worker.statuses) for worker in (busy, clicked)]

    assert run_virtual(click()) == [2 * (CARDS + 1), 0]


def test_of_a_delivery_that_failed_one_worker_notifies_its_owner_once(
    address: Address, stack: ExitStack
) -> None:
    async def fail() -> list[int]:
        office = Office(address, stack)
        await office.open(("papers",))
        office.workspace.channel("papers").is_archived = True
        for worker in [office.hire() for _ in range(3)]:
            worker.start()
        await asyncio.sleep(600)
        for worker in office.workers:
            await worker.stop()
        return [delivery_id for worker in office.workers for delivery_id in worker.notified]

    assert run_virtual(fail()) == [1]


class SlowUpdates:
    """A Slack that takes a second for each update of a card, and counts those at the same time."""

    def __init__(self) -> None:
        self.updated: list[str] = []
        self.under_way = self.most_under_way = 0

    async def update(self, _channel: str, ts: str, _payload: Mapping[str, Any]) -> Done:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(1)
        self.under_way -= 1
        self.updated.append(ts)
        return Done()


def test_several_workers_together_update_each_card_once(address: Address, stack: ExitStack) -> None:
    updates = SlowUpdates()

    async def update(office: Office) -> None:
        await office.done()
        clock = VirtualClock()
        made = Provenance(FROM_MODEL, DAY)

        def enqueue(tables: Tables) -> None:
            for paper_id in IDS:
                tables.summaries.put(Summary(paper_id, "en", made, tldr="It grows."))
                tables.card_updates.enqueue(paper_id, "en", START, clock.now())

        await office.storage.write(enqueue)
        updaters = [
            CardUpdater(
                worker.storage, clock, OneWire(cast("Wire", updates)), claims=Claims(worker.storage, clock)
            )
            for worker in office.workers
        ]
        await asyncio.gather(*(updater.tick() for updater in updaters))

    shared(address, stack, update)
    assert len(updates.updated) == len(set(updates.updated)) == CARDS * len(CHANNELS)
    assert updates.most_under_way == 1


def test_who_takes_over_rests_for_as_long_as_slack_asked_the_last_worker_to(
    address: Address, stack: ExitStack
) -> None:
    moments = []

    async def hold_back(office: Office) -> None:
        worker = await office.posting()
        office.workspace.faults.add("status", method="chat.postMessage", status=429, seconds=100.0)
        await until(lambda: 429 in worker.statuses)
        moments.append(seconds())
        await worker.stop()
        await until(lambda: len(office.workers_that_posted()) > 1)
        moments.append(seconds())

    office = shared(address, stack, hold_back)
    assert [worker.statuses.count(429) for worker in office.workers] == [1, 0, 0]
    assert {channel: len(office.positions(channel)) for channel in CHANNELS} == dict.fromkeys(
        CHANNELS, CARDS + 1
    )
    assert 99 < moments[1] - moments[0] < 132


def test_workers_that_tick_one_after_the_other_share_the_workspaces_evenly(
    address: Address, stack: ExitStack
) -> None:
    """A worker takes its share at its tick, and what nobody took by its next one."""

    async def share() -> list[list[int]]:
        storage = InlineRunner(address)
        stack.callback(storage.close)
        every = [f"T{number}" for number in range(8)]
        workers = [Claims(storage, VirtualClock()) for _ in range(3)]
        shares = [Workspaces(claims, VirtualClock(), Pacer(VirtualClock())) for claims in workers]
        for claims in workers:
            await claims.join()

        async def tick(workspaces: Workspaces, entered: AsyncExitStack) -> int:
            held = await storage.read(lambda tables: tables.leases.held(VirtualClock().now()))
            names = workspaces.to_enter(every, held)
            for each in names:
                await entered.enter_async_context(workspaces.entered(each))
            return len(names)

        async with AsyncExitStack() as entered:
            of_all = [await tick(each, entered) for each in shares]
        for each in shares:
            each.to_enter([], frozenset())
        async with AsyncExitStack() as entered:
            # The third does not tick.
            of_two = [await tick(each, entered) for each in (*shares[:2], *shares[:2])]
        return [of_all, of_two]

    assert run_virtual(share()) == [[3, 3, 2], [3, 3, 5, 3]]
