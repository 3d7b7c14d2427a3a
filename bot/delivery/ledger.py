"""The delivery ledger: what each event turns a post or a delivery into. Pure; the worker commits the results.

    planned ──sending──► sending ──posted──► posted
       ▲                  │ │ └────refused──► planned without its picture, as plain text, then refused
       ├──rate limited────┘ └──no answer, or stopped──► unknown
       │                                                │ │ └──found──► posted
       └──absent twice──────────────────────────────────┘ └──not permitted to read──► uncertain

A delivery is open until all its posts are settled, or a person stops it. Then it is done or stopped, or, if
any post was unknown, has a last look left: a copy of a message may still arrive long after its answer was
lost.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from bot.cards.blocks import is_image
from bot.delivery.outcomes import ChannelMessage, Done, NotNow, Posted, Refused, Scope, Unknown
from bot.delivery.slack_errors import UPDATE_IMPOSSIBLE_ERRORS
from storage.records import (
    PARENT,
    PARENT_DELETED,
    PARENT_UNCERTAIN,
    Delivery,
    DeliveryState,
    Post,
    PostState,
)

Outcome = Posted | NotNow | Refused | Unknown
"""What a call that posts a message comes to."""

_SETTLED = {PostState.POSTED, PostState.UNCERTAIN, PostState.REFUSED}

# Slack's timestamp of a message may lie before our record of the attempt, since clocks differ.
_CLOCK_SKEW = timedelta(seconds=120)


# --- Posts ------------------------------------------------------------------------------------------------


def arguments(post: Post) -> dict[str, Any]:
    """Return the arguments of `chat.postMessage`; raises ValueError for a post of a delivery long done."""
    if post.payload is None:
        raise ValueError(f"Post {post.position} of delivery {post.delivery_id} has no payload any more.")
    return dict(json.loads(post.payload))


def is_settled(post: Post) -> bool:
    """Return whether no work is left on the post."""
    return post.state in _SETTLED and not (post.state is PostState.POSTED and post.is_stale)


def stray_ts(post: Post, outcome: Outcome) -> str | None:
    """Return the `ts` of a card that landed outside its thread, as a reply to a deleted parent does."""
    if not isinstance(outcome, Posted) or outcome.in_thread or post.position == PARENT:
        return None
    return outcome.ts


def sending(post: Post, now: datetime) -> Post:
    """Return the post as it is recorded before the call to Slack."""
    return replace(post, state=PostState.SENDING, attempted_at=now, absent=0)


def interrupted(post: Post, now: datetime, settling: timedelta) -> Post:
    """Return a post whose worker stopped between sending it and recording the outcome."""
    return _unknown(post, "stopped while sending", post.attempted_at or now, settling)


def after_post(post: Post, outcome: Outcome, now: datetime, settling: timedelta) -> Post:
    """Return the post after the call that posts it."""
    match outcome:
        case Posted() if stray_ts(post, outcome):
            return replace(post, state=PostState.REFUSED, reason=PARENT_DELETED)
        case Posted():
            return replace(post, state=PostState.POSTED, ts=outcome.ts, reason=None)
        case NotNow():
            return replace(post, state=PostState.PLANNED)
        case Unknown():
            return _unknown(post, outcome.reason, now, settling)
        case Refused():
            return _after_refusal(post, outcome)


def after_look(post: Post, stamps: Sequence[str], now: datetime, settling: timedelta) -> Post:
    """Return an unknown post after a look at the channel, which shows it under these timestamps.

    If it is found, the earliest is adopted. Only after it was absent twice may it be sent again: Slack may
    show a message some time after it accepted it.
    """
    if stamps:
        return replace(post, state=PostState.POSTED, ts=min(stamps), reason=None)
    if post.absent:
        return replace(post, state=PostState.PLANNED, next_look_at=None)
    return replace(post, absent=1, next_look_at=now + settling)


def after_forbidden_look(post: Post, reason: str) -> Post:
    """Return an unknown post that cannot be looked for, because the bot may not read the channel."""
    return replace(post, state=PostState.UNCERTAIN, reason=reason)


def after_update(post: Post, outcome: Done | Refused) -> Post:
    """Return a stale post after the update that replaces what the channel shows.

    If Slack refuses the new content, it is tried as plain text; if the message cannot be updated at all, the
    post is sent anew.
    """
    if isinstance(outcome, Done):
        return replace(post, is_stale=False)
    if outcome.scope is not Scope.MESSAGE:
        return post
    if post.is_plain or outcome.reason in UPDATE_IMPOSSIBLE_ERRORS:
        return replace(post, state=PostState.PLANNED, ts=None, is_stale=False)
    return _simpler(post)


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """A post with the one message that represents it, and the timestamps of its surplus copies."""

    post: Post
    surplus: tuple[str, ...]


def deduplicate(post: Post, stamps: Iterable[str]) -> Deduplicated:
    """Choose which of the post's messages in the channel stays: the first, but a parent with its thread."""
    ordered = sorted(set(stamps))
    if not ordered:
        return Deduplicated(post, ())
    kept = post.ts if post.position == PARENT and post.ts in ordered else ordered[0]
    surplus = tuple(ts for ts in ordered if ts != kept)
    if kept == post.ts:
        return Deduplicated(post, surplus)
    return Deduplicated(replace(post, state=PostState.POSTED, ts=kept, reason=None), surplus)


