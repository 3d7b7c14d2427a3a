"""What a person follows, on the page: begun, seen on Home with its reason, changed, ended; both languages."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.languages import told_in
from tests.browser.places import home_of, main_of, say
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Tree Search for LLM Agent Reinforcement Learning"


@dataclass(frozen=True)
class Labels:
    """What is typed, and what the buttons and headings say, in a language."""

    person: str
    typed: str
    begun: str
    title: str
    reason: str
    listing: str
    change: str
    entered: str
    keep: str
    changed: str
    end: str
    nothing: str


LABELS = (
    Labels(
        person="ada",
        typed='follow "tree search"',
        begun="You follow tree search now.",
        title="What you follow",
        reason="You follow tree search",
        listing="Change what I follow",
        change="Change “",
        entered="similar:2509.21240",
        keep="Save",
        changed="Follow: similar to Tree Search",
        end="End “",
        nothing="You follow nothing yet.",
    ),
    Labels(
        person="lin",
        typed="关注 树搜索",
        begun="已关注 树搜索。",
        title="我的关注",
        reason="你关注了 树搜索",
        listing="管理关注",
        change="修改“",
        entered="similar:2509.21240",
        keep="保存",
        changed="关注与《Tree Search",
        end="取消“",
        nothing="你还没有关注任何内容。",
    ),
)


@pytest.mark.parametrize("labels", told_in("en", *LABELS))
async def test_a_person_follows_sees_why_changes_and_ends(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open(labels.person)
        await say(page, f"/papers {labels.typed}")
        await expect(main_of(page).get_by_role("article").last).to_contain_text(labels.begun)

        page = await screen.open(labels.person, "home")
        home = home_of(page)
        await expect(home.get_by_role("heading", name=labels.title)).to_be_visible()
        await expect(home.get_by_text(labels.reason)).to_be_visible()

        await page.get_by_role("button", name=labels.listing).click()
        await page.get_by_role("dialog").get_by_role("button", name=labels.change).click()
        form = page.get_by_role("dialog").last
        await form.get_by_role("textbox").fill(labels.entered)
        await form.get_by_role("button", name=labels.keep, exact=True).click()
        await expect(page.get_by_role("dialog").get_by_text(labels.changed)).to_be_visible()

        await page.get_by_role("dialog").get_by_role("button", name=labels.end).click()
        await expect(page.get_by_role("dialog").get_by_text(labels.nothing)).to_be_visible()

        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(home.get_by_role("heading", name=labels.title)).to_be_hidden()
        await leave(page, stage.sandbox)
    assert screen.complaints == []
