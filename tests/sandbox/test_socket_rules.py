"""Socket Mode as it really is: acknowledgements, retries, disconnects; on a clock that stands still."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.sandbox import NotAnsweredError
from bot.sandbox.socket_mode import SocketMode
from tests.sandbox.examples import Json
from tests.sandbox.world import World


class Line:
    """A socket in memory; `answers` says what the app does with an envelope."""

    def __init__(self, socket_mode: SocketMode, *, answers: bool = True) -> None:
        self.sent: list[Json] = []
        self.is_closed = False
        self.is_cut = False
        self.answers = answers
        self._socket_mode = socket_mode

    async def send(self, message: str) -> None:
        self.sent.append(json.loads(message))
        if self.answers and "envelope_id" in self.sent[-1]:
            self._socket_mode.received(json.dumps({"envelope_id": self.sent[-1]["envelope_id"]}))

    async def close(self) -> None:
        self.is_closed = True
        self._socket_mode.disconnected(self)

    def abort(self) -> None:
        self.is_cut = True
        self._socket_mode.disconnected(self)

    @property
    def envelopes(self) -> list[Json]:
        return [message for message in self.sent if "envelope_id" in message]

    @property
    def goodbyes(self) -> list[str]:
        return [message["reason"] for message in self.sent if message["type"] == "disconnect"]


@asynccontextmanager
async def sockets(count: int = 1, **more: Any) -> AsyncIterator[tuple[World, SocketMode, list[Line]]]:
    world = World()
    socket_mode = SocketMode(world.workspace)
    lines = [Line(socket_mode, **more) for _ in range(count)]
    for line in lines:
        await socket_mode.connected(line)
    try:
        yield world, socket_mode, lines
    finally:
        await socket_mode.aclose()


async def eleventh_connection(count: int) -> bool:
    async with sockets(count - 1) as (_, socket_mode, _):
        return await socket_mode.connected(Line(socket_mode))


async def acknowledged_after(seconds: float) -> bool:
    async with sockets(answers=False) as (world, socket_mode, [line]):
        asked = asyncio.create_task(socket_mode.ask("slash_commands", {}))
        await world.clock.advance(seconds)
        socket_mode.received(json.dumps({"envelope_id": line.envelopes[0]["envelope_id"]}))
        try:
            await asked
        except NotAnsweredError:
            return False
        return True


async def attempts_within(seconds: float) -> list[int]:
    async with sockets(answers=False) as (world, socket_mode, [line]):
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(seconds)
        return [envelope["retry_attempt"] for envelope in line.envelopes]


async def retried(times: int) -> bool:
    return times in await attempts_within(3600)


async def told_to_go(seconds: float, *, debug: bool = False) -> list[str]:
    async with sockets(0) as (world, socket_mode, _):
        line = Line(socket_mode)
        await socket_mode.connected(line, debug_reconnects=debug)
        await world.clock.advance(seconds)
        return line.goodbyes


async def stays_without_warning(seconds: float) -> bool:
    return await told_to_go(seconds) == []


async def stays_while_debugging(seconds: float) -> bool:
    return await told_to_go(seconds, debug=True) == []


async def redeemed(times: int) -> bool:
    async with sockets(0) as (_, socket_mode, _):
        ticket = socket_mode.new_ticket()
        return [socket_mode.redeem(ticket) for _ in range(times)][-1]


Try = Callable[[Any], Awaitable[bool]]
IN_SOCKETS: dict[str, tuple[Try, Any, Any]] = {
    "socket.connections": (eleventh_connection, 10, 11),
    "socket.ack_seconds": (acknowledged_after, 2.9, 3.0),
    "socket.retries": (retried, 3, 4),
    "socket.warning_seconds": (stays_without_warning, 3589, 3590),
    "socket.debug_seconds": (stays_while_debugging, 349, 350),
    "socket.ticket": (redeemed, 1, 2),
}


@pytest.mark.parametrize("rule", IN_SOCKETS)
async def test_the_socket_holds_within_the_rule_and_not_beyond_it(rule: str) -> None:
    attempt, within, beyond = IN_SOCKETS[rule]

    assert await attempt(within)
    assert not await attempt(beyond)


@pytest.mark.parametrize(
    ("seconds", "attempts"),
    [(2.9, [0]), (3, [0, 1]), (65, [0, 1]), (66, [0, 1, 2]), (368, [0, 1, 2]), (369, [0, 1, 2, 3])],
)
async def test_an_event_is_sent_again_at_once_after_one_minute_and_after_five(
    seconds: float, attempts: list[int]
) -> None:
    assert await attempts_within(seconds) == attempts


async def test_a_retry_says_which_it_is_and_why_and_carries_the_same_event() -> None:
    async with sockets(answers=False) as (world, socket_mode, [line]):
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(4)

        first, second = line.envelopes
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_an_event_that_is_acknowledged_is_not_sent_again() -> None:
    async with sockets() as (world, socket_mode, [line]):
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(3600 - 60)

        assert len(line.envelopes) == 1


async def test_an_event_that_comes_while_nobody_is_connected_reaches_the_app_after_it_is_back() -> None:
    async with sockets(0) as (world, socket_mode, _):
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(30)
        line = Line(socket_mode)
        await socket_mode.connected(line)
        await world.clock.advance(31)

        assert [envelope["retry_attempt"] for envelope in line.envelopes] == [2]


async def test_a_command_is_never_sent_again() -> None:
    async with sockets(answers=False) as (world, socket_mode, [line]):
        asked = asyncio.create_task(socket_mode.ask("slash_commands", {"command": "/todo"}))
        await world.clock.advance(600)

        with pytest.raises(NotAnsweredError) as caught:
            await asked
        assert caught.value.code == "operation_timeout"
        assert len(line.envelopes) == 1


async def test_a_command_with_nobody_connected_fails_at_once() -> None:
    async with sockets(0) as (_, socket_mode, _):
        with pytest.raises(NotAnsweredError) as caught:
            await socket_mode.ask("slash_commands", {})

        assert caught.value.code == "dispatch_failed"


async def test_each_envelope_goes_to_one_connection_and_all_get_some() -> None:
    async with sockets(3) as (_, socket_mode, lines):
        for _ in range(9):
            await socket_mode.ask("interactive", {})

        assert [len(line.envelopes) for line in lines] == [3, 3, 3]


async def test_a_new_connection_is_greeted_with_how_many_there_are() -> None:
    async with sockets(2) as (world, _, lines):
        hello = lines[1].sent[0]

    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": world.workspace.app_id}
    assert hello["debug_info"]["approximate_connection_time"] == 3600


async def test_an_old_connection_is_warned_and_then_told_to_go() -> None:
    assert await told_to_go(3600) == ["warning", "refresh_requested"]


async def test_too_many_connections_are_sent_away_by_name() -> None:
    async with sockets(10) as (_, socket_mode, _):
        line = Line(socket_mode)
        await socket_mode.connected(line)

        assert line.goodbyes == ["too_many_websockets"]
        assert line.is_closed


async def test_a_lost_acknowledgement_makes_an_event_come_twice() -> None:
    async with sockets() as (world, socket_mode, [line]):
        world.workspace.faults.add("lose_ack")
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(10)

        assert [envelope["retry_attempt"] for envelope in line.envelopes] == [0, 1]


async def test_a_dropped_socket_loses_the_envelope_and_the_line() -> None:
    async with sockets(2) as (world, socket_mode, lines):
        world.workspace.faults.add("drop_socket")
        socket_mode.send_event({"event_id": "Ev1"})
        await world.clock.advance(4)

        assert sorted(line.is_cut for line in lines) == [False, True]
        assert sum(len(line.envelopes) for line in lines) == 1
