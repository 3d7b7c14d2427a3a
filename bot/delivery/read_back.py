"""Finding out what a channel holds of a delivery, when an answer never came."""

from datetime import datetime

from bot.delivery.wire import Refused, Sighting, Sightings, Wait, Wire, insist
from bot.errors import PaperRoundError

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


async def _page(
    wire: Wire, wait: Wait, channel: str, thread_ts: str | None, oldest: datetime, cursor: str | None
) -> Sightings:
    answer = await insist(lambda: wire.read(channel, thread_ts, oldest, cursor), wait)
    if isinstance(answer, Refused):
        raise _refusal(answer.reason)
    return answer


def _refusal(reason: str) -> PaperRoundError:
    if reason in _NOT_PERMITTED:
        return NotPermittedError(reason)
    if reason in {"thread_not_found", "message_not_found"}:
        return ThreadGoneError("The parent was deleted.")
    return ChannelClosedError(reason)
