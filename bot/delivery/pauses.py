"""Pausing, ending and resuming a channel's digests, together with what is on its way.

Each is one transaction. The worker of a delivery looks at the tables before each message, so a digest stops
after the message under way, whichever process delivers it.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.delivery.opening import is_stopped, reopen
from bot.delivery.slack_errors import closes_workspace
from bot.subscriptions.due import CAUGHT_UP_FOR
from storage.records import PAUSED_BY_PERSON, Delivery, DeliveryKind, Subscription, TopicOwner
from storage.tables import Tables

_logger = logging.getLogger(__name__)


def pause(tables: Tables, subscription: Subscription, until: date | None) -> None:
    """Pause the digests at a person's request, until the day or until somebody resumes them."""
    tables.subscriptions.pause(subscription.id, PAUSED_BY_PERSON, until)
    tables.deliveries.ask_to_stop(subscription.id)


def end(tables: Tables, subscription: Subscription, now: datetime) -> None:
    """End the subscription; what the channel has had is kept."""
    tables.subscriptions.end(subscription.id, now)
    tables.topics.end(TopicOwner(subscription.workspace, channel=subscription.channel))
    tables.deliveries.ask_to_stop(subscription.id)


def say_closed(workspace: str, reason: str) -> None:
    """Log that the workspace is closed to the bot, and what to do."""
    sentence = "Slack no longer lets the bot work in workspace %s (%s), so all its digests are paused. %s"
    advice = "Check SLACK_BOT_TOKEN and the app's installation, then run `paper-round resume`."
    _logger.error(sentence, workspace, reason, advice, extra={"workspace": workspace})


@dataclass(frozen=True, slots=True)
class Resumed:
    """A subscription as it was while it was paused, and the deliveries that go on."""

    subscription: Subscription
    digest: Delivery | None
    #: Of the recap and of reminders, those that are not too late by now.
    others: tuple[Delivery, ...] = ()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All that go on."""
        return (self.digest, *self.others) if self.digest else self.others


def resume(tables: Tables, subscription: Subscription, now: datetime) -> Resumed:
    """Resume the channel's digests, and with them what was stopped on its way."""
    tables.subscriptions.resume(subscription.id)
    latest = tables.deliveries.latest_digest(subscription.workspace, subscription.channel)
    others = (
        each
        for kind in (DeliveryKind.RECAP, DeliveryKind.DISCUSSION)
        if (each := tables.deliveries.latest_of_kind(subscription.id, kind))
        and now - each.opened_at <= CAUGHT_UP_FOR
    )
    return Resumed(
        subscription,
        latest if latest and _goes_on(tables, latest) else None,
        tuple(each for each in others if _goes_on(tables, each)),
    )


def _goes_on(tables: Tables, delivery: Delivery) -> bool:
    return is_stopped(tables, delivery) and reopen(tables, delivery.id, delivery.workspace)


def resume_workspace(tables: Tables, workspace: str, now: datetime) -> tuple[Resumed, ...]:
    """Resume the digests that were paused because the workspace was closed to the bot, and return them.

    What a person paused, or an error of one channel, stays paused.
    """
    paused = [each for each in tables.subscriptions.all(workspace) if closes_workspace(each.paused_reason)]
    return tuple(_resume_closed(tables, each, now) for each in paused)


def _resume_closed(tables: Tables, subscription: Subscription, now: datetime) -> Resumed:
    resumed = resume(tables, subscription, now)
    latest = tables.deliveries.latest_digest(subscription.workspace, subscription.channel)
    if resumed.digest or latest is None or not closes_workspace(latest.reason):
        return resumed
    return replace(resumed, digest=latest) if reopen(tables, latest.id, latest.workspace) else resumed
