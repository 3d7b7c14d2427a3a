"""A modal that searches as one types: what is typed stays, whatever the app answers."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.lunch import Lunch
from tests.browser.places import say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_answer_comes_while_one_types_on(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch find")
    modal = page.get_by_role("dialog", name="Find a place")
    query = modal.get_by_role("textbox")
    await expect(query).to_be_focused()

    await page.keyboard.type("bar")
    await expect(modal.get_by_text("2 found for “bar”")).to_be_visible()
    await expect(query).to_have_accessible_name("Search (2)")
    await expect(query).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.type("le ")
    await expect(modal.get_by_text("1 found for “le bar”")).to_be_visible()
    await expect(query).to_have_value("le bar")
    await page.keyboard.press("Backspace")

    await expect(query).to_have_value("lebar")
    await expect(modal.get_by_text("0 found for “lebar”")).to_be_visible()
    assert lunch.heard[-1]["value"] == "lebar"
    assert lunch.heard[-1]["type"] == "plain_text_input"


async def test_every_letter_counts_though_the_app_answers_late(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch find")
    modal = page.get_by_role("dialog", name="Find a place")
    await expect(modal.get_by_role("textbox")).to_be_focused()
    lunch.hold.clear()

    await page.keyboard.type("n")
    await lunch.joining.wait()
    await page.keyboard.type("oodle")
    lunch.hold.set()

    await expect(modal.get_by_text("1 found for “noodle”")).to_be_visible()
    assert [action["value"] for action in lunch.heard] == ["n", "noodle"]


async def test_a_select_is_filled_by_the_app_as_one_types(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch where")
    modal = page.get_by_role("dialog", name="Where to")
    first, then = modal.get_by_role("button", name="First"), modal.get_by_role("button", name="Then")
    search = page.get_by_role("combobox", name="Search")
    await first.click()
    await expect(page.get_by_text("Type 1 character or more")).to_be_visible()
    await search.press_sequentially("nood")
    await expect(page.get_by_role("option")).to_have_text(["Noodle bar"])
    await page.keyboard.press("Enter")
    await expect(first).to_have_text("Noodle bar")
    await expect(first).to_be_focused()

    await then.click()
    await expect(page.get_by_role("option")).to_have_text(["Bakery", "Bar", "Noodle bar"])
    await page.get_by_role("option", name="Bakery").click()
    await search.fill("bar")
    await expect(page.get_by_role("option")).to_have_text(["Bar", "Noodle bar"])
    await page.get_by_role("option", name="Bar", exact=True).click()
    await page.keyboard.press("Escape")
    await expect(then).to_have_text("BakeryBar")
    await modal.get_by_role("button", name="Send").click()

    await expect(modal).to_be_hidden()
    [values] = lunch.heard
    assert values["one"]["place"]["selected_option"]["value"] == "Noodle bar"
    assert [each["value"] for each in values["many"]["place"]["selected_options"]] == ["Bakery", "Bar"]


async def test_letters_of_an_input_method_are_told_once_they_are_a_character(
    page: Page, lunch: Lunch
) -> None:
    await say(page, "/lunch find")
    modal = page.get_by_role("dialog", name="Find a place")
    await expect(modal.get_by_role("textbox")).to_be_focused()
    keyboard = await page.context.new_cdp_session(page)

    for letters in ("m", "mi", "mian"):
        composed = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        await keyboard.send("Input.imeSetComposition", composed)
    await keyboard.send("Input.insertText", {"text": "面"})

    await expect(modal.get_by_text("0 found for “面”")).to_be_visible()
    assert [action["value"] for action in lunch.heard] == ["面"]
