"""Socket Mode's acknowledgements, retries and disconnects, on a manual clock."""

import asyncio

import pytest

from bot.sandbox import NotAnsweredError
from tests.sandbox.socket_examples import IN_SOCKETS, Line, attempts_within, sockets, told_to_go


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
        asked = asyncio.create_task(socket_mode.request("slash_commands", {"command": "/todo"}))
        await world.clock.advance(600)

        with pytest.raises(NotAnsweredError) as caught:
            await asked
        assert caught.value.code == "operation_timeout"
        assert len(line.envelopes) == 1


async def test_a_command_with_nobody_connected_fails_at_once() -> None:
    async with sockets(0) as (_, socket_mode, _):
        with pytest.raises(NotAnsweredError) as caught:
            await socket_mode.request("slash_commands", {})

        assert caught.value.code == "dispatch_failed"


async def test_each_envelope_goes_to_one_connection_and_all_get_some() -> None:
    async with sockets(3) as (_, socket_mode, lines):
        for _ in range(9):
            await socket_mode.request("interactive", {})

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
