from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, Member, Sandbox, create_workspace
from tests.sandbox.examples import MANIFEST, UNLIMITED
from tests.sandbox.todo import Todo


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(create_workspace(MANIFEST, clock, {"rates": UNLIMITED})) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
async def todo(sandbox: Sandbox, client: AsyncWebClient) -> AsyncIterator[Todo]:
    todo = Todo(client, sandbox.workspace.app_token)
    await todo.connect()
    yield todo
    await todo.close()


@pytest.fixture
def ada(sandbox: Sandbox) -> Member:
    return sandbox.person("ada")


@pytest.fixture
def lin(sandbox: Sandbox) -> Member:
    return sandbox.person("lin")
