"""Opens deliveries and advances them until they end.

Opening writes every message before the first is sent, rendered once and frozen; only the parent of a delivery
that waits for a list is replaced later, through the same ledger. A delivery may be advanced at any time, by
any process: a lease keeps two workers from the same one, and another one from the same workspace.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from bot.background import Background, to_its_end
from bot.delivery.discussions import open_reminder
from bot.delivery.opening import (
    DayCounts,
    day_counts,
    open_asked,
    open_scheduled,
    reopen,
    resume_waiting,
)
from bot.delivery.personal import Known, PersonalChoice, choose_for_person
from bot.delivery.recaps import open_recap
from bot.delivery.worker import DeliveryWorker, Services
from bot.delivery.workspaces import Workspaces
from bot.errors import LeaseLostError, OutdatedChoiceError, StorageError
from bot.metrics import UNEXPECTED_ERRORS
from bot.outages import Outages
from bot.subscriptions.due import Slot
from storage.claims import Claim, Claims
from storage.records import Delivery, DeliveryState, Discussion, Post, Subscription
from storage.tables import Tables

_SECONDS_BETWEEN_TRIES = 2.0
"""How often to see whether another worker is done in a workspace."""

_TRIES_TO_CHOOSE = 3
"""A person who changes what they follow more often within a second gets their digest at the next tick."""

_Open = Callable[[Tables, PersonalChoice | None], int | None]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a delivery's papers are certain to be in the channel, and its state."""

    posted: int
    papers: int
    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A delivery that ended early, with the subscription whose creator is notified."""

    delivery: Delivery
    subscription: Subscription
    reason: str


class Deliverer:
    """Opens deliveries and advances them until they end; both may be repeated at any time.

    `notify` is called for each delivery that ended early, after that is committed, until it returns `True`:
    the person who set it up was notified, or cannot be.
    """

    def __init__(self, services: Services, notify: Callable[[FailedDelivery], Awaitable[bool]]) -> None:
        self._services = services
        self._storage = services.storage
        self._claims = services.claims or Claims(services.storage, services.clock, services.timing.lease)
        self._workspaces = Workspaces(self._claims, services.clock, services.pacer)
        self._notify = notify
        self._running: set[int] = set()
        self._background = Background()
        self._is_closing = False
        self._outages = Outages(services.clock)

    @property
    def known(self) -> Known:
        """What is kept of papers, by which people's own digests are chosen."""
        return self._services.known

    async def open_asked(self, subscription: Subscription, day: date) -> int | None:
        """Open the delivery of the papers listed on a day, at a person's request, and return its id.

        Returns an existing delivery's id, or `None`, as `bot.delivery.opening` does.
        """
        now, has_model = self._services.clock.now(), self._services.has_model

        def open_(tables: Tables, chosen: PersonalChoice | None) -> int | None:
            return open_asked(tables, subscription, day, now, has_model=has_model, chosen=chosen)

        return await self._open(subscription, day, open_)

    async def open_scheduled(
        self, subscription: Subscription, slot: date, *, is_late: bool = False
    ) -> int | None:
        """Open the delivery due on a local date and return its id, as `bot.delivery.opening` does."""
        now, has_model = self._services.clock.now(), self._services.has_model

        def open_(tables: Tables, chosen: PersonalChoice | None) -> int | None:
            return open_scheduled(
                tables, subscription, slot, now, is_late=is_late, has_model=has_model, chosen=chosen
            )

        return await self._open(subscription, None, open_)

    async def open_recap(self, subscription: Subscription, slot: Slot, *, is_late: bool) -> int | None:
        """Open the recap of a week and return its delivery's id, as `bot.delivery.recaps` does."""
        now, has_model = self._services.clock.now(), self._services.has_model
        return await self._storage.write(
            lambda tables: open_recap(tables, subscription, slot, now, is_late=is_late, has_model=has_model)
        )

    async def open_reminder(self, discussion: Discussion) -> int | None:
        """Open the reminder of a discussion if it is due, as `bot.delivery.discussions` does."""
        now, has_model = self._services.clock.now(), self._services.has_model
        return await self._storage.write(
            lambda tables: open_reminder(tables, discussion, now, has_model=has_model)
        )

    async def run(self, delivery_id: int) -> Progress:
        """Advance a delivery as far as it can go now, unless another worker holds it; return its progress.

        While another worker posts in its workspace, this waits: that one may take the delivery along.
        """
        while not await self._advance(delivery_id):
            await self._services.clock.sleep(_SECONDS_BETWEEN_TRIES)
        return await self.progress(delivery_id)

    async def start_all(self) -> None:
        """Start advancing every delivery with work left, side by side, without waiting for them.

        A failed delivery has work left until somebody was notified. Where a process has the token of one
        workspace, the deliveries of others are left to theirs. Workspaces in which other workers post
        are left to them, and so is their share of those in which nobody does.
        """
        now, workspace = self._services.clock.now(), self._services.workspace
        deliveries, held = await self._storage.read(lambda tables: _work_left(tables, now, workspace))
        entered = self._workspaces.to_enter((each.workspace for each in deliveries), held)
        for delivery in deliveries:
            if delivery.workspace in entered:
                self.start(delivery.id)

    def start(self, delivery_id: int) -> None:
        """Start advancing a delivery without waiting for it; one that is closing leaves it to the next."""
        if delivery_id not in self._running and not self._is_closing:
            self._background.start(self._advance_and_log(delivery_id))

    async def resume(self, delivery_id: int, workspace: str) -> bool:
        """Reopen and start a delivery of the workspace that ended early; an uncertain parent is sent again.

        Returns `False` if it cannot go on, as in `reopen`.
        """
        is_reopened = await self._storage.write(lambda tables: reopen(tables, delivery_id, workspace))
        if is_reopened:
            self.start(delivery_id)
        return is_reopened

    async def join(self) -> None:
        """Wait for the deliveries that were started."""
        await self._background.join()

    async def aclose(self) -> None:
        """Cancel the deliveries that were started, each after the answer of a message that is on its way.

        An answer that takes longer than `SECONDS_TO_END` is not waited for. The tables hold how far
        they are.
        """
        self._is_closing = True
        await self._background.aclose()

    async def progress(self, delivery_id: int) -> Progress:
        """Return a delivery's progress."""
        return await self._storage.read(lambda tables: _progress(tables, delivery_id))

    async def day_counts(self, subscription: Subscription, day: date) -> DayCounts:
        """Return how many of a day's papers are in the channel, and how many are listed."""
        return await self._storage.read(lambda tables: day_counts(tables, subscription, day))

    async def _open(
        self,
        subscription: Subscription,
        day: date | None,
        open_: _Open,
    ) -> int | None:
        """Open a delivery; what a person's own brings is chosen before, and again where that has changed."""
        if not subscription.is_personal:
            return await self._storage.write(lambda tables: open_(tables, None))
        for _ in range(_TRIES_TO_CHOOSE):
            chosen = await self._storage.read(
                lambda tables: choose_for_person(tables, self.known, subscription, day)
            )
            if chosen is None:
                return None
            with suppress(OutdatedChoiceError):
                return await self._storage.write(partial(_opened_with, open_, chosen))
        return None

    async def _advance_and_log(self, delivery_id: int) -> None:
        try:
            await self._advance(delivery_id)
            self._outages.end(f"Delivery {delivery_id}", {"delivery": delivery_id})
        except Exception as error:
            # The other deliveries go on, and the next tick retries this one.
            UNEXPECTED_ERRORS.labels("delivery").inc()
            if self._outages.begin(f"Delivery {delivery_id}", error):
                fields = {"delivery": delivery_id}
                _logger.exception("Delivery %s failed to advance", delivery_id, extra=fields)

    async def _advance(self, delivery_id: int) -> bool:
        """Advance a delivery; return `False` if another worker posts in its workspace."""
        if delivery_id in self._running:
            return True
        self._running.add(delivery_id)
        try:
            delivery = await self._storage.read(lambda tables: _delivery(tables, delivery_id))
            async with self._workspaces.entered(delivery.workspace) as workspace:
                if workspace is None:
                    return False
                await self._claim_and_advance(delivery_id, workspace)
                # A bot that is told to stop still waits for Slack's answer: else the person is told twice.
                await to_its_end(self._notify_if_failed(delivery_id))
        except LeaseLostError as error:
            _logger.warning("%s", error, extra={"delivery": delivery_id})
        finally:
            self._running.discard(delivery_id)
        return True

    async def _claim_and_advance(self, delivery_id: int, workspace: Claim) -> None:
        now, lease = self._services.clock.now(), self._services.timing.lease

        def claim(tables: Tables) -> Delivery | None:
            workspace.renew(tables)
            return tables.deliveries.claim(delivery_id, now, lease)

        delivery = await self._storage.write(claim)
        if delivery is None:
            return
        try:
            await self._work_on(await self._without_waiting(delivery, now), workspace)
        except asyncio.CancelledError:
            await self._release(delivery)
            raise

    async def _release(self, delivery: Delivery) -> None:
        """Release a delivery whose worker stops, so that others take over at once."""
        try:
            await self._storage.write(lambda tables: tables.deliveries.release(delivery))
        except StorageError as error:
            # Its lease ends by itself.
            _logger.warning("%s", error, extra={"delivery": delivery.id})

    async def _without_waiting(self, delivery: Delivery, now: datetime) -> Delivery:
        """Return the delivery, planned as a digest if the lists that it waited for are there by now."""
        if not delivery.waits_for:
            return delivery
        return await self._storage.write(
            lambda tables: resume_waiting(tables, delivery, now, has_model=self._services.has_model)
        )

    async def _work_on(self, delivery: Delivery, workspace: Claim) -> None:
        if delivery.state is DeliveryState.DONE:
            return
        subscription, posts, last = await self._storage.read(lambda tables: _work_of(tables, delivery))
        if last:
            ago = self._services.clock.now() - last
            self._services.pacer.sent_before(delivery.workspace, delivery.channel, ago)
        language = subscription.preferences.language
        wire = await self._services.wires.wire(delivery.workspace)
        await DeliveryWorker(self._services, wire, workspace, delivery, posts, language).advance()

    async def _notify_if_failed(self, delivery_id: int) -> None:
        failed = await self._storage.read(lambda tables: _unnotified(tables, delivery_id))
        if failed and await self._notify(failed):
            await self._storage.write(lambda tables: tables.deliveries.mark_notified(delivery_id))


