"""How fast messages may follow each other, and whose turn it is.

Slack takes about one message a second in a channel and several hundred a minute in a workspace
(https://docs.slack.dev/apis/web-api/rate-limits), counted as they reach it and not as they leave us. So a
channel is free again one second after Slack's last *answer*, less what the answer surely spent on its way,
and a workspace has evenly spaced turns.
"""

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock

SECONDS_BETWEEN_MESSAGES = 1.0
"""How long Slack wants a channel to rest between two messages."""

_REST = timedelta(seconds=SECONDS_BETWEEN_MESSAGES)
_MOST_RECLAIMED = timedelta(seconds=0.5)
_ANSWERS_COMPARED_FOR = timedelta(minutes=1)
_IDLE_FORGOTTEN_EVERY = timedelta(minutes=1)
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()

_Task = asyncio.Task[object]


class Pacer:
    """Gives each message its turn: parents first, then cards in the order in which they asked.

    In a workspace no more than `messages_a_minute` turns begin within any minute: they are evenly spaced, but
    for what a second's worth of turns that nobody could take is made up for. Workspaces do not wait for each
    other. Into a channel one message is on its way at a time: its turn lasts until `answered` or `held_back`
    is called for the channel. A turn belongs to the task that waited for it; that of a task which has ended,
    or asks for another turn, is over as if it had been answered then.

    No task runs behind this: of those who wait in a workspace, the one whose turn is next sleeps until then
    on `clock`, takes it and appoints the one after. Any of them may be cancelled at any moment. Raises
    ValueError where `messages_a_minute` is not above 0.
    """

    def __init__(self, clock: Clock, *, messages_a_minute: int = 300) -> None:
        if messages_a_minute <= 0:
            raise ValueError(f"messages_a_minute must be above 0; it is {messages_a_minute}.")
        self._clock = clock
        self._time = _PassedTime(clock)
        self._messages_a_minute = messages_a_minute
        self._lines: dict[str, _Line] = {}
        self._turns: dict[_Task, tuple[str, str]] = {}
        self._forget_at = _IDLE_FORGOTTEN_EVERY

    async def turn(self, workspace: str, channel: str, *, is_parent: bool) -> None:
        """Return when this channel may send its next message, which is now."""
        task = _current_task()
        self._give_back(task)
        self._forget_idle()
        line = self._line(workspace)
        waiter = line.join(channel, is_parent=is_parent)
        try:
            while (seconds := line.seconds_until_turn(waiter)) != 0:
                await (waiter.appointed.wait() if seconds is None else self._clock.sleep(seconds))
            # Nothing is awaited from here to the return, so a cancellation loses no turn that was taken.
            line.begin_turn(waiter, task)
            self._turns[task] = workspace, channel
            task.add_done_callback(self._give_back)
        finally:
            line.leave(waiter)

    def answered(self, workspace: str, channel: str, ts: str | None = None) -> None:
        """Note that Slack's last answer came now, or that nobody waits for it any longer.

        `ts` is Slack's own timestamp of the message, where there is one. It tells when the message was there,
        so that the channel need not rest for as long as the answer was on its way back; see _AnswerTimes.
        """
        self._end_turn(workspace, channel).rest(channel, _seconds_of(ts))

    def held_back(self, workspace: str, channel: str, seconds: float) -> None:
        """Note that Slack wants nothing of this workspace for so many seconds (429, `Retry-After`).

        Nothing was written, so the channel keeps its place: who asks next for it goes before the others.
        """
        self._end_turn(workspace, channel).hold_back(channel, timedelta(seconds=seconds))

    def _line(self, workspace: str) -> "_Line":
        if workspace not in self._lines:
            self._lines[workspace] = _Line(self._messages_a_minute, self._time.now)
        return self._lines[workspace]

    def _end_turn(self, workspace: str, channel: str) -> "_Line":
        line = self._line(workspace)
        task = line.end_turn(channel)
        if task is not None:
            del self._turns[task]
            task.remove_done_callback(self._give_back)
        return line

    def _give_back(self, task: _Task) -> None:
        if task in self._turns:
            self.answered(*self._turns[task])

    def _forget_idle(self) -> None:
        now = self._time.now()
        if now < self._forget_at:
            return
        self._forget_at = now + _IDLE_FORGOTTEN_EVERY
        for line in self._lines.values():
            line.forget_idle_channels()
        self._lines = {name: line for name, line in self._lines.items() if not line.is_idle()}


