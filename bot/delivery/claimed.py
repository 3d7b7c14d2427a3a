"""A claimed delivery as it is committed.

Each write needs its lease and that of its workspace, and fails if another worker has either.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.outcomes import Scope
from bot.errors import LeaseLostError, PaperRoundError
from storage.claims import Claim
from storage.records import PARENT, Delivery, Post
from storage.runner import Runner
from storage.tables import Tables

_logger = logging.getLogger(__name__)


class StopAskedError(PaperRoundError):
    """A person asked the delivery to stop."""


class ClaimedDelivery:
    """A delivery under its worker's lease, with its posts; all writes raise `LeaseLostError`."""

    def __init__(
        self,
        storage: Runner,
        clock: Clock,
        lease: timedelta,
        workspace: Claim,
        delivery: Delivery,
        posts: Sequence[Post],
    ) -> None:
        self._storage = storage
        self._workspace = workspace
        self._clock = clock
        self._lease = lease
        self._posts = list(posts)
        self.delivery = delivery

    @property
    def posts(self) -> tuple[Post, ...]:
        """The delivery's posts in order, as last committed."""
        return tuple(self._posts)

    @property
    def thread_ts(self) -> str | None:
        """The `ts` of the parent, once it is posted."""
        return self._posts[PARENT].ts

    @property
    def log_fields(self) -> dict[str, object]:
        """The fields that every log line about the delivery carries."""
        return {"delivery": self.delivery.id, "channel": self.delivery.channel}

    async def record(self, post: Post) -> None:
        """Commit the post and extend the lease in one transaction."""
        delivery = ledger.with_post(self.delivery, post)
        await self._commit(ledger.leased(delivery, self._clock.now() + self._lease), post)
        self._posts[post.position] = post

    async def begin(self, post: Post) -> None:
        """Commit the post before it is sent; raises `StopAskedError` instead if the delivery is to stop.

        Both in one transaction: once a person is told that digests are paused, no further post begins.
        """

        def refuse(tables: Tables) -> None:
            if tables.deliveries.is_stop_asked(self.delivery.id):
                raise StopAskedError(f"Delivery {self.delivery.id} was asked to stop.")

        leased = ledger.leased(self.delivery, self._clock.now() + self._lease)
        await self._commit(leased, post, first=refuse)
        self._posts[post.position] = post

    async def wait(self, seconds: float) -> None:
        """Sleep under a lease that outlasts the sleep."""
        if seconds <= 0:
            return
        until = self._clock.now() + timedelta(seconds=seconds) + self._lease
        await self._commit(ledger.leased(self.delivery, until))
        await self._clock.sleep(seconds)

    async def release(self, delivery: Delivery, *, pauses: Scope | None = None) -> None:
        """Commit the released delivery that the worker leaves.

        `pauses` is whose digests are paused with the delivery's reason: the channel's or the workspace's.
        """
        was = self.delivery.state
        await self._commit(delivery, pauses=pauses)
        if delivery.state is not was:
            reason = f": {delivery.reason}" if delivery.reason else ""
            _logger.info("Delivery %s is %s%s", delivery.id, delivery.state, reason, extra=self.log_fields)

    async def stop(self, delivery: Delivery) -> None:
        """Release the stopped delivery, or the open one if digests were resumed meanwhile."""

        def write(tables: Tables) -> Delivery:
            is_to_stop = tables.deliveries.is_stop_asked(delivery.id)
            left = delivery if is_to_stop else ledger.released(self.delivery)
            tables.deliveries.record(left)
            return left

        self.delivery = await self._storage.write(write)
        _logger.info("Delivery %s is %s", delivery.id, self.delivery.state, extra=self.log_fields)

    def check_lease(self) -> None:
        """Raise `LeaseLostError` if the lease ran out, as it does while a laptop is suspended."""
        leased_until = self.delivery.leased_until
        if leased_until is None or self._clock.now() >= leased_until:
            raise LeaseLostError(f"The lease of delivery {self.delivery.id} ran out before a call to Slack.")

    async def _commit(
        self,
        delivery: Delivery,
        *posts: Post,
        pauses: Scope | None = None,
        first: Callable[[Tables], None] | None = None,
    ) -> None:
        def write(tables: Tables) -> None:
            if first:
                first(tables)
            self._workspace.renew(tables)
            tables.deliveries.record(delivery)
            for post in posts:
                tables.posts.record(delivery, post)
            if pauses is Scope.WORKSPACE:
                tables.subscriptions.pause_workspace(delivery.workspace, delivery.reason or "")
            elif pauses:
                tables.subscriptions.pause(delivery.subscription_id, delivery.reason or "")

        await self._storage.write(write)
        self.delivery = delivery
