"""Digests on their way into channels: opened once, carried to their end, whatever stops or fails.

Opening writes down every message before the first is sent, rendered once and frozen; only the one that tells
that a digest waits for a list is changed afterwards, by the same ledger. Carrying may be repeated at any
time, by any process: a lease keeps two from working on the same delivery.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.background import Background
from bot.delivery.carrier import PARENT_DELETED, Carrier, Tools
from bot.delivery.opening import bring_on, open_asked, open_scheduled
from bot.errors import LeaseLostError
from storage.records import Delivery, DeliveryState, Post, PostState, Subscription
from storage.tables import Tables

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery is: papers surely in the channel, of papers in the digest."""

    posted: int
    papers: int
    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery that ended early, for whoever tells people about it."""

    delivery: Delivery
    subscription: Subscription
    reason: str


class Deliverer:
    """Opens deliveries and brings them to their end; any of both may be repeated at any time.

    `tell` is called for each delivery that ended early, after that is committed, until it says that whoever
    set it up knows or cannot be told.
    """

    def __init__(self, tools: Tools, tell: Callable[[Ended], Awaitable[bool]]) -> None:
        self._tools = tools
        self._tell = tell
        self._at_work: set[int] = set()
        self._background = Background()

    async def open_asked(self, subscription: Subscription, day: date) -> int | None:
        """Open the delivery of the papers listed on a day, as somebody asked; return its id.

        Returns the one there is, if there is one, and `None` where the channel has had all of them.
        """
        now = self._tools.clock.now()
        return await self._tools.storage.write(lambda tables: open_asked(tables, subscription, day, now))

    async def open_scheduled(
        self, subscription: Subscription, slot: date, *, is_late: bool = False
    ) -> int | None:
        """Open the delivery that is due on a local date; return its id, or `None` if it was opened before."""
        now = self._tools.clock.now()
        return await self._tools.storage.write(
            lambda tables: open_scheduled(tables, subscription, slot, now, is_late=is_late)
        )

    async def run(self, delivery_id: int) -> Progress:
        """Bring a delivery on as far as it goes now, unless somebody else is at it; return how far it is."""
        if delivery_id not in self._at_work:
            self._at_work.add(delivery_id)
            try:
                await self._claim_and_carry(delivery_id)
            finally:
                self._at_work.discard(delivery_id)
        return await self.progress(delivery_id)

    async def start_all(self) -> None:
        """Begin to bring on all deliveries on which work is left, side by side, without waiting for them.

        A failed one of which nobody has been told has work left too.
        """
        now = self._tools.clock.now()
        deliveries = await self._tools.storage.read(
            lambda tables: (*tables.deliveries.at_work(), *tables.deliveries.untold())
        )
        for delivery in deliveries:
            if delivery.look_at is None or delivery.look_at <= now or delivery.state is DeliveryState.FAILED:
                self.start(delivery.id)

    def start(self, delivery_id: int) -> None:
        """Begin to bring a delivery on, without waiting for it."""
        if delivery_id not in self._at_work:
            self._background.start(self._run_and_log(delivery_id))

    async def go_on(self, delivery_id: int, workspace: str) -> bool:
        """Reopen a delivery of the workspace that ended early, and start it; a doubtful parent comes anew.

        Returns `False` where there is nothing to go on with: it did not end early or a person deleted it,
        the channel is no longer subscribed, or a later digest was opened, which has what this one lacks.
        """
        reopened = await self._tools.storage.write(lambda tables: _reopen(tables, delivery_id, workspace))
        if reopened:
            self.start(delivery_id)
        return reopened

    async def join(self) -> None:
        """Wait for what was started."""
        await self._background.join()

    async def aclose(self) -> None:
        """Stop what was started; the tables know how far it was."""
        await self._background.aclose()

    async def progress(self, delivery_id: int) -> Progress:
        """Return how far a delivery is."""
        delivery, posts = await self._tools.storage.read(lambda tables: _load(tables, delivery_id))
        posted = sum(len(post.paper_ids) for post in posts if post.state is PostState.POSTED)
        return Progress(posted, sum(len(post.paper_ids) for post in posts), delivery.state, delivery.reason)

    async def _run_and_log(self, delivery_id: int) -> None:
        try:
            await self.run(delivery_id)
        except Exception:
            # One delivery must not end the others' loop; the next tick tries it again.
            _logger.exception("Delivery %s could not be brought on", delivery_id)

    async def _claim_and_carry(self, delivery_id: int) -> None:
        now, lease = self._tools.clock.now(), self._tools.patience.lease
        delivery = await self._tools.storage.write(
            lambda tables: tables.deliveries.claim(delivery_id, now, lease)
        )
        if delivery:
            try:
                await self._carry(await self._without_waiting(delivery, now))
            except LeaseLostError as error:
                _logger.warning("%s", error)
        await self._tell_if_ended_early(delivery_id)

    async def _without_waiting(self, delivery: Delivery, now: datetime) -> Delivery:
        """Return the delivery as it is when it has got what it waited for, if that is there by now."""
        if not delivery.waits_for:
            return delivery
        return await self._tools.storage.write(lambda tables: bring_on(tables, delivery, now))

    async def _carry(self, delivery: Delivery) -> None:
        if delivery.state is not DeliveryState.DONE:
            subscription, posts = await self._tools.storage.read(lambda tables: _work_of(tables, delivery))
            await Carrier(self._tools, delivery, posts, subscription.preferences.language).carry()

    async def _tell_if_ended_early(self, delivery_id: int) -> None:
        delivery, _ = await self._tools.storage.read(lambda tables: _load(tables, delivery_id))
        if delivery.state is not DeliveryState.FAILED or delivery.is_told:
            return
        subscription, _ = await self._tools.storage.read(lambda tables: _work_of(tables, delivery))
        if await self._tell(Ended(delivery, subscription, delivery.reason or "")):
            await self._tools.storage.write(lambda tables: tables.deliveries.mark_told(delivery_id))


def _load(tables: Tables, delivery_id: int) -> tuple[Delivery, tuple[Post, ...]]:
    delivery = tables.deliveries.get(delivery_id)
    if delivery is None:
        raise LookupError(f"There is no delivery {delivery_id}.")
    return delivery, tables.posts.of_delivery(delivery_id)


def _work_of(tables: Tables, delivery: Delivery) -> tuple[Subscription, tuple[Post, ...]]:
    subscription = tables.subscriptions.get(delivery.subscription_id)
    if subscription is None:
        raise LookupError(f"There is no subscription {delivery.subscription_id}.")
    return subscription, tables.posts.of_delivery(delivery.id)


def _reopen(tables: Tables, delivery_id: int, workspace: str) -> bool:
    delivery = tables.deliveries.get(delivery_id)
    if delivery is None or delivery.workspace != workspace or not _may_go_on(tables, delivery):
        return False
    tables.posts.plan_parent_again(delivery_id)
    tables.deliveries.reopen(delivery_id)
    return True


def _may_go_on(tables: Tables, delivery: Delivery) -> bool:
    if delivery.state is not DeliveryState.FAILED or delivery.reason == PARENT_DELETED:
        return False
    subscription = tables.subscriptions.of_channel(delivery.workspace, delivery.channel)
    latest = tables.deliveries.latest_of_channel(delivery.workspace, delivery.channel)
    return bool(subscription and latest and latest.id == delivery.id)
