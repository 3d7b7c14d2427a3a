"""A stack of modals on the page."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.browser.lunch_modals import menu_modal, plain
from tests.browser.places import say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def push(client: AsyncWebClient, sandbox: Sandbox, title: str) -> None:
    """Push a modal on top of the one that Ada sees."""
    ada = sandbox.workspace.person("ada")
    trigger = sandbox.workspace.issue_trigger(ada.id, ada.views[-1].id)
    await client.views_push(trigger_id=trigger, view={**menu_modal(), "title": plain(title)})


async def test_three_modals_lie_on_each_other_and_lead_back(
    page: Page, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    await say(page, "/lunch new")
    first = page.get_by_role("dialog", name="A new place")
    await first.get_by_role("textbox", name="Name").fill("Bakery")
    await first.get_by_role("radio", name="Bread").check()
    for title in ("Second", "Third"):
        await push(app_client, sandbox, title)
        await expect(page.get_by_role("dialog", name=title)).to_be_visible()

    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await push(app_client, sandbox, "Fourth")
    for title in ("Third", "Second"):
        await page.get_by_role("dialog", name=title).get_by_role("button", name="Back").click()

    await expect(first.get_by_role("button", name="Back")).to_have_count(0)
    await expect(first.get_by_role("textbox", name="Name")).to_have_value("Bakery")
    await expect(first.get_by_role("radio", name="Bread")).to_be_checked()
