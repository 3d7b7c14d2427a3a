"""Notifications to the person who set up a subscription, when one of its deliveries ended early."""

import logging
from collections import Counter

from bot.cards.trouble import trouble_message
from bot.clock import Clock
from bot.delivery.connections import Wires
from bot.delivery.deliverer import FailedDelivery
from bot.delivery.operator import begin_telling, operator_of
from bot.delivery.outcomes import NotNow, Posted, Refused, Scope
from bot.delivery.slack_errors import closes_workspace
from bot.delivery.wire import judged
from bot.locale import words_for
from storage.records import PARENT_DELETED, PARENT_UNCERTAIN
from storage.runner import Runner

_logger = logging.getLogger(__name__)


class Notifier:
    """Sends direct messages to who set up a subscription, else to who looks after the bot in the workspace.

    A channel or a workspace that is closed is told once a day, whatever number of digests end early by that.
    """

    def __init__(self, wires: Wires, storage: Runner, clock: Clock) -> None:
        self._wires = wires
        self._storage = storage
        self._clock = clock
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
        person = subscription.created_by or await self._operator(delivery.workspace)
        if person is None:
            return True
        words, of_workspace = words_for(subscription.preferences.language), closes_workspace(failed.reason)
        matter = _matter(failed, of_workspace=of_workspace)
        whose, now = (delivery.workspace, person, matter or ""), self._clock.now()
        if matter and not await self._storage.write(lambda tables: begin_telling(tables, *whose, now)):
            return True
        message = trouble_message(delivery, failed.reason, words, of_workspace=of_workspace)
        payload = {"text": message.text, "blocks": list(message.blocks)}
        wire = await self._wires.wire(delivery.workspace)
        answer = await wire.post(person, payload, None)
        self._put_off[delivery.id] += 1
        outcome = judged(answer, self._put_off[delivery.id])
        if not isinstance(outcome, Posted):
            _logger.warning(
                "Nobody was notified that delivery %s ended early: %s",
                delivery.id,
                outcome,
                extra={**fields, "person": person},
            )
        if matter and isinstance(outcome, NotNow | Refused):
            await self._storage.write(lambda tables: tables.operator_notices.take_back(*whose))
        if isinstance(outcome, Refused) and outcome.scope is Scope.WORKSPACE:
            self._shut_out.add(delivery.id)
            return False
        if isinstance(outcome, NotNow):
            return False
        del self._put_off[delivery.id]
        return True

    async def _operator(self, workspace: str) -> str | None:
        operator = await self._storage.read(lambda tables: operator_of(tables, workspace))
        return operator.person if operator else None


def _matter(failed: FailedDelivery, *, of_workspace: bool) -> str | None:
    """Return what is told once a day; `None` for what is of this digest alone."""
    if of_workspace:
        return "workspace"
    if failed.reason in {PARENT_DELETED, PARENT_UNCERTAIN}:
        return None
    return f"channel {failed.delivery.channel}"
