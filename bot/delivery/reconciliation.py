"""Compares channels with a ledger that was restored from a backup, before anything is posted there.

    a digest that the ledger does not know ──► adopted: done, with the papers whose cards are in its thread
    a message that it does not know to be there ──► posted
    a digest that waited for lists, and has cards ──► done, with those
    a message that is not there ──► looked for once more by the delivery's worker, then sent
    a channel that may not be read ──► its subscription begins anew: no list from before now is posted

So no card comes twice, and what a digest lacked when the bot stopped comes with the next one.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.delivery.connections import Wires
from bot.delivery.discussions import reminder_key
from bot.delivery.outcomes import ChannelMessage
from bot.delivery.pacer import Pacer
from bot.delivery.read_back import ClosedError, NotPermittedError, ThreadGoneError, read_back
from bot.delivery.recaps import recap_key
from bot.sources.kinds import kind_of
from bot.subscriptions.due import due_slot, local_date
from storage.claims import Claims
from storage.reconciliations import Reconciliation
from storage.records import (
    PARENT,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Discussion,
    DiscussionState,
    Post,
    PostState,
    Subscription,
)
from storage.runner import Runner
from storage.tables import Tables

# Slack's clock and ours differ, and the last heartbeat is from before the backup.
_MARGIN = timedelta(minutes=5)

_ONE_DAY = timedelta(days=1)

_DISCUSSIONS_COMPARED = 100

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Thread:
    """A digest as it is in the channel: its parent, and what is under it."""

    key: str
    messages: tuple[ChannelMessage, ...]
    #: Whether Slack shows with all messages of the bot which posts they are.
    is_whole: bool

    @property
    def begun_at(self) -> datetime:
        """When its parent was posted."""
        return _moment(self.messages[PARENT].ts)

    @property
    def by_position(self) -> dict[int, ChannelMessage]:
        """The first message of each position."""
        return {each.position or PARENT: each for each in reversed(_in_order(self.messages))}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger knows of a channel's deliveries that may have gone on."""

    subscription: Subscription
    deliveries: tuple[Delivery, ...]
    #: The `ts` of their parents that are posted, by their keys.
    parents: Mapping[str, str]


class Reconciler:
    """Compares channels; each is one transaction, so it may be stopped at any time."""

    def __init__(
        self, storage: Runner, wires: Wires, clock: Clock, pacer: Pacer, claims: Claims, settling: timedelta
    ) -> None:
        self._storage = storage
        self._wires = wires
        self._clock = clock
        self._pacer = pacer
        self._claims = claims
        self._settling = settling

    async def run(self, workspace: str | None) -> None:
        """Compare the channels that are left to be compared, of one workspace or of all.

        Nothing may be posted in them before.
        """
        if not await self._left(workspace):
            return
        async with self._claims.awaited(f"reconciliation of {workspace or 'all'}"):
            for pending in await self._left(workspace):
                await self._reconcile(pending)

    async def _left(self, workspace: str | None) -> tuple[Reconciliation, ...]:
        return await self._storage.read(lambda tables: tables.reconciliations.left(workspace))

    async def _reconcile(self, pending: Reconciliation) -> None:
        known, now = await self._storage.read(lambda tables: _known(tables, pending)), self._clock.now()
        channel = known.subscription.channel
        try:
            threads = await self._threads(known, pending.since)
        except (NotPermittedError, ClosedError) as error:
            await self._storage.write(lambda tables: _begin_anew(tables, known.subscription, now))
            _logger.warning(
                "The database is from a backup, and nobody knows what channel %s has had since, as it "
                "cannot be read (%s). Its digests go on with lists that come from now on; "
                "earlier ones are left out.",
                channel,
                error,
                extra={"channel": channel},
            )
            return
        settling_until = now + self._settling
        found = await self._storage.write(lambda tables: _adopt_all(tables, pending, threads, settling_until))
        _logger.info(
            "The database is from a backup; in channel %s it lacked %d messages",
            channel,
            found,
            extra={"channel": channel},
        )

    async def _threads(self, known: _Known, since: datetime) -> list[_Thread]:
        """Return the digests that were posted since, and those that had begun before, the first first.

        Raises `NotPermittedError` or `ClosedError`.
        """
        oldest = min([since, *(delivery.opened_at for delivery in known.deliveries)]) - _MARGIN
        in_channel = _in_order(await self._read(known.subscription, None, oldest))
        parents = {each.key: each.ts for each in reversed(in_channel) if each.key and each.position == PARENT}
        every = {**parents, **known.parents}
        threads = [await self._thread(known.subscription, key, ts, oldest) for key, ts in every.items()]
        return sorted(filter(None, threads), key=lambda thread: thread.begun_at)

    async def _thread(
        self, subscription: Subscription, key: str, ts: str, oldest: datetime
    ) -> _Thread | None:
        try:
            shown = await self._read(subscription, ts, oldest)
        except ThreadGoneError:
            return None
        parent = ChannelMessage(ts, key, PARENT, is_own=True)
        cards = (each for each in shown if each.key == key and each.position != PARENT)
        return _Thread(key, (parent, *cards), all(each.key for each in shown))

    async def _read(
        self, subscription: Subscription, thread_ts: str | None, oldest: datetime
    ) -> list[ChannelMessage]:
        """Return the bot's messages in the channel or in a thread."""

        async def pace() -> None:
            await self._clock.sleep(self._pacer.seconds_until_read(subscription.workspace))

        channel, wire = subscription.channel, await self._wires.wire(subscription.workspace)
        shown = await read_back(wire, self._clock.sleep, pace, channel, thread_ts, oldest)
        return [each for each in shown if each.is_own]


