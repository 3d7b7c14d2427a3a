"""The worker of one delivery: it reads, calls Slack, and commits what the ledger makes of the outcome.

Each post is committed before and after the call that sends it, so that a worker that takes over knows which
messages may already be in the channel.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.background import SECONDS_TO_END, to_its_end
from bot.cards.digest import with_note
from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.claimed import ClaimedDelivery, StopAskedError
from bot.delivery.connections import Wires
from bot.delivery.outcomes import (
    ChannelMessage,
    Done,
    Failure,
    MessagePage,
    NotNow,
    Posted,
    Refused,
    Scope,
    Unknown,
)
from bot.delivery.pacer import Pacer
from bot.delivery.pauses import say_closed
from bot.delivery.personal import Known
from bot.delivery.read_back import (
    ClosedError,
    NotPermittedError,
    ThreadGoneError,
    is_deleted,
    read_back,
)
from bot.delivery.wire import Wire, judged, retry_until_answered, retry_wait
from bot.locale import words_for
from bot.metrics import POSTS
from storage.claims import Claim, Claims
from storage.records import PARENT, PARENT_DELETED, Delivery, DeliveryState, Post, PostState
from storage.runner import Runner

# A person may delete the parent at any moment: at most so many cards are posted before that is noticed.
_CARDS_BETWEEN_PARENT_CHECKS = 10

METADATA_WITHHELD = "metadata_withheld"
"""Why a post is uncertain that Slack may show without the metadata by which it is found."""

_COUNTED_AS = {Posted: "posted", NotNow: "put_off", Refused: "refused", Unknown: "unknown"}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations that a delivery depends on."""

    #: How long a claimed delivery is leased without a sign of life.
    lease: timedelta = timedelta(seconds=120)
    #: How long Slack gets to show a message whose answer never came.
    settling: timedelta = timedelta(seconds=20)
    #: How long after the last post the channel is looked at for late copies.
    last_look: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Services:
    """What every delivery depends on."""

    storage: Runner
    wires: Wires
    clock: Clock
    pacer: Pacer
    timing: Timing
    #: Whether a model makes summaries, so that cards offer a new one.
    has_model: bool = True
    #: What this process has claimed; `None` for claims of its own.
    claims: Claims | None = None
    #: The workspace that `wires` reach; `None` where they reach all.
    workspace: str | None = None
    known: Known = field(default_factory=Known)


