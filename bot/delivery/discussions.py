"""The reminder of a discussion, the day before at the time of the channel's digest, and its end.

It opens the thread to discuss in: the questions and the verdicts are the parent, the paper's card follows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from bot.cards.blocks import Message
from bot.cards.discussions import Reminder, reminder_message
from bot.cards.paper import Interest
from bot.delivery.messages import Planned, plan_messages, planned_card, shown_card
from bot.locale import words_for
from bot.lookup.papers import paper_entry
from bot.subscriptions.due import is_paused, local_date, reminder_due_at
from bot.subscriptions.readers import readers_of_card
from storage.records import (
    PARENT,
    TOO_LATE,
    CardUpdate,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Discussion,
    Subscription,
    VerdictCounts,
)
from storage.tables import Tables

_AHEAD = timedelta(days=3)
"""No channel's local date is so far ahead that it is reminded earlier of a discussion."""

_AT_ONCE = 100


def reminder_key(discussion: Discussion) -> str:
    """Return the key of the reminder's delivery, by which it is known again in a channel."""
    place = f"{discussion.workspace}/{discussion.channel}/{DeliveryKind.DISCUSSION}"
    return str(uuid5(NAMESPACE_URL, f"{place}/{discussion.id}/{discussion.planned_for}"))


def due_discussions(tables: Tables, now: datetime) -> tuple[Discussion, ...]:
    """Return the discussions that channels are to be reminded of by now, the earliest first.

    However many wait in channels that are paused or where it is not the day before yet, the others come.
    """
    return tuple(islice(_due(tables, now), _AT_ONCE))


def _due(tables: Tables, now: datetime) -> Iterator[Discussion]:
    last: Discussion | None = None
    while planned := tables.discussions.due_reminders(now.date() + _AHEAD, _AT_ONCE, last):
        for discussion in planned:
            subscription = tables.subscriptions.of_channel(discussion.workspace, discussion.channel)
            if subscription and _is_due(subscription, discussion, now):
                yield discussion
        last = planned[-1]


def open_reminder(tables: Tables, discussion: Discussion, now: datetime, *, has_model: bool) -> int | None:
    """Open the reminder of a discussion where it is due, and return its delivery's id.

    Returns `None` where it is not due, or was opened before, or the channel's digests are paused or ended.
    One whose day is over is closed at once: it is too late.
    """
    subscription = tables.subscriptions.of_channel(discussion.workspace, discussion.channel)
    current = tables.discussions.get(discussion.workspace, discussion.id)
    if subscription is None or current != discussion or not _is_due(subscription, discussion, now):
        return None
    if not tables.discussions.reminded(discussion.id, now) or tables.deliveries.of_key(
        reminder_key(discussion)
    ):
        return None
    delivery = tables.deliveries.open(
        subscription,
        DeliveryKind.DISCUSSION,
        discussion.planned_for,
        reminder_key(discussion),
        now,
        discussion_id=discussion.id,
    )
    entry = paper_entry(tables, discussion.paper_id, subscription.preferences.language)
    if entry is None or _is_over(subscription, discussion.planned_for, now):
        tables.deliveries.close(delivery, DeliveryState.DONE, TOO_LATE)
        return delivery.id
    parent = drawn_reminder(tables, delivery, subscription)
    if parent:
        card = shown_card(parent, subscription.preferences.language)
        messages = [
            Planned(parent, card=card),
            planned_card(
                entry,
                subscription.preferences,
                has_model=has_model,
                interest=Interest(readers=readers_of_card(tables, subscription, entry.paper.id)),
            ),
        ]
        plan_messages(tables, delivery, messages)
    return delivery.id


def drawn_reminder(tables: Tables, delivery: Delivery, subscription: Subscription) -> Message | None:
    """Return the reminder with its presenter and verdicts as they are now; `None` where nothing is left."""
    discussion = tables.discussions.get(delivery.workspace, delivery.discussion_id or 0)
    if discussion is None:
        return None
    language = subscription.preferences.language
    entry = paper_entry(tables, discussion.paper_id, language)
    if entry is None:
        return None
    verdicts = tables.discussions.verdict_counts([discussion.id]).get(discussion.id, VerdictCounts())
    return reminder_message(Reminder(discussion, entry, verdicts), words_for(language))


def redraw_reminders(tables: Tables, discussion_id: int, now: datetime) -> None:
    """Have the reminders of a discussion show its presenter and verdicts as they are now."""
    for delivery in tables.deliveries.of_discussion(discussion_id):
        if tables.posts.get(delivery.id, PARENT):
            tables.card_updates.enqueue_one(CardUpdate(delivery.id, PARENT, now, 0))


def are_near(tables: Tables, now: datetime) -> bool:
    """Return whether any discussion is planned that may be reminded of or over by now, in any time zone."""
    return bool(tables.discussions.past(now.date() + 2 * _AHEAD, 1))


def end_past(tables: Tables, now: datetime) -> None:
    """Note of each discussion whose day is over in its channel that it took place."""
    for discussion in tables.discussions.past(now.date() + _AHEAD, _AT_ONCE):
        subscription = tables.subscriptions.of_channel(discussion.workspace, discussion.channel)
        zone = ZoneInfo(subscription.preferences.zone if subscription else "UTC")
        if local_date(now, zone) > discussion.planned_for:
            tables.discussions.discussed(discussion.workspace, discussion.id, now)
            redraw_reminders(tables, discussion.id, now)


def _is_due(subscription: Subscription, discussion: Discussion, now: datetime) -> bool:
    preferences = subscription.preferences
    due_at = reminder_due_at(discussion.planned_for, preferences.at, ZoneInfo(preferences.zone))
    return due_at <= now and not is_paused(subscription, now)


def _is_over(subscription: Subscription, day: date, now: datetime) -> bool:
    return local_date(now, ZoneInfo(subscription.preferences.zone)) > day
