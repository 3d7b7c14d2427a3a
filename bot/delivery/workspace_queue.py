"""The queue of one workspace: which of the waiting channels may send next, and when."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.delivery.answer_times import AnswerTimes

Task = asyncio.Task[object]

# How long Slack wants a channel to rest between two messages.
_REST = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


@dataclass(eq=False, slots=True)
class Channel:
    """The turns of one channel."""

    free_at: timedelta = _NOTHING
    held_by: Task | None = None
    held_since: timedelta = _NOTHING
    #: The place in the queue of its current or latest turn.
    place: int = 0
    #: The place that its next waiter takes over, after a rate limit.
    kept_place: int | None = None


@dataclass(eq=False, slots=True)
class Waiter:
    """A task that waits for a turn; `appointed` is set while its turn is the next."""

    channel: Channel
    is_parent: bool
    place: int
    appointed: asyncio.Event = field(default_factory=asyncio.Event)


class WorkspaceQueue:
    """The waiting tasks of one workspace.

    The rate is kept by the generic cell rate algorithm: `_even_at` is when the next turn would begin if all
    were evenly spaced, and a turn may begin up to `_slack` before that. `now` returns the passed time.
    """

    def __init__(self, messages_a_minute: int, now: Callable[[], timedelta]) -> None:
        at_once = max(messages_a_minute // 60, 1)
        # That many at once and evenly spaced ones until the minute is over add up to the limit; rounded up.
        self._spacing = -(-_MINUTE // (messages_a_minute - at_once + 1))
        self._slack = self._spacing * (at_once - 1)
        self._now = now
        self._even_at = _NOTHING
        self._channels: defaultdict[str, Channel] = defaultdict(Channel)
        self._waiting: set[Waiter] = set()
        self._next: Waiter | None = None
        self._places = itertools.count(1)
        self._answer_times = AnswerTimes()

    def join(self, name: str, *, is_parent: bool) -> Waiter:
        """Enqueue a waiter for the channel."""
        channel = self._channels[name]
        place, channel.kept_place = channel.kept_place or next(self._places), None
        waiter = Waiter(channel, is_parent, place)
        self._waiting.add(waiter)
        self._appoint()
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Dequeue a waiter that had its turn or was cancelled."""
        self._waiting.discard(waiter)
        self._appoint()

    def seconds_until_turn(self, waiter: Waiter) -> float | None:
        """Return how long the waiter has to sleep, or `None` if it is not the next.

        Only elapsed time lowers it, so a sleeping waiter never has to be woken early.
        """
        if waiter is not self._next:
            return None
        due = max(self._even_at - self._slack, waiter.channel.free_at)
        return max(due - self._now(), _NOTHING).total_seconds()

    def begin_turn(self, waiter: Waiter, task: Task) -> None:
        """Give the waiter's channel to the task."""
        self._even_at = max(self._even_at, self._now()) + self._spacing
        waiter.channel.held_by, waiter.channel.place = task, waiter.place
        waiter.channel.held_since = self._now()

    def is_overdue(self, name: str, duration: timedelta) -> bool:
        """Return whether the channel's turn has lasted for that long."""
        channel = self._channels[name]
        return channel.held_by is not None and self._now() - channel.held_since >= duration

    def end_turn(self, name: str) -> Task | None:
        """Take the channel back, and return the task that held it."""
        channel = self._channels[name]
        task, channel.held_by = channel.held_by, None
        return task

    def rest(self, name: str, ts: timedelta | None) -> None:
        """Let the channel rest after an answer, less the time that the answer certainly travelled."""
        channel, now = self._channels[name], self._now()
        reclaimed = self._answer_times.excess(ts, now) if ts is not None else _NOTHING
        channel.free_at = max(channel.free_at, now + _REST - reclaimed)
        self._appoint()

    def knows(self, name: str) -> bool:
        """Return whether the channel had a turn, or waits for one, since it was last forgotten."""
        return name in self._channels

    def rest_for(self, name: str, duration: timedelta) -> None:
        """Let the channel rest for a while."""
        channel = self._channels[name]
        channel.free_at = max(channel.free_at, self._now() + duration)
        self._appoint()

    def hold_back(self, name: str, duration: timedelta) -> None:
        """Begin no turn in the workspace for a while; the channel keeps its place."""
        channel = self._channels[name]
        channel.kept_place = channel.place
        self._even_at = max(self._even_at, self._now() + duration + self._slack)
        self._answer_times.restart()
        self._appoint()

    def rest_left(self) -> timedelta:
        """Return how long it is until each channel may have a turn."""
        free_at = (channel.free_at for channel in self._channels.values())
        return max(self._even_at - self._slack, self._now(), *free_at) - self._now()

    def begin_anew(self, rest: timedelta) -> None:
        """Drop the channels that nobody holds or waits for, and let no unused turn be caught up."""
        self._even_at = max(self._even_at, self._now() + self._slack + rest)
        waited_for = {waiter.channel for waiter in self._waiting}
        for name, channel in list(self._channels.items()):
            if channel.held_by is None and channel not in waited_for:
                del self._channels[name]
        self._appoint()

    def forget_idle_channels(self) -> None:
        """Drop the channels that nobody holds or waits for and that have rested."""
        now, waited_for = self._now(), {waiter.channel for waiter in self._waiting}
        for name, channel in list(self._channels.items()):
            if channel.held_by is None and channel.free_at <= now and channel not in waited_for:
                del self._channels[name]

    def is_idle(self) -> bool:
        """Return whether the queue may be dropped: a new one would act the same."""
        return not self._channels and self._even_at <= self._now()

    def _appoint(self) -> None:
        """Appoint the waiter that can go first; at the same moment a parent, then the longest waiting."""
        soonest = max(self._even_at - self._slack, self._now())
        able = (waiter for waiter in self._waiting if waiter.channel.held_by is None)
        best = min(
            able,
            key=lambda waiter: (max(waiter.channel.free_at, soonest), not waiter.is_parent, waiter.place),
            default=None,
        )
        if best is self._next:
            return
        if self._next is not None:
            self._next.appointed.clear()
        if best is not None:
            best.appointed.set()
        self._next = best