class DeliveryWorker:
    """Advances one claimed delivery; each claim has a worker of its own."""

    def __init__(
        self,
        services: Services,
        wire: Wire,
        workspace: Claim,
        delivery: Delivery,
        posts: Sequence[Post],
        language: str,
    ) -> None:
        self._wire = wire
        self._clock = services.clock
        self._pacer = services.pacer
        self._timing = services.timing
        self._language = language
        # How often each post was put off without effect, by position and reason.
        self._put_off: Counter[tuple[int, str]] = Counter()
        self._claimed = ClaimedDelivery(
            services.storage, services.clock, services.timing.lease, workspace, delivery, posts
        )

    async def advance(self) -> None:
        """Advance the delivery as far as it can go now: to its end, its last look, or a missing list.

        A person who pauses or ends the channel's digests stops it after the message under way. If the channel
        is closed to the bot, its subscription is paused with the reason; if the workspace is, all of them
        are. Raises `LeaseLostError` if another worker took over.
        """
        try:
            if self._delivery.state is DeliveryState.OPEN:
                await self._advance_open()
            elif ledger.is_look_due(self._delivery, self._clock.now()):
                await self._look_last()
            else:
                await self._claimed.release(ledger.released(self._delivery))
        except StopAskedError:
            await self._stop()
        except ThreadGoneError:
            await self._claimed.release(ledger.aborted(self._delivery, PARENT_DELETED))
        except ClosedError as error:
            await self._claimed.release(ledger.aborted(self._delivery, error.reason), pauses=error.scope)
            if error.scope is Scope.WORKSPACE:
                say_closed(self._delivery.workspace, error.reason)

    @property
    def _delivery(self) -> Delivery:
        return self._claimed.delivery

    async def _advance_open(self) -> None:
        if not await self._settle_posts():
            await self._claimed.release(ledger.without_parent(self._delivery, self._claimed.posts[PARENT]))
        elif not self._delivery.waits_for:
            await self._finish()
        elif ledger.is_look_due(self._delivery, self._clock.now()):
            await self._remove_surplus_parents()
            await self._claimed.release(ledger.looked_while_waiting(self._delivery))
        else:
            now = self._clock.now()
            await self._claimed.release(ledger.waiting(self._delivery, now, self._timing.last_look))

    # --- One post

    async def _settle_posts(self) -> bool:
        """Settle one post after the other; return `False` at once if the parent is not in the channel."""
        for position in range(len(self._claimed.posts)):
            if position % _CARDS_BETWEEN_PARENT_CHECKS == 1:
                await self._check_parent()
            while not ledger.is_settled(post := self._claimed.posts[position]):
                await self._advance_post(post)
            if self._claimed.thread_ts is None:
                return False
        return True

    async def _advance_post(self, post: Post) -> None:
        match post.state:
            case PostState.PLANNED:
                await self._send(post)
            case PostState.SENDING:
                now = self._clock.now()
                await self._claimed.record(ledger.interrupted(post, now, self._timing.settling))
            case PostState.POSTED:
                await self._update_stale(post)
            case _:
                await self._look_for(post)

    async def _send(self, post: Post) -> None:
        workspace, channel = self._delivery.workspace, self._delivery.channel
        await self._pacer.turn(workspace, channel, is_parent=post.position == PARENT)
        post = ledger.sending(post, self._clock.now())
        # A bot that is told to stop still waits for the answer: otherwise nobody would know what came of it.
        # One that takes too long is looked for at the next start, as after a crash.
        outcome = await to_its_end(self._record_and_call(post), SECONDS_TO_END)
        if stray_ts := ledger.stray_ts(post, outcome):
            await self._settle_stray(post, outcome, stray_ts)
        _raise_if_closed(outcome)
        if isinstance(outcome, NotNow) and not outcome.holds_workspace:
            await self._claimed.wait(self._wait_after(post, outcome))

    async def _settle_stray(self, post: Post, outcome: ledger.Outcome, ts: str) -> None:
        """Delete a card outside of its thread and raise `ThreadGoneError`, as the parent was deleted.

        Where the parent is there, the answer is not believed, and the card is looked for.
        """
        if await self._is_parent_there():
            await self._record_outcome(post, Unknown("an answer about another thread"))
            return
        await self._delete(ts)
        await self._record_outcome(post, outcome)
        raise ThreadGoneError("The parent was deleted.")

    async def _record_and_call(self, post: Post) -> ledger.Outcome:
        """Post the message and record what came of it, unless it is stray and has to be deleted first."""
        await self._claimed.begin(post)
        self._claimed.check_lease()
        payload = ledger.arguments(post)
        answer = await self._wire.post(self._delivery.channel, payload, self._claimed.thread_ts)
        outcome = self._judged(post, answer)
        POSTS.labels(_COUNTED_AS[type(outcome)]).inc()
        self._end_turn(post, outcome)
        self._log_failure(post, outcome)
        if not ledger.stray_ts(post, outcome):
            await self._record_outcome(post, outcome)
        return outcome

    def _judged(self, post: Post, answer: ledger.Outcome) -> ledger.Outcome:
        """Count how often the post was put off for one reason; what lasts too long is refused."""
        if not isinstance(answer, NotNow):
            return answer
        self._put_off[post.position, answer.reason] += 1
        return judged(answer, self._put_off[post.position, answer.reason])

    async def _record_outcome(self, post: Post, outcome: ledger.Outcome) -> None:
        now = self._clock.now()
        await self._claimed.record(ledger.after_post(post, outcome, now, self._timing.settling))

    def _end_turn(self, post: Post, outcome: ledger.Outcome) -> None:
        workspace, channel = self._delivery.workspace, self._delivery.channel
        if isinstance(outcome, NotNow) and outcome.holds_workspace:
            self._pacer.held_back(workspace, channel, self._wait_after(post, outcome))
        else:
            self._pacer.answered(workspace, channel, outcome.ts if isinstance(outcome, Posted) else None)

    def _wait_after(self, post: Post, outcome: NotNow) -> float:
        return retry_wait(outcome, self._put_off[post.position, outcome.reason] - 1).total_seconds()

    async def _look_for(self, post: Post) -> None:
        """Look for an unknown post in the channel, once its next look is due."""
        if post.next_look_at:
            await self._claimed.wait((post.next_look_at - self._clock.now()).total_seconds())
        thread_ts = None if post.position == PARENT else self._claimed.thread_ts
        try:
            shown = await self._read(thread_ts, ledger.search_start(self._delivery, post))
        except NotPermittedError as error:
            await self._record_uncertain(post, str(error))
            return
        stamps, now = self._stamps_of(post, self._own(shown)), self._clock.now()
        if not stamps and ledger.proves_nothing(post, self._claimed.posts, shown):
            await self._record_uncertain(post, METADATA_WITHHELD)
            return
        found = ledger.after_look(post, stamps, now, self._timing.settling)
        await self._claimed.record(found)
        if found.state is PostState.PLANNED:
            self._log_look(
                post, "Post %s of delivery %s was absent twice and is sent again (%s)", post.reason
            )

    async def _record_uncertain(self, post: Post, reason: str) -> None:
        await self._claimed.record(ledger.after_forbidden_look(post, reason))
        self._log_look(post, "Nobody knows whether post %s of delivery %s is in the channel: %s", reason)

    async def _update_stale(self, parent: Post) -> None:
        """Replace what the channel shows of the parent; no other post is ever replaced."""
        outcome = await self._update_parent(ledger.arguments(parent))
        self._log_failure(parent, outcome)
        await self._claimed.record(ledger.after_update(parent, outcome))
        _raise_if_closed(outcome)

    async def _check_parent(self) -> None:
        """Raise `ThreadGoneError` if a person deleted the parent; if that cannot be read now, go on."""
        if is_deleted(await self._thread_now(), self._claimed.thread_ts):
            raise ThreadGoneError("The parent was deleted.")

    async def _is_parent_there(self) -> bool:
        """Return whether Slack shows the parent now."""
        thread_ts = self._claimed.thread_ts
        return any(each.ts == thread_ts and not each.is_deleted for each in await self._thread_now())

    async def _thread_now(self) -> Sequence[ChannelMessage]:
        """Return the parent and what follows from now on; nothing if that cannot be read now."""
        await self._pace_reading()
        thread_ts, now = self._claimed.thread_ts, self._clock.now()
        page = await self._wire.read(self._delivery.channel, thread_ts, now, None)
        return page.messages if isinstance(page, MessagePage) else ()

    # --- The delivery as a whole

    async def _finish(self) -> None:
        if certainty := ledger.certainty(self._claimed.posts):
            await self._note_on_parent("digest.certain", certainty)
        now = self._clock.now()
        await self._claimed.release(ledger.finished(self._delivery, now, self._timing.last_look))

    async def _stop(self) -> None:
        """Leave the delivery as it is; its parent says how far it came."""
        posts = self._claimed.posts
        if self._claimed.thread_ts and (certainty := ledger.certainty(posts)):
            await self._note_on_parent("digest.stopped", certainty)
        now = self._clock.now()
        await self._claimed.stop(ledger.stopped(self._delivery, posts, now, self._timing.last_look))

    async def _note_on_parent(self, key: str, certainty: ledger.Certainty) -> None:
        """Have the parent say how many of its papers are certain to be in the channel."""
        parent, words = self._claimed.posts[PARENT], words_for(self._language)
        sentence = words(key, certain=certainty.certain, total=certainty.papers)
        payload = with_note(ledger.arguments(parent), sentence)
        self._log_failure(parent, await self._update_parent(payload))

    async def _look_last(self) -> None:
        """Remove the copies that arrived after their answers were lost."""
        oldest = ledger.search_start(self._delivery)
        try:
            messages = self._own(await self._read(self._claimed.thread_ts, oldest))
            in_channel = self._own(await self._read(None, oldest))
            messages += [message for message in in_channel if message.position == PARENT]
        except NotPermittedError:
            messages = []
        for post in self._claimed.posts:
            await self._remove_surplus(post, messages)
        await self._claimed.release(ledger.after_last_look(self._delivery, self._claimed.posts))

    async def _remove_surplus_parents(self) -> None:
        try:
            messages = self._own(await self._read(None, ledger.search_start(self._delivery)))
        except NotPermittedError:
            messages = []
        await self._remove_surplus(self._claimed.posts[PARENT], messages)

    async def _remove_surplus(self, post: Post, messages: Iterable[ChannelMessage]) -> None:
        deduplicated = ledger.deduplicate(post, self._stamps_of(post, messages))
        if deduplicated.post != post:
            await self._claimed.record(deduplicated.post)
        for ts in deduplicated.surplus:
            await self._delete(ts)

    # --- Slack

    async def _read(self, thread_ts: str | None, oldest: datetime) -> list[ChannelMessage]:
        """Return the messages in the thread or the channel, whoever wrote them."""
        channel = self._delivery.channel
        return await read_back(self._wire, self._claimed.wait, self._pace_reading, channel, thread_ts, oldest)

    async def _pace_reading(self) -> None:
        await self._claimed.wait(self._pacer.seconds_until_read(self._delivery.workspace))

    def _stamps_of(self, post: Post, messages: Iterable[ChannelMessage]) -> list[str]:
        return ledger.stamps_of(post, self._claimed.posts, messages)

    def _own(self, messages: Iterable[ChannelMessage]) -> list[ChannelMessage]:
        """Return those of the messages that belong to this delivery."""
        return [each for each in messages if each.is_own and each.key == self._delivery.key]

    async def _update_parent(self, payload: Mapping[str, Any]) -> Done | Refused:
        async def update() -> Done | Failure:
            self._claimed.check_lease()
            return await self._wire.update(self._delivery.channel, self._claimed.thread_ts or "", payload)

        return await retry_until_answered(update, self._claimed.wait)

    async def _delete(self, ts: str) -> None:
        channel = self._delivery.channel
        outcome = await retry_until_answered(lambda: self._wire.delete(channel, ts), self._claimed.wait)
        _raise_if_closed(outcome)
        if isinstance(outcome, Refused) and outcome.reason != "message_not_found":
            fields = {**self._claimed.log_fields, "ts": ts}
            _logger.warning("A surplus message stays in the channel: %s", outcome.reason, extra=fields)

    def _log_failure(self, post: Post, outcome: ledger.Outcome | Done) -> None:
        if isinstance(outcome, Refused | Unknown):
            level = logging.WARNING if isinstance(outcome, Refused) else logging.INFO
            fields = {**self._claimed.log_fields, "post": post.position}
            message = "Post %s of delivery %s failed: %s"
            _logger.log(level, message, post.position, post.delivery_id, outcome.reason, extra=fields)

    def _log_look(self, post: Post, message: str, reason: str | None) -> None:
        fields = {**self._claimed.log_fields, "post": post.position}
        _logger.warning(message, post.position, post.delivery_id, reason, extra=fields)


def _raise_if_closed(outcome: ledger.Outcome | Done) -> None:
    if isinstance(outcome, Refused) and outcome.scope is not Scope.MESSAGE:
        raise ClosedError(outcome.reason, outcome.scope)
