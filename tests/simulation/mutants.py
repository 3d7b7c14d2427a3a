"""Delivery without one of its safeguards: what the simulation must notice."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.delivery import ledger
from bot.delivery.claimed import ClaimedDelivery
from bot.delivery.worker import Timing
from storage.deliveries import Deliveries
from storage.follows import Follows, _follow_from_row
from storage.leases import Leases
from storage.posts import Posts
from storage.records import Delivery, Follow, Post, PostState
from tests.simulation.world import TIMING

Mutation = Callable[[pytest.MonkeyPatch], Timing]
"""Removes the safeguard for as long as the patch holds, and returns the timing to run with."""


def without_intent(patch: pytest.MonkeyPatch) -> Timing:
    """Send a post that is recorded as planned until the answer comes."""
    sending = ledger.sending
    patch.setattr(ledger, "sending", lambda post, now: replace(sending(post, now), state=PostState.PLANNED))
    return TIMING


def without_fence(patch: pytest.MonkeyPatch) -> Timing:
    """Let a worker that lost its leases, on the delivery and on its workspace, go on writing."""

    def at_its_epoch(tables: Any, delivery: Delivery) -> Delivery:
        rows = tables._engine.query("SELECT epoch FROM deliveries WHERE id = ?", [delivery.id])
        return replace(delivery, epoch=next(rows)["epoch"])

    patch.setattr(Leases, "renew", lambda *_: None)
    change, record = Deliveries._change, Posts.record
    patch.setattr(
        Deliveries,
        "_change",
        lambda tables, delivery, *rest, **values: change(
            tables, at_its_epoch(tables, delivery), *rest, **values
        ),
    )
    patch.setattr(
        Posts, "record", lambda tables, delivery, post: record(tables, at_its_epoch(tables, delivery), post)
    )
    return TIMING


def without_settling(_: pytest.MonkeyPatch) -> Timing:
    """Look for a message as soon as its answer is lost."""
    return replace(TIMING, settling=timedelta())


def without_second_look(patch: pytest.MonkeyPatch) -> Timing:
    """Send again what a single look did not find."""
    after_look = ledger.after_look
    patch.setattr(ledger, "after_look", lambda post, *rest: after_look(replace(post, absent=1), *rest))
    return TIMING


def without_last_look(patch: pytest.MonkeyPatch) -> Timing:
    """Close a delivery with its last card."""
    finished = ledger.finished

    def closed(delivery: Delivery, now: datetime, last_look: timedelta) -> Delivery:
        return finished(replace(delivery, needs_look=False), now, last_look)

    patch.setattr(ledger, "finished", closed)
    return TIMING


def without_change(patch: pytest.MonkeyPatch) -> Timing:
    """Leave a message as it is although the ledger holds a newer payload."""
    settled = {PostState.POSTED, PostState.UNCERTAIN, PostState.REFUSED}

    def is_settled(post: Post) -> bool:
        return post.state in settled

    patch.setattr(ledger, "is_settled", is_settled)
    return TIMING


def without_stop(patch: pytest.MonkeyPatch) -> Timing:
    """Post the rest of a digest although a person paused it."""
    patch.setattr(ClaimedDelivery, "begin", ClaimedDelivery.record)
    return TIMING


def without_restoring(patch: pytest.MonkeyPatch) -> Timing:
    """Leave the parent of a resumed digest as it was when it was stopped."""
    patch.setattr(Posts, "restore_parent", lambda _posts, _delivery_id: None)
    return TIMING


def without_owner(patch: pytest.MonkeyPatch) -> Timing:
    """Compare papers with what anybody follows."""

    def of_anybody(follows: Any, workspace: str, _person: str) -> tuple[Follow, ...]:
        rows = follows._engine.query("SELECT * FROM follows WHERE workspace = ? ORDER BY id", [workspace])
        return tuple(map(_follow_from_row, rows))

    patch.setattr(Follows, "of_person", of_anybody)
    return TIMING


MUTATIONS: Mapping[Mutation, int] = {
    without_intent: 4,
    without_fence: 16,
    without_settling: 21,
    without_second_look: 36,
    without_last_look: 44,
}
"""What is missing, each with a seed that shows it; so are the seeds of the others."""

MUTATIONS_OF_PEOPLE: Mapping[Mutation, int] = {
    without_intent: 4,
    without_fence: 89,
    without_settling: 33,
    without_second_look: 33,
    without_last_look: 43,
    without_owner: 0,
}

MUTATIONS_OF_PAUSES: Mapping[Mutation, int] = {without_stop: 5, without_restoring: 5}

MUTATIONS_OF_WAITING: Mapping[Mutation, int] = {without_intent: 7, without_fence: 28, without_change: 0}
