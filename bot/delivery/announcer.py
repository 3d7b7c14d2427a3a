"""Telling people: whoever set up a digest that it ended early, and a channel what somebody changed in it."""

import logging

from bot.cards.blocks import Message
from bot.cards.trouble import trouble_message
from bot.delivery.deliverer import Ended
from bot.delivery.pacer import Pacer
from bot.delivery.wire import NotNow, Posted, Poster, Refused, Unknown
from bot.locale import words_for

_TRIES = 5

_logger = logging.getLogger(__name__)


class Teller:
    """Writes a direct message to the person who set up the subscription; from the command line nobody did."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def tell(self, ended: Ended) -> bool:
        """Say that the delivery ended early and why; return `False` where that is to be tried again later.

        What cannot be told is in the log and in the status.
        """
        delivery, subscription = ended.delivery, ended.subscription
        _logger.warning("Delivery %s in %s ended early: %s", delivery.id, delivery.channel, ended.reason)
        if subscription.created_by is None:
            return True
        message = trouble_message(ended.delivery, ended.reason, words_for(subscription.preferences.language))
        payload = {"text": message.text, "blocks": list(message.blocks)}
        outcome = await self._poster.post(subscription.created_by, payload, None)
        if not isinstance(outcome, Posted):
            _logger.warning("%s could not be told: %s", subscription.created_by, outcome)
        return not isinstance(outcome, NotNow)


class Announcer:
    """Says something in a channel, at the pace of the digests there, once or perhaps not at all."""

    def __init__(self, poster: Poster, pacer: Pacer) -> None:
        self._poster = poster
        self._pacer = pacer

    async def announce(self, workspace: str, channel: str, message: Message) -> str | None:
        """Post the message and return `None`, or Slack's reason where it is surely not in the channel.

        One whose answer never came is not sent again: better said perhaps than twice.
        """
        payload = {
            "text": message.text,
            "blocks": list(message.blocks),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for _ in range(_TRIES):
            await self._pacer.turn(workspace, channel, is_parent=True)
            outcome = await self._poster.post(channel, payload, None)
            if not isinstance(outcome, NotNow):
                return self._answered(workspace, channel, outcome)
            self._pacer.held_back(workspace, channel, outcome.seconds)
        return "ratelimited"

    def _answered(self, workspace: str, channel: str, outcome: Posted | Refused | Unknown) -> str | None:
        self._pacer.answered(workspace, channel, outcome.ts if isinstance(outcome, Posted) else None)
        if isinstance(outcome, Posted):
            return None
        _logger.warning("%s could not be told: %s", channel, outcome)
        return outcome.reason if isinstance(outcome, Refused) else None
