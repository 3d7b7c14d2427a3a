"""The page with the keyboard, a screen reader, a dark theme and a small window."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.browser.inspection import low_contrast, nameless_controls
from tests.browser.lunch import Lunch, poll
from tests.browser.lunch_modals import button, mrkdwn
from tests.browser.places import composer_of, main_of, notices_of, post, say, thread_of
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_everything_is_reached_with_the_keyboard_alone(page: Page) -> None:
    await composer_of(page).focus()
    await page.keyboard.type("/lunch Bakery\n")
    await expect(main_of(page).get_by_role("heading", name="Lunch at Bakery?")).to_be_visible()

    await page.get_by_role("region", name="Messages in #papers").focus()
    await page.keyboard.press("ArrowUp")
    await expect(main_of(page).get_by_role("article")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(main_of(page).get_by_role("button", name="Count me in")).to_be_focused()
    for _ in range(3):
        await page.keyboard.press("Tab")
    more = main_of(page).get_by_role("button", name="More actions").first
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Remind everybody")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(main_of(page).get_by_text("more move")).to_be_visible()

    await composer_of(page).focus()
    await page.keyboard.type("/lunch new\n")
    modal = page.get_by_role("dialog", name="A new place")
    await expect(modal.get_by_role("textbox", name="Name")).to_be_focused()
    inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(inside)
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()
    await expect(composer_of(page)).to_be_focused()


def showcase() -> list[dict[str, Any]]:
    """Return blocks with every colour of text that a message can have."""
    return [
        *poll("Bakery"),
        {
            "type": "section",
            "text": mrkdwn("<https://a.example|link> `code` <@U0000000002> <#C0000000005> <!here>"),
        },
        {"type": "section", "text": mrkdwn("&gt; quoted\n```preformatted```")},
        {"type": "context", "elements": [mrkdwn("small *print* with `code`")]},
        {"type": "actions", "block_id": "last", "elements": [button("Again", "menu", style="primary")]},
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_is_readable_and_controls_have_names(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient, scheme: Any
) -> None:
    ts = await post(app_client, sandbox, text="Everything", blocks=showcase())
    await post(app_client, sandbox, text="A reply", thread_ts=ts)
    await screen.person("ada").react({"channel": sandbox.workspace.channel("papers").id, "ts": ts}, "tada")
    await screen.page.emulate_media(color_scheme=scheme)
    page = await screen.open(thread=ts)
    await expect(thread_of(page).get_by_text("A reply")).to_be_visible()
    assert await low_contrast(page) == []
    assert await nameless_controls(page) == []

    await say(page, "/lunhc")
    await expect(notices_of(page)).to_contain_text("/lunhc is not a valid command")
    await composer_of(page).fill("/lunch")
    assert await low_contrast(page) == []
    await say(page, "/lunch new")
    modal = page.get_by_role("dialog", name="A new place")
    await modal.get_by_role("button", name="Add it").click()
    await expect(modal.get_by_text("Please complete this required field.")).to_be_visible()
    assert await low_contrast(page) == []
    assert await nameless_controls(page) == []


async def test_a_small_window_shows_the_thread_in_place_of_the_channel(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    ts = await post(app_client, sandbox, text="Everything", blocks=showcase())
    await screen.page.set_viewport_size({"width": 700, "height": 800})
    page = await screen.open()
    await expect(main_of(page).get_by_role("article")).to_be_visible()
    overflowing = "document.documentElement.scrollWidth > innerWidth"
    assert not await page.evaluate(overflowing)

    await main_of(page).get_by_role("article").hover()
    await main_of(page).get_by_role("button", name="Reply in thread").click()

    await expect(thread_of(page).get_by_role("article")).to_be_visible()
    await expect(main_of(page)).to_be_hidden()
    assert not await page.evaluate(overflowing)
    assert f"thread={ts}" in page.url
