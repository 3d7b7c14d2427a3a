"""Pausing, ending and resuming a channel's digests, together with the digest that is on its way.

Each is one transaction. The worker of a delivery looks at the tables before each message, so a digest stops
after the message under way, whichever process delivers it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.delivery.opening import is_stopped, reopen
from bot.delivery.slack_errors import closes_workspace
from storage.records import PAUSED_BY_PERSON, Delivery, Subscription, TopicOwner
from storage.tables import Tables


def pause(tables: Tables, subscription: Subscription, until: date | None) -> None:
    """Pause the digests at a person's request, until the day or until somebody resumes them."""
    tables.subscriptions.pause(subscription.id, PAUSED_BY_PERSON, until)
    tables.deliveries.ask_to_stop(subscription.id)


def end(tables: Tables, subscription: Subscription, now: datetime) -> None:
    """End the subscription; what the channel has had is kept."""
    tables.subscriptions.end(subscription.id, now)
    tables.topics.end(TopicOwner(subscription.workspace, channel=subscription.channel))
    tables.deliveries.ask_to_stop(subscription.id)


def resume(tables: Tables, subscription: Subscription) -> Delivery | None:
    """Resume the digests, and return the delivery that goes on, if one was stopped."""
    tables.subscriptions.resume(subscription.id)
    latest = tables.deliveries.latest_digest(subscription.workspace, subscription.channel)
    if latest is None or not is_stopped(tables, latest):
        return None
    return latest if reopen(tables, latest.id, latest.workspace) else None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A subscription as it was while it was paused, and the delivery that goes on, if there is one."""

    subscription: Subscription
    delivery: Delivery | None


def resume_workspace(tables: Tables, workspace: str) -> tuple[Resumed, ...]:
    """Resume the digests that were paused because the workspace was closed to the bot, and return them.

    What a person paused, or an error of one channel, stays paused.
    """
    paused = [each for each in tables.subscriptions.all(workspace) if closes_workspace(each.paused_reason)]
    return tuple(Resumed(each, _resume_closed(tables, each)) for each in paused)


def _resume_closed(tables: Tables, subscription: Subscription) -> Delivery | None:
    going_on = resume(tables, subscription)
    latest = tables.deliveries.latest_digest(subscription.workspace, subscription.channel)
    if going_on or latest is None or not closes_workspace(latest.reason):
        return going_on
    return latest if reopen(tables, latest.id, latest.workspace) else None