def _known(tables: Tables, pending: Reconciliation) -> _Known:
    subscription = tables.subscriptions.get(pending.subscription_id)
    if subscription is None:
        raise LookupError(f"Subscription {pending.subscription_id} does not exist.")
    latest = tables.deliveries.latest_of_channel(subscription.workspace, subscription.channel)
    may_go_on = [each for each in tables.deliveries.unfinished() if each.subscription_id == subscription.id]
    if latest and latest.state in {DeliveryState.FAILED, DeliveryState.STOPPED}:
        may_go_on.append(latest)
    posts = {each.key: tables.posts.get(each.id, PARENT) for each in may_go_on}
    parents = {key: post.ts for key, post in posts.items() if post and post.ts}
    return _Known(subscription, tuple(may_go_on), parents)


def _begin_anew(tables: Tables, subscription: Subscription, now: datetime) -> None:
    """Leave out all lists that may have been posted: of some sources that of today may be."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    sources = (source for source in subscription.preferences.sources if not kind_of(source).has_past)
    first_days = {**dict(subscription.since_by_source), **dict.fromkeys(sources, tomorrow)}
    tables.subscriptions.begin_anew(subscription.id, now, first_days.items())
    tables.reconciliations.end(subscription.id)


def _adopt_all(
    tables: Tables, pending: Reconciliation, threads: Iterable[_Thread], settling_until: datetime
) -> int:
    """Write what is in the channel into the ledger; return how many messages it did not know."""
    subscription = tables.subscriptions.get(pending.subscription_id)
    found = 0
    for thread in threads:
        delivery = tables.deliveries.of_key(thread.key)
        if delivery:
            found += _settle(tables, delivery, thread, settling_until)
        elif subscription:
            found += _adopt(tables, subscription, thread)
    tables.reconciliations.end(pending.subscription_id)
    return found


def _adopt(tables: Tables, subscription: Subscription, thread: _Thread) -> int:
    """Record what was opened after the backup, with those of its messages that are there."""
    if reminded := _reminded(tables, subscription, thread):
        kind, day, discussion_id = DeliveryKind.DISCUSSION, reminded.planned_for, reminded.id
        tables.discussions.reminded(reminded.id, thread.begun_at)
    else:
        (kind, day), discussion_id = _slot(tables, subscription, thread), None
    delivery = tables.deliveries.adopt(
        subscription, kind, day, thread.key, thread.begun_at, discussion_id=discussion_id
    )
    posts = [_posted(delivery, each) for _, each in sorted(thread.by_position.items())]
    tables.posts.plan(delivery, posts)
    return len(posts)


def _reminded(tables: Tables, subscription: Subscription, thread: _Thread) -> Discussion | None:
    """Return the planned discussion that the thread reminds of, by its key; `None` for anything else."""
    place, at_once = (subscription.workspace, subscription.channel), _DISCUSSIONS_COMPARED
    planned = tables.discussions.of_channel(*place, DiscussionState.PLANNED, offset=0, limit=at_once)
    return next((each for each in planned if reminder_key(each) == thread.key), None)


def _slot(tables: Tables, subscription: Subscription, thread: _Thread) -> tuple[DeliveryKind, date]:
    """Return what opened what was posted then: a recap's time or a digest's, or else a person."""
    preferences, zone = subscription.preferences, ZoneInfo(subscription.preferences.zone)
    begun_at, today = thread.begun_at, local_date(thread.begun_at, zone)
    for day in (today, today - _ONE_DAY, today - 2 * _ONE_DAY):
        if recap_key(subscription, day) == thread.key:
            return DeliveryKind.RECAP, day
    slot = due_slot(begun_at, preferences.at, zone, preferences.weekdays, subscription.begun_at, None)
    if slot and tables.deliveries.of_day(subscription.id, DeliveryKind.SCHEDULED, slot.day) is None:
        return DeliveryKind.SCHEDULED, slot.day
    return DeliveryKind.ASKED, local_date(begun_at, zone)


def _settle(tables: Tables, delivery: Delivery, thread: _Thread, settling_until: datetime) -> int:
    """Record which messages of a known delivery are there, and which were not at this look."""
    posts = {post.position: post for post in tables.posts.of_delivery(delivery.id)}
    shown = thread.by_position
    found = [
        replace(post, state=PostState.POSTED, ts=shown[position].ts, reason=None)
        for position, post in posts.items()
        if position in shown and post.state is not PostState.POSTED
    ]
    unknown = (post for post in posts.values() if post.state is PostState.UNKNOWN)
    absent = [
        replace(post, absent=1, next_look_at=settling_until)
        for post in unknown
        if post.position not in shown and thread.is_whole
    ]
    more = [_posted(delivery, each) for position, each in sorted(shown.items()) if position not in posts]
    for post in (*found, *absent):
        tables.posts.record(delivery, post)
    if more:
        # The list that it waited for came after the backup. What it lacks still comes with the next one.
        tables.posts.plan(delivery, more)
        tables.deliveries.wait_for(delivery, ())
        tables.deliveries.close(delivery, DeliveryState.DONE)
    return len(found) + len(more)


def _posted(delivery: Delivery, message: ChannelMessage) -> Post:
    return Post(
        delivery.id,
        message.position or PARENT,
        None,
        PostState.POSTED,
        message.paper_ids,
        ts=message.ts,
        attempted_at=_moment(message.ts),
    )


def _in_order(messages: Iterable[ChannelMessage]) -> list[ChannelMessage]:
    return sorted(messages, key=lambda each: each.ts)


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
