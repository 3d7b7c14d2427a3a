from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, Member, Sandbox, create_workspace
from bot.sandbox.http_mode import HttpMode
from tests.sandbox.examples import MANIFEST, UNLIMITED, over_http
from tests.sandbox.todo import Todo
from tests.support.web_server import refusing_address

EVENTS_URL = "https://todo.test/slack/events"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have what people do reach an app in Socket Mode and one over HTTP alike, see `about_sockets`."""
    chosen = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "todo" in metafunc.fixturenames and "mode" not in chosen:
        metafunc.parametrize("mode", ["socket", "http"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    """Give how the app is reached, `socket` or `http`."""
    return str(getattr(request, "param", "socket"))


@pytest.fixture
def reached_at() -> dict[str, str]:
    """Give where the app listens over HTTP: nowhere, until it does."""
    return {EVENTS_URL: refusing_address()}


@pytest.fixture
async def sandbox(clock: ManualClock, mode: str, reached_at: dict[str, str]) -> AsyncIterator[Sandbox]:
    is_http = mode == "http"
    manifest = over_http(MANIFEST, EVENTS_URL) if is_http else MANIFEST
    workspace = create_workspace(manifest, clock, {"rates": UNLIMITED})
    outlet = HttpMode(workspace, "secret", reached_at) if is_http else None
    async with Sandbox(workspace, outlet=outlet) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
async def todo(
    sandbox: Sandbox, client: AsyncWebClient, mode: str, reached_at: dict[str, str]
) -> AsyncIterator[Todo]:
    if mode == "socket":
        todo = Todo(client, sandbox.workspace.app_token)
        await todo.connect()
        yield todo
        await todo.close()
    else:
        # Bolt compares the requests' time with the machine's, not with the clock of the test.
        todo = Todo(client, signing_secret="secret", request_verification_enabled=False)
        async with _served(todo.web_app()) as address:
            reached_at[EVENTS_URL] = f"{address}/slack/events"
            yield todo


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def ada(sandbox: Sandbox) -> Member:
    return sandbox.person("ada")


@pytest.fixture
def lin(sandbox: Sandbox) -> Member:
    return sandbox.person("lin")
