"""Bolt's listeners while they run: kept until they end, timed and counted."""

import asyncio
from collections.abc import Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.background import SECONDS_TO_END, end
from bot.clock import Clock
from bot.metrics import ANSWER_SECONDS, REQUESTS

_STARTED_AT = "paper_round_started_at"
_FAILED = "paper_round_failed"

_KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "event_callback",
        "message_action",
        "shortcut",
        "view_closed",
        "view_submission",
    }
)


class Listeners:
    """What people asked for and is under way.

    Bolt starts each listener in a task of its own, and keeps none of them.
    """

    def __init__(self, app: AsyncApp, clock: Clock) -> None:
        self._clock = clock
        self._under_way: set[asyncio.Task[Any]] = set()
        app.listener_runner.listener_start_handler = _Starts(self, clock)
        app.listener_runner.listener_completion_handler = _Ends(
            clock, app.listener_runner.listener_completion_handler
        )

    def note(self) -> None:
        """Keep the current task until it ends."""
        if task := asyncio.current_task():
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def end(self) -> None:
        """Wait for what is under way, but no longer than `SECONDS_TO_END`."""
        await end(self._under_way, self._clock, SECONDS_TO_END)


def mark_failed(context: dict[str, Any]) -> None:
    """Have the listener that runs with this context counted as failed."""
    context[_FAILED] = True


def has_failed(context: dict[str, Any]) -> bool:
    """Return whether the listener that runs with this context has failed."""
    return _FAILED in context


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what kind of request it is, one of a few."""
    kind = body.get("type")
    if body.get("command"):
        return "command"
    return str(kind) if kind in _KINDS else "other"


class _Starts(AsyncListenerStartHandler):
    """Notes the task and the time of each listener, as Bolt starts it."""

    def __init__(self, listeners: Listeners, clock: Clock) -> None:
        self._listeners, self._clock = listeners, clock

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:  # noqa: ARG002 -- Bolt's
        """Note the task that this runs in."""
        self._listeners.note()
        request.context[_STARTED_AT] = self._clock.now()


class _Ends(AsyncListenerCompletionHandler):
    """Counts each listener, as Bolt ends it."""

    def __init__(self, clock: Clock, others: AsyncListenerCompletionHandler) -> None:
        self._clock, self._others = clock, others

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Count what the listener came to, and how long that took."""
        kind = kind_of(request.body)
        REQUESTS.labels(kind, "failed" if has_failed(request.context) else "answered").inc()
        if started_at := request.context.get(_STARTED_AT):
            ANSWER_SECONDS.labels(kind).observe((self._clock.now() - started_at).total_seconds())
        await self._others.handle(request=request, response=response)
