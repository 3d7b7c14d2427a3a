"""The page's own words: in the language of the person who looks, and readable on a phone."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Sandbox
from tests.browser.inspection import nameless_controls
from tests.browser.lunch import Lunch
from tests.browser.places import composer_of, main_of, notices_of, post, say, thread_of
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ADA = ("ada", "en-US", "Message #papers", "Today", "1 reply", "Last reply today at ", "Thread", "Reply…")
LIN = ("lin", "zh-CN", "发消息到 #papers", "今天", "1 条回复", "最后回复：今天 ", "消息列", "回复…")
EMMY = ("emmy", *ADA[1:])


@pytest.mark.parametrize("told", [ADA, LIN, EMMY], ids=["English", "Chinese", "German, which it lacks"])
async def test_a_person_reads_the_page_in_their_language(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient, told: tuple[str, ...]
) -> None:
    person, locale, message, day, replies, last, thread, reply = told
    ts = await post(app_client, sandbox, text="Lunch?")
    await post(app_client, sandbox, text="At noon", thread_ts=ts)
    page = await screen.open(person)

    await expect(composer_of(page)).to_have_attribute("placeholder", message)
    await expect(main_of(page).get_by_role("heading", name=day, exact=True)).to_be_visible()
    button = main_of(page).get_by_role("button", name=replies)
    await expect(button).to_contain_text(last)
    await button.click()
    await expect(thread_of(page).get_by_role("heading", name=thread, exact=True)).to_be_visible()
    await expect(thread_of(page).get_by_role("textbox", name=reply)).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == locale


async def test_the_page_speaks_another_language_once_somebody_else_looks(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Channels")).to_be_visible()

    await page.get_by_role("button", name="You are Ada Lovelace").click()
    await page.get_by_role("menuitemradio", name="林徽因").click()
    await expect(page.get_by_role("heading", name="频道")).to_be_visible()
    await expect(page.get_by_role("button", name="发送")).to_have_count(1)
    await say(page, "/lunhc")
    await expect(notices_of(page)).to_contain_text("/lunhc 不是有效的命令。")

    await page.go_back()
    await expect(page.get_by_role("heading", name="Channels")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_have_count(1)


async def test_all_that_the_page_itself_says_is_in_the_language(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    ts = await post(app_client, sandbox, text="午饭？")
    await post(app_client, sandbox, text="中午", thread_ts=ts)
    member = screen.person("lin")
    await member.react({"channel": sandbox.workspace.channel("papers").id, "ts": ts}, "tada")
    await member.command("papers", "/lunch")
    page = await screen.open("lin", thread=ts)
    await expect(thread_of(page).get_by_text("中午")).to_be_visible()
    # Names, short codes and what the app wrote stay as they are.
    kept = re.compile(
        r"Lunch Poll|Sandbox|#?\b(papers|general|random)\b|tada|Shanghai|zh-CN|Say where: |/lunch Bakery"
    )

    said = [kept.sub("", each) for each in await page.evaluate(SAID)]

    assert [each for each in said if re.search("[A-Za-z]{2}", each)] == []
    assert await nameless_controls(page) == []


SAID = """() => [...document.querySelectorAll(".frame *")].flatMap((each) => [
  ...[...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data),
  ...["aria-label", "title", "placeholder"].map((name) => each.getAttribute(name) ?? ""),
])"""


async def test_the_languages_of_the_page_fill_in_the_same_places(canvas: Page) -> None:
    said: dict[str, dict[str, Any]] = await canvas.evaluate("import('/words.js').then((page) => page.WORDS)")

    def places(forms: Any) -> list[set[str]]:
        return [set(re.findall(r"{\w+}", each)) for each in ([forms] if isinstance(forms, str) else forms)]

    assert [key for key, forms in said.items() if forms.keys() != {"en", "zh"}] == []
    assert [
        key
        for key, forms in said.items()
        if any(each != places(forms["zh"])[0] for each in places(forms["en"]))
    ] == []


@pytest.mark.parametrize("person", ["ada", "lin"])
async def test_a_phone_shows_messages_in_its_whole_width_below_the_channels(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient, person: str
) -> None:
    ts = await post(app_client, sandbox, text="Lunch?")
    await post(app_client, sandbox, text="At noon", thread_ts=ts)
    await screen.page.set_viewport_size({"width": 375, "height": 812})
    page = await screen.open(person)
    await expect(main_of(page).get_by_role("article")).to_be_visible()

    channels = await page.locator(".side").bounding_box()
    messages = await main_of(page).bounding_box()
    assert channels is not None
    assert messages is not None
    assert (channels["x"], channels["y"], channels["width"]) == (0, 0, 375)
    assert channels["height"] < 64
    assert (messages["x"], messages["y"], messages["width"]) == (0, channels["height"], 375)
    assert await page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [375, 375]

    await page.get_by_role("link", name="random").click()
    await expect(page.get_by_role("link", name="random")).to_be_in_viewport(ratio=1)
    await page.get_by_role("link", name="Lunch Poll").first.click()
    await expect(page.get_by_role("link", name="Lunch Poll").first).to_be_in_viewport(ratio=1)
    await page.locator(".person").click()
    await page.get_by_role("menuitemradio", name="Emmy Noether").click()
    await expect(page.locator(".person")).to_have_accessible_name(
        "You are Emmy Noether. Look as somebody else"
    )


async def test_a_time_of_the_page_is_as_the_language_writes_it(
    screen: Screen, lunch: Lunch, sandbox: Sandbox, app_client: AsyncWebClient
) -> None:
    await post(app_client, sandbox, text="Lunch?")
    times = {}
    for person in ("ada", "lin"):
        page = await screen.open(person)
        times[person] = await main_of(page).locator("time").text_content()

    assert re.fullmatch(r"\d{1,2}:\d\d [AP]M", times["ada"] or "")
    assert re.fullmatch(r"\d{1,2}:\d\d", times["lin"] or "")
