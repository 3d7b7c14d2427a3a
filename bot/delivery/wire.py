"""Posting to Slack and reading back from it, with what became of each call told apart.

An outcome is one of: done, surely not done, or nobody knows. Facts: https://docs.slack.dev/reference/methods
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.retries import Backoff

METADATA_EVENT = "paper_round_post"

_RATE_LIMITED = 429
_SERVER_ERROR = 500
_SECONDS_TO_TRY_AGAIN = 1.0
_BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=5))

# Slack says of these that some aspect of the call may have succeeded all the same.
_MAYBE_DONE = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}


@dataclass(frozen=True, slots=True)
class Posted:
    """The message is written, and `ts` is Slack's name for it; `in_thread` is whether it is a reply."""

    ts: str
    in_thread: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked for is done."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """Nothing was done; it may be tried again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done, and trying again changes nothing; `reason` is Slack's error."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was done."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message as Slack shows it: of which delivery and position it is, where it is one of ours."""

    ts: str
    key: str | None = None
    position: int | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Sightings:
    """A page of messages, and the cursor that leads to the next one."""

    messages: tuple[Sighting, ...]
    cursor: str | None


Failure = NotNow | Refused | Unknown


Wait = Callable[[float], Awaitable[None]]
"""Waits so many seconds, and holds on to whatever must be held meanwhile."""

_Answered = TypeVar("_Answered", "Sightings", Done)


def retry_wait(outcome: NotNow | Unknown, retries: int) -> timedelta:
    """Return the wait before the next try: the one Slack asks for, else one that grows to five minutes."""
    return timedelta(seconds=outcome.seconds) if isinstance(outcome, NotNow) else _BACKOFF.wait(retries)


async def insist(call: Callable[[], Awaitable[_Answered | Failure]], wait: Wait) -> _Answered | Refused:
    """Return what Slack says at last to a call that may be repeated: that it is done, or will never be."""
    tries = 0
    while isinstance(outcome := await call(), NotNow | Unknown):
        await wait(retry_wait(outcome, tries).total_seconds())
        tries += 1
    return outcome


class Poster(Protocol):
    """Posts a message; the only way in which a delivery writes to a channel."""

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Posted | Failure:
        """Try once to post the payload into the channel, or into a thread of it."""
        ...


class Wire(Poster, Protocol):
    """All that a delivery does with Slack."""

    async def read(
        self, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
    ) -> Sightings | Failure:
        """Read a page of a thread, or of the channel where `thread_ts` is `None`, from a moment on."""
        ...

    async def delete(self, channel: str, ts: str) -> Done | Failure:
        """Try once to delete a message of ours."""
        ...

    async def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> Done | Failure:
        """Try once to put other content into a message of ours; its metadata stays."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Web API answered."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class NotConnectedError(Exception):
    """Slack was not reached, so nothing was done."""


class AnswerLostError(Exception):
    """Slack may have been reached, and no answer came that can be read."""


class Caller(Protocol):
    """Calls a method of the Web API once."""

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, be it an error; raises `NotConnectedError` or `AnswerLostError`."""
        ...


class SlackCaller:
    """Calls Slack through its SDK.

    The client must have no retry handlers: the default one sends a message twice where the connection drops
    after Slack has read it, and the one for 429 sleeps where neither pacing nor ledger sees it.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, be it an error; raises `NotConnectedError` or `AnswerLostError`."""
        is_reading = method.startswith("conversations.")
        sent = {"params" if is_reading else "json": dict(arguments)}
        try:
            response = await self._client.api_call(method, http_verb="GET" if is_reading else "POST", **sent)
        except SlackApiError as error:
            response = error.response
        except aiohttp.ClientConnectorError as error:
            raise NotConnectedError(str(error)) from error
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            raise AnswerLostError(type(error).__name__) from error
        status = getattr(response, "status_code", None)
        body = getattr(response, "data", None)
        if status is None or not isinstance(body, dict):
            raise AnswerLostError("an answer that is not JSON")
        return Answer(status, body, response.headers)


class SlackWire:
    """A wire to one workspace."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Posted | Failure:
        """Try once to post the payload into the channel, or into a thread of it."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        answer = await self._call("chat.postMessage", {"channel": channel, **payload, **thread})
        if not isinstance(answer, Answer):
            return answer
        return Posted(answer.body["ts"], in_thread="thread_ts" in answer.body.get("message", {}))

    async def read(
        self, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
    ) -> Sightings | Failure:
        """Read a page of a thread, or of the channel where `thread_ts` is `None`, from a moment on."""
        # How many make a page is left to Slack: where it allows 15 it may refuse to be asked for more.
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest.timestamp():.6f}",
            "include_all_metadata": True,
        }
        if cursor:
            arguments["cursor"] = cursor
        if thread_ts:
            answer = await self._call("conversations.replies", {**arguments, "ts": thread_ts})
        else:
            answer = await self._call("conversations.history", arguments)
        if not isinstance(answer, Answer):
            return answer
        following = answer.body.get("response_metadata", {}).get("next_cursor") or None
        return Sightings(tuple(map(_sighting, answer.body["messages"])), following)

    async def delete(self, channel: str, ts: str) -> Done | Failure:
        """Try once to delete a message of ours."""
        answer = await self._call("chat.delete", {"channel": channel, "ts": ts})
        return Done() if isinstance(answer, Answer) else answer

    async def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> Done | Failure:
        """Try once to put other content into a message of ours; its metadata stays."""
        # Without blocks Slack would keep those that the message has.
        content = {"text": payload["text"], "blocks": payload.get("blocks", [])}
        answer = await self._call("chat.update", {"channel": channel, "ts": ts, **content})
        return Done() if isinstance(answer, Answer) else answer

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> Answer | Failure:
        try:
            answer = await self._caller.call(method, arguments)
        except NotConnectedError:
            return NotNow(_SECONDS_TO_TRY_AGAIN)
        except AnswerLostError as error:
            return Unknown(str(error))
        return _failure(answer) or answer


def _failure(answer: Answer) -> Failure | None:
    reason = answer.body.get("error")
    if answer.status == _RATE_LIMITED or reason == "ratelimited":
        return NotNow(float(answer.headers.get("Retry-After", _SECONDS_TO_TRY_AGAIN)))
    if answer.status >= _SERVER_ERROR or reason in _MAYBE_DONE:
        return Unknown(reason or f"HTTP {answer.status}")
    if answer.body.get("ok") is True:
        return None
    return Refused(str(reason)) if reason else Unknown(f"HTTP {answer.status}")


def _sighting(message: Mapping[str, Any]) -> Sighting:
    metadata = message.get("metadata", {})
    is_ours = metadata.get("event_type") == METADATA_EVENT
    payload = metadata.get("event_payload", {}) if is_ours else {}
    return Sighting(
        ts=message["ts"],
        key=payload.get("delivery"),
        position=payload.get("position"),
        is_deleted=message.get("subtype") == "tombstone",
    )
