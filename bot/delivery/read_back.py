"""Reading back what a channel holds of a delivery, when an answer never came."""

from collections.abc import Iterable
from datetime import datetime

from bot.delivery.outcomes import ChannelMessage, MessagePage, Refused
from bot.delivery.slack_errors import READING_FORBIDDEN_ERRORS, THREAD_GONE_ERRORS
from bot.delivery.wire import Wait, Wire, retry_until_answered
from bot.errors import PaperRoundError


class NotPermittedError(PaperRoundError):
    """The bot may not read this channel's messages."""


class ThreadGoneError(PaperRoundError):
    """A person deleted the thread's parent."""


class ChannelClosedError(PaperRoundError):
    """The channel can be neither read nor posted to; the text is Slack's error code."""


async def read_back(
    wire: Wire, wait: Wait, channel: str, thread_ts: str | None, oldest: datetime
) -> list[ChannelMessage]:
    """Return the thread's or the channel's messages since `oldest`, retrying each page until it can be read.

    Raises `NotPermittedError`, `ThreadGoneError` if the parent was deleted, or `ChannelClosedError`.
    """
    messages: list[ChannelMessage] = []
    cursor: str | None = None
    while True:
        page = await _page(wire, wait, channel, thread_ts, oldest, cursor)
        messages += page.messages
        cursor = page.cursor
        if cursor is None:
            break
    if thread_ts and is_deleted(messages, thread_ts):
        raise ThreadGoneError("The parent was deleted.")
    return [message for message in messages if not message.is_deleted]


def is_deleted(messages: Iterable[ChannelMessage], ts: str | None) -> bool:
    """Return whether Slack shows a tombstone in the place of the message; it keeps one for a parent."""
    return any(message.ts == ts and message.is_deleted for message in messages)


async def _page(
    wire: Wire, wait: Wait, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
) -> MessagePage:
    answer = await retry_until_answered(lambda: wire.read(channel, thread_ts, oldest, cursor), wait)
    if isinstance(answer, Refused):
        raise _refusal(answer.reason)
    return answer


def _refusal(reason: str) -> PaperRoundError:
    if reason in READING_FORBIDDEN_ERRORS:
        return NotPermittedError(reason)
    if reason in THREAD_GONE_ERRORS:
        return ThreadGoneError("The parent was deleted.")
    return ChannelClosedError(reason)
