"""Workers that share one database and one simulated Slack, in simulated time; a test kills or pauses them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.delivery.answers import Answer
from bot.delivery.clockwork import SECONDS_BETWEEN_TICKS, Clockwork
from bot.delivery.connections import OneWire
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.pacer import Pacer
from bot.delivery.wire import SlackWire
from bot.delivery.worker import Services, Timing
from bot.sandbox import Workspace
from storage.claims import Claims
from storage.runner import Runner
from storage.tables import Tables
from tests.support.virtual_time import VirtualClock

TIMING = Timing()

T = TypeVar("T")


@dataclass
class Worker:
    """A process of the bot: what it is built from, ticking as its scheduler would."""

    storage: Runner
    workspace: Workspace
    #: The statuses of Slack's answers to its messages.
    statuses: list[int] = field(default_factory=list)
    #: Of whom somebody was notified.
    notified: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = VirtualClock()
        self.is_running = asyncio.Event()
        self.is_running.set()
        self.is_killed = False
        storage = _Storage(self)
        self.claims = Claims(storage, clock, TIMING.lease)
        wire = OneWire(SlackWire(_Caller(self), self.workspace.bot_id))
        services = Services(storage, wire, clock, Pacer(clock), TIMING, claims=self.claims)
        self.deliverer = Deliverer(services, self._notify)
        self.clockwork = Clockwork(storage, clock, self.deliverer)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Tick from now on, and keep what is claimed."""
        self._tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._keep())]

    async def stop(self) -> None:
        """Stop as a process does that is told to; one that was killed has no effect any more."""
        self._end_tasks()
        self.is_running.set()
        await self.deliverer.aclose()
        if not self.is_killed:
            await self.claims.release_all()

    def kill(self) -> None:
        """Do nothing more, whatever is under way; a message that waits for its answer never gets it."""
        self._end_tasks()
        self.is_killed = True
        self.is_running.clear()

    async def alive(self) -> None:
        """Stand still while paused; raises `CancelledError` in a process that was killed."""
        await self.is_running.wait()
        if self.is_killed:
            raise asyncio.CancelledError

    async def pause(self, seconds: float) -> None:
        """Stand still, as a suspended process does."""
        self.is_running.clear()
        await asyncio.sleep(seconds)
        self.is_running.set()

    def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _tick(self) -> None:
        await self.claims.join()
        while True:
            await self.clockwork.tick()
            await asyncio.sleep(SECONDS_BETWEEN_TICKS)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(TIMING.lease.total_seconds() / 4)
            await self.claims.renew()

    async def _notify(self, failed: FailedDelivery) -> bool:
        # Longer than a tick, so that the others see it too.
        await asyncio.sleep(45)
        self.notified.append(failed.delivery.id)
        return True


class _Storage:
    """The database, which a process that stands still does not reach."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def read(self, call: Callable[[Tables], T]) -> T:
        await self._worker.alive()
        return await self._worker.storage.read(call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        await self._worker.alive()
        return await self._worker.storage.write(call)

    def close(self) -> None:
        self._worker.storage.close()


class _Caller:
    """Slack's Web API at a distance of a tenth of a second; a process that stands still gets no answer."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        workspace = self._worker.workspace
        await asyncio.sleep(0.05)
        answer = await workspace.call(method, arguments, token=workspace.bot_token)
        await asyncio.sleep(0.05)
        await self._worker.alive()
        if method == "chat.postMessage":
            self._worker.statuses.append(answer.status)
        return Answer(answer.status, answer.body, answer.headers)