class _PassedTime:
    """The time that passed on a clock, which stands still while the clock is set back.

    So nobody waits longer because a clock was set back. One that is set forward ends waits early, and at
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


class _AnswerTimes:
    """How much longer an answer was on its way back than the fastest of the last minute.

    A message's `ts` is the moment on Slack's clock when it was there. Its answer comes here later, so `ts`
    less our time of the answer is how far Slack's clock is ahead of ours, less the answer's way. The greatest
    of these differences comes closest to how far it is ahead, and does not exceed it. By what a difference is
    below the greatest, its answer was surely underway, while the message already lay in the channel. The next
    one may be sent so much earlier: it does not arrive before it is sent, so still a second after this one.

    Both clocks have to run evenly for a minute. After a jump by which answers seem to be underway for more
    than half a second nothing is reclaimed until the minute is over. After a smaller one too much may be, by
    the jump, until then or until Slack answers 429, which starts the comparison anew.
    """

    def __init__(self) -> None:
        # The greatest, then the greatest of those that came after it, and so on: (answered at, difference).
        self._greatest: deque[tuple[timedelta, timedelta]] = deque()

    def excess(self, ts: timedelta, answered_at: timedelta) -> timedelta:
        ahead = ts - answered_at
        while self._greatest and self._greatest[0][0] <= answered_at - _ANSWERS_COMPARED_FOR:
            self._greatest.popleft()
        while self._greatest and self._greatest[-1][1] <= ahead:
            self._greatest.pop()
        self._greatest.append((answered_at, ahead))
        excess = self._greatest[0][1] - ahead
        return excess if excess <= _MOST_RECLAIMED else _NOTHING

    def start_anew(self) -> None:
        self._greatest.clear()


@dataclass(eq=False, slots=True)
class _Channel:
    """When it is free, whose turn it has, and the place in the line that this turn had."""

    free_at: timedelta = _NOTHING
    held_by: _Task | None = None
    place: int = 0
    kept_place: int | None = None


@dataclass(eq=False, slots=True)
class _Waiter:
    """One call of `turn`; `appointed` is set while it is the one whose turn is next."""

    channel: _Channel
    is_parent: bool
    place: int
    appointed: asyncio.Event = field(default_factory=asyncio.Event)


class _Line:
    """Those who wait in one workspace.

    The rate is kept by the generic cell rate algorithm: `_even_at` is when the next turn would begin if all
    were evenly spaced, and it may begin up to `_slack` before that.
    """

    def __init__(self, messages_a_minute: int, now: Callable[[], timedelta]) -> None:
        at_once = max(messages_a_minute // 60, 1)
        # So many at once and then even ones until the minute is over are just its number; rounded up.
        self._spacing = -(-_MINUTE // (messages_a_minute - at_once + 1))
        self._slack = self._spacing * (at_once - 1)
        self._now = now
        self._even_at = _NOTHING
        self._channels: defaultdict[str, _Channel] = defaultdict(_Channel)
        self._waiting: set[_Waiter] = set()
        self._next: _Waiter | None = None
        self._places = itertools.count(1)
        self._answer_times = _AnswerTimes()

    def join(self, name: str, *, is_parent: bool) -> _Waiter:
        channel = self._channels[name]
        place, channel.kept_place = channel.kept_place or next(self._places), None
        waiter = _Waiter(channel, is_parent, place)
        self._waiting.add(waiter)
        self._appoint()
        return waiter

    def leave(self, waiter: _Waiter) -> None:
        self._waiting.discard(waiter)
        self._appoint()

    def seconds_until_turn(self, waiter: _Waiter) -> float | None:
        """Return how long the waiter is still to sleep, or None where it is not the next.

        It does not become less but by sleeping: who sleeps never needs to be woken.
        """
        if waiter is not self._next:
            return None
        due = max(self._even_at - self._slack, waiter.channel.free_at)
        return max(due - self._now(), _NOTHING).total_seconds()

    def begin_turn(self, waiter: _Waiter, task: _Task) -> None:
        self._even_at = max(self._even_at, self._now()) + self._spacing
        waiter.channel.held_by, waiter.channel.place = task, waiter.place

    def end_turn(self, name: str) -> _Task | None:
        channel = self._channels[name]
        task, channel.held_by = channel.held_by, None
        return task

    def rest(self, name: str, ts: timedelta | None) -> None:
        channel, now = self._channels[name], self._now()
        reclaimed = self._answer_times.excess(ts, now) if ts is not None else _NOTHING
        channel.free_at = max(channel.free_at, now + _REST - reclaimed)
        self._appoint()

    def hold_back(self, name: str, duration: timedelta) -> None:
        channel = self._channels[name]
        channel.kept_place = channel.place
        self._even_at = max(self._even_at, self._now() + duration + self._slack)
        self._answer_times.start_anew()
        self._appoint()

    def forget_idle_channels(self) -> None:
        now, waited_for = self._now(), {waiter.channel for waiter in self._waiting}
        for name, channel in list(self._channels.items()):
            if channel.held_by is None and channel.free_at <= now and channel not in waited_for:
                del self._channels[name]

    def is_idle(self) -> bool:
        return not self._channels and self._even_at <= self._now()

    def _appoint(self) -> None:
        """Let that one be next who can go first; at the same moment a parent, then who asked first."""
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


def _current_task() -> _Task:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("A turn is waited for in a task.")
    return task


def _seconds_of(ts: str | None) -> timedelta | None:
    """Return the time since 1970; None for what is no number, since pacing can do without."""
    try:
        return None if ts is None else timedelta(seconds=float(ts))
    except (ValueError, OverflowError):
        return None
