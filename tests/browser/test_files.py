"""Files on the page: the cards of those that an app sends, and the input that takes those of people."""

import re

import httpx
import pytest
from playwright.async_api import FilePayload, Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.browser.inspection import low_contrast, nameless_controls
from tests.browser.lunch import Lunch
from tests.browser.places import main_of, say
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def payload(name: str, content: bytes = b"soup") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def choose(page: Page, button: Locator, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as chooser:
        await button.click()
    await (await chooser.value).set_files(list(files))


async def test_a_file_is_shown_as_a_card_and_saved(
    page: Page, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    await app_client.files_upload_v2(
        filename="菜单.csv",
        content="dish,price\n" * 200,
        title="The menu",
        channel=sandbox.workspace.channel("papers").id,
        initial_comment="For today",
    )
    article = main_of(page).get_by_role("article")
    await expect(article).to_contain_text("For today")
    await expect(article.get_by_role("list", name="Files").get_by_role("listitem")).to_have_text(
        "The menu菜单.csv · CSV · 2.2 kB"
    )
    await expect(page.get_by_role("status")).to_have_text("Lunch Poll: For today, 菜单.csv")
    assert await low_contrast(page) == []

    async with page.expect_download() as saving:
        await article.get_by_role("link", name="Download 菜单.csv").click()
    saved = await saving.value

    assert saved.suggested_filename == "菜单.csv"
    assert (await saved.path()).read_text(encoding="utf-8") == "dish,price\n" * 200


async def test_a_file_input_takes_what_fits_and_sends_it(
    page: Page, lunch: Lunch, sandbox: Sandbox, screen: Screen
) -> None:
    await say(page, "/lunch menu")
    modal = page.get_by_role("dialog", name="The menu")
    button = modal.get_by_role("button", name="Choose files")
    chosen = modal.get_by_role("list", name="Chosen files").get_by_role("listitem")
    await expect(button).to_be_focused()
    await modal.get_by_role("button", name="Send").click()
    await expect(modal.get_by_text("Please complete this required field.")).to_be_visible()

    await choose(page, button, payload("menu.pdf"), payload("dessert.TXT", b"ice"))
    await expect(chosen).to_have_text(["menu.pdf4 bytes", "dessert.TXT3 bytes"])
    await choose(page, button, payload("third.pdf"))
    await expect(modal.get_by_role("alert")).to_have_text("No more than 2 files can be chosen here.")
    await chosen.get_by_role("button", name="Remove menu.pdf").click()
    await expect(chosen).to_have_text(["dessert.TXT3 bytes"])
    await expect(button).to_be_focused()
    await choose(page, button, payload("song.mp3"))
    await expect(modal.get_by_role("alert")).to_have_text("song.mp3 cannot be chosen here: only pdf, txt.")
    assert await low_contrast(page) == []
    assert await nameless_controls(page) == []
    await modal.get_by_role("button", name="Send").click()

    await expect(modal).to_be_hidden()
    [file] = lunch.heard[0]["menu"]["v"]["files"]
    bearer = {"Authorization": f"Bearer {sandbox.workspace.bot_token}"}
    async with httpx.AsyncClient(trust_env=False) as http:
        read = await http.get(file["url_private_download"], headers=bearer)
    assert (file["name"], read.content) == ("dessert.TXT", b"ice")


async def test_an_empty_file_is_refused_in_a_sentence(page: Page) -> None:
    await say(page, "/lunch menu")
    modal = page.get_by_role("dialog", name="The menu")

    await choose(page, modal.get_by_role("button", name="Choose files"), payload("empty.txt", b""))

    await expect(modal.get_by_role("alert")).to_have_text(re.compile("needs a name and at least one byte"))
