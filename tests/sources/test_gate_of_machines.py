"""One gate before arXiv over all machines that share a database, on both engines, in simulated time."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from bot.errors import SourceRefusedError
from bot.sources.gate import Gate
from storage.address import Address
from storage.claims import Claims
from storage.runner import InlineRunner, Runner
from tests.sources.test_gate import Log, answer, refuse
from tests.support.virtual_time import VirtualClock, run_virtual, seconds

LEASE = timedelta(seconds=120)


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


def gate(storage: Runner, clock: VirtualClock | None = None) -> Gate:
    clock = clock or VirtualClock()
    return Gate(clock, Random(1), Claims(storage, clock, LEASE))


@pytest.mark.parametrize("seed", range(3))
def test_three_seconds_lie_between_the_requests_of_several_machines(storage: Runner, seed: int) -> None:
    async def ask_all_at_once() -> Log:
        log = Log(Random(seed))
        gates = [gate(storage) for _ in range(3)]

        async def ask(number: int) -> None:
            await asyncio.sleep(log.random.uniform(0, 120))
            async with asyncio.timeout(log.random.choice([2, None])):
                await gates[number % 3].run(log.request)

        await asyncio.gather(*map(ask, range(30)), return_exceptions=True)
        return log

    log = run_virtual(ask_all_at_once())
    assert log.most_under_way == 1
    assert len(log.spans) > 10
    assert min(then[0] - now[1] for now, then in pairwise(log.spans)) >= 3 - 1e-5


def test_what_one_machine_was_refused_the_others_know(storage: Runner) -> None:
    async def be_refused() -> list[str]:
        refusals = []
        for each in (refuse, answer):
            with pytest.raises(SourceRefusedError) as caught:
                await gate(storage).run(each)
            refusals.append(str(caught.value))
        await asyncio.sleep(caught.value.retry_after or 0)
        return [*refusals, await gate(storage).run(answer)]

    refusal = "arxiv.org answered with HTTP status 429."
    assert run_virtual(be_refused()) == [refusal, refusal, "answer"]


def test_who_dies_in_the_middle_of_a_request_holds_nobody_up_longer_than_its_lease(storage: Runner) -> None:
    async def die() -> float:
        claim = await Claims(storage, VirtualClock(), LEASE).claim("a request to arXiv")
        assert claim
        await gate(storage).run(answer)
        return seconds()

    assert run_virtual(die()) == LEASE.total_seconds()


def test_a_note_that_cannot_be_read_costs_one_wait(storage: Runner) -> None:
    async def leave_nonsense() -> float:
        claims = Claims(storage, VirtualClock(), LEASE)
        claim = await claims.claim("a request to arXiv")
        assert claim
        await claims.release(claim, '{"at": "tomorrow"}')
        await gate(storage).run(answer)
        return seconds()

    assert run_virtual(leave_nonsense()) == 3


def test_a_moment_in_the_future_counts_as_now(storage: Runner) -> None:
    async def ask_on_a_clock_that_is_ahead() -> float:
        ahead = timedelta(seconds=60)
        await gate(storage, VirtualClock(ahead)).run(answer)
        await gate(storage).run(answer)
        return seconds()

    assert run_virtual(ask_on_a_clock_that_is_ahead()) == 3
