"""Several workers as real processes on one PostgreSQL server, killed with SIGKILL while they deliver."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.delivery.connections import OneWire
from bot.delivery.deliverer import Deliverer
from bot.delivery.pacer import Pacer
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services
from bot.manifest import app_manifest
from bot.sandbox import Sandbox, Workspace, create_workspace
from storage.address import Server
from storage.records import Listing, ListingState, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.processes.killing import NoSlack
from tests.processes.worker import timing
from tests.support.postgresql import DatabaseServer
from tests.support.subscribing import subscribe
from tests.support.waiting import PATIENCE

_ROOT = Path(__file__).parents[2]
_SOURCE = "digest-file"
_LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Place:
    """Workspaces, each with one digest to deliver, and the database that all workers share."""

    database: Server
    sandboxes: list[Sandbox]
    cards: int

    def plan(self, lease_seconds: float) -> bytes:
        """Return what a worker has to know."""
        workspaces = [
            {
                "workspace": sandbox.workspace.team_id,
                "bot": sandbox.workspace.bot_id,
                "token": sandbox.workspace.bot_token,
                "api_url": sandbox.api_url,
            }
            for sandbox in self.sandboxes
        ]
        plan = {
            "database": self.database.conninfo,
            "workspaces": workspaces,
            "lease_seconds": lease_seconds,
        }
        return json.dumps(plan).encode()

    async def is_done(self, storage: InlineRunner) -> bool:
        """Tell whether no delivery has any work left."""
        return not await storage.read(lambda tables: tables.deliveries.unfinished())

    def positions(self) -> list[list[int]]:
        """Return the positions of the messages in each workspace's channel, in the channel's order."""
        return [
            [each.metadata["event_payload"]["position"] for each in messages(sandbox.workspace)]
            for sandbox in self.sandboxes
        ]

    def limited(self) -> int:
        """Return how often Slack said that too much was posted."""
        return sum(call.status == 429 for sandbox in self.sandboxes for call in sandbox.workspace.calls)

    def shortest_rest(self) -> float:
        """Return the shortest time between two messages of a channel, in seconds."""
        stamps = ([float(each.ts) for each in messages(sandbox.workspace)] for sandbox in self.sandboxes)
        return min(later - earlier for each in stamps for earlier, later in pairwise(each))


def messages(workspace: Workspace) -> list[Any]:
    return list(workspace.channel("papers").messages.values())


@asynccontextmanager
async def place(server: DatabaseServer, workspaces: int, cards: int) -> AsyncIterator[Place]:
    """Open the sandboxes, and write down a digest for each one's channel #papers."""
    database = server.database()
    async with AsyncExitStack() as stack:
        sandboxes = []
        for number in range(workspaces):
            # Channels before it give #papers an id that no other workspace has for it.
            names = [*(f"other-{other}" for other in range(number)), "papers"]
            channels = [{"name": name, "has_bot": True} for name in names]
            workspace = create_workspace(app_manifest(), config={"channels": channels})
            workspace.team_id = f"T{number:010}"
            sandboxes.append(await stack.enter_async_context(Sandbox(workspace)))
        await _plan(database, [sandbox.workspace for sandbox in sandboxes], cards)
        yield Place(database, sandboxes, cards)
    server.drop(database)


async def _plan(database: Server, workspaces: list[Workspace], cards: int) -> None:
    clock, storage, now = SystemClock(), InlineRunner(database), datetime.now(UTC)
    papers = [Paper(f"2509.{number:05d}", f"On workers, part {number}") for number in range(cards)]
    listing = Listing(_SOURCE, now.date(), ListingState.COMPLETE, tuple(paper.id for paper in papers))

    def fill(tables: Tables) -> None:
        for paper in papers:
            tables.papers.add(paper)
        tables.listings.put(listing)

    await storage.write(fill)
    services = Services(storage, OneWire(SlackWire(NoSlack(), "")), clock, Pacer(clock), timing(60))
    deliverer = Deliverer(services, _notify_nobody)
    for workspace in workspaces:
        team, channel = workspace.team_id, workspace.channel("papers").id
        at = (now + timedelta(hours=12)).time()
        subscription = await storage.write(_subscribing(team, channel, now, at))
        assert await deliverer.open_asked(subscription, listing.day)
    storage.close()


