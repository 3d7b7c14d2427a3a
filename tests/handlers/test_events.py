"""Each event is taken once, whoever gets it and however often Slack sends it; none is lost by that."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any

import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.events import LONGEST, take_once
from handlers.listeners import Listeners, mark_failed
from storage.address import Address
from storage.runner import InlineRunner
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, Stage, make_workspace, on_each_engine

Listener = Callable[[], Awaitable[None]]


class Worker:
    """A process of the bot that listens to one kind of event, and notes how often it was handled."""

    def __init__(self, storage: InlineRunner, clock: SimulatedClock, listener: Listener) -> None:
        self.handled = 0
        self._app = AsyncApp(name="test", authorize=_authorize, raise_error_for_unhandled_request=True)
        take_once(self._app, storage, clock)
        Listeners(self._app, clock)

        async def on_opened() -> None:
            await listener()
            self.handled += 1

        async def on_error(context: AsyncBoltContext) -> None:
            mark_failed(context)

        self._app.event("app_home_opened")(on_opened)
        self._app.error(on_error)

    async def get(self, event_id: str | None = "Ev1", *, retry: int = 0) -> int:
        """Give the worker an event, let it do what it can, and return the status for Slack."""
        body = {"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}}
        named = {**body, "event_id": event_id} if event_id else body
        headers: dict[str, str | Sequence[str]] = {"x-slack-retry-num": str(retry)} if retry else {}
        request = AsyncBoltRequest(mode="socket_mode", body=named, headers=headers)
        response: BoltResponse = await self._app.async_dispatch(request)
        await run_others()
        return response.status


async def run_others() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U9", bot_token="xoxb-1")


async def _do_nothing() -> None:
    pass


class Failing:
    """A listener that fails the first time."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        if self.calls == 1:
            raise ValueError("It failed.")


@pytest.fixture
async def storage(address: Address) -> AsyncIterator[InlineRunner]:
    with closing(InlineRunner(address)) as storage:
        yield storage


async def test_a_repetition_is_acknowledged_and_not_handled_by_whichever_worker_gets_it(
    storage: InlineRunner,
) -> None:
    clock = SimulatedClock(NOON)
    one, other = (Worker(storage, clock, _do_nothing) for _ in range(2))
    statuses = [await one.get()]
    for hours in (0, 1, 24):
        clock.advance(hours * 3600)
        statuses += [await worker.get(retry=1) for worker in (one, other)]

    assert (statuses, one.handled, other.handled) == ([200] * 7, 1, 0)


async def test_what_is_called_a_repetition_is_handled_where_nobody_has_seen_it(storage: InlineRunner) -> None:
    worker = Worker(storage, SimulatedClock(NOON), _do_nothing)

    assert await worker.get(retry=2) == 200
    assert worker.handled == 1


async def test_an_event_whose_handling_failed_is_handled_when_it_comes_again(storage: InlineRunner) -> None:
    worker = Worker(storage, SimulatedClock(NOON), Failing())
    await worker.get()
    before = worker.handled
    await worker.get(retry=1)

    assert (before, worker.handled) == (0, 1)


async def test_a_repetition_of_what_is_under_way_is_not_acknowledged_until_that_has_ended(
    storage: InlineRunner,
) -> None:
    clock, may_end = SimulatedClock(NOON), asyncio.Event()

    async def wait() -> None:
        await may_end.wait()

    one, other = Worker(storage, clock, wait), Worker(storage, clock, _do_nothing)
    await one.get()
    clock.advance(3)
    meanwhile = await other.get(retry=1)
    may_end.set()
    await run_others()
    clock.advance(60)
    after = await other.get(retry=2)

    assert (meanwhile, after, one.handled, other.handled) == (503, 200, 1, 0)


async def test_the_event_of_a_worker_that_died_is_handled_at_slack_s_second_try(
    storage: InlineRunner,
) -> None:
    clock, never = SimulatedClock(NOON), asyncio.Event()

    async def die() -> None:
        await never.wait()

    one, other = Worker(storage, clock, die), Worker(storage, clock, _do_nothing)
    await one.get()
    clock.advance(LONGEST.total_seconds())

    assert await other.get(retry=2) == 200
    assert other.handled == 1


async def test_an_event_without_an_id_is_handled_each_time(storage: InlineRunner) -> None:
    worker = Worker(storage, SimulatedClock(NOON), _do_nothing)
    for _ in range(2):
        await worker.get(None)

    assert worker.handled == 2


@on_each_engine
async def test_a_home_tab_is_drawn_once_where_slack_loses_the_acknowledgement(stage: Stage) -> None:
    ada = stage.person("ada")
    stage.workspace.faults.add("lose_ack")
    await ada.open_home()
    await ada.sees(lambda _: ada.home())
    await stage.timers.advance(3)
    await stage.timers.advance(60)
    await stage.timers.advance(300)

    assert [call.method for call in stage.workspace.calls].count("views.publish") == 1


def test_no_event_of_a_sandbox_has_the_id_of_another_s() -> None:
    event_ids: list[str] = []
    for _ in range(2):
        workspace = make_workspace(SimulatedClock(NOON))
        workspace.event_outlet = lambda payload: event_ids.append(payload["event_id"])
        for _ in range(2):
            workspace.emit("app_home_opened", None, {"type": "app_home_opened"})

    assert len(set(event_ids)) == 4
