"""Drives the system's Chromium over the sandbox's page, with a foreign app connected."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import RunningClock
from bot.sandbox.composition import create_workspace
from bot.sandbox.server import Sandbox
from tests.browser.lunch import MANIFEST, Lunch
from tests.browser.screen import Screen, leave

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
UNLIMITED = {
    "message_seconds": None,
    "messages_per_minute": None,
    "tier_1": None,
    "tier_3": None,
    "tier_4": None,
}

expect.set_options(timeout=60_000)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no Chromium is installed here ({', '.join(CHROMIUM)})")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def window(browser: Browser) -> AsyncIterator[BrowserContext]:
    """The window of all pages of a run; each sandbox has its own origin, so the pages share nothing."""
    context = await browser.new_context()
    yield context
    await context.close()


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(clock: RunningClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(create_workspace(MANIFEST, clock, {"rates": UNLIMITED})) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def app_client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.workspace.bot_token, base_url=sandbox.api_url)


@pytest_asyncio.fixture(loop_scope="session")
async def lunch(sandbox: Sandbox, app_client: AsyncWebClient) -> AsyncIterator[Lunch]:
    lunch = Lunch(app_client, sandbox.workspace.app_token)
    await lunch.connect()
    yield lunch
    await lunch.disconnect()


@pytest_asyncio.fixture(loop_scope="session")
async def screen(window: BrowserContext, sandbox: Sandbox) -> AsyncIterator[Screen]:
    screen = Screen(await window.new_page(), sandbox)
    await screen.page.set_viewport_size({"width": 1280, "height": 800})
    screen.watch()
    yield screen
    await leave(screen.page, sandbox)

    assert screen.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(screen: Screen, lunch: Lunch) -> Page:
    return await screen.open()


@pytest_asyncio.fixture(loop_scope="session")
async def paused_page(browser: Browser, sandbox: Sandbox, lunch: Lunch) -> AsyncIterator[Page]:
    """A page whose clock only the test advances, in a window of its own, since a window has one clock."""
    context = await browser.new_context()
    screen = Screen(await context.new_page(), sandbox)
    screen.watch()
    await screen.page.clock.install(time=0)
    await screen.page.clock.pause_at(1)
    yield await screen.open()
    await leave(screen.page, sandbox)
    await context.close()

    assert screen.complaints == []


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def canvas(window: BrowserContext) -> AsyncIterator[Page]:
    """A page on which tests draw; drawing leaves nothing behind for the next test."""
    async with Sandbox(create_workspace(MANIFEST)) as sandbox:
        page = await window.new_page()
        await page.goto(sandbox.url)
        yield page
        await leave(page, sandbox)
