"""The sandbox's page, driven in a browser with a foreign app connected."""

import re

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import RunningClock
from bot.sandbox.server import Sandbox
from tests.browser.lunch import Lunch
from tests.browser.lunch_modals import mrkdwn, plain
from tests.browser.places import composer_of, main_of, notices_of, overlap, post, say, thread_of
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


# ---- Reading and acting


async def test_a_command_is_offered_completed_and_answered(page: Page) -> None:
    composer = composer_of(page)
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    await composer.fill("/lu")
    await expect(options).to_have_text(
        [
            "/lunch [place | new]Ask who comes to lunchLunch Poll",
            "/lunch-billSplit the billLunch Poll",
        ]
    )
    await expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    await composer.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await composer.press("ArrowUp")
    await composer.press("Tab")
    await expect(composer).to_have_value("/lunch ")
    await expect(options).to_have_count(1)

    await page.keyboard.type("Bakery")
    await composer.press("Enter")

    await expect(main_of(page).get_by_role("heading", name="Lunch at Bakery?")).to_be_visible()
    await expect(composer).to_have_value("")
    await expect(options).to_have_count(0)


async def test_the_page_itself_never_scrolls(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0


async def test_lists_in_messages_have_the_bullets_of_slack(
    page: Page, app_client: AsyncWebClient, sandbox: Sandbox
) -> None:
    soup = {"type": "rich_text_section", "elements": [{"type": "text", "text": "soup"}]}
    lists = [
        {"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": [soup]}
        for indent in range(3)
    ]
    blocks = [{"type": "rich_text", "elements": lists}]
    await post(app_client, sandbox, text="soup", blocks=blocks)
    drawn = main_of(page).locator("ul.rt-list")
    await expect(drawn).to_have_count(3)

    styles = await drawn.evaluate_all("all => all.map((each) => getComputedStyle(each).listStyleType)")
    assert styles == ["disc", "circle", "square"]


async def test_a_button_is_pending_until_the_app_answers(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch Bakery")
    join = main_of(page).get_by_role("button", name="Count me in")
    lunch.hold.clear()
    await join.click()
    await expect(join).to_have_attribute("aria-busy", "true")

    lunch.hold.set()

    await expect(main_of(page).get_by_text("1 coming")).to_be_visible()
    await expect(join).not_to_have_attribute("aria-busy", "true")
    await expect(join).to_be_focused()


async def test_a_thread_opens_beside_the_channel_and_can_be_shared(page: Page) -> None:
    await say(page, "/lunch Bakery")
    replies = main_of(page).get_by_role("button", name="1 reply")
    await replies.click()
    thread = thread_of(page)
    await expect(thread.get_by_role("article")).to_have_count(2)
    await thread.get_by_role("textbox", name="Reply…").fill("Me & <b>@lin</b> in #papers")
    await page.keyboard.press("Enter")
    said = thread.get_by_role("article").nth(2)
    await expect(said).to_contain_text("Me & <b>@林徽因</b> in #papers")
    await expect(main_of(page).get_by_role("button", name="2 replies")).to_be_visible()

    await page.reload()
    await expect(said).to_be_visible()
    await thread.get_by_role("textbox", name="Reply…").fill("/lunch")
    await page.keyboard.press("Enter")
    await expect(notices_of(page)).to_contain_text("cannot be used in a thread")

    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()
    await expect(main_of(page).get_by_role("button", name="2 replies")).to_be_focused()


async def test_selects_overflow_menus_and_confirmations_reach_the_app(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch Bakery")
    main = main_of(page)
    await main.get_by_role("button", name="When?").click()
    await page.get_by_role("option", name="At one").click()
    await expect(main.get_by_text("when 13")).to_be_visible()
    await expect(main.get_by_role("button", name="At one")).to_be_focused()
    await main.get_by_role("button", name="More actions").first.click()
    await page.get_by_role("menuitem", name="Move the poll").click()
    await expect(main.get_by_text("more move")).to_be_visible()
    close = main.get_by_role("button", name="Close")
    await close.click()
    await page.get_by_role("dialog", name="Close the poll?").get_by_role("button", name="Not yet").click()
    await expect(close).to_be_focused()
    await close.click()
    await page.get_by_role("dialog").get_by_role("button", name="Close it").click()
    await expect(main.get_by_text("close_poll")).to_be_visible()

    assert [heard["action_id"] for heard in lunch.heard] == ["when", "more", "close_poll"]
    menu = main.get_by_role("link", name="Menu")
    assert await menu.get_attribute("href") == "https://lunch.example/menu"
    assert await menu.get_attribute("rel") == "noopener noreferrer"
    assert await menu.get_attribute("target") == "_blank"


async def test_each_person_sees_their_own(page: Page, screen: Screen) -> None:
    await say(page, "/lunch")
    ephemeral = main_of(page).get_by_role("article").filter(has_text="Only visible to you")
    await expect(ephemeral).to_contain_text("Say where: /lunch Bakery")
    await expect(page.get_by_role("link", name="leads, private")).to_be_visible()

    await page.get_by_role("button", name="You are Ada Lovelace").click()
    await page.get_by_role("menuitemradio", name="林徽因").click()

    await expect(page.get_by_role("button", name="你是 林徽因")).to_be_focused()
    await expect(page.get_by_role("link", name="leads")).to_have_count(0)
    await expect(main_of(page).get_by_role("article")).to_have_count(0)
    await screen.person("ada").message("general", "Hello")
    await expect(page.get_by_role("link", name="general, 1 条新消息")).to_be_visible()
    await page.go_back()
    await ephemeral.get_by_role("button", name="Dismiss").click()
    await expect(ephemeral).to_have_count(0)


async def test_reactions_and_shortcuts_are_done_on_a_message(page: Page, screen: Screen) -> None:
    await screen.person("emmy").message("papers", "Noodle bar")
    message = main_of(page).get_by_role("article").filter(has_text="Noodle bar")
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("combobox", name="Search: Reactions").fill("ramen")
    await page.keyboard.press("Enter")
    reaction = message.get_by_role("button", name="ramen: Ada Lovelace")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await reaction.click()
    await expect(reaction).to_have_count(0)

    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Eat here").click()

    await message.get_by_role("button", name="1 reply").click()
    await expect(thread_of(page).get_by_role("heading", name="Lunch at Noodle bar?")).to_be_visible()


async def test_a_modal_shows_an_error_at_its_field_and_then_takes_what_is_right(
    page: Page, lunch: Lunch, screen: Screen
) -> None:
    await say(page, "/lunch new")
    modal = page.get_by_role("dialog", name="A new place")
    name = modal.get_by_role("textbox", name="Name")
    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description("As it is written over the door.")
    await name.press("Enter")
    await expect(name).to_have_accessible_description(re.compile("Please complete this required field"))

    await name.fill("Home")
    await modal.get_by_role("button", name="Add it").click()
    await expect(name).to_have_accessible_description(re.compile("Home is no restaurant"))
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(name).to_be_focused()

    await name.fill("Noodle bar")
    await modal.get_by_role("button", name="Open on").click()
    await page.get_by_role("option", name="Monday").click()
    await page.get_by_role("option", name="Friday").click()
    await page.keyboard.press("Escape")
    await modal.get_by_role("radio", name="Bread").check()
    await modal.get_by_role("button", name="Add it").click()

    await expect(modal).to_be_hidden()
    await expect(composer_of(page)).to_be_focused()
    await expect(page.get_by_role("link", name="Lunch Poll, Messages, 1 new")).to_be_visible()
    [values] = lunch.heard
    assert values["name"]["v"]["value"] == "Noodle bar"
    assert [each["value"] for each in values["days"]["v"]["selected_options"]] == ["mon", "fri"]
    assert values["kind"]["v"]["selected_option"]["value"] == "bread"
    assert screen.person("ada").direct_messages()[0]["text"] == "Added *Noodle bar*."


async def test_a_pushed_modal_goes_back_to_what_was_typed(page: Page, lunch: Lunch) -> None:
    await say(page, "/lunch new")
    name = page.get_by_role("dialog", name="A new place").get_by_role("textbox", name="Name")
    await name.fill("Noodle bar")
    await page.get_by_role("button", name="What counts?").click()
    pushed = page.get_by_role("dialog", name="What counts")
    await expect(pushed).to_contain_text("Anything with a roof.")

    await page.keyboard.press("Escape")

    await expect(name).to_have_value("Noodle bar")
    assert lunch.heard[0]["name"]["v"]["value"] == "Noodle bar"


async def test_the_home_tab_is_drawn_and_used(page: Page) -> None:
    await page.get_by_role("link", name="Lunch Poll, Home").click()
    main = main_of(page)
    await expect(main.get_by_role("heading", name="Your lunches")).to_be_visible()
    await expect(main.get_by_text("Favourite: none yet")).to_be_visible()
    await main.get_by_role("button", name="Select an item").click()
    await page.get_by_role("option", name="Bakery").click()
    await expect(main.get_by_text("Favourite: Bakery")).to_be_visible()
    await main.get_by_role("button", name="Add a place").click()
    await expect(page.get_by_role("dialog", name="A new place")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(main.get_by_role("button", name="Add a place")).to_be_focused()

    await main.get_by_role("link", name="Messages").click()

    await expect(composer_of(page)).to_have_attribute("placeholder", "Message Lunch Poll")


async def test_a_channel_can_be_left_renamed_and_archived(page: Page) -> None:
    async def choose(item: str) -> None:
        await main_of(page).get_by_role("button", name="Channel options").click()
        await page.get_by_role("menuitem", name=item).click()

    await choose("Remove Lunch Poll from the channel")
    await expect(main_of(page).get_by_text("Lunch Poll is not in this channel")).to_be_visible()
    await choose("Add Lunch Poll to the channel")
    await expect(main_of(page).get_by_text("Lunch Poll is in this channel")).to_be_visible()
    await choose("Rename the channel")
    await page.get_by_role("textbox", name="Name").fill("reading")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="reading", exact=True)).to_be_visible()
    await choose("Archive the channel")

    await expect(main_of(page).get_by_text("This channel is archived.")).to_be_visible()
    await expect(composer_of(page)).to_have_count(0)


# ---- What does not work is said


async def test_it_is_said_that_the_app_did_not_answer(
    paused_page: Page, lunch: Lunch, clock: RunningClock
) -> None:
    page, notices = paused_page, notices_of(paused_page)
    await say(page, "/lunch Bakery")
    join = main_of(page).get_by_role("button", name="Count me in")
    lunch.hold.clear()
    await join.click()
    await expect(join).to_have_attribute("aria-busy", "true")
    await lunch.joining.wait()

    await clock.advance(4)

    await expect(notices).to_contain_text("operation_timeout")
    await expect(join).not_to_have_attribute("aria-busy", "true")
    lunch.hold.set()
    await notices.get_by_role("button", name="Dismiss").click()
    await expect(notices).to_be_empty()
    await say(page, "/lunhc")
    await expect(notices).to_contain_text("/lunhc is not a valid command")
    await expect(composer_of(page)).to_have_value("/lunhc")


async def test_a_notice_disappears_by_itself_but_not_while_it_is_pointed_at(paused_page: Page) -> None:
    page, notices = paused_page, notices_of(paused_page)
    await say(page, "/lunhc")
    await expect(notices).to_contain_text("/lunhc is not a valid command")

    await notices.get_by_text("not a valid command").hover()
    await page.clock.run_for(60_000)
    await expect(notices).to_contain_text("/lunhc is not a valid command")
    await composer_of(page).hover()
    await page.clock.run_for(9_900)
    await expect(notices).to_contain_text("/lunhc is not a valid command")
    await page.clock.run_for(200)

    await expect(notices).to_be_empty()


@pytest.mark.parametrize("width", [1280, 700])
async def test_notices_cover_neither_the_conversation_nor_a_modal(
    paused_page: Page, sandbox: Sandbox, width: int
) -> None:
    page, notices = paused_page, notices_of(paused_page)
    ada = sandbox.workspace.person("ada")
    await page.set_viewport_size({"width": width, "height": 600})
    for number in range(5):
        sandbox.workspace.notify(ada, f"/lunch-{number} failed because the app did not respond.")
    await expect(notices).to_contain_text("/lunch-4 failed")
    assert not await overlap(notices, main_of(page))
    await composer_of(page).click()

    await say(page, "/lunch new")
    modal = page.get_by_role("dialog", name="A new place")
    await expect(modal.get_by_role("log", name="Notices")).to_contain_text("/lunch-4 failed")
    assert not await overlap(notices, modal.locator("form"))
    await modal.get_by_role("button", name="Never mind").click()
    await expect(modal).to_be_hidden()


async def test_it_is_said_that_the_sandbox_is_gone(screen: Screen, sandbox: Sandbox) -> None:
    page = await screen.open()

    await sandbox.aclose()

    await expect(notices_of(page)).to_contain_text("The sandbox does not respond")
    screen.complaints.clear()  # the browser says so too, on its console


async def test_what_strangers_write_never_becomes_markup_or_a_request(
    page: Page, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    evil = "<img src=https://evil.example/x onerror=alert(1)>"
    image = {"type": "image", "image_url": "https://evil.example/y.png", "alt_text": "A cat"}
    blocks = [
        {"type": "header", "text": plain(evil)},
        {"type": "section", "text": mrkdwn("&lt;b&gt;bold&lt;/b&gt;"), "accessory": image},
        {"type": "context", "elements": [image, mrkdwn(evil.replace("<", "&lt;"))]},
    ]
    await post(app_client, sandbox, text=evil, blocks=blocks)

    article = main_of(page).get_by_role("article")
    await expect(article).to_contain_text("<b>bold</b>")
    await expect(article.get_by_role("heading")).to_have_text(evil)
    await expect(article.get_by_role("img", name="A cat")).to_have_count(2)
    assert await article.locator("img, b, script").count() == 0


# ---- The page stays where the reader is


async def test_news_leave_what_is_typed_and_where_the_reader_is(
    page: Page, screen: Screen, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    for number in range(30):
        await post(app_client, sandbox, text=f"Message {number}")
    messages = page.get_by_role("region", name="Messages in #papers")
    await expect(messages.get_by_text("Message 29")).to_be_in_viewport()
    await composer_of(page).fill("half a sen")

    await post(app_client, sandbox, text="At the end")
    await expect(messages.get_by_text("At the end")).to_be_in_viewport()
    await expect(page.get_by_role("status")).to_have_text("Lunch Poll: At the end")

    await messages.get_by_text("Message 3", exact=True).scroll_into_view_if_needed()
    before = await messages.evaluate("node => node.scrollTop")
    await screen.person("emmy").message("papers", "Further down")
    await expect(messages.get_by_text("Further down")).to_be_attached()

    assert await messages.evaluate("node => node.scrollTop") == before
    await expect(composer_of(page)).to_be_focused()
    await page.keyboard.type("tence")
    await expect(composer_of(page)).to_have_value("half a sentence")
    await page.get_by_role("link", name="general").click()
    await expect(composer_of(page)).to_have_value("")
    await page.go_back()
    await expect(composer_of(page)).to_have_value("half a sentence")
