"""What `/papers` costs through the whole of Bolt until the answer is sent, beside a handler with a constant.

`pytest -m benchmark -s tests/benchmarks/test_command_bench.py` prints one table. Both apps take the same
requests in turn, one at a time and 50 at once, and send their answers to the same server in this process.
Times are of the processor: what the constant costs is the price of Bolt, the client and the server.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest

import handlers
from handlers.parts import Parts
from tests.handlers.test_slash_command import at_once as run_at_once
from tests.handlers.test_slash_command import parts_with
from tests.lookup.real_papers import load
from tests.support.web_server import serving

pytestmark = pytest.mark.benchmark

ROUNDS = 20
TEXTS = ("2025-09-29", "tree search agents", "2509.21240", "强化学习", "saved", "help")
PERSON = {
    "ok": True,
    "user": {"id": "U1", "locale": "en-US", "tz": "America/New_York", "is_bot": False, "deleted": False},
}
IDENTITY = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "B1", "url": "https://a.slack.com/"}


@dataclass
class Desk:
    """An app, and how many answers it has sent."""

    app: AsyncApp
    address: str
    answered: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def ask(self, text: str, at_once: int) -> float:
        """Send the command so many times together; return the processor's milliseconds of each."""
        began = time.process_time()
        await asyncio.gather(*(self.app.async_dispatch(command(text, self.address)) for _ in range(at_once)))
        for _ in range(at_once):
            await self.answered.get()
        return 1000 * (time.process_time() - began) / at_once


def command(text: str, address: str) -> AsyncBoltRequest:
    fields = {
        "command": "/papers",
        "text": text,
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "channel_name": "papers",
        "response_url": address,
        "trigger_id": "1.2",
    }
    return AsyncBoltRequest(mode="socket_mode", body=fields)


@asynccontextmanager
async def desks(parts: Parts) -> AsyncIterator[tuple[Desk, Desk]]:
    """Give the bot, and an app that answers a constant."""

    async def constant(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Here you are.", response_type="ephemeral")

    both: dict[str, Desk] = {}

    def taking(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def take(request: web.Request) -> web.StreamResponse:
            await request.read()
            both[name].answered.put_nowait(None)
            return web.Response(text="ok")

        return take

    async def identity(_: web.Request) -> web.StreamResponse:
        return web.json_response(IDENTITY)

    async def person(_: web.Request) -> web.StreamResponse:
        return web.json_response(PERSON)

    routes: dict[str, Any] = {"/api/auth.test": identity, "/api/users.info": person}
    async with serving({**routes, "/bot": taking("bot"), "/constant": taking("constant")}) as slack:
        for name in ("bot", "constant"):
            app = AsyncApp(name=name, token="xoxb-1", raise_error_for_unhandled_request=True)
            app.client.base_url = f"{slack.address}/api/"
            both[name] = Desk(app, f"{slack.address}/{name}")
        handlers.register(both["bot"].app, parts)
        both["constant"].app.command("/papers")(constant)
        yield both["bot"], both["constant"]


async def test_a_command_beside_a_constant(tmp_path: Path, shared_data: Path) -> None:
    def fill(parts: Parts) -> None:
        run_at_once(parts.storage.write(lambda tables: load(tables, shared_data)))

    parts = next(parts_with(tmp_path / "command.db", fill))
    lines = []
    async with desks(parts) as (bot, constant):
        for text in TEXTS:
            for at_once in (1, 50):
                await bot.ask(text, 1)
                pairs = [
                    (await bot.ask(text, at_once), await constant.ask(text, at_once)) for _ in range(ROUNDS)
                ]
                mine, beside = (statistics.median(each) for each in zip(*pairs, strict=True))
                lines.append(
                    f"/papers {text:20} {at_once:2} at once: {mine:6.2f} ms, a constant {beside:5.2f}, "
                    f"more by {mine - beside:5.2f}"
                )
    print("\n" + "\n".join(lines))
