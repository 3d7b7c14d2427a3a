"""Reading back what a channel holds of a delivery, when an answer never came."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from bot.delivery.outcomes import ChannelMessage, Failure, MessagePage, NotNow, Refused, Scope
from bot.delivery.slack_errors import CURSOR_ERROR, THREAD_GONE_ERRORS
from bot.delivery.wire import Wait, Wire, retry_until_answered
from bot.errors import PaperRoundError

MOST_PAGES = 100
"""A channel with more messages since a digest began than these pages hold is not read to its end."""

TOO_MANY_MESSAGES = "too_many_messages"


class NotPermittedError(PaperRoundError):
    """The messages cannot be read now or ever; the text is Slack's error code."""


class ThreadGoneError(PaperRoundError):
    """A person deleted the thread's parent."""


class ClosedError(PaperRoundError):
    """Nothing can be read or posted in the `scope`; the text is Slack's error code."""

    def __init__(self, reason: str, scope: Scope) -> None:
        super().__init__(reason)
        self.reason, self.scope = reason, scope


Pace = Callable[[], Awaitable[None]]
"""Waits until a page may be read."""


async def read_back(
    wire: Wire, wait: Wait, pace: Pace, channel: str, thread_ts: str | None, oldest: datetime
) -> list[ChannelMessage]:
    """Return the thread's or the channel's messages since `oldest`, retrying each page until it can be read.

    Raises `NotPermittedError`, also for a channel with too many messages, `ThreadGoneError` if the parent was
    deleted, or `ClosedError`.
    """
    reading = _Reading(wire, pace, channel, thread_ts, oldest)
    while not reading.is_at_end:
        if reading.pages == MOST_PAGES:
            raise NotPermittedError(TOO_MANY_MESSAGES)
        answer = await retry_until_answered(reading.next_page, wait)
        if isinstance(answer, Refused):
            raise _refusal(answer)
    if thread_ts and is_deleted(reading.messages, thread_ts):
        raise ThreadGoneError("The parent was deleted.")
    return [message for message in reading.messages if not message.is_deleted]


class _Reading:
    """The pages read so far. A cursor that comes twice is the end, since nothing new follows it."""

    def __init__(self, wire: Wire, pace: Pace, channel: str, thread_ts: str | None, oldest: datetime) -> None:
        self._wire = wire
        self._pace = pace
        self._place = channel, thread_ts, oldest
        self._cursors: list[str | None] = [None]
        self.pages = 0
        self.is_at_end = False
        self.messages: list[ChannelMessage] = []

    async def next_page(self) -> MessagePage | Failure:
        """Read one more page; where Slack no longer knows the cursor, the reading begins again."""
        await self._pace()
        page = await self._wire.read(*self._place, self._cursors[-1])
        if isinstance(page, MessagePage):
            self.pages += 1
            self.messages += page.messages
            self.is_at_end = page.cursor is None or page.cursor in self._cursors
            self._cursors.append(page.cursor)
        elif isinstance(page, NotNow) and page.reason == CURSOR_ERROR:
            self._cursors, self.messages = [None], []
        return page


def is_deleted(messages: Iterable[ChannelMessage], ts: str | None) -> bool:
    """Return whether Slack shows a tombstone in the place of the message; it keeps one for a parent."""
    return any(message.ts == ts and message.is_deleted for message in messages)


def _refusal(refused: Refused) -> PaperRoundError:
    if refused.reason in THREAD_GONE_ERRORS:
        return ThreadGoneError("The parent was deleted.")
    if refused.scope is Scope.MESSAGE:
        return NotPermittedError(refused.reason)
    return ClosedError(refused.reason, refused.scope)
