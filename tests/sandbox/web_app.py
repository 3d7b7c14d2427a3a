"""A foreign app over HTTP that keeps what it is sent, and workspaces that may install it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox import ManualClock, Teams
from tests.support.web_server import Answer, serving
from tests.support.workspaces import slack

CALLBACK = "http://127.0.0.1:1/slack/oauth_redirect"
SCOPES = "chat:write,commands,channels:read,reactions:read"
EVENTS = ["app_home_opened", "app_uninstalled", "reaction_added", "tokens_revoked"]


@dataclass
class WebApp:
    """An app that keeps what it is sent, and answers with what is next."""

    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[web.StreamResponse] = field(default_factory=list)
    arrived: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((dict(request.headers), await request.read()))
        self.arrived.put_nowait(None)
        return self.answers.pop(0) if self.answers else web.Response()

    async def until_seen(self, count: int) -> None:
        """Wait until the app has been sent so many more requests."""
        async with asyncio.timeout(20):
            for _ in range(count):
                await self.arrived.get()


@asynccontextmanager
async def teams_of(app: WebApp, **changes: Any) -> AsyncIterator[Teams]:
    """Serve the app, and two workspaces that can install it; `changes` as for `manifest` and `slack`."""
    answer: Answer = app.answer
    of_manifest = {name: changes.pop(name) for name in ("rotates", "org_wide") if name in changes}
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving({"/slack/events": answer}))
        asking_for = manifest(f"{served.address}/slack/events", **of_manifest)
        yield await stack.enter_async_context(
            slack(asking_for, "One", "Two", **{"clock": ManualClock(), **changes})
        )


def manifest(url: str, *, rotates: bool = False, org_wide: bool = False) -> dict[str, Any]:
    """Return a manifest of an app that listens at the address."""
    return {
        "display_information": {"name": "Reader"},
        "features": {
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [{"command": "/read", "url": url, "description": "Read"}],
            "shortcuts": [
                {"name": "Read", "type": "global", "callback_id": "read", "description": "Read"},
            ],
        },
        "oauth_config": {"redirect_urls": [CALLBACK], "scopes": {"bot": SCOPES.split(",")}},
        "settings": {
            "event_subscriptions": {"request_url": url, "bot_events": EVENTS},
            "interactivity": {"is_enabled": True, "request_url": url, "message_menu_options_url": url},
            "token_rotation_enabled": rotates,
            "org_deploy_enabled": org_wide,
        },
    }


async def advance(teams: Teams, seconds: float) -> None:
    """Advance the clock that all workspaces share."""
    clock = teams.workspaces[0].clock
    assert isinstance(clock, ManualClock)
    await clock.advance(seconds)
