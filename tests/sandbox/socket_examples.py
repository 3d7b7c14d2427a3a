"""Sockets in memory, and for each rule of Socket Mode a value within it and one beyond it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.sandbox import NotAnsweredError
from bot.sandbox.socket_mode import SocketMode
from tests.sandbox.examples import Json
from tests.sandbox.world import World


class Line:
    """A socket in memory; with `answers` the app acknowledges envelopes."""

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
        asked = asyncio.create_task(socket_mode.request("slash_commands", {}))
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
