"""The parts of the page, in any of its languages, and frequent actions on them."""

import re
from typing import Any

from playwright.async_api import Locator, Page
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def thread_of(page: Page) -> Locator:
    return page.get_by_role("complementary", name=re.compile("^(Thread|消息列)$"))


def home_of(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^(Home|主页)$"))


def notices_of(page: Page) -> Locator:
    return page.get_by_role("log", name=re.compile("^(Notices|通知)$"))


def composer_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("^(Message |发消息到 )"))


async def say(page: Page, text: str) -> None:
    await composer_of(page).fill(text)
    await page.keyboard.press("Enter")


async def post(client: AsyncWebClient, sandbox: Sandbox, channel: str = "papers", **message: Any) -> str:
    """Post as the app and return the ts."""
    answer = await client.chat_postMessage(channel=sandbox.workspace.channel(channel).id, **message)
    return str(answer["ts"])


async def overlap(one: Locator, other: Locator) -> bool:
    """Return whether two visible elements share any of their area."""
    a, b = await one.bounding_box(), await other.bounding_box()
    assert a is not None
    assert b is not None
    is_beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    is_above = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    return not (is_beside or is_above)
