"""Finding out what a channel holds of a delivery, when an answer never came."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

from bot.errors import PaperRoundError
from bot.posting import NotNow, Refused, Sighting, Sightings, Wire

Wait = Callable[[float], Awaitable[None]]
"""Waits so many seconds, and holds on to whatever must be held meanwhile."""

_LONGEST_WAIT = 300.0

# With these the bot was not given what reading needs, and asking again changes nothing.
_NOT_PERMITTED = {"missing_scope", "not_allowed_token_type", "no_permission", "access_denied"}


class NotPermittedError(PaperRoundError):
    """The bot may not read this channel's messages."""


class ThreadGoneError(PaperRoundError):
    """Somebody deleted the message under which the thread was."""


class ChannelClosedError(PaperRoundError):
    """Nothing can be read from the channel or posted into it; the text is Slack's reason."""


async def read_back(
    wire: Wire, wait: Wait, channel: str, thread_ts: str | None, oldest: datetime
) -> list[Sighting]:
    """Return the messages of the thread, or of the channel, from a moment on; reading goes on until it works.

    Raises `NotPermittedError`, `ThreadGoneError` where the parent was deleted, or `ChannelClosedError`.
    """
    found: list[Sighting] = []
    cursor: str | None = None
    while True:
        page = await _page(wire, wait, channel, thread_ts, oldest, cursor)
        found += page.messages
        cursor = page.cursor
        if cursor is None:
            break
    if thread_ts and any(message.ts == thread_ts and message.is_deleted for message in found):
        raise ThreadGoneError("The parent was deleted.")
    return [message for message in found if not message.is_deleted]


def growing_wait(tries: int) -> float:
    """Return the seconds to wait before the next try: 1, 2, 4 … up to five minutes."""
    return min(2.0 ** min(tries, 16), _LONGEST_WAIT)


async def _page(
    wire: Wire, wait: Wait, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
) -> Sightings:
    for tries in count():
        answer = await wire.read(channel, thread_ts, oldest, cursor)
        if isinstance(answer, Sightings):
            return answer
        if isinstance(answer, Refused):
            raise _refusal(answer.reason)
        seconds = answer.seconds if isinstance(answer, NotNow) else growing_wait(tries)
        await wait(seconds)
    raise AssertionError("count() does not end")


def _refusal(reason: str) -> PaperRoundError:
    if reason in _NOT_PERMITTED:
        return NotPermittedError(reason)
    if reason in {"thread_not_found", "message_not_found"}:
        return ThreadGoneError("The parent was deleted.")
    return ChannelClosedError(reason)
