"""Notifications to the person who set up a subscription, when one of its deliveries ended early."""

import logging
from collections import Counter

from bot.cards.trouble import trouble_message
from bot.delivery.connections import Wires
from bot.delivery.deliverer import FailedDelivery
from bot.delivery.outcomes import NotNow, Posted, Refused, Scope
from bot.delivery.slack_errors import closes_workspace
from bot.delivery.wire import judged
from bot.locale import words_for

_logger = logging.getLogger(__name__)


class Notifier:
    """Sends direct messages; a subscription set up from the command line has nobody to notify."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        # The deliveries whose notification Slack put off, and how often.
        self._put_off: Counter[int] = Counter()
        # Those that nobody can be notified of until the workspace takes the bot's token again.
        self._shut_out: set[int] = set()

    async def notify(self, failed: FailedDelivery) -> bool:
        """Tell the person who set up the subscription why its delivery ended early.

        Returns `False` if that has to be retried later. A failure that cannot be sent is in the log and in
        the status. Where the whole workspace is closed to the bot, the next process tries again: until then
        its token stays the same.
        """
        if failed.delivery.id in self._shut_out:
            return False
        delivery, subscription = failed.delivery, failed.subscription
        fields = {"delivery": delivery.id, "channel": delivery.channel}
        _logger.warning("Delivery %s ended early: %s", delivery.id, failed.reason, extra=fields)
        if subscription.created_by is None:
            return True
        words, of_workspace = words_for(subscription.preferences.language), closes_workspace(failed.reason)
        message = trouble_message(delivery, failed.reason, words, of_workspace=of_workspace)
        payload = {"text": message.text, "blocks": list(message.blocks)}
        wire = await self._wires.wire(delivery.workspace)
        answer = await wire.post(subscription.created_by, payload, None)
        self._put_off[delivery.id] += 1
        outcome = judged(answer, self._put_off[delivery.id])
        if not isinstance(outcome, Posted):
            _logger.warning(
                "Nobody was notified that delivery %s ended early: %s",
                delivery.id,
                outcome,
                extra={**fields, "person": subscription.created_by},
            )
        if isinstance(outcome, Refused) and outcome.scope is Scope.WORKSPACE:
            self._shut_out.add(delivery.id)
            return False
        return not isinstance(outcome, NotNow)
