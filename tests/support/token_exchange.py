"""Slack's exchange of refresh tokens, over HTTP and by its rules: each is taken once, by the app's secret.

https://docs.slack.dev/authentication/using-token-rotation
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from aiohttp import web
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.installations.exchange import SlackExchange
from tests.support.web_server import serving

CLIENT_ID, CLIENT_SECRET = "123.456", "client-secret"
_BASIC = f"Basic {b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
TWELVE_HOURS = 43_200


@dataclass
class TokenRotation:
    """What Slack keeps: which refresh tokens it takes now, and which it was given."""

    address: str = ""
    valid: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)
    #: What it answers before anything else: an HTTP status and a body, in turn.
    faults: list[tuple[int, str]] = field(default_factory=list)
    #: Set while it answers; until then requests wait that were taken already.
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Iterator[int] = field(default_factory=lambda: count(2))

    def exchange(self) -> SlackExchange:
        """Return a client of this Slack, as the bot has it."""
        client = AsyncWebClient(base_url=f"{self.address}/api/", retry_handlers=[])
        return SlackExchange(client, CLIENT_ID, SecretStr(CLIENT_SECRET))

    async def answer(self, request: web.Request) -> web.Response:
        given = await request.post()
        if self.faults:
            status, body = self.faults.pop(0)
            return web.Response(status=status, body=body, content_type="application/json")
        if request.headers["Authorization"] != _BASIC:
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        refresh_token = str(given["refresh_token"])
        if given["grant_type"] != "refresh_token" or refresh_token not in self.valid:
            return web.json_response({"ok": False, "error": "invalid_refresh_token"})
        self.valid.remove(refresh_token)
        self.taken.append(refresh_token)
        self.asked.set()
        await self.answers.wait()
        number = next(self._numbers)
        self.valid.add(f"xoxe-1-{number}")
        return web.json_response(
            {
                "ok": True,
                "access_token": f"xoxe.xoxb-1-{number}",
                "refresh_token": f"xoxe-1-{number}",
                "expires_in": TWELVE_HOURS,
                "token_type": "bot",
            }
        )


@asynccontextmanager
async def token_rotation() -> AsyncIterator[TokenRotation]:
    """Serve until the block ends."""
    rotation = TokenRotation()
    rotation.answers.set()
    async with serving({"/api/oauth.v2.access": rotation.answer}) as service:
        rotation.address = service.address
        yield rotation
