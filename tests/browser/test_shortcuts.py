"""Shortcuts on the page: global ones beside each message box, those of a message in its menu."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.browser.places import main_of, post, thread_of
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("where", ["channel", "thread"])
async def test_a_global_shortcut_is_run_beside_each_message_box(
    page: Page, sandbox: Sandbox, app_client: AsyncWebClient, where: str
) -> None:
    await post(app_client, sandbox, text="Who is hungry?")
    pane = main_of(page)
    if where == "thread":
        await main_of(page).get_by_role("article").hover()
        await main_of(page).get_by_role("button", name="Reply in thread").click()
        pane = thread_of(page)
    button = pane.get_by_role("button", name="Shortcuts")
    await button.focus()

    await page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name="Plan a lunch")
    await expect(item).to_have_text("Plan a lunchLunch Poll")
    await page.keyboard.press("Enter")

    modal = page.get_by_role("dialog", name="A new place")
    await expect(modal.get_by_role("textbox", name="Name")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()
    await expect(button).to_be_focused()


async def test_a_message_shortcut_is_run_with_the_keyboard_alone(
    page: Page, screen: Screen, sandbox: Sandbox
) -> None:
    await screen.person("emmy").message("papers", "Noodle bar")
    message = main_of(page).get_by_role("article")
    await expect(message).to_be_visible()
    await page.get_by_role("region", name="Messages in #papers").focus()
    await page.keyboard.press("ArrowUp")
    await expect(message).to_be_focused()

    more = message.get_by_role("button", name="More actions")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_have_text(
        "Eat hereMakes a poll of a message · Lunch Poll"
    )
    await page.keyboard.press("Enter")

    await expect(message.get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_reaction_is_found_by_its_short_name(page: Page, screen: Screen) -> None:
    await screen.person("emmy").message("papers", "Noodle bar")
    message = main_of(page).get_by_role("article")
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()

    await page.get_by_role("combobox", name="Search: Reactions").fill(":white_check_mark:")
    await page.keyboard.press("Enter")

    await expect(message.get_by_role("button", name="white check mark: Ada Lovelace")).to_be_visible()
