"""A proper request of Slack's is answered within 100 ms, whatever strangers do beside it."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from multiprocessing import get_context
from time import perf_counter

import httpx
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.clock import SystemClock
from bot.http.server import HttpServer
from bot.manifest import EVENTS_PATH
from handlers.http_mode import HttpMode
from tests.support.slack_requests import JSON, SECRET, signed
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.benchmark

IDLE = 1_000
PROPER = 100
MOST_SECONDS = 0.1


async def anyone(team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token="xoxb-1", bot_user_id="U9")


@asynccontextmanager
async def bot() -> AsyncIterator[int]:
    """Serve a bot that answers a click at once, and give its port."""
    app = AsyncApp(name="test", authorize=anyone)

    @app.action("save")
    async def on_save(ack: AsyncAck) -> None:
        await ack()

    mode = HttpMode(app, SECRET, SystemClock())
    server = HttpServer({EVENTS_PATH: mode.route}, 0, "127.0.0.1")
    await server.start()
    try:
        yield server.port
    finally:
        await server.aclose()
        await mode.end_listeners()


async def click(port: int, number: int) -> float:
    """Press a button over a connection of its own, and return how many seconds the answer took."""
    action = {"type": "button", "action_id": "save", "block_id": "b", "value": str(number)}
    body = json.dumps(
        {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "actions": [action]}
    ).encode()
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        began = perf_counter()
        answer = await client.post(
            f"http://127.0.0.1:{port}{EVENTS_PATH}",
            content=body,
            headers=signed(body, SystemClock().now(), JSON),
        )
        assert answer.status_code == 200
        return perf_counter() - began


async def clicks(port: int) -> list[float]:
    """Press the button again and again, and return the seconds of each answer, the quickest first."""
    return sorted([await click(port, number) for number in range(PROPER)])


@contextmanager
def stranger(act: Callable[[int], None], port: int) -> Iterator[None]:
    """Have a stranger act in a process of its own until the block ends."""
    process = get_context("spawn").Process(target=act, args=(port,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def keep_connecting(port: int) -> None:
    """Hold a thousand connections, and replace the oldest again and again."""
    held = deque[socket.socket](maxlen=IDLE)
    while True:
        with suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", port)))


def keep_sending(port: int) -> None:
    """Send a body of ten megabytes again and again, as much of it as is taken."""
    head = f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head)
            for _ in range(160):
                connection.sendall(chunk)


async def test_beside_a_thousand_connections_that_send_nothing() -> None:
    async with bot() as port, AsyncExitStack() as stack:
        for _ in range(IDLE):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)

        assert (await clicks(port))[-1] < MOST_SECONDS


@pytest.mark.parametrize("act", [keep_connecting, keep_sending])
async def test_beside_a_stranger_that_goes_on_most_are_served_as_fast(act: Callable[[int], None]) -> None:
    async with bot() as port:
        with stranger(act, port):
            # The stranger has one of this machine's processors to itself, so a few wait longer.
            assert (await clicks(port))[PROPER // 2] < MOST_SECONDS
