"""Delivery with one of its safeguards taken out: what the simulation must notice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import bot.delivery.deliverer
from bot.delivery.carrier import Carrier, Patience
from storage.deliveries import Deliveries
from storage.posts import Posts
from storage.records import Delivery, DeliveryState, Post, PostState
from tests.simulation.world import PATIENCE

Mutation = Callable[[pytest.MonkeyPatch], Patience]
"""Takes the safeguard out for as long as the patch holds, and returns the patience to run with."""


def without_intent(patch: pytest.MonkeyPatch) -> Patience:
    """Send without noting it down before."""

    class Hasty(Carrier):
        async def _record(self, post: Post) -> Post:
            return post if post.state is PostState.SENDING else await super()._record(post)

    patch.setattr(bot.delivery.deliverer, "Carrier", Hasty)
    return PATIENCE


def without_fence(patch: pytest.MonkeyPatch) -> Patience:
    """Let whoever lost a delivery go on writing."""

    def at_its_epoch(tables: Any, delivery: Delivery) -> Delivery:
        rows = tables._database.query("SELECT epoch FROM deliveries WHERE id = ?", [delivery.id])
        return replace(delivery, epoch=next(rows)["epoch"])

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
    return PATIENCE


def without_settling(_: pytest.MonkeyPatch) -> Patience:
    """Look for a message as soon as it is missed."""
    return replace(PATIENCE, settling=timedelta())


def without_second_read(patch: pytest.MonkeyPatch) -> Patience:
    """Send again what one look did not find."""

    class Credulous(Carrier):
        async def _look_for(self, post: Post) -> None:
            await super()._look_for(replace(post, absent=1))

    patch.setattr(bot.delivery.deliverer, "Carrier", Credulous)
    return PATIENCE


def without_last_look(patch: pytest.MonkeyPatch) -> Patience:
    """Be done with the last card."""

    class Incurious(Carrier):
        async def _finish(self) -> None:
            await self._close(DeliveryState.DONE)

    patch.setattr(bot.delivery.deliverer, "Carrier", Incurious)
    return PATIENCE


def without_change(patch: pytest.MonkeyPatch) -> Patience:
    """Forget that a message shows something older than the ledger has."""
    renew = Posts.renew

    def forgetful(tables: Any, delivery: Delivery, position: int, payload: str) -> None:
        renew(tables, delivery, position, payload)
        tables._database.execute("UPDATE posts SET is_stale = 0 WHERE delivery_id = ?", [delivery.id])

    patch.setattr(Posts, "renew", forgetful)
    return PATIENCE


MUTATIONS_OF_WAITING: tuple[Mutation, ...] = (without_intent, without_fence, without_change)

MUTATIONS: tuple[Mutation, ...] = (
    without_intent,
    without_fence,
    without_settling,
    without_second_read,
    without_last_look,
)