def stamps_of(post: Post, posts: Iterable[Post], messages: Iterable[ChannelMessage]) -> list[str]:
    """Return the timestamps under which the post is among its delivery's messages.

    What the ledger knows as another of the `posts` is not this one, whatever its metadata says.
    """
    others = {each.ts for each in posts if each.position != post.position}
    return [each.ts for each in messages if each.position == post.position and each.ts not in others]


def proves_nothing(post: Post, posts: Iterable[Post], messages: Iterable[ChannelMessage]) -> bool:
    """Return whether the absence of a post from these messages proves nothing, as metadata is withheld.

    That is so if a message that the ledger knows is shown without the metadata it was sent with, or if this
    bot wrote one that reads like the post and has none.
    """
    known, line = {each.ts for each in posts if each.ts}, _first_line(arguments(post)["text"])
    unnamed = [each for each in messages if each.key is None]
    alike = (each.is_own and _first_line(each.unnamed_text or "") == line for each in unnamed)
    return any(each.ts in known for each in unnamed) or any(alike)


def _first_line(text: str) -> str:
    """Return the letters and digits of the first line, which Slack leaves as they are."""
    return "".join(filter(str.isalnum, unescape(text).partition("\n")[0]))


def search_start(delivery: Delivery, post: Post | None = None) -> datetime:
    """Return the moment since which a post, or any post of the delivery, may be in the channel."""
    attempted_at = post.attempted_at if post else None
    return (attempted_at or delivery.opened_at) - _CLOCK_SKEW


def _unknown(post: Post, reason: str, since: datetime, settling: timedelta) -> Post:
    return replace(post, state=PostState.UNKNOWN, reason=reason, next_look_at=since + settling, absent=0)


def _after_refusal(post: Post, refused: Refused) -> Post:
    if refused.scope is not Scope.MESSAGE:
        return replace(post, state=PostState.PLANNED)
    if post.is_plain:
        return replace(post, state=PostState.REFUSED, reason=refused.reason)
    return replace(_simpler(post), state=PostState.PLANNED, reason=refused.reason)


def _simpler(post: Post) -> Post:
    """Return the post without its picture, which Slack may fail to load, else as plain text.

    Either is better than none.
    """
    content = arguments(post)
    blocks = content.pop("blocks", [])
    if not post.has_picture:
        return replace(post, payload=json.dumps(content, ensure_ascii=False), is_plain=True)
    content["blocks"] = [block for block in blocks if not is_image(block)]
    return replace(post, payload=json.dumps(content, ensure_ascii=False), has_picture=False)


