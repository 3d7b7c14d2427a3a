"""A digest of 36 messages into many channels at once, beside the least time that Slack's limits leave.

All of the delivery's own code runs, in simulated time and on a sandbox that holds its limits, with 30 to
250 ms for each call. It runs from a seed, so one run of each is the same as any other.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import time, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bot.delivery.answers import Answer
from bot.delivery.clockwork import Clockwork
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.pacer import Pacer
from bot.delivery.wire import SlackWire, Wire
from bot.delivery.worker import Services, Timing
from bot.manifest import app_manifest
from bot.sandbox import Workspace, create_workspace
from storage.records import Listing, ListingState, Paper
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.support.rush import BURST, SET_RATE
from tests.support.subscribing import subscribe
from tests.support.tables import empty_tables
from tests.support.virtual_time import START, VirtualClock, run_virtual

CARDS = 35
MESSAGES = CARDS + 1
DAY = START.date() - timedelta(days=1)
MANY_WORKSPACES = 20
SOURCE = "huggingface"


@dataclass(frozen=True, slots=True)
class Rush:
    """So many channels of so many workspaces, all due at nine o'clock."""

    workspaces: int
    channels: int
    database: Path

    @property
    def in_each(self) -> int:
        """How many channels each workspace has."""
        return self.channels // self.workspaces

    def least_seconds(self) -> float:
        """Return the least time in which the limits let everything through."""
        return max(MESSAGES - 1, (MESSAGES * self.in_each - BURST) / (SET_RATE / 60))


@dataclass(frozen=True, slots=True)
class Outcome:
    """When the last message was there, and what went wrong."""

    seconds: float
    refused: int
    lost: int
    doubled: int


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparison for each number of channels, in one workspace and in twenty."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        for channels in scale.channels:
            for workspaces in (1, MANY_WORKSPACES):
                if channels % workspaces:
                    continue
                rush = Rush(workspaces, channels, scale.folder / f"rush-{workspaces}-{channels}.db")
                # In a process of its own, since a loop of simulated time cannot run within this one.
                outcome = await loop.run_in_executor(process, deliver, rush)
                yield Comparison(
                    f"a digest of {MESSAGES} messages into {_counted(channels, 'channel')}"
                    f" of {_counted(workspaces, 'workspace')}",
                    "the least possible time",
                    "simulated s",
                    (outcome.seconds,),
                    (rush.least_seconds(),),
                    {"429s": outcome.refused, "lost": outcome.lost, "doubled": outcome.doubled},
                )


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def deliver(rush: Rush) -> Outcome:
    """Deliver everything in simulated time."""
    return run_virtual(_deliver(rush))


async def _deliver(rush: Rush) -> Outcome:
    clock = VirtualClock()
    names = [f"papers-{number}" for number in range(rush.in_each)]
    config = {
        "channels": [{"name": name, "has_bot": True} for name in names],
        "rates": {"messages_per_minute": SET_RATE, "messages_burst": BURST},
    }
    workspaces = {
        f"T{number}": create_workspace(app_manifest(), clock, config) for number in range(rush.workspaces)
    }
    with ExitStack() as stack:
        storage = stack.enter_context(closing(InlineRunner(empty_tables(rush.database))))
        await storage.write(lambda tables: _fill(tables, workspaces, names))
        pacer = Pacer(clock, messages_a_minute=SET_RATE)
        deliverer = Deliverer(Services(storage, _Wires(workspaces), clock, pacer, Timing()), _nobody)
        clockwork = Clockwork(storage, clock, deliverer)
        for _ in range(2 + int(2 * rush.least_seconds() / 30)):
            await clockwork.tick()
            await asyncio.sleep(30)
            if all(map(_has_all, workspaces.values())):
                break
        await deliverer.aclose()
    return _outcome(workspaces)


def _fill(tables: Tables, workspaces: Mapping[str, Workspace], names: list[str]) -> None:
    """Have each channel's digest of the same list be due now."""
    ids = tuple(f"2509.{number:05}" for number in range(CARDS))
    for paper_id in ids:
        tables.papers.add(Paper(paper_id, f"On gardens, part {paper_id}", abstract="A garden grows. " * 80))
    tables.listings.put(Listing(SOURCE, DAY, ListingState.COMPLETE, ids))
    for team, workspace in workspaces.items():
        for name in names:
            channel = workspace.channel(name).id
            subscribe(tables, team, channel, sources=(SOURCE,), at=time(9), since=DAY)


def _has_all(workspace: Workspace) -> bool:
    channels = [each for each in workspace.channels.values() if each.name.startswith("papers-")]
    return all(len(each.messages) >= MESSAGES for each in channels)


def _outcome(workspaces: Mapping[str, Workspace]) -> Outcome:
    last, lost, doubled, refused = 0.0, 0, 0, 0
    for workspace in workspaces.values():
        refused += sum(call.status == 429 for call in workspace.calls)
        for channel in workspace.channels.values():
            if not channel.name.startswith("papers-"):
                continue
            messages = [each for each in channel.messages.values() if each.metadata]
            positions = [each.metadata["event_payload"]["position"] for each in messages if each.metadata]
            lost += MESSAGES - len(set(positions))
            doubled += len(positions) - len(set(positions))
            last = max(last, *(float(each.ts) for each in messages))
    return Outcome(last - START.timestamp(), refused, lost, doubled)


class _Wires:
    """The wire to each workspace."""

    def __init__(self, workspaces: Mapping[str, Workspace]) -> None:
        self._wires = {
            team: SlackWire(_Caller(workspace, seed), workspace.bot_id)
            for seed, (team, workspace) in enumerate(workspaces.items())
        }

    async def wire(self, workspace: str) -> Wire:
        return self._wires[workspace]


class _Caller:
    """A workspace at some distance."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self._workspace = workspace
        self._dice = random.Random(seed)

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        whole = self._dice.uniform(0.03, 0.25)
        there = whole * self._dice.random()
        await asyncio.sleep(there)
        answer = await self._workspace.call(method, arguments, token=self._workspace.bot_token)
        await asyncio.sleep(whole - there)
        return Answer(answer.status, answer.body, answer.headers)


async def _nobody(_failed: FailedDelivery) -> bool:
    return True
