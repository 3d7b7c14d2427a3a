"""The calls of a delivery to Slack: post, read, update and delete, each with its outcome told apart.

Facts: https://docs.slack.dev/reference/methods
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.delivery.answers import (
    Answer,
    Author,
    PageReader,
    UnreadableAnswerError,
    app_of,
    failure_of,
    posted,
    unreadable,
)
from bot.delivery.outcomes import Done, Failure, MessagePage, NotNow, Posted, Refused, Unknown
from bot.delivery.slack_errors import DELETE, HISTORY, POST, REPLIES, UPDATE
from bot.delivery.web_api import AnswerLostError, Caller, NotConnectedError
from bot.retries import SHORTEST_WAIT, Backoff

MOST_TRIES = 6
"""How often a call is made before what might have passed counts as lasting: over half a minute."""

_BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=5))

Wait = Callable[[float], Awaitable[None]]
"""Sleeps for some seconds, and keeps any lease alive meanwhile."""

_Success = TypeVar("_Success", MessagePage, Done)
_Outcome = TypeVar("_Outcome")


def retry_wait(outcome: NotNow | Unknown, retries: int) -> timedelta:
    """Return the wait before the next try: the one Slack asks for, else one that grows to five minutes."""
    if isinstance(outcome, NotNow) and outcome.seconds is not None:
        return timedelta(seconds=outcome.seconds)
    return _BACKOFF.wait(retries)


def judged(outcome: _Outcome, tries: int) -> _Outcome | Refused:
    """Return the outcome of the call that was made for the `tries`th time: what lasts too long is refused."""
    if isinstance(outcome, NotNow) and outcome.lasting and tries >= MOST_TRIES:
        return Refused(outcome.reason, outcome.lasting)
    return outcome


async def retry_until_answered(
    call: Callable[[], Awaitable[_Success | Failure]], wait: Wait
) -> _Success | Refused:
    """Repeat an idempotent call until Slack takes or refuses it, and return that outcome."""
    tries = 1
    while isinstance(outcome := judged(await call(), tries), NotNow | Unknown):
        await wait(retry_wait(outcome, tries - 1).total_seconds())
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
    """The calls of a delivery, to one workspace, in which this bot has the id `bot_id`."""

    def __init__(self, caller: Caller, bot_id: str) -> None:
        self._caller = caller
        self._author = Author(bot_id)
        self._pages = PageReader()

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Posted | Failure:
        """Try once to post the payload into the channel, or into one of its threads."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        answer = await self._call(POST, {"channel": channel, **payload, **thread})
        if not isinstance(answer, Answer):
            return answer
        if app_id := app_of(answer.body, self._author):
            self._author = replace(self._author, app_id=app_id)
        return posted(answer.body, thread_ts)

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
            answer = await self._repeatable(REPLIES, {**arguments, "ts": thread_ts})
        else:
            answer = await self._repeatable(HISTORY, arguments)
        return self._pages.read(answer.body, self._author) if isinstance(answer, Answer) else answer

    async def delete(self, channel: str, ts: str) -> Done | Failure:
        """Try once to delete one of the bot's own messages."""
        answer = await self._repeatable(DELETE, {"channel": channel, "ts": ts})
        return Done() if isinstance(answer, Answer) else answer

    async def update(self, channel: str, ts: str, payload: Mapping[str, Any]) -> Done | Failure:
        """Try once to replace the content of one of the bot's own messages; its metadata stays."""
        # If `blocks` were left out, Slack would keep those of the message.
        content = {"text": payload["text"], "blocks": payload.get("blocks", [])}
        answer = await self._repeatable(UPDATE, {"channel": channel, "ts": ts, **content})
        return Done() if isinstance(answer, Answer) else answer

    async def _repeatable(self, method: str, arguments: Mapping[str, Any]) -> Answer | Failure:
        """Make a call whose repetition changes nothing, so that an unreadable answer is no doubt."""
        return await self._call(method, arguments, is_repeatable=True)

    async def _call(
        self, method: str, arguments: Mapping[str, Any], *, is_repeatable: bool = False
    ) -> Answer | Failure:
        try:
            answer = await self._caller.call(method, arguments)
            return failure_of(method, answer) or answer
        except NotConnectedError:
            return NotNow(SHORTEST_WAIT, "not connected")
        except UnreadableAnswerError as error:
            return unreadable(str(error)) if is_repeatable else Unknown(str(error))
        except AnswerLostError as error:
            return Unknown(str(error))