# --- Deliveries -------------------------------------------------------------------------------------------


def is_look_due(delivery: Delivery, now: datetime) -> bool:
    """Return whether the channel has to be looked at now for messages that are there twice."""
    return delivery.next_look_at is not None and delivery.next_look_at <= now


def leased(delivery: Delivery, until: datetime) -> Delivery:
    """Return the delivery with its lease extended."""
    return replace(delivery, leased_until=until)


def released(delivery: Delivery) -> Delivery:
    """Return the delivery as any worker may claim it."""
    return replace(delivery, leased_until=None)


def with_post(delivery: Delivery, post: Post) -> Delivery:
    """Return the delivery after a change of one of its posts: an unknown one makes a last look necessary."""
    return replace(delivery, needs_look=True) if post.state is PostState.UNKNOWN else delivery


def without_parent(delivery: Delivery, parent: Post) -> Delivery:
    """Return a delivery that fails because no thread can follow its parent."""
    reason = PARENT_UNCERTAIN if parent.state is PostState.UNCERTAIN else parent.reason
    return _closed(delivery, DeliveryState.FAILED, reason)


def waiting(delivery: Delivery, now: datetime, last_look: timedelta) -> Delivery:
    """Return a delivery whose parent is settled and whose other posts wait for a list."""
    if delivery.needs_look and delivery.next_look_at is None:
        return replace(released(delivery), next_look_at=now + last_look)
    return released(delivery)


def looked_while_waiting(delivery: Delivery) -> Delivery:
    """Return a delivery that goes on waiting after its surplus parents were removed."""
    return replace(released(delivery), needs_look=False, next_look_at=None)


def finished(delivery: Delivery, now: datetime, last_look: timedelta) -> Delivery:
    """Return a delivery whose posts are all settled."""
    if delivery.needs_look:
        return replace(released(delivery), state=DeliveryState.LAST_LOOK, next_look_at=now + last_look)
    return _closed(delivery, DeliveryState.DONE, delivery.reason)


def stopped(delivery: Delivery, posts: Sequence[Post], now: datetime, last_look: timedelta) -> Delivery:
    """Return a delivery that a person stopped; what is planned of it stays so.

    One without papers, which has only a sentence left to say, is done.
    """
    if not _papers(posts):
        return _closed(delivery, DeliveryState.DONE, delivery.reason)
    if delivery.needs_look:
        return replace(released(delivery), state=DeliveryState.LAST_LOOK, next_look_at=now + last_look)
    return _closed(delivery, DeliveryState.STOPPED, delivery.reason)


def after_last_look(delivery: Delivery, posts: Iterable[Post]) -> Delivery:
    """Return a finished or stopped delivery after its surplus messages were removed."""
    has_more = any(post.state is PostState.PLANNED for post in posts)
    return _closed(delivery, DeliveryState.STOPPED if has_more else DeliveryState.DONE, delivery.reason)


def aborted(delivery: Delivery, reason: str) -> Delivery:
    """Return a delivery that cannot continue; if only its last look was left, it is complete nevertheless."""
    is_complete = delivery.state is DeliveryState.LAST_LOOK
    return _closed(delivery, DeliveryState.DONE if is_complete else DeliveryState.FAILED, reason)


@dataclass(frozen=True, slots=True)
class Certainty:
    """How many of a delivery's papers are certain to be in the channel."""

    certain: int
    papers: int


def certainty(posts: Iterable[Post]) -> Certainty | None:
    """Count the papers whose posts are certain to be in the channel; `None` if every post is."""
    every = list(posts)
    posted = [post for post in every if post.state is PostState.POSTED]
    if len(posted) == len(every):
        return None
    return Certainty(_papers(posted), _papers(every))


def _papers(posts: Iterable[Post]) -> int:
    return sum(len(post.paper_ids) for post in posts)


def _closed(delivery: Delivery, state: DeliveryState, reason: str | None) -> Delivery:
    return replace(released(delivery), state=state, reason=reason)
