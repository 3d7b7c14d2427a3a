"""Opening deliveries once, and keeping them open while a list is missing that the channel should have.

    opened ──all lists are there, or some papers are──► digest
       └──a list is missing, and no paper is there──► held for a moment ──► a message says that it waits
              that message ──the list comes──► becomes the digest
              that message ──the next digest is due, or digests are paused──► says that it gave up

Each step is one transaction under the worker's epoch, so another process can resume after any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from bot.cards.digest import short_message
from bot.cards.list_states import (
    given_up_sentence,
    missing_sentence,
    remarkable_sentence,
    source_names,
    waiting_sentence,
)
from bot.delivery.messages import (
    Choice,
    choose_new,
    choose_of_day,
    choose_whole_day,
    plan_digest,
    plan_parent,
    replace_parent,
)
from bot.delivery.personal import PersonalChoice
from bot.listings.expected import last_ended_lists, may_come_at_any_moment, missing_lists
from bot.locale import Reader, words_for
from bot.subscriptions.due import is_paused
from storage.records import (
    PARENT_DELETED,
    PAUSED_BY_PERSON,
    SOURCE_LATE,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Listing,
    PostState,
    Subscription,
)
from storage.tables import Tables


def open_asked(
    tables: Tables,
    subscription: Subscription,
    day: date,
    now: datetime,
    *,
    has_model: bool,
    chosen: PersonalChoice | None = None,
) -> int | None:
    """Open the delivery of the papers listed on a day, at a person's request, and return its id.

    It brings what the channel has not had and wants today. One that is under way goes on, and so does one
    that ended early or was stopped, if what it lacks is just that. Where there is nothing to bring, returns
    the day's latest such delivery, if any, else `None`; and always one whose parent a person deleted.

    A person's own digest brings what was `chosen`. Raises `OutdatedChoiceError` where that has changed.
    """
    known = tables.deliveries.of_day(subscription.id, DeliveryKind.ASKED, day)
    if known and (_is_under_way(known) or known.reason == PARENT_DELETED):
        return known.id
    if chosen:
        chosen.check(tables)
    choice = chosen.choice if chosen else choose_of_day(tables, day, subscription)
    if known and _lacks(tables, known, choice) and reopen(tables, known.id, known.workspace):
        return known.id
    if not choice.selection.cards:
        return known.id if known else None
    delivery = _open(tables, subscription, DeliveryKind.ASKED, day, now)
    plan_digest(tables, delivery, subscription, choice, (), has_model=has_model)
    return delivery.id


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many of a day's papers are in a channel, and how many its sources list."""

    here: int
    listed: int


def day_counts(tables: Tables, subscription: Subscription, day: date) -> DayCounts:
    """Count a day's papers, those in the channel and all that the channel's sources list."""
    verdicts = choose_whole_day(tables, day, subscription.preferences).selection.verdicts
    listed = {verdict.entry.paper.id for verdict in verdicts}
    here = tables.posts.papers_in_channel(subscription.workspace, subscription.channel, listed)
    return DayCounts(len(here), len(listed))


