"""The recap of a channel's week: the papers that its people chose, on the channel's own day and time.

It ranks what the channel got in the last seven days by how many there said that they will read it, then by
how many here saved it, where those are enough to be told, then by votes. Reactions beside those two are left
out: Slack tells their numbers only to a bot that reads each thread again, and what they say of a paper, 📖
and the reaction that saves, is in the tables already. What was discussed most is what has most verdicts.
"""

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from bot.cards.paper import Interest
from bot.cards.recap import Judged, Ranked, Upcoming, WeekRecap, nothing_to_recap, recap_message
from bot.delivery.messages import Planned, plan_messages, planned_card
from bot.locale import words_for
from bot.lookup.papers import entries_of
from bot.subscriptions.due import Slot, due_at, is_caught_up, is_paused
from storage.records import (
    NOTHING_NEW,
    TOO_LATE,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Paper,
    Preferences,
    Reading,
    Subscription,
)
from storage.tables import Tables

_MOST_RANKED = 5
_MOST_JUDGED = 3
_A_WEEK = timedelta(days=7)
_ONE_DAY = timedelta(days=1)


def recap_key(subscription: Subscription, day: date) -> str:
    """Return the key of the recap's delivery, by which it is known again in a channel."""
    place = f"{subscription.workspace}/{subscription.channel}/{DeliveryKind.RECAP}/{day}"
    return str(uuid5(NAMESPACE_URL, place))


def open_recap(
    tables: Tables, subscription: Subscription, slot: Slot, now: datetime, *, is_late: bool, has_model: bool
) -> int | None:
    """Open the recap due on a local date and return its delivery's id.

    Returns `None` if it was opened before, or if the channel wants none by now. One that is too late to be
    caught up is closed at once, and so is one with nothing to tell, unless the channel wants a line then.
    """
    if tables.deliveries.of_day(subscription.id, DeliveryKind.RECAP, slot.day):
        return None
    current = tables.subscriptions.of_channel(subscription.workspace, subscription.channel)
    if current is None or current.preferences.recap is None or is_paused(current, now):
        return None
    delivery = tables.deliveries.open(
        current, DeliveryKind.RECAP, slot.day, recap_key(current, slot.day), now, is_late=is_late
    )
    if not is_caught_up(slot, now):
        tables.deliveries.close(delivery, DeliveryState.DONE, TOO_LATE)
        return delivery.id
    recap = recap_of_week(tables, current, slot, now)
    _plan(tables, delivery, current, recap, has_model=has_model)
    return delivery.id


def recap_of_week(tables: Tables, subscription: Subscription, slot: Slot, now: datetime) -> WeekRecap:
    """Return what the week before the slot came to in a channel."""
    first, last = slot.day - _A_WEEK + _ONE_DAY, slot.day
    place = (subscription.workspace, subscription.channel)
    judged = tables.discussions.most_judged(*place, slot.day - _A_WEEK, last, _MOST_JUDGED)
    following = tables.discussions.next_of_channel(*place, last + _ONE_DAY)
    ids = [each.paper_id for each in judged] + ([following.paper_id] if following else [])
    papers = {paper.id: paper for paper in tables.papers.of_ids(dict.fromkeys(ids))}
    return WeekRecap(
        first,
        last,
        _ranked(tables, subscription, _week_began(subscription.preferences, slot), now),
        tuple(
            Judged(papers[each.paper_id], each.day, each.verdicts)
            for each in judged
            if each.paper_id in papers
        ),
        Upcoming(papers[following.paper_id], following.planned_for)
        if following and following.paper_id in papers
        else None,
    )


def _week_began(preferences: Preferences, slot: Slot) -> datetime:
    """Return when the week before the slot began: at the same time by the channel's clocks.

    168 hours earlier a week of an hour more or less would leave out an hour, or tell of one twice.
    """
    zone = ZoneInfo(preferences.zone)
    at = preferences.recap.at if preferences.recap else slot.due_at.astimezone(zone).time()
    return due_at(slot.day - _A_WEEK, at, zone)


def _ranked(
    tables: Tables, subscription: Subscription, since: datetime, until: datetime
) -> tuple[Ranked, ...]:
    preferences = subscription.preferences
    had = tables.posts.papers_since(subscription.id, since, until)
    is_read = preferences.reading is not Reading.OFF
    readers = tables.readers.counts(subscription.workspace, subscription.channel, had) if is_read else {}
    saves = tables.saved_papers.savers(subscription.workspace, had)
    chosen = tables.papers.of_ids(sorted({*readers, *saves}))

    def rank(paper: Paper) -> tuple[int, int, int, str]:
        return -readers.get(paper.id, 0), -saves.get(paper.id, 0), -(paper.votes or 0), paper.id

    best = tuple(paper.id for paper in sorted(chosen, key=rank)[:_MOST_RANKED])
    return tuple(
        Ranked(entry, readers.get(entry.paper.id, 0), saves.get(entry.paper.id, 0))
        for entry in entries_of(tables, best, preferences.language)
    )


def _plan(
    tables: Tables, delivery: Delivery, subscription: Subscription, recap: WeekRecap, *, has_model: bool
) -> None:
    preferences, words = subscription.preferences, words_for(subscription.preferences.language)
    if recap.is_nothing and not preferences.says_when_nothing:
        tables.deliveries.close(delivery, DeliveryState.DONE, NOTHING_NEW)
        return
    if recap.is_nothing:
        plan_messages(tables, delivery, [Planned(nothing_to_recap(recap, words))])
        return
    notes = [words("recap.late")] if delivery.is_late else []
    cards = [
        planned_card(each.entry, preferences, has_model=has_model, interest=_interest(each, preferences))
        for each in recap.ranked
    ]
    plan_messages(tables, delivery, [Planned(recap_message(recap, words, notes)), *cards])


def _interest(ranked: Ranked, preferences: Preferences) -> Interest:
    """Return how many take an interest; of readers only where the channel reads together."""
    readers = None if preferences.reading is Reading.OFF else ranked.readers
    return Interest(ranked.saves, readers)