def _opened_with(open_: _Open, chosen: PersonalChoice, tables: Tables) -> int | None:
    return open_(tables, chosen)


def _work_left(tables: Tables, now: datetime, workspace: str | None) -> tuple[list[Delivery], frozenset[str]]:
    """Return the deliveries that can be advanced now, and the names of all leases that are held.

    They are of one workspace, or of all.
    """
    unfinished = (
        each
        for each in tables.deliveries.unfinished()
        if each.next_look_at is None or each.next_look_at <= now
    )
    every = (*unfinished, *tables.deliveries.unnotified())
    return [each for each in every if workspace in (None, each.workspace)], tables.leases.held(now)


def _progress(tables: Tables, delivery_id: int) -> Progress:
    delivery, counts = _delivery(tables, delivery_id), tables.posts.counts(delivery_id)
    return Progress(counts.posted_papers, counts.papers, delivery.state, delivery.reason)


def _work_of(tables: Tables, delivery: Delivery) -> tuple[Subscription, tuple[Post, ...], datetime | None]:
    """Return the subscription, the posts, and when a message was last sent into the channel."""
    last = tables.posts.last_attempt(delivery.workspace, delivery.channel)
    return _subscription(tables, delivery), tables.posts.of_delivery(delivery.id), last


def _unnotified(tables: Tables, delivery_id: int) -> FailedDelivery | None:
    delivery = _delivery(tables, delivery_id)
    if delivery.state is not DeliveryState.FAILED or delivery.is_notified:
        return None
    return FailedDelivery(delivery, _subscription(tables, delivery), delivery.reason or "")


def _delivery(tables: Tables, delivery_id: int) -> Delivery:
    delivery = tables.deliveries.get(delivery_id)
    if delivery is None:
        raise LookupError(f"Delivery {delivery_id} does not exist.")
    return delivery


def _subscription(tables: Tables, delivery: Delivery) -> Subscription:
    subscription = tables.subscriptions.get(delivery.subscription_id)
    if subscription is None:
        raise LookupError(f"Subscription {delivery.subscription_id} does not exist.")
    return subscription
