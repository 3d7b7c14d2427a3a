"""The bot's own digest, read on the page as a person would."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from bot.cards import blocks, ids
from bot.cards.blocks import Button
from bot.text.mrkdwn import Mrkdwn
from tests.browser.places import composer_of, main_of, say, thread_of
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOM = "scroller => scroller.scrollHeight"
TREE_SEARCH = "Tree Search for LLM Agent Reinforcement Learning"


async def test_a_person_reads_the_digest_saves_a_paper_lists_it_and_removes_it(
    window: BrowserContext, tmp_path: Path
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open("ada")
        main, thread = main_of(page), thread_of(page)

        await expect(main.get_by_role("heading", name="AI papers · September 29, 2025")).to_be_visible()
        await main.get_by_role("button", name="12 replies").click()
        card = thread.get_by_role("article").filter(has_text=f"2. {TREE_SEARCH}").last
        await expect(card).to_contain_text("What it means for practitioners")
        await card.get_by_role("button", name="Save").click()
        await expect(thread.get_by_text("Only visible to you")).to_be_visible()
        answer = thread.get_by_role("article").last
        await expect(answer).to_contain_text(f"Saved: {TREE_SEARCH}")
        # As in Slack, the answer is the thread's last message; a reader further up is led to it.
        await expect(answer).not_to_be_in_viewport()
        room = await thread.locator(".scroller").evaluate(ROOM)
        await thread.get_by_role("button", name="New messages").click()
        await expect(answer).to_be_in_viewport()
        await expect(thread.get_by_role("button", name="New messages")).to_be_hidden()
        # Nothing moves under a pointer that is pressed as it goes.
        assert await thread.locator(".scroller").evaluate(ROOM) == room

        await say(page, "/papers saved")
        saved = main.get_by_role("article").last
        await expect(saved.get_by_role("heading", name="My papers · 1")).to_be_visible()
        await expect(saved.get_by_role("link", name=TREE_SEARCH)).to_have_attribute(
            "href", "https://arxiv.org/abs/2509.21240"
        )
        await saved.get_by_role("button", name="Remove").click()
        await expect(saved.get_by_role("heading", name="My papers · 0")).to_be_visible()
        await expect(composer_of(page)).to_have_value("")

        await leave(page, stage.sandbox)
    assert screen.complaints == []


async def test_a_button_that_is_held_down_while_its_message_changes_still_acts(
    window: BrowserContext, tmp_path: Path
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open("ada")
        await say(page, "/papers help")
        answer = main_of(page).get_by_role("article").last
        await say(page, "/papers saved")
        message = stage.workspace.channel("papers").messages
        await expect(answer).to_contain_text("My papers")
        shown = list(message.values())[-1]
        button = {**blocks.actions(Button(ids.SET_UP, "Set up", value="1")), "block_id": "held"}
        shown.blocks = [button, {**blocks.section(Mrkdwn("Before")), "block_id": "before"}]
        stage.workspace.changed()
        await expect(answer).to_contain_text("Before")

        await answer.get_by_role("button", name="Set up").hover()
        await page.mouse.down()
        shown.blocks = [button, {**blocks.section(Mrkdwn("After")), "block_id": "after"}]
        stage.workspace.changed()
        await expect(answer).to_contain_text("Before")
        await page.mouse.up()
        await expect(answer).to_contain_text("After")
        await expect(page.get_by_role("dialog")).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []


async def test_each_person_reads_their_own_home_tab_in_their_language(
    window: BrowserContext, tmp_path: Path
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        await stage.person("lin").command("papers", "/papers save 2509.21240")
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()

        page = await screen.open("lin", "home")
        await expect(page.get_by_role("heading", name="我的收藏 · 1 篇")).to_be_visible()
        await expect(page.get_by_role("link", name=TREE_SEARCH).last).to_be_visible()
        await screen.open("ada", "home")
        await expect(page.get_by_role("heading", name="Keep the papers you want to read")).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []
