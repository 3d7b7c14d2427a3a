"""A process that answers `/papers`, the bot's or the bare app's, and as much of Slack as that needs.

Each runs in a process of its own and reaches this one over 127.0.0.1 alone, as it would reach Slack.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from aiohttp import web
from cryptography.fernet import Fernet

from bot.clock import SystemClock
from bot.manifest import EVENTS_PATH, OPTIONAL_SCOPES, REDIRECT_PATH, SCOPES
from handlers.installs import INSTALL_PATH
from tests.support.slack_requests import FORM, SECRET, signed
from tests.support.web_server import refusing_address, serving

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
WAYS = ("socket", "http")

_IDENTITY = {
    "ok": True,
    "url": "https://example.slack.com/",
    "team": "One",
    "team_id": "T1",
    "user_id": "UBOT",
    "bot_id": "B1",
}
_PERSON = {
    "ok": True,
    "user": {
        "id": "U1",
        "team_id": "T1",
        "locale": "en-US",
        "tz": "America/New_York",
        "is_bot": False,
        "deleted": False,
    },
}
_HELLO = {"type": "hello", "num_connections": 1, "debug_info": {}, "connection_info": {"app_id": "A1"}}


@dataclass
class SmallSlack:
    """As much of Slack as somebody needs who types a command: tokens, a socket, and where answers arrive."""

    address: str = ""
    socket: asyncio.Future[web.WebSocketResponse] = field(default_factory=asyncio.Future)
    answers: dict[str, asyncio.Future[None]] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """Where the Web API is."""
        return f"{self.address}/api/"

    def routes(self) -> dict[str, Any]:
        """Return what is served."""
        said = {
            "auth.test": _IDENTITY,
            "users.info": _PERSON,
            "oauth.v2.access": {
                "ok": True,
                "access_token": "xoxb-1",
                "token_type": "bot",
                "bot_user_id": "UBOT",
                "app_id": "A1",
                "scope": ",".join((*SCOPES, *OPTIONAL_SCOPES)),
                "team": {"id": "T1", "name": "One"},
                "authed_user": {"id": "U1"},
                "enterprise": None,
                "is_enterprise_install": False,
            },
        }
        answers = {f"/api/{method}": _saying(answer) for method, answer in said.items()}
        return {**answers, "/api/apps.connections.open": self._connect, "/link": self._link}

    async def _connect(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "url": f"{self.address.replace('http', 'ws', 1)}/link"})

    async def _link(self, request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.send_json(_HELLO)
        self.socket.set_result(opened)
        async for _ in opened:
            pass  # Acknowledgements.
        return opened

    def answer_url(self, name: str) -> str:
        """Return where an answer is to be sent."""
        return f"{self.address}/answers?{urlencode({'name': name})}"

    async def take_answer(self, request: web.Request) -> web.StreamResponse:
        """Note that an answer has come."""
        await request.read()
        came = self.answers[request.query["name"]]
        if not came.done():
            came.set_result(None)
        return web.Response(text="ok")


def _saying(answer: Mapping[str, Any]) -> Any:
    async def say(_: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    return say


@dataclass
class Desk:
    """A process that answers."""

    slack: SmallSlack
    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    #: Where it serves; `None` where it has a socket.
    url: str | None
    #: Tells one command from another.
    numbers: Any = field(default_factory=count)

    async def ask(self, text: str) -> None:
        """Type the command, and return when its answer has come."""
        name = str(next(self.numbers))
        came = self.slack.answers[name] = asyncio.get_running_loop().create_future()
        fields = {
            "command": "/papers",
            "text": text,
            "team_id": "T1",
            "user_id": "U1",
            "api_app_id": "A1",
            "channel_id": "C1",
            "channel_name": "papers",
            "is_enterprise_install": "false",
            "response_url": self.slack.answer_url(name),
            "trigger_id": f"1.{name}",
        }
        async with asyncio.timeout(PATIENCE):
            await (self._over_http(fields) if self.url else self._over_socket(name, fields))
            await came
        del self.slack.answers[name]

    async def ask_at_once(self, text: str, number: int) -> None:
        """Type the command so many times together, and return when all answers have come."""
        await asyncio.gather(*(self.ask(text) for _ in range(number)))

    async def _over_socket(self, name: str, fields: Mapping[str, str]) -> None:
        envelope = {"type": "slash_commands", "envelope_id": name, "accepts_response_payload": True}
        await (await self.slack.socket).send_json({**envelope, "payload": fields})

    async def _over_http(self, fields: Mapping[str, str]) -> None:
        body = urlencode(fields).encode()
        headers = signed(body, SystemClock().now(), FORM)
        answer = await self.client.post(f"{self.url}{EVENTS_PATH}", content=body, headers=headers)
        answer.raise_for_status()

    def resident_megabytes(self) -> float:
        """Return how much memory the process holds, as Linux counts it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        [line] = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@asynccontextmanager
