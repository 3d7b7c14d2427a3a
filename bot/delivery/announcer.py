"""Announcements in a channel: what a person changed about its digests."""

import logging

from bot.cards.blocks import Message
from bot.clock import Clock
from bot.delivery.connections import Wires
from bot.delivery.outcomes import NotNow, Posted, Refused, Unknown
from bot.delivery.pacer import Pacer
from bot.delivery.wire import retry_wait
from storage.runner import Runner

_TRIES = 5

_logger = logging.getLogger(__name__)


class Announcer:
    """Posts announcements at the pace of the channel's digests, each at most once.

    An announcement does not wait until Slack answers to a digest's message, which may take half a minute.

    Whatever worker a person asks announces it, even where another one posts in the workspace.
    """

    def __init__(self, wires: Wires, pacer: Pacer, storage: Runner, clock: Clock) -> None:
        self._wires = wires
        self._pacer = pacer
        self._storage = storage
        self._clock = clock

    async def announce(self, workspace: str, channel: str, message: Message) -> str | None:
        """Post the message and return `None`, or Slack's error code if it is certainly not in the channel.

        If the answer is lost, the message is not sent again: a missing announcement is better than a second.
        """
        payload = {
            "text": message.text,
            "blocks": list(message.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        last = await self._storage.read(lambda tables: tables.posts.last_attempt(workspace, channel))
        if last:
            self._pacer.sent_before(workspace, channel, self._clock.now() - last)
        wire, error = await self._wires.wire(workspace), None
        for retries in range(_TRIES):
            await self._pacer.turn(workspace, channel, is_parent=True, overtakes=True)
            outcome = await wire.post(channel, payload, None)
            if not isinstance(outcome, NotNow):
                return self._error(workspace, channel, outcome)
            self._pacer.held_back(workspace, channel, retry_wait(outcome, retries).total_seconds())
            error = outcome.reason
        return error

    def _error(self, workspace: str, channel: str, outcome: Posted | Refused | Unknown) -> str | None:
        self._pacer.answered(workspace, channel, outcome.ts if isinstance(outcome, Posted) else None)
        if isinstance(outcome, Posted):
            return None
        _logger.warning(
            "An announcement failed in channel %s: %s",
            channel,
            outcome,
            extra={"workspace": workspace, "channel": channel},
        )
        return outcome.reason if isinstance(outcome, Refused) else None
