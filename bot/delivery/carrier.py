"""One claimed delivery on its way: each message from planned to posted, or to a stated end.

Every step is a row that is committed before and after the call to Slack. A message whose answer never came is
looked for in the channel after a settling time: found, it is adopted; absent twice, it is sent again.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.cards.digest import with_uncertainty
from bot.clock import Clock
from bot.delivery.pacer import Pacer
from bot.delivery.read_back import ChannelClosedError, NotPermittedError, ThreadGoneError, read_back
from bot.delivery.wire import (
    Done,
    Failure,
    NotNow,
    Posted,
    Refused,
    Sighting,
    Sightings,
    Unknown,
    Wire,
    insist,
)
from bot.errors import LeaseLostError
from bot.locale import words_for
from storage.records import PARENT, Delivery, DeliveryState, Post, PostState
from storage.runner import Runner
from storage.tables import Tables

PARENT_DELETED = "parent_deleted"
PARENT_UNCERTAIN = "parent_uncertain"

_SETTLED = {PostState.POSTED, PostState.UNCERTAIN, PostState.REFUSED}

# A look at the parent now and then, so that little is posted under one that a person has deleted.
_CARDS_BETWEEN_CHECKS = 10

# Clocks differ, and Slack's stamp of a message may lie a little before our own note of the attempt.
_CLOCKS_DIFFER = timedelta(seconds=120)

# With these nothing more can reach the channel: https://docs.slack.dev/reference/methods/chat.postMessage
CHANNEL_IS_CLOSED = {
    "account_inactive",
    "channel_not_found",
    "invalid_auth",
    "is_archived",
    "missing_scope",
    "not_authed",
    "not_in_channel",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
}

# With these a message of ours will not be changed, whatever it is changed to:
# https://docs.slack.dev/reference/methods/chat.update
_STAYS_AS_IT_IS = {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed"}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to hold a delivery, to wait before looking for a message, and before the last look."""

    lease: timedelta = timedelta(seconds=120)
    settling: timedelta = timedelta(seconds=20)
    last_look: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every carrier works with."""

    storage: Runner
    wire: Wire
    clock: Clock
    pacer: Pacer
    patience: Patience


class Carrier:
    """Brings one claimed delivery on; a new one is made for each claim."""

    def __init__(self, tools: Tools, delivery: Delivery, posts: tuple[Post, ...], language: str) -> None:
        self._tools = tools
        self._delivery = delivery
        self._posts = list(posts)
        self._language = language
        self._held_until = delivery.leased_until or tools.clock.now()

    async def carry(self) -> None:
        """Go as far as it goes now: to the end, or to a last look or a list that is not there yet.

        Where nothing more can reach the channel, its subscription is paused with the reason. Raises
        `LeaseLostError` where another process took over.
        """
        try:
            if self._delivery.state is DeliveryState.OPEN:
                await self._bring_all()
            elif self._delivery.look_at and self._delivery.look_at <= self._tools.clock.now():
                await self._look_last()
            else:
                await self._write(lambda tables: tables.deliveries.release(self._delivery))
        except ThreadGoneError:
            await self._end_early(PARENT_DELETED)
        except ChannelClosedError as error:
            await self._end_early(str(error), pauses=True)

    @property
    def _thread_ts(self) -> str | None:
        return self._posts[PARENT].ts

    async def _end_early(self, reason: str, *, pauses: bool = False) -> None:
        """End a delivery that cannot go on; one that only waited for its last look is whole all the same."""
        is_whole = self._delivery.state is DeliveryState.LAST_LOOK
        state = DeliveryState.DONE if is_whole else DeliveryState.FAILED

        def end(tables: Tables) -> None:
            tables.deliveries.close(self._delivery, state, reason)
            if pauses:
                tables.subscriptions.pause(self._delivery.subscription_id, reason)

        await self._write(end)
        _logger.info("Delivery %s is %s: %s", self._delivery.id, state, reason)

    async def _bring_all(self) -> None:
        for position in range(len(self._posts)):
            if position % _CARDS_BETWEEN_CHECKS == 1:
                await self._check_parent()
            while not _is_settled(self._posts[position]):
                await self._bring(self._posts[position])
            if self._thread_ts is None:
                await self._give_up()
                return
        await (self._rest() if self._delivery.waits_for else self._finish())

    async def _check_parent(self) -> None:
        """Raise `ThreadGoneError` where somebody has deleted the parent; where that cannot be seen, go on."""
        answer = await self._tools.wire.read(
            self._delivery.channel, self._thread_ts, self._tools.clock.now(), None
        )
        seen = answer.messages if isinstance(answer, Sightings) else ()
        if any(message.ts == self._thread_ts and message.is_deleted for message in seen):
            raise ThreadGoneError("The parent was deleted.")

    async def _bring(self, post: Post) -> None:
        """Take a message one step further."""
        if post.state is PostState.PLANNED:
            await self._attempt(post)
        elif post.state is PostState.SENDING:
            # Whoever sent it was stopped before it knew.
            await self._doubt(post, post.attempted_at or self._tools.clock.now(), "stopped while sending")
        elif post.state is PostState.POSTED:
            await self._renew(post)
        else:
            await self._look_for(post)

    async def _attempt(self, post: Post) -> None:
        channel, is_parent = self._delivery.channel, post.position == PARENT
        await self._tools.pacer.turn(self._delivery.workspace, channel, is_parent=is_parent)
        now = self._tools.clock.now()
        sending = await self._record(replace(post, state=PostState.SENDING, attempted_at=now, absent=0))
        self._check_lease()
        outcome = await self._tools.wire.post(channel, json.loads(post.payload), self._thread_ts)
        self._tell_pacer(outcome)
        if isinstance(outcome, Posted):
            await self._adopt(sending, outcome)
        elif isinstance(outcome, NotNow):
            await self._record(replace(sending, state=PostState.PLANNED))
        elif isinstance(outcome, Unknown):
            await self._doubt(sending, self._tools.clock.now(), outcome.reason)
        else:
            await self._refused(sending, outcome.reason)

    def _check_lease(self) -> None:
        if self._tools.clock.now() >= self._held_until:
            raise LeaseLostError(
                f"The lease of delivery {self._delivery.id} ran out before a message was sent."
            )

    async def _adopt(self, post: Post, outcome: Posted) -> None:
        if post.position != PARENT and not outcome.in_thread:
            # Slack posts a reply to a deleted message into the channel itself: it is taken back.
            await self._delete(outcome.ts)
            await self._record(replace(post, state=PostState.REFUSED, reason=PARENT_DELETED))
            raise ThreadGoneError("The parent was deleted.")
        await self._record(replace(post, state=PostState.POSTED, ts=outcome.ts, reason=None))

    async def _refused(self, post: Post, reason: str) -> None:
        if reason in CHANNEL_IS_CLOSED:
            await self._record(replace(post, state=PostState.PLANNED))
            raise ChannelClosedError(reason)
        _logger.warning("Post %s of delivery %s was refused: %s", post.position, post.delivery_id, reason)
        if post.is_plain:
            await self._record(replace(post, state=PostState.REFUSED, reason=reason))
            return
        # Once more in the plainest form: a message that says it all in plain text beats none.
        plain = _without_blocks(post.payload)
        await self._record(
            replace(post, state=PostState.PLANNED, payload=plain, is_plain=True, reason=reason)
        )

    async def _doubt(self, post: Post, since: datetime, reason: str) -> None:
        """Note that nobody knows whether it was written; it is looked for after the settling time."""
        _logger.info("Post %s of delivery %s is unknown: %s", post.position, post.delivery_id, reason)
        look_at = since + self._tools.patience.settling
        doubtful = replace(post, state=PostState.UNKNOWN, reason=reason, look_at=look_at, absent=0)
        self._delivery = replace(self._delivery, had_unknown=True)
        await self._record(doubtful)

    async def _look_for(self, post: Post) -> None:
        """Look for the message once: found, it is adopted; absent twice, it may be sent again."""
        if post.look_at:
            await self._wait_until(post.look_at)
        oldest = (post.attempted_at or self._delivery.opened_at) - _CLOCKS_DIFFER
        try:
            thread_ts = None if post.position == PARENT else self._thread_ts
            seen = await self._read(thread_ts, oldest)
        except NotPermittedError as error:
            await self._record(replace(post, state=PostState.UNCERTAIN, reason=str(error)))
            return
        found = sorted(message.ts for message in seen if message.position == post.position)
        if found:
            await self._record(replace(post, state=PostState.POSTED, ts=found[0], reason=None))
        elif post.absent:
            await self._record(replace(post, state=PostState.PLANNED, look_at=None))
        else:
            again_at = self._tools.clock.now() + self._tools.patience.settling
            await self._record(replace(post, absent=1, look_at=again_at))

    async def _renew(self, post: Post) -> None:
        """Change a message that may show something older; where it can no longer be changed, post it anew."""
        outcome = await self._insist_on_update(json.loads(post.payload))
        if isinstance(outcome, Done):
            await self._record(replace(post, is_stale=False))
            return
        _logger.warning("Post %s of delivery %s: %s", post.position, post.delivery_id, outcome.reason)
        if outcome.reason in CHANNEL_IS_CLOSED:
            raise ChannelClosedError(outcome.reason)
        if post.is_plain or outcome.reason in _STAYS_AS_IT_IS:
            await self._record(replace(post, state=PostState.PLANNED, ts=None, is_stale=False))
        else:
            await self._record(replace(post, payload=_without_blocks(post.payload), is_plain=True))

    async def _rest(self) -> None:
        """Leave a delivery that waits for a list; meanwhile remove what is there twice."""
        look_at, now = self._delivery.look_at, self._tools.clock.now()
        if look_at and look_at <= now:
            await self._remove_second_parent()
            await self._write(lambda tables: tables.deliveries.note_looked(self._delivery))
        elif self._delivery.had_unknown and look_at is None:
            later = now + self._tools.patience.last_look
            await self._write(lambda tables: tables.deliveries.look_later(self._delivery, later))
        await self._write(lambda tables: tables.deliveries.release(self._delivery))

    async def _remove_second_parent(self) -> None:
        try:
            seen = await self._read(None, self._delivery.opened_at - _CLOCKS_DIFFER)
        except NotPermittedError:
            seen = []
        await self._keep_one(self._posts[PARENT], sorted(m.ts for m in seen if m.position == PARENT))

    async def _give_up(self) -> None:
        """End a delivery whose parent is not surely in the channel: no thread can follow."""
        parent = self._posts[PARENT]
        reason = PARENT_UNCERTAIN if parent.state is PostState.UNCERTAIN else parent.reason
        await self._close(DeliveryState.FAILED, reason)

    async def _finish(self) -> None:
        missing = [post for post in self._posts if post.state is not PostState.POSTED]
        if missing:
            await self._say_how_many(missing)
        if self._delivery.had_unknown:
            look_at = self._tools.clock.now() + self._tools.patience.last_look
            await self._write(lambda tables: _await_last_look(tables, self._delivery, look_at))
        else:
            await self._close(DeliveryState.DONE, self._delivery.reason)

    async def _say_how_many(self, missing: list[Post]) -> None:
        """Have the parent say how many of its cards are surely there."""
        parent = self._posts[PARENT]
        total = sum(len(post.paper_ids) for post in self._posts)
        certain = total - sum(len(post.paper_ids) for post in missing)
        payload = with_uncertainty(json.loads(parent.payload), certain, total, words_for(self._language))
        outcome = await self._insist_on_update(payload)
        if isinstance(outcome, Refused):
            _logger.warning("The parent of delivery %s: %s", self._delivery.id, outcome.reason)

    async def _insist_on_update(self, payload: Mapping[str, Any]) -> Done | Refused:
        """Put the payload into the parent, however long Slack takes to let that happen or to refuse it."""

        async def update() -> Done | Failure:
            self._check_lease()
            return await self._tools.wire.update(self._delivery.channel, self._thread_ts or "", payload)

        return await insist(update, self._wait)

    async def _look_last(self) -> None:
        """Remove what came late and is there twice: the first stays, of parents the one with the thread."""
        oldest = self._delivery.opened_at - _CLOCKS_DIFFER
        try:
            seen = await self._read(self._thread_ts, oldest)
            seen += [message for message in await self._read(None, oldest) if message.position == PARENT]
        except NotPermittedError:
            seen = []
        for post in list(self._posts):
            await self._keep_one(post, sorted({m.ts for m in seen if m.position == post.position}))
        await self._close(DeliveryState.DONE, self._delivery.reason)

    async def _keep_one(self, post: Post, stamps: list[str]) -> None:
        if not stamps:
            return
        kept = post.ts if post.position == PARENT and post.ts in stamps else stamps[0]
        if kept != post.ts:
            await self._record(replace(post, state=PostState.POSTED, ts=kept, reason=None))
        for ts in stamps:
            if ts != kept:
                await self._delete(ts)

    async def _delete(self, ts: str) -> None:
        """Delete a message of ours, however long Slack takes to let that happen."""
        outcome = await insist(lambda: self._tools.wire.delete(self._delivery.channel, ts), self._wait)
        if isinstance(outcome, Refused) and outcome.reason != "message_not_found":
            _logger.warning("A doubled message of delivery %s stays: %s", self._delivery.id, outcome.reason)

    async def _read(self, thread_ts: str | None, oldest: datetime) -> list[Sighting]:
        """Return our own messages of this delivery."""
        seen = await read_back(self._tools.wire, self._wait, self._delivery.channel, thread_ts, oldest)
        return [message for message in seen if message.key == self._delivery.key]

    def _tell_pacer(self, outcome: Posted | NotNow | Refused | Unknown) -> None:
        workspace, channel = self._delivery.workspace, self._delivery.channel
        if isinstance(outcome, NotNow):
            self._tools.pacer.held_back(workspace, channel, outcome.seconds)
        else:
            ts = outcome.ts if isinstance(outcome, Posted) else None
            self._tools.pacer.answered(workspace, channel, ts)

    async def _record(self, post: Post) -> Post:
        """Commit what is known of the post, under the lease, which is held for longer with it."""
        until = self._tools.clock.now() + self._tools.patience.lease

        def write(tables: Tables) -> None:
            tables.deliveries.renew(self._delivery, until)
            tables.posts.record(self._delivery, post)
            if post.state is PostState.UNKNOWN:
                tables.deliveries.note_unknown(self._delivery)

        await self._write(write)
        self._held_until = until
        self._posts[post.position] = post
        return post

    async def _wait_until(self, moment: datetime) -> None:
        await self._wait((moment - self._tools.clock.now()).total_seconds())

    async def _wait(self, seconds: float) -> None:
        """Wait, and hold the delivery meanwhile."""
        if seconds <= 0:
            return
        until = self._tools.clock.now() + timedelta(seconds=seconds) + self._tools.patience.lease
        await self._write(lambda tables: tables.deliveries.renew(self._delivery, until))
        self._held_until = until
        await self._tools.clock.sleep(seconds)

    async def _close(self, state: DeliveryState, reason: str | None = None) -> None:
        await self._write(lambda tables: tables.deliveries.close(self._delivery, state, reason))
        _logger.info("Delivery %s is %s %s", self._delivery.id, state, reason or "")

    async def _write(self, call: Callable[[Tables], None]) -> None:
        await self._tools.storage.write(call)


def _is_settled(post: Post) -> bool:
    return post.state in _SETTLED and not (post.state is PostState.POSTED and post.is_stale)


def _await_last_look(tables: Tables, delivery: Delivery, look_at: datetime) -> None:
    tables.deliveries.await_last_look(delivery, look_at)
    tables.deliveries.release(delivery)


def _without_blocks(payload: str) -> str:
    arguments = json.loads(payload)
    del arguments["blocks"]
    return json.dumps(arguments, ensure_ascii=False)
