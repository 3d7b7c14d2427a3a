"""The pace of messages: how fast they may follow each other, and whose turn it is.

Slack takes about one message a second in a channel and several hundred a minute in a workspace
(https://docs.slack.dev/apis/web-api/rate-limits), counted as they reach Slack and not as they leave us. A
channel is therefore free one second after Slack's last *answer*, less the time that the answer certainly
travelled, and a workspace has evenly spaced turns.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.delivery.answers import LONGEST_REST
from bot.delivery.workspace_queue import Task, WorkspaceQueue

_IDLE_FORGOTTEN_EVERY = timedelta(minutes=1)

READS_A_MINUTE = 50
"""What Slack allows of a method of its tier 3: https://docs.slack.dev/apis/web-api/rate-limits"""

_READS_AT_ONCE = 10

# That many at once and evenly spaced ones until the minute is over add up to the limit.
_READS_SPACING = timedelta(minutes=1) / (READS_A_MINUTE - _READS_AT_ONCE + 1)

_LEFT_BEHIND = timedelta(seconds=2)
"""How long a message whose answer is not seen may have been on its way to Slack, and its rest after that."""

_NOTHING = timedelta()


class Pacer:
    """Gives each message its turn: parents first, then cards in the order in which they asked.

    In a workspace no more than `messages_a_minute` turns begin within any minute. They are evenly spaced,
    except that up to a second's worth of unused turns may be caught up. Workspaces do not wait for each
    other. A channel has one message on its way at a time: its turn lasts until `answered` or `held_back` is
    called. A turn belongs to the task that waited for it; when that task ends or asks for another turn, the
    turn ends as if it had been answered then. Who `overtakes` waits for no answer that is long in coming.

    No task runs in the background: the waiter whose turn is next sleeps until then on `clock`, takes it and
    appoints its successor. Any waiter may be cancelled at any moment. Raises ValueError if
    `messages_a_minute` is not positive.
    """

    def __init__(self, clock: Clock, *, messages_a_minute: int = 300) -> None:
        if messages_a_minute <= 0:
            raise ValueError(f"messages_a_minute must be above 0; it is {messages_a_minute}.")
        self._clock = clock
        self._time = _PassedTime(clock)
        self._messages_a_minute = messages_a_minute
        self._queues: dict[str, WorkspaceQueue] = {}
        self._turns: dict[Task, tuple[str, str]] = {}
        # When the next reading in a workspace would begin if all were evenly spaced.
        self._reads: dict[str, timedelta] = {}
        self._forget_at = _IDLE_FORGOTTEN_EVERY

    async def turn(self, workspace: str, channel: str, *, is_parent: bool, overtakes: bool = False) -> None:
        """Wait for the channel's turn; its next message may be sent on return.

        Whose order among the channel's messages does not matter may overtake: it takes a message that was
        sent two seconds ago for one that has arrived. If that one is still on its way, at worst Slack answers
        429.
        """
        task = _current_task()
        self._give_back(task)
        self._forget_idle()
        queue = self._queue(workspace)
        waiter = queue.join(channel, is_parent=is_parent)
        try:
            while (seconds := queue.seconds_until_turn(waiter)) != 0:
                if seconds is not None:
                    await self._clock.sleep(seconds)
                elif overtakes:
                    await _first_of(waiter.appointed.wait(), self._clock.sleep(_LEFT_BEHIND.total_seconds()))
                    self._end_overdue_turn(workspace, channel)
                else:
                    await waiter.appointed.wait()
            # Nothing is awaited from here to the return, so a cancellation loses no turn that was taken.
            queue.begin_turn(waiter, task)
            self._turns[task] = workspace, channel
            task.add_done_callback(self._give_back)
        finally:
            queue.leave(waiter)

    def answered(self, workspace: str, channel: str, ts: str | None = None) -> None:
        """End the channel's turn: Slack's answer came now, or nobody waits for it any longer.

        `ts` is Slack's timestamp of the message, if there is one. It shows when the message was written, so
        that the channel need not rest for as long as the answer travelled; see `AnswerTimes`.
        """
        self._end_turn(workspace, channel).rest(channel, _seconds_of(ts))

    def held_back(self, workspace: str, channel: str, seconds: float) -> None:
        """End the channel's turn after a 429: the workspace rests for `seconds`, as `Retry-After` says.

        Nothing was written, so the channel keeps its place: its next message goes before those of the others.
        """
        self._end_turn(workspace, channel).hold_back(channel, timedelta(seconds=seconds))

    def sent_before(self, workspace: str, channel: str, ago: timedelta) -> None:
        """Have a channel that is not known here rest after a message that was sent so long ago."""
        queue = self._queue(workspace)
        if not queue.knows(channel):
            queue.rest_for(channel, min(max(_LEFT_BEHIND - ago, _NOTHING), _LEFT_BEHIND))

    def rest_of(self, workspace: str) -> timedelta:
        """Return how long the workspace rests until whoever is next may begin a turn there."""
        return self._queues[workspace].rest_left() if workspace in self._queues else _NOTHING

    def taken_over(self, workspace: str, rest: timedelta = _NOTHING) -> None:
        """Forget what this process knows of a workspace in which others have posted since, or may have.

        What they left of the pace is unknown, so nothing that was unused is caught up, and nothing begins
        within `rest`, which they left; no longer than Slack may ask for.
        """
        self._queue(workspace).begin_anew(min(rest, timedelta(seconds=LONGEST_REST)))
        used_up = self._time.now() + _READS_SPACING * (_READS_AT_ONCE - 1)
        self._reads[workspace] = max(self._reads.get(workspace, used_up), used_up)

    def seconds_until_read(self, workspace: str) -> float:
        """Book the workspace's next reading of messages, and return how long to wait for it."""
        even_at, now = self._reads.get(workspace, _NOTHING), self._time.now()
        due = max(even_at - _READS_SPACING * (_READS_AT_ONCE - 1), now)
        self._reads[workspace] = max(even_at, now) + _READS_SPACING
        return (due - now).total_seconds()

    def _queue(self, workspace: str) -> WorkspaceQueue:
        if workspace not in self._queues:
            self._queues[workspace] = WorkspaceQueue(self._messages_a_minute, self._time.now)
        return self._queues[workspace]

    def _end_turn(self, workspace: str, channel: str) -> WorkspaceQueue:
        queue = self._queue(workspace)
        task = queue.end_turn(channel)
        if task is not None:
            del self._turns[task]
            task.remove_done_callback(self._give_back)
        return queue

    def _end_overdue_turn(self, workspace: str, channel: str) -> None:
        if self._queue(workspace).is_overdue(channel, _LEFT_BEHIND):
            self._end_turn(workspace, channel).rest_for(channel, _NOTHING)

    def _give_back(self, task: Task) -> None:
        if task in self._turns:
            self.answered(*self._turns[task])

    def _forget_idle(self) -> None:
        now = self._time.now()
        if now < self._forget_at:
            return
        self._forget_at = now + _IDLE_FORGOTTEN_EVERY
        for queue in self._queues.values():
            queue.forget_idle_channels()
        self._reads = {name: even_at for name, even_at in self._reads.items() if even_at > now}
        self._queues = {name: queue for name, queue in self._queues.items() if not queue.is_idle()}


class _PassedTime:
    """The time that passed on a clock, which stands still while the clock is set back.

    So nobody waits longer because a clock was set back. A clock that is set forward ends waits early, and at
    worst Slack answers 429.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = clock.now()
        self._passed = _NOTHING

    def now(self) -> timedelta:
        before, self._seen = self._seen, self._clock.now()
        self._passed += max(self._seen - before, _NOTHING)
        return self._passed


async def _first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait until one of them is over, and cancel the rest."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _current_task() -> Task:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("Pacer.turn must be awaited in a task.")
    return task


def _seconds_of(ts: str | None) -> timedelta | None:
    """Return a timestamp as the time since 1970; `None` if it is no number, since pacing works without."""
    try:
        return None if ts is None else timedelta(seconds=float(ts))
    except (ValueError, OverflowError):
        return None
