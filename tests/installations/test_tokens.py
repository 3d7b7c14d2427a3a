"""A workspace's token, renewed in time by one of all workers, on both engines and against Slack's rules."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.errors import SlackCallError
from bot.installations.tokens import KNOWN_FOR
from storage.address import Address
from storage.claims import Claims
from storage.runner import ThreadRunner
from tests.installations.installing import Worker, installation, rotating
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.token_exchange import TokenRotation, token_rotation

HOUR = 3_600


@pytest.fixture
def storage(address: Address) -> Iterator[ThreadRunner]:
    runner = ThreadRunner(address)
    yield runner
    runner.close()


@pytest.fixture
async def slack() -> AsyncIterator[TokenRotation]:
    async with token_rotation() as rotation:
        rotation.valid.add("xoxe-1-1")
        yield rotation


@pytest.fixture
def worker(storage: ThreadRunner, slack: TokenRotation) -> Worker:
    return Worker(storage, SimulatedClock(NOW), slack.exchange())


async def test_each_workspace_has_its_own_token(worker: Worker) -> None:
    await worker.changes.install(installation("T1", "xoxb-1"))
    await worker.changes.install(installation("T2", "xoxb-2"))

    assert [await worker.token(each) for each in ("T1", "T2", "T3")] == [
        "xoxb-1",
        "xoxb-2",
        "NotInstalledError: The bot is not installed in T3. Have it installed there again.",
    ]


async def test_a_token_that_does_not_rotate_is_never_renewed(worker: Worker, slack: TokenRotation) -> None:
    await worker.changes.install(installation())
    worker.clock.advance(1_000 * HOUR)

    assert await worker.token() == "xoxb-1"
    assert slack.taken == []


async def test_a_token_is_renewed_two_hours_before_it_expires_for_as_long_as_the_bot_runs(
    worker: Worker, slack: TokenRotation
) -> None:
    await worker.changes.install(rotating())
    seen = []
    for _ in range(40):
        seen.append((await worker.token()).rpartition("-")[2])
        worker.clock.advance(HOUR)

    assert [int(number) for number in seen] == [1 + hour // 10 for hour in range(40)]
    assert slack.taken == ["xoxe-1-1", "xoxe-1-2", "xoxe-1-3"]


@pytest.mark.parametrize("hours", [1, -1])
async def test_many_requests_of_many_workers_exchange_a_refresh_token_once(
    storage: ThreadRunner, slack: TokenRotation, hours: float
) -> None:
    clock = SimulatedClock(NOW)
    workers = [Worker(storage, clock, slack.exchange()) for _ in range(3)]
    await workers[0].changes.install(rotating(hours=hours))

    tokens = await asyncio.gather(*(each.token() for each in workers for _ in range(5)))

    assert slack.taken == ["xoxe-1-1"]
    # While the old one is valid, nobody waits for the new one.
    assert set(tokens) <= ({"xoxe.xoxb-1-1", "xoxe.xoxb-1-2"} if hours > 0 else {"xoxe.xoxb-1-2"})
    clock.advance(KNOWN_FOR.total_seconds())
    assert {await each.token() for each in workers} == {"xoxe.xoxb-1-2"}


async def test_while_another_worker_renews_it_a_valid_token_is_used_as_it_is(
    worker: Worker, storage: ThreadRunner, slack: TokenRotation
) -> None:
    await worker.changes.install(rotating(hours=1))

    async with Claims(storage, worker.clock).held("token of T1") as claim:
        assert claim
        assert await worker.token() == "xoxe.xoxb-1-1"
    assert slack.taken == []


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, '{"ok": false, "error": "internal_error"}', "internal_error"),
        (429, '{"ok": false, "error": "ratelimited"}', "ratelimited"),
        (503, "<html>", "no answer"),
        (200, '{"ok": true, "access_token": "xoxb-2"}', "an answer without tokens"),
        (200, "[]", "no answer"),
    ],
)
async def test_a_renewal_that_fails_is_tried_again_and_costs_no_request_a_call(
    worker: Worker, slack: TokenRotation, status: int, body: str, reason: str
) -> None:
    await worker.changes.install(rotating(hours=0.5))
    slack.faults = [(status, body)] * 2

    assert [await worker.token() for _ in range(3)] == ["xoxe.xoxb-1-1"] * 3
    assert len(slack.faults) == 1
    worker.clock.advance(HOUR)
    assert await worker.token() == (
        "TokenRenewalError: The token of T1 has expired, and Slack gave no new one "
        f"({reason}). It is tried again."
    )
    assert await worker.token() == await worker.token()
    assert (slack.faults, slack.taken) == ([], [])

    worker.clock.advance(HOUR)
    assert await worker.token() == "xoxe.xoxb-1-2"


async def test_a_refresh_token_that_slack_does_not_take_leaves_the_token_to_its_end(
    worker: Worker, slack: TokenRotation
) -> None:
    await worker.changes.install(rotating(hours=1))
    slack.valid.clear()

    assert await worker.token() == "xoxe.xoxb-1-1"
    worker.clock.advance(2 * HOUR)
    assert (await worker.token()).startswith("TokenRenewalError: The token of T1 has expired")

    slack.valid.add("xoxe-1-7")
    await worker.changes.install(rotating(hours=24, number=7))
    assert await worker.token() == "xoxe.xoxb-1-7"


async def test_a_bot_that_is_stopped_during_the_exchange_keeps_what_slack_gives(
    worker: Worker, storage: ThreadRunner, slack: TokenRotation
) -> None:
    await worker.changes.install(rotating(hours=1))
    slack.answers.clear()
    asking = asyncio.create_task(worker.tokens.of("T1"))
    await slack.asked.wait()

    asking.cancel()
    slack.answers.set()
    with pytest.raises(asyncio.CancelledError):
        await asking

    other = Worker(storage, worker.clock, slack.exchange())
    assert (await other.token(), slack.taken) == ("xoxe.xoxb-1-2", ["xoxe-1-1"])


@pytest.mark.parametrize("is_installed_again", [False, True])
async def test_a_workspace_that_uninstalls_during_the_exchange_keeps_its_will(
    worker: Worker, storage: ThreadRunner, slack: TokenRotation, is_installed_again: bool
) -> None:
    other = Worker(storage, worker.clock, slack.exchange())
    await worker.changes.install(rotating(hours=1))

    class Meanwhile:
        async def new_tokens(self, refresh_token: str) -> object:
            await other.changes.uninstall("T1")
            if is_installed_again:
                await other.changes.install(installation(token="xoxb-again"))
            return await slack.exchange().new_tokens(refresh_token)

    one = Worker(storage, worker.clock, Meanwhile())  # type: ignore[arg-type]

    assert (await one.token()).partition(":")[0] == (
        "xoxb-again" if is_installed_again else "NotInstalledError"
    )
    assert (await other.token()).partition(":")[0] == (
        "xoxb-again" if is_installed_again else "NotInstalledError"
    )


async def test_an_uninstalled_workspace_is_forgotten_at_once_and_by_other_workers_in_a_minute(
    worker: Worker, storage: ThreadRunner, slack: TokenRotation
) -> None:
    other = Worker(storage, worker.clock, slack.exchange())
    await worker.changes.install(installation())
    assert {await worker.token(), await other.token()} == {"xoxb-1"}

    await worker.changes.uninstall("T1")

    gone = "NotInstalledError: The bot is not installed in T1. Have it installed there again."
    assert await worker.token() == gone
    worker.clock.advance(KNOWN_FOR.total_seconds())
    assert await other.token() == gone


async def test_a_known_token_is_not_read_anew(worker: Worker, storage: ThreadRunner) -> None:
    await worker.changes.install(installation())
    first = await worker.token()
    await storage.write(lambda tables: tables.installations.remove_tokens("T1", NOW))

    assert await worker.token() == first == "xoxb-1"


async def test_no_token_is_in_a_log_or_an_error(
    worker: Worker, slack: TokenRotation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await worker.changes.install(rotating(hours=1))
    slack.faults = [(200, '{"ok": false, "error": "fatal_error"}')]
    await worker.token()
    worker.clock.advance(timedelta(minutes=2).total_seconds())
    await worker.token()
    slack.valid.clear()
    with pytest.raises(SlackCallError) as refused:
        await slack.exchange().new_tokens("xoxe-1-1")
    access = await worker.tokens.access("T1")

    text = f"{caplog.text} {refused.value!r} {access!r}"
    assert "The token of T1, which expires at" in text
    assert "Renewed the token of T1" in text
    assert "xox" not in text
    assert "gAAAA" not in text
