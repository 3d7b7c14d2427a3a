"""`paper-round run` as a process of its own, which is killed and started again while it delivers a digest."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bot.clock import SystemClock
from bot.commands.run import SECONDS_TO_STOP
from bot.delivery.answers import Answer
from bot.delivery.connections import OneWire
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.pacer import Pacer
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.manifest import app_manifest
from bot.sandbox import Sandbox, Workspace, bot_settings
from bot.sandbox.methods import MethodRegistry
from storage.engines.sqlite import connect
from storage.engines.sqlite_backup import checked
from storage.records import DeliveryState, Listing, ListingState, Paper, PostState, Subscription
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.waiting import PATIENCE

_ROOT = Path(__file__).parents[2]
_SOURCE = "digest-file"
_LOOK_EVERY = 0.1

# Answers that come late make it likely that a process dies between its message and the answer.
_ANSWER_SECONDS = 0.3

HOSTS_WAIT = 10
"""Seconds after which Docker kills what it asked to stop, counted on a machine that is not busy.

https://docs.docker.com/reference/cli/docker/container/stop/
"""

_SHARE_OF_KILLS = 0.5

_SETTINGS = {"PAPER_ROUND_SETTLING_SECONDS": "0.4", "PAPER_ROUND_LAST_LOOK_SECONDS": "0"}

# A process that is started 40 times asks for more connections than one that is started once.
_RATES = {"tier_1": None}


class _Watched(Workspace):
    """A workspace that tells of each process's first call."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        super().__init__(manifest, MethodRegistry(), config={"rates": _RATES})
        self.called = asyncio.Event()

    def record(self, *args: Any, **more: Any) -> None:
        super().record(*args, **more)
        # Answers to one that was killed are recorded late.
        if args[1] == "auth.test":
            self.called.set()


class NoSlack:
    """A Slack that may not be called, while digests are only written down."""

    async def call(self, method: str, arguments: Any) -> Answer:
        raise AssertionError(f"{method} was called with {arguments} before anything was to be sent.")


