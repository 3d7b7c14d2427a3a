"""A claimed delivery as it is committed: each write needs the lease and fails if another worker has it."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.outcomes import Scope
from bot.errors import LeaseLostError
from storage.records import PARENT, Delivery, Post
from storage.runner import Runner
from storage.tables import Tables

_logger = logging.getLogger(__name__)


class ClaimedDelivery:
    """A delivery under its worker's lease, with its posts; all writes raise `LeaseLostError`."""

    def __init__(
        self, storage: Runner, clock: Clock, lease: timedelta, delivery: Delivery, posts: Sequence[Post]
    ) -> None:
        self._storage = storage
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

    def check_lease(self) -> None:
        """Raise `LeaseLostError` if the lease ran out, as it does while a laptop is suspended."""
        leased_until = self.delivery.leased_until
        if leased_until is None or self._clock.now() >= leased_until:
            raise LeaseLostError(f"The lease of delivery {self.delivery.id} ran out before a call to Slack.")

    async def _commit(self, delivery: Delivery, *posts: Post, pauses: Scope | None = None) -> None:
        def write(tables: Tables) -> None:
            tables.deliveries.record(delivery)
            for post in posts:
                tables.posts.record(delivery, post)
            if pauses is Scope.WORKSPACE:
                tables.subscriptions.pause_workspace(delivery.workspace, delivery.reason or "")
            elif pauses:
                tables.subscriptions.pause(delivery.subscription_id, delivery.reason or "")

        await self._storage.write(write)
        self.delivery = delivery
