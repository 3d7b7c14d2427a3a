"""Many channels that are all due at once, on a sandbox whose limits count in simulated time."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.pacer import Pacer
from bot.sandbox import Workspace, create_workspace
from tests.support.virtual_time import VirtualClock, run_virtual

MANIFEST = {
    "display_information": {"name": "Pacing"},
    "oauth_config": {"scopes": {"bot": ["chat:write"]}},
}
SET_RATE = 300
BURST = 10

Network = Callable[[random.Random], tuple[float, float]]
"""Tells how many seconds a call takes to Slack, and its answer back."""


def split_anyhow(dice: random.Random) -> tuple[float, float]:
    """Return 30 to 250 ms for the whole call, of which any part is spent on the way there."""
    whole = dice.uniform(0.03, 0.25)
    there = whole * dice.random()
    return there, whole - there


def slow_each_way(dice: random.Random) -> tuple[float, float]:
    """Return 30 to 250 ms for each way."""
    return dice.uniform(0.03, 0.25), dice.uniform(0.03, 0.25)


@dataclass(frozen=True)
class Rush:
    """`workspaces` × `channels` of them × `messages` that are all due at once; the first is the parent."""

    workspaces: int
    channels: int
    messages: int
    network: Network = split_anyhow
    true_rate: int = SET_RATE
    tells_ts: bool = True
    seed: int = 1

    def least_seconds(self) -> float:
        """Return the least time in which the limits let everything through."""
        in_workspace = self.messages * self.channels - BURST
        return max(self.messages - 1, in_workspace / (self.true_rate / 60))

    def run(self) -> "Result":
        """Deliver everything in simulated time."""
        return run_virtual(self._deliver())

    async def _deliver(self) -> "Result":
        clock, dice = VirtualClock(), random.Random(self.seed)
        pacer = Pacer(clock, messages_a_minute=SET_RATE)
        workspaces = [self._workspace(clock) for _ in range(self.workspaces)]
        async with asyncio.TaskGroup() as deliveries:
            for number, workspace in enumerate(workspaces):
                for name in self._names():
                    channel = workspace.channel(name).id
                    deliveries.create_task(self._fill(pacer, workspace, f"T{number}", channel, dice))
        return Result(asyncio.get_running_loop().time() / self.least_seconds(), workspaces)

    def _workspace(self, clock: VirtualClock) -> Workspace:
        channels = [{"name": name, "has_bot": True} for name in self._names()]
        rates = {"messages_per_minute": self.true_rate, "messages_burst": BURST}
        return create_workspace(MANIFEST, clock, {"channels": channels, "rates": rates})

    def _names(self) -> list[str]:
        return [f"papers-{number}" for number in range(self.channels)]

    async def _fill(
        self, pacer: Pacer, workspace: Workspace, team: str, channel: str, dice: random.Random
    ) -> None:
        number = 0
        while number < self.messages:
            await pacer.turn(team, channel, is_parent=number == 0)
            there, back = self.network(dice)
            await asyncio.sleep(there)
            message = {"channel": channel, "text": str(number)}
            answer = await workspace.call("chat.postMessage", message, workspace.bot_token)
            await asyncio.sleep(back)
            if answer.status == 429:
                pacer.held_back(team, channel, float(answer.headers["Retry-After"]))
                continue
            pacer.answered(team, channel, answer.body["ts"] if self.tells_ts else None)
            number += 1


@dataclass(frozen=True)
class Result:
    """What came of a rush; `ratio` is its time over the least possible."""

    ratio: float
    workspaces: list[Workspace]

    def refused(self) -> int:
        return sum(call.status == 429 for workspace in self.workspaces for call in workspace.calls)

    def texts(self) -> list[list[str]]:
        """Return what each channel holds."""
        return [
            [message.text for message in channel.messages.values()]
            for workspace in self.workspaces
            for channel in workspace.channels.values()
            if not channel.is_im
        ]

    def widest_spread(self) -> int:
        """Return by how many messages a channel was ever ahead of another one of its workspace."""
        return max(map(_widest_spread, self.workspaces))

    def cards_before_the_last_parent(self) -> int:
        """Return the greatest number of cards that a channel had before each channel had its parent."""
        return max(map(_cards_before_the_last_parent, self.workspaces))


def _widest_spread(workspace: Workspace) -> int:
    posted = _posted(workspace)
    progress, widest = dict.fromkeys((channel for channel, _ in posted), 0), 0
    for channel, _ in posted:
        progress[channel] += 1
        widest = max(widest, progress[channel] - min(progress.values()))
    return widest


def _posted(workspace: Workspace) -> list[tuple[str, int]]:
    """Return channel and number of each message, as they came."""
    came = [call.arguments for call in workspace.calls if call.status == 200]
    return [(arguments["channel"], int(arguments["text"])) for arguments in came]


def _cards_before_the_last_parent(workspace: Workspace) -> int:
    numbers = [number for _, number in _posted(workspace)]
    last_parent = max(place for place, number in enumerate(numbers) if number == 0)
    return max(numbers[:last_parent], default=0)
