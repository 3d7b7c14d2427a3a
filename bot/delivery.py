"""A digest on its way into a channel: rows first, then the parent, then the thread.

Each post is a row that is committed before and after the call to Slack, so that a stop at any moment leaves
no doubt about what is surely posted and what is surely not.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from bot.cards.blocks import Message
from bot.cards.digest import digest_parent
from bot.cards.paper import paper_card
from bot.clock import Clock
from bot.locale import words_for
from bot.lookup import digest_of_day
from bot.pacing import Pacer
from bot.posting import NotNow, Posted, Poster, Refused, Unknown
from storage.records import Delivery, DeliveryState, Digest, Post, PostState, Subscription
from storage.runner import Runner
from storage.storage import Storage

METADATA_EVENT = "paper_round_post"

# With these nothing more can reach the channel; https://docs.slack.dev/reference/methods/chat.postMessage
_CHANNEL_IS_CLOSED = {
    "account_inactive",
    "channel_not_found",
    "invalid_auth",
    "is_archived",
    "not_authed",
    "not_in_channel",
    "restricted_action",
    "token_revoked",
}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery is: papers in the channel, of papers in the digest."""

    posted: int
    papers: int
    state: DeliveryState
    reason: str | None = None


class Deliverer:
    """Opens deliveries and brings them to their end; any of both may be repeated at any time."""

    def __init__(self, storage: Runner, poster: Poster, clock: Clock) -> None:
        self._storage = storage
        self._poster = poster
        self._clock = clock
        self._pacer = Pacer(clock)
        self._at_work: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def open(self, subscription: Subscription, day: date) -> int | None:
        """Write down the delivery of a day's digest and return its id; the one there is, if there is one.

        Returns `None` for a day without papers.
        """
        now = self._clock.now()
        return await self._storage.write(lambda storage: _open(storage, subscription, day, now))

    async def run(self, delivery_id: int, watch: Callable[[Progress], None] | None = None) -> Progress:
        """Post what is not posted yet and return how far that went; `watch` is told after each message."""
        async with self._at_work[delivery_id]:
            delivery, posts = await self._storage.read(lambda storage: _load(storage, delivery_id))
            if delivery.state is DeliveryState.OPEN:
                await self._post_all(delivery, posts, watch)
        return await self._progress(delivery_id)

    async def run_open(self) -> None:
        """Bring all open deliveries on, side by side."""
        delivery_ids = await self._storage.read(lambda storage: storage.deliveries.open_ids())
        await asyncio.gather(*map(self.run, delivery_ids))

    async def _post_all(
        self, delivery: Delivery, posts: tuple[Post, ...], watch: Callable[[Progress], None] | None
    ) -> None:
        thread_ts = None
        for post in posts:
            state, ts, reason = await self._post(delivery.channel, post, thread_ts)
            thread_ts = thread_ts or ts
            if thread_ts is None or reason in _CHANNEL_IS_CLOSED:
                await self._close(delivery, DeliveryState.FAILED, reason or state)
                return
            if watch:
                watch(await self._progress(delivery.id))
        await self._close(delivery, DeliveryState.DONE)

    async def _post(
        self, channel: str, post: Post, thread_ts: str | None
    ) -> tuple[PostState, str | None, str | None]:
        """Send the post unless it was sent before, and return what is known of it then."""
        if post.state is PostState.SENDING:
            return await self._mark(post, Unknown("stopped while sending"))
        if post.state is not PostState.PLANNED:
            return post.state, post.ts, post.reason
        while True:
            await self._pacer.turn(channel)
            await self._storage.write(lambda storage: storage.posts.mark(post, PostState.SENDING))
            outcome = await self._poster.post(channel, json.loads(post.payload), thread_ts)
            if not isinstance(outcome, NotNow):
                self._pacer.answered(channel)
                return await self._mark(post, outcome)
            await self._storage.write(lambda storage: storage.posts.mark(post, PostState.PLANNED))
            self._pacer.answered(channel, outcome.seconds)

    async def _mark(
        self, post: Post, outcome: Posted | Refused | Unknown
    ) -> tuple[PostState, str | None, str | None]:
        state, ts, reason = _recorded(outcome)
        await self._storage.write(lambda storage: storage.posts.mark(post, state, ts=ts, reason=reason))
        if reason:
            _logger.warning(
                "Post %s of delivery %s is %s: %s", post.position, post.delivery_id, state, reason
            )
        return state, ts, reason

    async def _close(self, delivery: Delivery, state: DeliveryState, reason: str | None = None) -> None:
        await self._storage.write(lambda storage: storage.deliveries.close(delivery.id, state, reason))
        _logger.info("Delivery %s of %s is %s", delivery.id, delivery.day, state)

    async def _progress(self, delivery_id: int) -> Progress:
        delivery, posts = await self._storage.read(lambda storage: _load(storage, delivery_id))
        cards = posts[1:]
        posted = sum(post.state is PostState.POSTED for post in cards)
        return Progress(posted, len(cards), delivery.state, delivery.reason)


def _load(storage: Storage, delivery_id: int) -> tuple[Delivery, tuple[Post, ...]]:
    delivery = storage.deliveries.get(delivery_id)
    if delivery is None:
        raise LookupError(f"There is no delivery {delivery_id}.")
    return delivery, storage.posts.of_delivery(delivery_id)


def _open(storage: Storage, subscription: Subscription, day: date, now: datetime) -> int | None:
    if subscription.id is None:
        raise ValueError("Only a subscription that is stored can be delivered.")
    known = storage.deliveries.of_day(subscription.id, day)
    if known:
        return known.id
    digests = (digest_of_day(storage, day, subscription.language, source) for source in subscription.sources)
    digest = next((digest for digest in digests if digest and digest.entries), None)
    if digest is None:
        return None
    delivery = storage.deliveries.open(subscription, day, now)
    storage.posts.plan(_plan(delivery, digest, subscription.language))
    return delivery.id


def _plan(delivery: Delivery, digest: Digest, language: str) -> list[Post]:
    words = words_for(language)
    messages = [digest_parent(digest, words), *(paper_card(entry, words) for entry in digest.entries)]
    paper_ids = [None, *(entry.paper.id for entry in digest.entries)]
    return [
        Post(delivery.id, position, _payload(delivery, position, message), paper_id=paper_id)
        for position, (message, paper_id) in enumerate(zip(messages, paper_ids, strict=True))
    ]


def _payload(delivery: Delivery, position: int, message: Message) -> str:
    """Return the arguments of `chat.postMessage`, but for the channel and the thread.

    Metadata can be read by every app and member of the workspace, so it holds opaque ids alone.
    """
    place = f"{delivery.workspace}/{delivery.channel}/{delivery.day}/{delivery.opened_at.isoformat()}"
    key = uuid5(NAMESPACE_URL, place)
    arguments = {
        "text": message.text,
        "blocks": message.blocks,
        "metadata": {
            "event_type": METADATA_EVENT,
            "event_payload": {"delivery": str(key), "position": position},
        },
        "client_msg_id": str(uuid5(key, str(position))),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return json.dumps(arguments, ensure_ascii=False)


def _recorded(outcome: Posted | Refused | Unknown) -> tuple[PostState, str | None, str | None]:
    if isinstance(outcome, Posted):
        return PostState.POSTED, outcome.ts, None
    state = PostState.REFUSED if isinstance(outcome, Refused) else PostState.UNKNOWN
    return state, None, outcome.reason
