"""Injected faults: what is written, when it shows, and what the caller receives."""

import asyncio
from typing import Any

import pytest

from bot.sandbox import ConnectionLostError, NotPossibleError
from tests.sandbox.world import World


async def shown(world: World) -> list[str]:
    answer = await world.call("conversations.history", channel=world.channel().id)
    return [message["text"] for message in answer.body["messages"]]


def faulty(kind: Any, **options: Any) -> World:
    world = World()
    world.workspace.faults.add(kind, **{"method": "chat.postMessage", **options})
    return world


async def test_calls_fail_with_a_status_as_often_as_asked_and_write_nothing() -> None:
    world = faulty("status", status=503, times=2)

    statuses = [(await world.post()).status for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert await shown(world) == ["hello"]


async def test_a_429_on_demand_says_how_long_to_wait() -> None:
    answer = await faulty("status", status=429, seconds=30).post()

    assert (answer.status, answer.body["error"], answer.headers) == (
        429,
        "ratelimited",
        {"Retry-After": "30"},
    )


async def test_a_status_can_come_after_the_write() -> None:
    world = faulty("status", status=500, written=True)

    answer = await world.post()

    assert (answer.status, answer.body["error"]) == (500, "internal_error")
    assert await shown(world) == ["hello"]


async def test_calls_fail_with_an_error_of_slacks() -> None:
    answer = await faulty("error", error="fatal_error").post()

    assert (answer.status, answer.body) == (200, {"ok": False, "error": "fatal_error"})


@pytest.mark.parametrize(("kind", "left"), [("drop_before_write", []), ("drop_after_write", ["hello"])])
async def test_a_dropped_connection_leaves_the_caller_without_an_answer(kind: str, left: list[str]) -> None:
    world = faulty(kind)

    with pytest.raises(ConnectionLostError):
        await world.post()

    assert await shown(world) == left


async def test_a_late_write_comes_after_the_connection_was_dropped() -> None:
    world = faulty("write_late", seconds=15)
    with pytest.raises(ConnectionLostError):
        await world.post()

    before = await shown(world)
    await world.clock.advance(15)

    assert (before, await shown(world)) == ([], ["hello"])


async def test_what_is_shown_late_was_answered_at_once() -> None:
    world = faulty("show_late", seconds=8)
    answer = await world.post()

    before = await shown(world)
    await world.clock.advance(8)

    assert answer.body["ok"]
    assert (before, await shown(world)) == ([], ["hello"])


async def test_a_delayed_answer_comes_on_the_sandboxs_clock() -> None:
    world = faulty("delay", seconds=300)

    posting = asyncio.create_task(world.post())
    await world.clock.advance(299)
    early = posting.done()
    await world.clock.advance(1)

    assert not early
    assert (await posting).body["ok"]


async def test_faults_on_one_call_add_up() -> None:
    world = faulty("show_late", seconds=8)
    world.workspace.faults.add("drop_after_write", method="chat.postMessage")

    with pytest.raises(ConnectionLostError):
        await world.post()

    before = await shown(world)
    await world.clock.advance(8)
    assert (before, await shown(world)) == ([], ["hello"])


async def test_a_fault_can_let_some_calls_pass_first_and_strikes_only_its_method() -> None:
    world = faulty("error", error="ratelimited", skip=2)

    answers = [(await world.post()).body["ok"] for _ in range(4)]

    assert answers == [True, True, False, True]
    assert (await world.call("auth.test")).body["ok"]


async def test_faults_are_listed_until_they_have_struck_and_can_be_cleared() -> None:
    world = faulty("status")
    world.workspace.faults.add("delay", method="auth.test", seconds=1)

    await world.post()
    [left] = world.workspace.faults.list()
    world.workspace.faults.clear()

    assert (left["kind"], left["method"], left["seconds"]) == ("delay", "auth.test", 1)
    assert world.workspace.faults.list() == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("explode", {}),
        ("status", {"method": "chat.postMesage"}),
        ("delay", {"second": 3}),
        ("delay", {"times": 0}),
    ],
)
def test_a_malformed_fault_is_refused_rather_than_never_striking(kind: Any, options: dict[str, Any]) -> None:
    with pytest.raises(NotPossibleError):
        World().workspace.faults.add(kind, **options)


async def test_answers_by_response_url_fail_too() -> None:
    world = World()
    world.workspace.faults.add("drop_after_write", method="response_url")

    with pytest.raises(ConnectionLostError):
        await world.respond(world.response_url())

    texts = [message.text for message in world.workspace.visible(world.channel(), to=world.ada.id)]
    assert texts == ["answer"]


async def test_every_call_is_written_down_with_its_moment_and_its_outcome() -> None:
    world = faulty("drop_before_write", skip=1)
    await world.post(text="first")
    await world.clock.advance(5)
    with pytest.raises(ConnectionLostError):
        await world.post(text="second")

    first, second = world.workspace.calls
    assert (first.method, first.arguments["text"], first.status) == ("chat.postMessage", "first", 200)
    assert (second.status, second.error) == (0, "connection_lost")
    assert (second.at - first.at).total_seconds() == 5
