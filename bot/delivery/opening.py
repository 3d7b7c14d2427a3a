"""Deliveries opened once, and kept open where a list is missing that the channel would have by now.

    opened ──all lists are there, or some papers are──► digest
       └──a list is missing, and nothing else is there──► kept back for a moment ──► a message says so
              that message ──the list comes──► becomes the digest
              that message ──the next digest is due, or digests are paused──► says that it came to nothing

Each step is one transaction, under the epoch of whoever holds the delivery; a stopped process goes on where
it was.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from bot.cards.digest import short_message
from bot.cards.sources import (
    given_up_sentence,
    missing_sentence,
    remarkable_sentence,
    source_names,
    waiting_sentence,
)
from bot.delivery.messages import choose, plan_digest, plan_parent, renew_parent
from bot.listings.expected import last_ended_lists, may_come_at_any_moment, missing_lists
from bot.locale import Reader, words_for
from bot.subscriptions.due import is_paused
from storage.records import SOURCE_LATE, Delivery, DeliveryKind, DeliveryState, Listing, Subscription
from storage.tables import Tables


def open_asked(tables: Tables, subscription: Subscription, day: date, now: datetime) -> int | None:
    """Open the delivery of the papers listed on a day, as somebody asked; return its id.

    Returns the one there is, if there is one, and `None` where the channel has had all of them.
    """
    known = tables.deliveries.of_day(_stored_id(subscription), DeliveryKind.ASKED, day)
    if known:
        return known.id
    choice = choose(tables, subscription, day)
    if not choice.selection.cards:
        return None
    delivery = _open(tables, subscription, DeliveryKind.ASKED, day, now)
    plan_digest(tables, delivery, subscription, choice, ())
    return delivery.id


def open_scheduled(
    tables: Tables, subscription: Subscription, slot: date, now: datetime, *, is_late: bool
) -> int | None:
    """Open the delivery that is due on a local date; return its id, or `None` if it was opened before.

    `is_late` is whether the bot was not running when it was due.
    """
    if tables.deliveries.of_day(_stored_id(subscription), DeliveryKind.SCHEDULED, slot):
        return None
    missing = missing_lists(tables, subscription, now)
    delivery = _open(
        tables, subscription, DeliveryKind.SCHEDULED, slot, now, missing=missing, is_late=is_late
    )
    _Opened(tables, delivery, subscription, now).go_on(missing)
    return delivery.id


def bring_on(tables: Tables, delivery: Delivery, now: datetime) -> Delivery:
    """Bring a delivery that waits for lists as far as it goes now, and return it as it is then.

    Raises `LeaseLostError` where another process has claimed it since.
    """
    subscription = tables.subscriptions.of_channel(delivery.workspace, delivery.channel)
    if subscription is None:
        _give_up(tables, delivery, tables.subscriptions.get(delivery.subscription_id), has_next=False)
    elif is_paused(subscription, now) or tables.deliveries.is_followed(delivery):
        _give_up(tables, delivery, subscription, has_next=True)
    else:
        missing = missing_lists(tables, subscription, delivery.opened_at)
        _Opened(tables, delivery, subscription, now).go_on(missing)
    return tables.deliveries.get(delivery.id) or delivery


class _Opened:
    """A delivery that may lack lists, in one transaction, at one moment."""

    def __init__(self, tables: Tables, delivery: Delivery, subscription: Subscription, now: datetime) -> None:
        self._storage = tables
        self._delivery = delivery
        self._subscription = subscription
        self._now = now
        self._reader = Reader(now, ZoneInfo(subscription.zone), words_for(subscription.language))
        self._has_told = bool(tables.posts.of_delivery(delivery.id))

    def go_on(self, missing: Sequence[Listing]) -> None:
        """Plan the digest, or have the channel told once that it waits, or leave it as it is."""
        if may_come_at_any_moment(missing, self._delivery.opened_at, self._now):
            return
        if self._has_told and _sources(missing) == self._delivery.waits_for:
            return
        choice = choose(self._storage, self._subscription)
        if choice.selection.cards or not missing:
            late = self._why_late() if choice.selection.cards else []
            notes = [*late, *self._how_lists_are(missing)]
            plan_digest(self._storage, self._delivery, self._subscription, choice, notes)
        else:
            self._wait(missing)

    def _wait(self, missing: Sequence[Listing]) -> None:
        """Keep what is waited for; what the channel was told stands while less of it is missing."""
        self._storage.deliveries.wait_for(self._delivery, _sources(missing))
        if not self._has_told:
            sentences = (waiting_sentence(each, self._reader) for each in missing)
            plan_parent(self._storage, self._delivery, short_message("\n".join(sentences)))

    def _why_late(self) -> list[str]:
        words = self._reader.words
        late = [words("digest.late")] if self._delivery.is_late else []
        if self._has_told:
            late.append(words("digest.late_source", sources=source_names(self._delivery.waits_for, words)))
        return late

    def _how_lists_are(self, missing: Sequence[Listing]) -> list[str]:
        """Return what a digest says of the lists that it lacks, and of those that stand out."""
        lacking = [missing_sentence(each, self._reader) for each in missing]
        lists = last_ended_lists(self._storage, self._subscription, self._delivery.opened_at)
        remarks = (remarkable_sentence(each, self._reader.words) for each in lists)
        return [*lacking, *filter(None, remarks)]


def _give_up(
    tables: Tables, delivery: Delivery, subscription: Subscription | None, *, has_next: bool
) -> None:
    """Have the message say that this digest came to nothing; one that was only kept back ends in silence."""
    if not tables.posts.of_delivery(delivery.id):
        tables.deliveries.close(delivery, DeliveryState.DONE, SOURCE_LATE)
        return
    words = words_for(subscription.language if subscription else "en")
    sentence = given_up_sentence(delivery.waits_for, words, has_next=has_next)
    tables.deliveries.give_up(delivery, SOURCE_LATE)
    renew_parent(tables, delivery, short_message(sentence), "given up")


def _open(
    tables: Tables,
    subscription: Subscription,
    kind: DeliveryKind,
    day: date,
    now: datetime,
    *,
    missing: Sequence[Listing] = (),
    is_late: bool = False,
) -> Delivery:
    place = f"{subscription.workspace}/{subscription.channel}/{kind}/{day}/{now.isoformat()}"
    key = str(uuid5(NAMESPACE_URL, place))
    return tables.deliveries.open(
        subscription, kind, day, key, now, waits_for=_sources(missing), is_late=is_late
    )


def _sources(missing: Sequence[Listing]) -> tuple[str, ...]:
    return tuple(listing.source for listing in missing)


def _stored_id(subscription: Subscription) -> int:
    if subscription.id is None:
        raise ValueError("Only a subscription that is stored can be delivered.")
    return subscription.id