@dataclass(frozen=True)
class Place:
    """A sandbox, and the database of a bot that has one digest to deliver there."""

    workspace: _Watched
    environment: dict[str, str]
    database: Path
    delivery_id: int

    def positions(self) -> list[int]:
        """Return the positions of the messages in the channel, in the channel's order."""
        messages = self.workspace.channel("papers").messages.values()
        return [each.metadata["event_payload"]["position"] for each in messages if each.metadata]

    def threads(self) -> set[str | None]:
        """Return the parents under which the messages are, `None` for what is in the channel itself."""
        return {each.thread_ts for each in self.workspace.channel("papers").messages.values()}

    def state(self) -> DeliveryState:
        """Return how far the bot says it is; for waiting, not for judging."""
        database = connect(self.database, query_only=True)
        try:
            delivery = Tables(database).deliveries.get(self.delivery_id)
        finally:
            database.close()
        assert delivery is not None
        return delivery.state

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the bot until the block ends, which kills it; the block begins with its first call."""
        self.workspace.called.clear()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--db", str(self.database)),
            cwd=_ROOT,
            env={"PATH": os.environ["PATH"], **self.environment},
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await self.workspace.called.wait()
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def kill_after(self, seconds: float) -> bool:
        """Run the bot and kill it so long after its first call; tell whether it was alive until then."""
        async with self.bot() as process:
            try:
                await asyncio.wait_for(process.wait(), seconds)
            except TimeoutError:
                return True
        return False

    async def stop_after(self, seconds: float) -> float:
        """Run the bot and ask it to stop so long after its first call; return what `stopped` does."""
        async with self.bot() as process:
            await asyncio.sleep(seconds)
            return await stopped(process)

    async def holds(self, messages: int) -> None:
        """Wait until the channel holds so many messages."""
        changed = asyncio.Event()
        stop = self.workspace.subscribe(changed.set)
        try:
            while len(self.positions()) < messages:
                await changed.wait()
                changed.clear()
        finally:
            stop()

    def post_states(self) -> list[PostState]:
        """Return what the ledger says of each message."""
        database = connect(self.database, query_only=True)
        try:
            return [post.state for post in Tables(database).posts.of_delivery(self.delivery_id)]
        finally:
            database.close()

    async def run_until(self, *states: DeliveryState, within: float) -> None:
        """Run the bot until the delivery is in one of the states. Raises TimeoutError."""
        async with self.bot() as process, asyncio.timeout(within):
            await until(process, lambda: self.state() in states)


async def until(process: asyncio.subprocess.Process, condition: Callable[[], bool]) -> None:
    """Wait until the condition holds, which has to come true while the process runs."""
    while not condition():
        assert process.returncode is None
        await asyncio.wait({asyncio.ensure_future(process.wait())}, timeout=_LOOK_EVERY)


async def stopped(process: asyncio.subprocess.Process) -> float:
    """Ask the process to stop, which it has to do by itself; return how many seconds that took.

    Where the machine is so busy that closing takes longer than it may, the bot ends itself with status 1.
    """
    now = asyncio.get_running_loop().time
    asked_at = now()
    process.terminate()
    async with asyncio.timeout(PATIENCE):
        await process.wait()
    took = now() - asked_at
    may_end_with = {0} if took < SECONDS_TO_STOP else {0, 1}
    assert process.returncode in may_end_with, f"Status {process.returncode} after {took:.1f} seconds."
    return took


@asynccontextmanager
async def place(folder: Path, cards: int) -> AsyncIterator[Place]:
    """Open a sandbox, and write down a digest of so many papers for its channel #papers."""
    workspace = _Watched(app_manifest())
    database = folder / "bot.db"
    delivery_id = await _plan(database, workspace, cards)
    workspace.faults.add("delay", method="chat.postMessage", times=10 * cards, seconds=_ANSWER_SECONDS)
    async with Sandbox(workspace) as sandbox:
        environment = {**bot_settings(sandbox), **_SETTINGS}
        yield Place(workspace, environment, database, delivery_id)


async def _plan(database: Path, workspace: Workspace, cards: int) -> int:
    clock, storage = SystemClock(), InlineRunner(empty_tables(database))
    now = datetime.now(UTC)
    papers = [Paper(f"2509.{number:05d}", f"On killing, part {number}") for number in range(cards)]
    listing = Listing(_SOURCE, now.date(), ListingState.COMPLETE, tuple(paper.id for paper in papers))
    # Due by its time in half a day, so that only what was asked for is delivered here.
    channel, at = workspace.channel("papers").id, (now + timedelta(hours=12)).time()

    def fill(tables: Tables) -> Subscription:
        for paper in papers:
            tables.papers.add(paper)
        tables.listings.put(listing)
        return subscribe(tables, workspace.team_id, channel, begun_at=now, at=at)

    try:
        wire = OneWire(SlackWire(NoSlack(), workspace.bot_id))
        services = Services(storage, wire, clock, Pacer(clock), Timing())
        delivery_id = await Deliverer(services, _notify).open_asked(await storage.write(fill), listing.day)
    finally:
        storage.close()
    assert delivery_id is not None
    return delivery_id


async def _notify(failed: FailedDelivery) -> bool:
    raise AssertionError(f"The delivery ended early: {failed.reason}")


async def stop_again_and_again(place: Place, random: Random, times: int, longest: float) -> list[float]:
    """Kill the bot, or ask it to stop, each time at a random moment; return how long each stop took.

    After each time the database has to be whole.
    """
    took = []
    for _ in range(times):
        if random.random() < _SHARE_OF_KILLS:
            assert await place.kill_after(random.uniform(0, longest))
        else:
            took.append(await place.stop_after(random.uniform(0, longest)))
        checked(place.database)
    return took


async def kill_again_and_again(place: Place, random: Random, times: int, longest: float) -> None:
    """Kill the bot so often, each time at a random moment after its first call."""
    for _ in range(times):
        assert await place.kill_after(random.uniform(0, longest))