def _subscribing(team: str, channel: str, now: datetime, at: Any) -> Any:
    return lambda tables: subscribe(tables, team, channel, begun_at=now, at=at)


async def _notify_nobody(_: object) -> bool:
    return True


class Crew:
    """The worker processes; one that is killed is started anew."""

    def __init__(self, plan: bytes) -> None:
        self._plan = plan
        self._processes: list[asyncio.subprocess.Process] = []
        self.kills = 0

    async def start(self) -> None:
        """Start one more worker."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.processes.worker"),
            cwd=_ROOT,
            env=dict(os.environ),
            stdin=asyncio.subprocess.PIPE,
        )
        assert process.stdin
        process.stdin.write(self._plan)
        process.stdin.close()
        self._processes.append(process)

    async def kill(self, random: Random) -> None:
        """Kill one of the workers, and start another in its place."""
        process = self._processes.pop(random.randrange(len(self._processes)))
        assert process.returncode is None, "A worker ended by itself."
        process.kill()
        await process.wait()
        self.kills += 1
        await self.start()

    async def end(self) -> None:
        """Kill all workers."""
        for process in self._processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def deliver(
    here: Place,
    *,
    workers: int = 3,
    kill_every: float = inf,
    kills: float = inf,
    patience: float = PATIENCE,
) -> Crew:
    """Have workers deliver everything, while one is killed whenever so many seconds have passed, if at all.

    The first dies no sooner than something is sent.
    """
    # Where nobody dies, no lease has to end.
    lease_seconds = 60 if kill_every == inf else 4
    crew, storage, random = Crew(here.plan(lease_seconds)), InlineRunner(here.database), Random(1)
    now = asyncio.get_running_loop().time
    try:
        for _ in range(workers):
            await crew.start()
        killed_at = now()
        async with asyncio.timeout(patience):
            while not await here.is_done(storage):
                await asyncio.sleep(_LOOK_EVERY)
                if crew.kills < kills and any(here.positions()) and now() - killed_at > kill_every:
                    await crew.kill(random)
                    killed_at = now()
    finally:
        await crew.end()
        storage.close()
    return crew


async def test_workers_that_are_killed_leave_each_card_once_and_in_order(
    database_server: DatabaseServer,
) -> None:
    async with place(database_server, workspaces=4, cards=2) as here:
        crew = await deliver(here, workers=2, kill_every=0, kills=2)

        assert crew.kills == 2
        assert here.positions() == [[0, 1, 2]] * 4
        assert here.limited() == 0
        assert here.shortest_rest() >= 1


@pytest.mark.benchmark
async def test_three_workers_deliver_in_forty_workspaces_while_one_is_killed_every_few_seconds(
    database_server: DatabaseServer,
) -> None:
    async with place(database_server, workspaces=40, cards=20) as here:
        crew = await deliver(here, kill_every=3.0, patience=600)
        whole = sum(positions == list(range(21)) for positions in here.positions())
        print(f"\n{crew.kills} kills, {whole} of 40 digests whole, {here.limited()} times 429")  # noqa: T201 -- the figures

        assert crew.kills > 3
        assert whole == 40
        assert here.limited() == 0


@pytest.mark.benchmark
@pytest.mark.parametrize("workers", [1, 2, 4])
async def test_digests_a_minute_in_two_hundred_workspaces(
    database_server: DatabaseServer, workers: int
) -> None:
    cards = 10
    async with place(database_server, workspaces=200, cards=cards) as here:
        await deliver(here, workers=workers, patience=600)
        sent = [float(each.ts) for sandbox in here.sandboxes for each in messages(sandbox.workspace)]
        took = max(sent) - min(sent)
        # Slack's bound: a message a second in each channel, all workspaces side by side.
        print(  # noqa: T201 -- the figures
            f"\n{workers} workers: 200 digests of {cards} cards in {took:.1f} s, "
            f"{200 / took * 60:.0f} a minute, {cards / took:.2f} of what Slack's limits allow, "
            f"{here.limited()} times 429"
        )

        assert here.positions() == [list(range(cards + 1))] * 200
