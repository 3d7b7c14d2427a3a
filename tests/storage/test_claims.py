"""Workers that share work on one database, on both engines and in simulated time."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bot.errors import LeaseLostError
from storage.address import Address
from storage.claims import Claim, Claims
from storage.runner import InlineRunner, Runner
from storage.tables import Tables
from tests.support.virtual_time import START, VirtualClock, run_virtual, seconds

LEASE = timedelta(seconds=120)


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


def worker(storage: Runner) -> Claims:
    return Claims(storage, VirtualClock(), LEASE)


def test_several_workers_do_one_thing_at_a_time(storage: Runner) -> None:
    async def work_side_by_side() -> list[tuple[float, float]]:
        spans: list[tuple[float, float]] = []

        async def work(claims: Claims) -> None:
            async with claims.awaited("work"):
                began = seconds()
                await asyncio.sleep(10)
                spans.append((began, seconds()))

        claims = worker(storage)
        await asyncio.gather(*map(work, [claims, claims, worker(storage), worker(storage)]))
        return spans

    spans = run_virtual(work_side_by_side())
    assert spans == [(0, 10), (10, 20), (20, 30), (30, 40)]


def test_work_that_somebody_does_is_left_to_them(storage: Runner) -> None:
    async def try_at_the_same_time() -> list[bool]:
        one, other = worker(storage), worker(storage)
        async with one.held("work") as first, other.held("work") as second, one.held("work") as third:
            during = [bool(claim) for claim in (first, second, third)]
        async with other.held("work") as after:
            return [*during, bool(after)]

    assert run_virtual(try_at_the_same_time()) == [True, False, False, True]


def test_a_worker_that_lives_keeps_its_claim_for_as_long_as_it_works(storage: Runner) -> None:
    async def work_for_an_hour() -> list[bool]:
        one, other = worker(storage), worker(storage)
        keeping = asyncio.create_task(one.keep())
        taken = []
        async with one.held("work"):
            for _ in range(60):
                await asyncio.sleep(60)
                taken.append(await other.claim("work") is not None)
        keeping.cancel()
        return [any(taken), await other.claim("work") is not None]

    assert run_virtual(work_for_an_hour()) == [False, True]


def test_a_worker_that_stops_renewing_is_taken_over_after_its_lease(storage: Runner) -> None:
    async def die() -> float:
        await worker(storage).claim("work")
        async with worker(storage).awaited("work"):
            return seconds()

    assert run_virtual(die()) == LEASE.total_seconds()


def test_a_worker_that_stops_cleanly_is_taken_over_at_once(storage: Runner) -> None:
    async def stop() -> tuple[bool, bool]:
        one, other = worker(storage), worker(storage)
        await one.claim("work")
        await other.claim("other work")
        await one.release_all()
        return await other.claim("work") is not None, await one.claim("other work") is not None

    assert run_virtual(stop()) == (True, False)


async def beat(storage: Runner, claim: Claim) -> datetime | None:
    """Write something under the claim, and return what the table then says."""

    def write(tables: Tables) -> None:
        tables.heartbeats.beat("work", VirtualClock().now())
        claim.renew(tables)

    with suppress(LeaseLostError):
        await storage.write(write)
    return await storage.read(lambda tables: tables.heartbeats.last("work"))


def test_what_a_worker_writes_that_was_paused_beyond_its_lease_is_refused(storage: Runner) -> None:
    async def be_paused() -> list[datetime | None]:
        one, other = worker(storage), worker(storage)
        lost = await one.claim("work")
        assert lost
        first = await beat(storage, lost)
        await asyncio.sleep(LEASE.total_seconds())
        claim = await other.claim("work")
        assert claim
        refused = await beat(storage, lost)
        # Neither does it take the lease back that another worker has.
        await one.renew()
        await one.release(lost)
        assert await one.claim("work") is None
        return [first, refused, await beat(storage, claim)]

    assert run_virtual(be_paused()) == [START, START, START + LEASE]


def test_a_claim_whose_waiter_is_cancelled_meanwhile_is_released(storage: Runner) -> None:
    async def be_cancelled() -> bool:
        waiting = asyncio.create_task(worker(storage).claim("work"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        return await worker(storage).claim("work") is not None

    assert run_virtual(be_cancelled())


def test_the_next_worker_reads_what_the_last_one_left(storage: Runner) -> None:
    async def leave_a_note() -> list[tuple[str | None, bool]]:
        one, other = worker(storage), worker(storage)
        read = []
        for claims in (one, one, other):
            claim = await claims.claim("work")
            assert claim
            read.append((claim.lease.note, claim.lease.was_own))
            await claims.release(claim, f"note {len(read)}")
        return read

    assert run_virtual(leave_a_note()) == [(None, False), ("note 1", True), ("note 2", False)]
