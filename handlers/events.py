"""Each event is taken once, whichever worker gets it and however often Slack sends it.

Slack sends an event again where it hears no acknowledgement: at once, after a minute and after five, and with
Delayed Events every hour for a day (https://docs.slack.dev/apis/events-api/). A repetition is known by its
`event_id`, never by the header that calls it one: after a restart it is the only copy.

    taken ──handled──► acknowledged whenever it comes again
      ├──handling failed──► taken by whoever gets it next
      └──the worker died──► taken by whoever gets it after `LONGEST`

While it is under way, a repetition is not acknowledged, so that Slack sends it once more: the first worker
may yet fail. Where the database cannot be written, an event is handled untaken: twice is better than never.
Commands and clicks have no such id, and Slack never repeats them.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clock import Clock
from bot.errors import StorageError
from handlers.listeners import has_failed
from handlers.parts import Parts
from storage.records import EventState
from storage.runner import Runner

LONGEST = timedelta(minutes=1)
"""How long an event may be under way before its worker counts as dead; less than until Slack's second try."""

_TAKEN = "taken_event"

_logger = logging.getLogger(__name__)


def register(app: AsyncApp, parts: Parts) -> None:
    """Take each event before a listener gets it; to be registered first."""
    take_once(app, parts.storage, parts.clock)


def take_once(app: AsyncApp, storage: Runner, clock: Clock) -> None:
    """Have the app take each event once, as the tables have it."""
    app.middleware(_Taking(storage, clock))
    app.listener_runner.listener_completion_handler = _Settling(
        storage, app.listener_runner.listener_completion_handler
    )


class _Taking(AsyncMiddleware):
    def __init__(self, storage: Runner, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Any,  # noqa: A002 -- Bolt's
    ) -> BoltResponse | None:
        """Go on with what is no event, or one that nobody has taken."""
        event_id = _event_id(req.body)
        state = await self._take(event_id) if event_id else None
        if state is EventState.HANDLED:
            return BoltResponse(status=200)
        if state is EventState.UNDER_WAY:
            return BoltResponse(status=503)
        if state is EventState.TAKEN:
            req.context[_TAKEN] = event_id
        await next()
        return resp

    async def _take(self, event_id: str) -> EventState | None:
        now = self._clock.now()
        try:
            return await self._storage.write(lambda tables: tables.events.take(event_id, now, LONGEST))
        except StorageError as error:
            _logger.warning("%s", error, extra={"action": "take an event", "event": event_id})
            return None


class _Settling(AsyncListenerCompletionHandler):
    def __init__(self, storage: Runner, others: AsyncListenerCompletionHandler) -> None:
        self._storage = storage
        self._others = others

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Record that the event is handled, or leave it to others if that failed.

        A bot that stops amid it writes nothing: to the others it has died.
        """
        await self._settle(request)
        await self._others.handle(request=request, response=response)

    async def _settle(self, request: AsyncBoltRequest) -> None:
        event_id = request.context.get(_TAKEN)
        task = asyncio.current_task()
        if not isinstance(event_id, str) or (task and task.cancelling()):
            return
        failed = has_failed(request.context)
        try:
            await self._storage.write(
                lambda tables: tables.events.give_back(event_id) if failed else tables.events.settle(event_id)
            )
        except StorageError as error:
            _logger.warning("%s", error, extra={"action": "settle an event", "event": event_id})


def _event_id(body: dict[str, Any]) -> str | None:
    event_id = body.get("event_id") if body.get("type") == "event_callback" else None
    return event_id if isinstance(event_id, str) and event_id else None
