"""The calls of a delivery to Slack: post, read, update and delete, each with its outcome told apart.

Facts: https://docs.slack.dev/reference/methods
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.delivery.outcomes import ChannelMessage, Done, Failure, MessagePage, NotNow, Posted, Refused, Unknown
from bot.delivery.slack_errors import MAYBE_DONE_ERRORS
from bot.delivery.web_api import Answer, AnswerLostError, Caller, NotConnectedError
from bot.retries import Backoff

METADATA_EVENT = "paper_round_post"

_RATE_LIMITED = 429
_SERVER_ERROR = 500
_SECONDS_TO_TRY_AGAIN = 1.0
_BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=5))

Wait = Callable[[float], Awaitable[None]]
"""Sleeps for some seconds, and keeps any lease alive meanwhile."""

_Success = TypeVar("_Success", MessagePage, Done)


def retry_wait(outcome: NotNow | Unknown, retries: int) -> timedelta:
    """Return the wait before the next try: the one Slack asks for, else one that grows to five minutes."""
    return timedelta(seconds=outcome.seconds) if isinstance(outcome, NotNow) else _BACKOFF.wait(retries)


async def retry_until_answered(
    call: Callable[[], Awaitable[_Success | Failure]], wait: Wait
) -> _Success | Refused:
    """Repeat an idempotent call until Slack takes or refuses it, and return that outcome."""
    tries = 0
    while isinstance(outcome := await call(), NotNow | Unknown):
        await wait(retry_wait(outcome, tries).total_seconds())
        tries += 1
    return outcome


class Poster(Protocol):
    """Posts messages."""

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Posted | Failure:
        """Try once to post the payload into the channel, or into one of its threads."""
        ...


class Wire(Poster, Protocol):
    """Every call that a delivery makes to Slack."""

    async def read(
        self, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
    ) -> MessagePage | Failure:
        """Read a page of the messages since `oldest`, of a thread or (`None`) of the channel."""
        ...

    async def delete(self, channel: str, ts: str) -> Done | Failure:
        """Try once to delete one of the bot's own messages."""
        ...

    async def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> Done | Failure:
        """Try once to replace the content of one of the bot's own messages; its metadata stays."""
        ...


class SlackWire:
    """The calls of a delivery, to one workspace."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Posted | Failure:
        """Try once to post the payload into the channel, or into one of its threads."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        answer = await self._call("chat.postMessage", {"channel": channel, **payload, **thread})
        if not isinstance(answer, Answer):
            return answer
        return Posted(answer.body["ts"], in_thread="thread_ts" in answer.body.get("message", {}))

    async def read(
        self, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
    ) -> MessagePage | Failure:
        """Read a page of the messages since `oldest`, of a thread or (`None`) of the channel."""
        # The page size is left to Slack: where it allows only 15, it may refuse a larger limit.
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
        return MessagePage(tuple(map(_channel_message, answer.body["messages"])), following)

    async def delete(self, channel: str, ts: str) -> Done | Failure:
        """Try once to delete one of the bot's own messages."""
        answer = await self._call("chat.delete", {"channel": channel, "ts": ts})
        return Done() if isinstance(answer, Answer) else answer

    async def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> Done | Failure:
        """Try once to replace the content of one of the bot's own messages; its metadata stays."""
        # If `blocks` were left out, Slack would keep those of the message.
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
    if answer.status >= _SERVER_ERROR or reason in MAYBE_DONE_ERRORS:
        return Unknown(reason or f"HTTP {answer.status}")
    if answer.body.get("ok") is True:
        return None
    return Refused(str(reason)) if reason else Unknown(f"HTTP {answer.status}")


def _channel_message(message: Mapping[str, Any]) -> ChannelMessage:
    metadata = message.get("metadata", {})
    is_ours = metadata.get("event_type") == METADATA_EVENT
    payload = metadata.get("event_payload", {}) if is_ours else {}
    return ChannelMessage(
        ts=message["ts"],
        key=payload.get("delivery"),
        position=payload.get("position"),
        is_deleted=message.get("subtype") == "tombstone",
    )
