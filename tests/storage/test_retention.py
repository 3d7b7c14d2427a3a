"""What is past its time goes at night, in small steps; all else stays."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from storage.address import Address
from storage.claims import Claims
from storage.database import connect
from storage.records import (
    DeliveryKind,
    DeliveryState,
    ModelRequest,
    Paper,
    Post,
    PostState,
    ShownCard,
    SummaryFailure,
)
from storage.retention import Retention
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW, Past, live_through
from tests.support.subscribing import subscribe

T = TypeVar("T")

PAPER = Paper("2509.00001", "Gardens")
LONG_AGO = NOW - timedelta(days=91)
RECENTLY = NOW - timedelta(days=89)
BEFORE = NOW - timedelta(hours=73)


class Counting:
    """A runner that counts its writes."""

    def __init__(self, runner: InlineRunner) -> None:
        self._runner = runner
        self.writes = 0

    async def read(self, call: Callable[[Tables], T]) -> T:
        return await self._runner.read(call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        self.writes += 1
        return await self._runner.write(call)

    def close(self) -> None:
        self._runner.close()


async def tidy_up(address: Address, now: datetime = NOW) -> int:
    """Let the job tick, and return how many transactions it took."""
    with closing(Counting(InlineRunner(address))) as storage:
        await Retention(storage, SimulatedClock(now), timedelta(hours=72)).tick()
        return storage.writes


def deliver(tables: Tables, channel: str, state: DeliveryState, opened_at: datetime) -> int:
    """Deliver one paper and return the delivery's id."""
    key = f"{channel} {opened_at}"
    delivery = tables.deliveries.open(
        subscribe(tables, channel=channel), DeliveryKind.ASKED, date(2025, 9, 29), key, opened_at
    )
    post = Post(delivery.id, 0, "{}", PostState.POSTED, (PAPER.id,), ts="1.0", attempted_at=opened_at)
    tables.posts.plan(delivery, [post, replace(post, position=1, card=ShownCard("en", "0"))])
    if state is not DeliveryState.OPEN:
        tables.deliveries.close(delivery, state)
    return delivery.id


def payloads(address: Address) -> set[int]:
    """Return the deliveries that have payloads, once it was tidied up."""
    with closing(connect(address)) as engine:
        rows = engine.query("SELECT DISTINCT delivery_id FROM posts WHERE payload IS NOT NULL")
        return {row["delivery_id"] for row in rows}


async def test_payloads_go_when_a_delivery_is_done_and_their_time_has_passed(address: Address) -> None:
    with closing(connect(address)) as engine, engine.transaction():
        tables = Tables(engine)
        tables.papers.add(PAPER)
        deliver(tables, "C1", DeliveryState.DONE, BEFORE)
        recent = deliver(tables, "C1", DeliveryState.DONE, NOW - timedelta(hours=71))
        still_open = deliver(tables, "C2", DeliveryState.OPEN, BEFORE)
        deliver(tables, "C3", DeliveryState.FAILED, BEFORE - timedelta(days=1))
        can_go_on = deliver(tables, "C3", DeliveryState.STOPPED, BEFORE)
    await tidy_up(address)

    assert payloads(address) == {recent, still_open, can_go_on}


async def test_what_a_delivery_brought_stays_without_its_payload(address: Address) -> None:
    with closing(connect(address)) as engine, engine.transaction():
        Tables(engine).papers.add(PAPER)
        delivery_id = deliver(Tables(engine), "C1", DeliveryState.DONE, BEFORE)
        before = Tables(engine).posts.of_delivery(delivery_id)
    await tidy_up(address)

    with closing(connect(address)) as engine:
        tables = Tables(engine)
        assert tables.posts.of_delivery(delivery_id) == tuple(replace(post, payload=None) for post in before)
        assert tables.posts.papers_of_channel("T1", "C1", [PAPER.id]) == {PAPER.id}
        assert tables.card_updates.enqueue(PAPER.id, "en", BEFORE, NOW) == 1


async def test_costs_requests_and_failures_go_after_90_days(address: Address) -> None:
    with closing(connect(address)) as engine, engine.transaction():
        tables = Tables(engine)
        tables.papers.add(PAPER)
        for at, language in ((LONG_AGO, "en"), (RECENTLY, "de")):
            tables.model_requests.add(ModelRequest(PAPER.id, language, "example-1", at, 10, 1))
            tables.topic_requests.add("example-1", at, 10, 1)
            tables.summary_requests.add("T1", "U1", PAPER.id, language, at)
            tables.summary_failures.put(SummaryFailure(PAPER.id, language, 1, "no", at, at))
    await tidy_up(address)

    with closing(connect(address)) as engine:
        tables = Tables(engine)
        assert tables.model_requests.first_at() == RECENTLY
        assert tables.model_requests.tokens_of_day(LONG_AGO.date()) == 0
        assert tables.model_requests.tokens_of_day(RECENTLY.date()) == 22
        assert tables.summary_requests.count_since("T1", "U1", LONG_AGO) == 1
        assert [each.language for each in tables.summary_failures.since(LONG_AGO)] == ["de"]


async def test_an_update_of_a_card_that_never_came_goes_when_cards_change_no_more(address: Address) -> None:
    with closing(connect(address)) as engine, engine.transaction():
        tables = Tables(engine)
        tables.papers.add(PAPER)
        for channel, ago in (("C1", 31), ("C2", 29)):
            deliver(tables, channel, DeliveryState.DONE, NOW - timedelta(days=ago))
            tables.card_updates.enqueue(PAPER.id, "en", NOW - timedelta(days=ago), NOW - timedelta(days=ago))
    await tidy_up(address)

    with closing(connect(address)) as engine:
        assert [update.delivery_id for update in Tables(engine).card_updates.due(NOW)] == [2]


async def test_what_another_worker_deletes_is_left_to_it(address: Address) -> None:
    with closing(InlineRunner(address)) as storage:
        async with Claims(storage, SimulatedClock(NOW)).held("retention"):
            assert await tidy_up(address) == 1
    assert await tidy_up(address) > 1


async def test_years_are_tidied_up_in_steps_of_500_rows(address: Address) -> None:
    past = Past(40, cards=34, days_with_payload=40)
    with closing(connect(address)) as engine:
        live_through(engine, past)
    steps = await tidy_up(address)

    # Of 40 digests of 35 messages the last four are kept; then thirteen kinds of rows have no more. A claim,
    # a beat and a release are around it.
    assert len(payloads(address)) == 4
    assert steps == -(-36 * 35 // 500) + 14 + 3


async def test_it_is_done_once_a_night(address: Address) -> None:
    done = [await tidy_up(address, NOW + timedelta(hours=hours)) for hours in (0, 17, 18, 41, 42)]

    # At nine, then after each three o'clock.
    assert [steps > 0 for steps in done] == [True, False, True, False, True]


async def test_a_clock_that_ran_ahead_keeps_nothing_for_long(address: Address) -> None:
    await tidy_up(address, NOW + timedelta(days=3_650))

    assert await tidy_up(address) > 0