async def bot_at(way: str, database: Path) -> AsyncIterator[Desk]:
    """Give the bot, as `paper-round run` starts it on the database, once it can be asked."""
    port = _free_port()
    settings = {
        "PAPER_ROUND_DB": str(database),
        **dict.fromkeys(
            ("HF_BASE_URL", "ARXIV_API_URL", "ARXIV_FEED_URL", "ARXIV_CONTENT_URL"), refusing_address()
        ),
    }
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    if way == "http":
        tokens = {
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "secret",
            "SLACK_SIGNING_SECRET": SECRET,
            "PAPER_ROUND_URL": f"http://127.0.0.1:{port}/",
            "PORT": str(port),
            "PAPER_ROUND_TOKEN_KEYS": Fernet.generate_key().decode(),
        }
    async with _small_slack() as slack:
        arguments = ("-m", "bot", "run")
        environment = {**settings, **tokens, "SLACK_API_URL": slack.api_url}
        async with _running(slack, way, port, arguments, environment, database.parent) as desk:
            if way == "http":
                await _install(desk)
            yield desk


@asynccontextmanager
async def bare_at(way: str) -> AsyncIterator[Desk]:
    """Give the least app that answers, once it can be asked."""
    port = _free_port()
    async with _small_slack() as slack:
        given = (way, slack.api_url, str(port), EVENTS_PATH, SECRET)
        arguments = ("-m", "tests.benchmarks.measured.bare_app", *given)
        async with _running(slack, way, port, arguments, {}, ROOT) as desk:
            yield desk


@asynccontextmanager
async def _small_slack() -> AsyncIterator[SmallSlack]:
    slack = SmallSlack()
    routes = {**slack.routes(), "/answers": slack.take_answer}
    async with serving(routes) as service:
        slack.address = service.address
        yield slack


@asynccontextmanager
async def _running(
    slack: SmallSlack,
    way: str,
    port: int,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    folder: Path,
) -> AsyncIterator[Desk]:
    """Start the process, wait until it can be asked, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", ""), **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}" if way == "http" else None
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=_LIMITS) as client:
            await _until(process, _served(url, client) if url else _connected(slack))
            yield Desk(slack, process, client, url)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


async def _until(process: asyncio.subprocess.Process, ready: Coroutine[Any, Any, None]) -> None:
    """Wait until the process can be asked; raises RuntimeError where it ends before, or takes too long."""
    getting_ready, ending = asyncio.create_task(ready), asyncio.create_task(process.wait())
    tasks = (getting_ready, ending)
    await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    is_ready = getting_ready.done()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if not is_ready:
        raise RuntimeError(f"The process cannot be asked; it ended with {process.returncode}.")


async def _connected(slack: SmallSlack) -> None:
    await slack.socket


async def _served(url: str, client: httpx.AsyncClient) -> None:
    """Wait until something answers there."""
    while True:
        try:
            await client.get(url)
        except httpx.TransportError:
            await asyncio.sleep(0.005)
        else:
            return


async def _install(desk: Desk) -> None:
    """Install the bot in the one workspace, as a browser is led."""
    begun = await desk.client.get(f"{desk.url}{INSTALL_PATH}")
    [state] = parse_qs(urlsplit(begun.headers["location"]).query)["state"]
    cookie = begun.headers["set-cookie"].partition(";")[0]
    led = f"{desk.url}{REDIRECT_PATH}?{urlencode({'code': '1', 'state': state})}"
    page = await desk.client.get(led, headers={"Cookie": cookie})
    page.raise_for_status()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
