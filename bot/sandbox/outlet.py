"""How the workspace reaches the app: what Socket Mode and HTTP have in common."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, ClassVar, TypeVar

from bot.sandbox.checks import Json
from bot.sandbox.errors import NotAnsweredError
from bot.sandbox.rules import RETRY_DELAYS, limit
from bot.sandbox.workspace import Workspace

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class NoRetryError(NotAnsweredError):
    """The app did not take an event, and asked that it is not sent again."""


class Outlet(ABC):
    """Sends the app commands, interactions and events."""

    reasons: ClassVar[Mapping[str, str]] = {}
    """Why an event is sent again, by why it was not acknowledged; for all else the time was over."""
    too_late: ClassVar[str] = "timeout"
    """Why an event is sent again that was not acknowledged in time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    @abstractmethod
    def connection_count(self) -> int:
        """The number of connections that the app has opened."""

    async def request(self, kind: str, payload: Json) -> Json | None:
        """Send a command or an interaction and return the payload of its acknowledgement.

        Raises NotAnsweredError; these are never retried.
        """
        return await self._send(kind, payload, {"accepts_response_payload": True})

    def send_event(self, payload: Json) -> None:
        """Send an event, with retries at once, after one minute and after five, until acknowledged."""
        self.spawn(self._send_until_acknowledged(payload))

    async def _send_until_acknowledged(self, payload: Json) -> None:
        reason = ""
        for attempt in range(limit("socket.retries") + 1):
            if attempt > 0:
                await self._workspace.clock.sleep(RETRY_DELAYS[attempt - 1])
            more = {"accepts_response_payload": False, "retry_attempt": attempt, "retry_reason": reason}
            try:
                await self._send("events_api", payload, more)
            except NoRetryError:
                return
            except NotAnsweredError as error:
                reason = self.reasons.get(error.code, self.too_late)
                continue
            return

    @abstractmethod
    async def _send(self, kind: str, payload: Json, more: Json) -> Json | None:
        """Send once and return the payload of the acknowledgement. Raises NotAnsweredError."""

    async def _in_time(self, answer: Awaitable[_Result]) -> _Result:
        """Return the answer; raises NotAnsweredError after the three seconds that Slack waits."""
        answered = asyncio.ensure_future(answer)
        timeout = asyncio.ensure_future(self._workspace.clock.sleep(limit("socket.ack_seconds")))
        either: set[asyncio.Future[Any]] = {answered, timeout}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if answered.done():
                return answered.result()
        finally:
            timeout.cancel()
            answered.cancel()
        raise NotAnsweredError("operation_timeout", "The app did not acknowledge within 3 seconds.")

    # ---- Tasks

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run `coroutine` in the background, at most until the sandbox closes."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("A background task of the sandbox failed.", exc_info=error)

    async def aclose(self) -> None:
        """Cancel all background tasks."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
