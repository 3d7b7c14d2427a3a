"""Papers found on the page, in English and in Chinese: opened, saved, shared, and back again."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.places import main_of, say
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TREE_SEARCH = "Tree Search for LLM Agent Reinforcement Learning"


async def test_a_person_searches_opens_saves_shares_and_goes_back(
    window: BrowserContext, tmp_path: Path
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open("ada")
        main = main_of(page)

        await say(page, "/papers tree serach agents")
        answer = main.get_by_role("article").last
        await expect(answer.get_by_role("heading", name="Results for “tree serach agents”")).to_be_visible()
        await expect(answer.get_by_role("link", name=TREE_SEARCH, exact=True)).to_be_visible()
        await answer.get_by_role("button", name=re.compile("^Open")).first.click()
        await expect(answer).to_contain_text("What it means for practitioners")
        await answer.get_by_role("button", name="Save").click()
        await expect(answer.get_by_role("button", name="Remove")).to_be_visible()

        await answer.get_by_role("button", name=re.compile("^Share")).click()
        await page.get_by_role("dialog").get_by_role("button", name="Share").click()
        shared = main.get_by_role("article").filter(has_text="shared")
        await expect(shared.get_by_role("link", name=TREE_SEARCH, exact=True)).to_be_visible()

        back = main.get_by_role("button", name="← Back")
        await back.click()
        await expect(main.get_by_role("heading", name="Results for “tree serach agents”")).to_be_visible()
        await expect(main.get_by_role("button", name=f"Remove “{TREE_SEARCH}”")).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []


async def test_a_chinese_search_is_typed_in_the_shortcuts_modal(
    window: BrowserContext, tmp_path: Path
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(language="zh-CN")
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open("lin")

        await page.get_by_role("button", name="快捷方式").first.click()
        await page.get_by_role("menuitem", name=re.compile("Search papers")).click()
        modal = page.get_by_role("dialog").last
        await modal.get_by_role("textbox").press_sequentially("强化学习 树搜索")
        await expect(modal.get_by_role("link", name=TREE_SEARCH)).to_be_visible()
        await modal.get_by_role("button", name=re.compile("^打开")).first.click()
        card = page.get_by_role("dialog").last
        await expect(card).to_contain_text("对从业者的启示")

        await page.keyboard.press("Escape")
        await leave(page, stage.sandbox)
    assert screen.complaints == []
