"""A channel's digest set up, previewed, posted, paused, resumed and ended on the page, as a person would."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.places import main_of, say
from tests.browser.screen import Screen, leave
from tests.support.stage import Stage, set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Desk:
    """The bot's stage, and its page as one person sees it."""

    stage: Stage
    page: Page

    @property
    def modal(self) -> Locator:
        return self.page.get_by_role("dialog", name="Daily papers")

    @property
    def last(self) -> Locator:
        return main_of(self.page).get_by_role("article").last

    async def press(self, label: str) -> None:
        """Click a button of this name, in the last message that has one."""
        await main_of(self.page).get_by_role("button", name=label, exact=True).last.click()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(window: BrowserContext, tmp_path: Path) -> AsyncIterator[Desk]:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        yield Desk(stage, await screen.open("ada"))
        await leave(screen.page, stage.sandbox)
    assert screen.complaints == []


async def test_a_person_sets_up_a_digest_previews_posts_pauses_resumes_and_ends_it(desk: Desk) -> None:
    page, modal = desk.page, desk.modal
    await say(page, "/papers subscribe")
    await expect(modal).to_contain_text("the latest list (September 29, 2025) gives 12 papers")

    # An error is shown at its field, and typed text stays.
    zone = modal.get_by_role("textbox", name="Time zone")
    await expect(zone).to_have_value("America/New_York")
    await zone.fill("Berlin")
    await modal.get_by_role("textbox", name="Only papers in these categories").fill("physics?")
    await modal.get_by_role("button", name="Save").click()
    await expect(zone).to_be_focused()
    await expect(zone).to_have_accessible_description(re.compile("I can't read “Berlin”"))
    categories = modal.get_by_role("textbox", name="Only papers in these categories")
    await expect(categories).to_have_accessible_description(re.compile("arXiv has no category “physics\\?”"))
    await zone.fill("Europe/Berlin")
    await categories.fill("")

    # The preview follows a choice at once, and typed text on request.
    await modal.get_by_role("button", name=re.compile("^Cards")).click()
    await page.get_by_role("option", name="Up to 5, the rest in brief").click()
    await expect(modal).to_contain_text("5 with a card, 7 in brief")
    await expect(zone).to_have_value("Europe/Berlin")
    await modal.get_by_role("textbox", name="Skip papers that mention").fill("video, audio")
    await modal.get_by_role("button", name="Preview").click()
    await expect(modal).to_contain_text("1 skipped: unwanted word")
    await modal.get_by_role("checkbox", name="Sunday").uncheck()
    await modal.get_by_role("button", name="Save").click()

    # The channel is notified, and can get the latest digest at once.
    await expect(modal).to_contain_text("Saved.")
    await expect(desk.last).to_contain_text("Ada Lovelace set up a daily digest of AI papers here. Monday")
    await modal.get_by_role("button", name="Post now").click()
    await expect(modal).to_contain_text("On their way")
    await modal.get_by_role("button", name="Close").last.click()
    await expect(modal).to_be_hidden()
    heading = main_of(page).get_by_role("heading", name="AI papers · September 29, 2025")
    await expect(heading).to_be_visible()
    await desk.stage.bot.deliverer.join()

    await say(page, "/papers pause until 2025-10-05")
    await expect(desk.last).to_contain_text("paused this channel's digests until October 5, 2025.")
    await desk.press("Resume")
    await expect(desk.last).to_contain_text("resumed this channel's digests.")
    await say(page, "/papers unsubscribe")
    await expect(desk.last).to_contain_text("ended this channel's digests.")
    await say(page, "/papers status")
    await expect(desk.last).to_contain_text("This channel has no daily digest.")
    await expect(heading).to_have_count(1)


async def test_an_invited_bot_is_set_up_from_its_greeting(desk: Desk) -> None:
    page = desk.page
    await page.get_by_role("link", name="general").click()
    await main_of(page).get_by_role("button", name="Channel options").click()
    await page.get_by_role("menuitem", name="Add Paper Round to the channel").click()
    await expect(desk.last).to_contain_text("Hi! I can bring each day's AI papers here")

    await desk.press("Set up")
    await desk.modal.get_by_role("button", name="Save").click()

    await expect(desk.modal).to_contain_text("Saved.")
    await expect(desk.last).to_contain_text("Every day at 9:00\u202fAM (America/New_York), in English.")
