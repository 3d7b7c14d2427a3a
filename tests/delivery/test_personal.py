"""A person's own digest is chosen before it is written, and never by what is no more."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta
from typing import Any, TypeVar

import pytest

from bot.delivery.clockwork import Clockwork
from bot.delivery.deliverer import Deliverer, FailedDelivery
from bot.delivery.opening import open_scheduled
from bot.delivery.pacer import Pacer
from bot.delivery.personal import Known, PersonalChoice, choose_for_person
from bot.delivery.wire import Wire
from bot.delivery.worker import Services, Timing
from bot.errors import OutdatedChoiceError
from storage.address import Address
from storage.records import (
    Filters,
    FollowKind,
    Listing,
    ListingState,
    Paper,
    Subscription,
    Topic,
    TopicOwner,
)
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, SAMPLE_DAY, Stage
from tests.support.subscribing import subscribe

T = TypeVar("T")
Change = Callable[[Tables, Subscription], object]

SLOT = SAMPLE_DAY
LISTED = SAMPLE_DAY - timedelta(days=1)
GARDEN, ROBOT = Paper("2509.00001", "Growing gardens"), Paper("2509.00002", "Robots in gardens")
ADA = ("T1", "U1")


@pytest.fixture
def storage(address: Address) -> Iterator[InlineRunner]:
    with closing(InlineRunner(address)) as storage:
        yield storage


async def following(storage: InlineRunner) -> Subscription:
    """Have Ada follow gardens, of which two were listed, and want a digest."""

    def write(tables: Tables) -> Subscription:
        for paper in (GARDEN, ROBOT):
            tables.papers.add(paper)
        listed = Listing("digest-file", LISTED, ListingState.COMPLETE, (GARDEN.id, ROBOT.id))
        tables.listings.put(listed)
        follow(tables, "gardens", FollowKind.SEARCH)
        filters = Filters(only_followed=True)
        return subscribe(tables, channel="D1", created_by="U1", since=LISTED, filters=filters)

    return await storage.write(write)


def follow(tables: Tables, word: str, kind: FollowKind) -> None:
    tables.follows.put(*ADA, kind, f'{{"words":[{{"text":"{word}"}}]}}', NOON)


def mute(tables: Tables, _: Subscription) -> None:
    follow(tables, "robots", FollowKind.MUTE)


def unfollow(tables: Tables, _: Subscription) -> None:
    [each] = tables.follows.of_person(*ADA)
    tables.follows.end(*ADA, each.id)


def post_one(tables: Tables, subscription: Subscription) -> None:
    """Post one of them, as another process would that was asked to."""
    chosen = choose_for_person(tables, Known(), subscription, LISTED)
    assert chosen
    opened(tables, chosen, days=9)


def read_chinese(tables: Tables, subscription: Subscription) -> None:
    subscribe(tables, channel="D1", created_by="U1", filters=subscription.preferences.filters, language="zh")


def tune(tables: Tables, _: Subscription) -> None:
    tables.topics.put(TopicOwner(ADA[0], person=ADA[1]), [Topic("robots", -2)])


def end(tables: Tables, subscription: Subscription) -> None:
    tables.subscriptions.end(subscription.id, NOON)


def opened(tables: Tables, chosen: PersonalChoice, days: int = 0) -> int | None:
    slot = SLOT - timedelta(days=days)
    return open_scheduled(
        tables, chosen.subscription, slot, NOON, is_late=False, has_model=False, chosen=chosen
    )


class Meddled:
    """A storage in which somebody changes something as soon as anything was chosen."""

    def __init__(self, inner: InlineRunner, change: Callable[[Tables], object]) -> None:
        self._inner = inner
        self._change: Callable[[Tables], object] | None = change

    async def read(self, call: Callable[[Tables], T]) -> T:
        found = await self._inner.read(call)
        if isinstance(found, PersonalChoice) and self._change:
            change, self._change = self._change, None
            await self._inner.write(change)
        return found

    async def write(self, call: Callable[[Tables], T]) -> T:
        return await self._inner.write(call)

    def close(self) -> None:
        self._inner.close()


class Unplugged:
    """No way to Slack."""

    async def wire(self, workspace: str) -> Wire:
        raise AssertionError(workspace)


async def unasked(failed: FailedDelivery) -> bool:
    raise AssertionError(failed)


def deliverer_on(storage: Runner) -> Deliverer:
    clock = SimulatedClock(NOON)
    return Deliverer(Services(storage, Unplugged(), clock, Pacer(clock), Timing()), unasked)


async def papers_after(storage: InlineRunner, change: Change) -> list[tuple[str, ...]]:
    """Open a digest while something changes between choosing and writing; return what its posts hold."""
    subscription = await following(storage)
    meddled = Meddled(storage, lambda tables: change(tables, subscription))
    delivery_id = await deliverer_on(meddled).open_scheduled(subscription, SLOT)
    if delivery_id is None:
        return []
    posts = await storage.read(lambda tables: tables.posts.of_delivery(delivery_id))
    return [post.paper_ids for post in posts]


async def test_what_is_chosen_is_opened_where_nothing_changed(storage: InlineRunner) -> None:
    assert await papers_after(storage, lambda *_: None) == [(GARDEN.id, ROBOT.id)]


@pytest.mark.parametrize(
    ("change", "left"),
    [(mute, [(GARDEN.id,)]), (unfollow, []), (post_one, []), (end, [])],
    ids=["muted", "unfollowed", "had", "ended"],
)
async def test_what_changes_while_it_is_chosen_counts(
    storage: InlineRunner, change: Change, left: list[tuple[str, ...]]
) -> None:
    assert await papers_after(storage, change) == left


async def test_what_is_asked_for_comes_once_and_not_again_when_it_is_due(storage: InlineRunner) -> None:
    subscription, deliverer = await following(storage), deliverer_on(storage)
    asked = [await deliverer.open_asked(subscription, LISTED) for _ in range(2)]
    due = await deliverer.open_scheduled(subscription, SLOT)
    assert due
    posts = await storage.read(
        lambda tables: [tables.posts.of_delivery(each) for each in (asked[0] or 0, due)]
    )

    assert asked == [1, 1]
    assert [[post.paper_ids for post in each] for each in posts] == [[(GARDEN.id, ROBOT.id)], []]


@pytest.mark.parametrize("change", [mute, unfollow, tune, post_one, read_chinese])
async def test_nothing_is_written_of_what_was_chosen_by_what_is_no_more(
    storage: InlineRunner, change: Change
) -> None:
    subscription = await following(storage)
    chosen = await storage.read(lambda tables: choose_for_person(tables, Known(), subscription))
    assert chosen
    await storage.write(lambda tables: change(tables, subscription))

    with pytest.raises(OutdatedChoiceError):
        await storage.write(lambda tables: opened(tables, chosen))
    assert await storage.read(lambda tables: tables.deliveries.last_slot(subscription.id)) != SLOT


async def test_another_s_direct_messages_bring_nothing_of_it(storage: InlineRunner) -> None:
    subscription = await following(storage)
    of_emmy = replace(subscription, created_by="U2")

    assert await storage.read(lambda tables: choose_for_person(tables, Known(), of_emmy)) is None


@pytest.mark.parametrize("address_of_stage", ["sqlite"], indirect=True)
async def test_channels_come_first_and_after_some_seconds_people_wait_for_the_next_tick(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_long(*arguments: Any) -> PersonalChoice | None:
        stage.clock.advance(15)
        return choose_for_person(*arguments)

    monkeypatch.setattr("bot.delivery.deliverer.choose_for_person", take_long)
    await stage.import_sample()
    opened_after: list[list[str]] = []

    def write(tables: Tables) -> None:
        filters = Filters(only_followed=True)
        for person in ("U1", "U2", "U3", "U4"):
            channel, begun = f"D{person}", stage.clock.now()
            tables.follows.put(
                stage.bot.workspace, person, FollowKind.SEARCH, '{"words":[{"text":"agents"}]}', begun
            )
            subscribe(
                tables,
                stage.bot.workspace,
                channel,
                created_by=person,
                at=time(13),
                begun_at=begun,
                filters=filters,
            )
        subscribe(tables, stage.bot.workspace, "C9", at=time(13), begun_at=stage.clock.now())

    await stage.bot.storage.write(write)
    stage.clock.advance(3600)
    for _ in range(2):
        await Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer).tick()
        await stage.bot.deliverer.join()
        opened_after.append(await stage.bot.storage.read(opened_in))

    assert opened_after == [["C9", "DU1", "DU2"], ["C9", "DU1", "DU2", "DU3", "DU4"]]


def opened_in(tables: Tables) -> list[str]:
    every = (tables.deliveries.get(number) for number in range(1, 9))
    return [each.channel for each in every if each]