def _is_under_way(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.OPEN and not delivery.is_stop_asked


def _lacks(tables: Tables, delivery: Delivery, choice: Choice) -> bool:
    """Return whether the papers that the delivery has not posted are just the chosen ones."""
    chosen = {entry.paper.id for entry in (*choice.selection.cards, *choice.selection.rest)}
    posts = tables.posts.of_delivery(delivery.id)
    return bool(chosen) and chosen == {
        paper_id for post in posts if post.state is PostState.PLANNED for paper_id in post.paper_ids
    }


def open_scheduled(
    tables: Tables,
    subscription: Subscription,
    slot: date,
    now: datetime,
    *,
    is_late: bool,
    has_model: bool,
    chosen: PersonalChoice | None = None,
) -> int | None:
    """Open the delivery due on a local date and return its id.

    Returns `None` if it was opened before, or if a person has paused or ended the digests by now.

    `is_late` is whether the bot was not running when it was due. A person's own digest brings what was
    `chosen`. Raises `OutdatedChoiceError` where that has changed.
    """
    if tables.deliveries.of_day(subscription.id, DeliveryKind.SCHEDULED, slot):
        return None
    current = tables.subscriptions.of_channel(subscription.workspace, subscription.channel)
    if current is None or (is_paused(current, now) and current.paused_reason == PAUSED_BY_PERSON):
        # That was a moment ago, since the clockwork looked.
        return None
    if chosen:
        # What a person follows in a late list comes the next day; nothing is said of it.
        chosen.check(tables)
        delivery = _open(tables, subscription, DeliveryKind.SCHEDULED, slot, now, is_late=is_late)
        plan_digest(tables, delivery, subscription, chosen.choice, (), has_model=has_model)
        return delivery.id
    missing = missing_lists(tables, subscription, now)
    delivery = _open(
        tables, subscription, DeliveryKind.SCHEDULED, slot, now, missing=missing, is_late=is_late
    )
    _OpenDelivery(tables, delivery, subscription, now, has_model=has_model).resume(missing)
    return delivery.id


def resume_waiting(tables: Tables, delivery: Delivery, now: datetime, *, has_model: bool) -> Delivery:
    """Resume a delivery that waits for lists, and return it with the posts that it got planned.

    Raises `LeaseLostError` if another worker has claimed it since.
    """
    subscription = tables.subscriptions.of_channel(delivery.workspace, delivery.channel)
    if subscription is None or subscription.is_personal:
        _give_up(tables, delivery, tables.subscriptions.get(delivery.subscription_id), has_next=False)
    elif is_paused(subscription, now) or tables.deliveries.is_superseded(delivery):
        _give_up(tables, delivery, subscription, has_next=True)
    else:
        missing = missing_lists(tables, subscription, delivery.opened_at)
        _OpenDelivery(tables, delivery, subscription, now, has_model=has_model).resume(missing)
    return tables.deliveries.get(delivery.id) or delivery


def reopen(tables: Tables, delivery_id: int, workspace: str) -> bool:
    """Have a delivery of the workspace go on that ended early or was stopped, and return whether it does.

    It cannot if a person deleted it, the channel is no longer subscribed, or a later digest was opened, which
    has the papers that this one lacks. A recap or a reminder gives way to a later one.
    """
    delivery = tables.deliveries.get(delivery_id)
    if delivery is None or delivery.workspace != workspace or not _can_reopen(tables, delivery):
        return False
    tables.posts.retry_uncertain_parent(delivery_id)
    tables.posts.restore_parent(delivery_id)
    tables.deliveries.reopen(delivery_id)
    return True


def _can_reopen(tables: Tables, delivery: Delivery) -> bool:
    ended_early = delivery.state is DeliveryState.FAILED and delivery.reason != PARENT_DELETED
    if not ended_early and not is_stopped(tables, delivery):
        return False
    subscription = tables.subscriptions.of_channel(delivery.workspace, delivery.channel)
    return subscription is not None and _is_latest(tables, delivery)


def _is_latest(tables: Tables, delivery: Delivery) -> bool:
    """Return whether nothing opened later stands for the delivery: no digest, recap or reminder like it."""
    if not delivery.kind.is_digest:
        return not tables.deliveries.is_superseded(delivery)
    latest = tables.deliveries.latest_digest(delivery.workspace, delivery.channel)
    return latest is not None and latest.id == delivery.id


def is_stopped(tables: Tables, delivery: Delivery) -> bool:
    """Return whether a person stopped the delivery with some of it left, its worker told or not."""
    if delivery.is_stop_asked and delivery.state is DeliveryState.LAST_LOOK:
        return tables.posts.counts(delivery.id).planned_posts > 0
    is_to_stop = delivery.is_stop_asked and delivery.state is DeliveryState.OPEN
    return is_to_stop or delivery.state is DeliveryState.STOPPED


class _OpenDelivery:
    """An open delivery that may lack lists, within one transaction."""

    def __init__(
        self,
        tables: Tables,
        delivery: Delivery,
        subscription: Subscription,
        now: datetime,
        *,
        has_model: bool,
    ) -> None:
        self._has_model = has_model
        self._tables = tables
        self._delivery = delivery
        self._subscription = subscription
        self._now = now
        preferences = subscription.preferences
        self._reader = Reader(now, ZoneInfo(preferences.zone), words_for(preferences.language))
        self._has_parent = bool(tables.posts.of_delivery(delivery.id))

    def resume(self, missing: Sequence[Listing]) -> None:
        """Plan the digest, or plan one message that says that it waits, or change nothing."""
        if may_come_at_any_moment(missing, self._delivery.opened_at, self._now):
            return
        if self._has_parent and _sources(missing) == self._delivery.waits_for:
            return
        choice = choose_new(self._tables, self._subscription)
        if choice.selection.cards or not missing:
            late = self._why_late() if choice.selection.cards else []
            notes = [*late, *self._notes_on_lists(missing)]
            plan_digest(
                self._tables,
                self._delivery,
                self._subscription,
                choice,
                notes,
                has_model=self._has_model,
            )
        else:
            self._wait(missing)

    def _wait(self, missing: Sequence[Listing]) -> None:
        """Record the missing sources; the message about them stands even when fewer are missing later."""
        self._tables.deliveries.wait_for(self._delivery, _sources(missing))
        if not self._has_parent:
            sentences = (waiting_sentence(each, self._reader) for each in missing)
            plan_parent(self._tables, self._delivery, short_message("\n".join(sentences)))

    def _why_late(self) -> list[str]:
        words = self._reader.words
        late = [words("digest.late")] if self._delivery.is_late else []
        if self._has_parent:
            late.append(words("digest.late_source", sources=source_names(self._delivery.waits_for, words)))
        return late

    def _notes_on_lists(self, missing: Sequence[Listing]) -> list[str]:
        """Return the digest's notes on the lists that it lacks and on those that are unusual."""
        lacking = [missing_sentence(each, self._reader) for each in missing]
        lists = last_ended_lists(self._tables, self._subscription, self._delivery.opened_at)
        remarks = (remarkable_sentence(each, self._reader.words) for each in lists)
        return [*lacking, *filter(None, remarks)]


def _give_up(
    tables: Tables, delivery: Delivery, subscription: Subscription | None, *, has_next: bool
) -> None:
    """Have the message say that the digest gave up waiting; without a message the delivery just ends."""
    if not tables.posts.of_delivery(delivery.id):
        tables.deliveries.close(delivery, DeliveryState.DONE, SOURCE_LATE)
        return
    words = words_for(subscription.preferences.language if subscription else "en")
    sentence = given_up_sentence(delivery.waits_for, words, has_next=has_next)
    tables.deliveries.stop_waiting(delivery, SOURCE_LATE)
    replace_parent(tables, delivery, short_message(sentence), "given up")


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
    latest = tables.deliveries.latest_of_channel(subscription.workspace, subscription.channel)
    after = f"/{latest.id}" if latest else ""
    place = f"{subscription.workspace}/{subscription.channel}/{kind}/{day}/{now.isoformat()}{after}"
    key = str(uuid5(NAMESPACE_URL, place))
    return tables.deliveries.open(
        subscription, kind, day, key, now, waits_for=_sources(missing), is_late=is_late
    )


def _sources(missing: Sequence[Listing]) -> tuple[str, ...]:
    return tuple(listing.source for listing in missing)
