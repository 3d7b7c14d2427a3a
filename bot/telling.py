"""Telling whoever set up a digest that it ended early, with a button that goes on."""

import logging

from bot.cards.trouble import trouble_message
from bot.delivery import Ended
from bot.locale import words_for
from bot.posting import Posted, Poster

_logger = logging.getLogger(__name__)


class Teller:
    """Writes a direct message to the person who set up the subscription; from the command line nobody did."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def tell(self, ended: Ended) -> None:
        """Say that the delivery ended early and why; what cannot be told is in the log and in the status."""
        delivery, subscription = ended.delivery, ended.subscription
        _logger.warning("Delivery %s in %s ended early: %s", delivery.id, delivery.channel, ended.reason)
        if subscription.created_by is None:
            return
        message = trouble_message(ended.delivery, ended.reason, words_for(subscription.language))
        payload = {"text": message.text, "blocks": list(message.blocks)}
        outcome = await self._poster.post(subscription.created_by, payload, None)
        if not isinstance(outcome, Posted):
            _logger.warning("%s could not be told: %s", subscription.created_by, outcome)
