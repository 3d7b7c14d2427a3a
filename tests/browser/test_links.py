"""What is shown of a link to a paper, on the page, with its button for whoever presses it."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.places import composer_of, main_of
from tests.browser.places import say as type_in
from tests.browser.screen import Screen, leave
from tests.handlers.talking import say
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Tree Search for LLM Agent Reinforcement Learning"


@pytest.mark.parametrize(
    ("person", "on", "turned_on", "save", "saved"),
    [
        ("ada", "/papers links on", "turned on previews of links", "Save", "Saved: Tree Search"),
        pytest.param(
            *("lin", "/papers 打开链接预览", "开启了本频道的论文链接预览", "收藏", "已收藏：Tree Search"),
            marks=pytest.mark.soak,
        ),
    ],
)
async def test_a_person_posts_a_link_and_saves_its_paper_below_it(
    window: BrowserContext, tmp_path: Path, person: str, on: str, turned_on: str, save: str, saved: str
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        await say(stage.person("emmy"), "/papers save 2509.21240", "Saved")
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()

        page = await screen.open(person)
        await type_in(page, on)
        await expect(main_of(page).get_by_text(turned_on)).to_be_visible()
        await type_in(
            page, "Friday? https://huggingface.co/papers/2509.21240 https://arxiv.org/abs/2509.21268"
        )
        shown = main_of(page).get_by_role("group", name="https://huggingface.co/papers/2509.21240")
        await expect(shown.get_by_role("link", name=TITLE)).to_be_visible()
        await expect(shown.get_by_text("Paper Round", exact=True)).to_be_visible()
        await expect(main_of(page).locator(".attachment")).to_have_count(2)
        await shown.get_by_role("button", name=save).click()
        await expect(main_of(page).get_by_text(saved)).to_be_visible()
        await expect(composer_of(page)).to_have_value("")

        await leave(page, stage.sandbox)
    assert screen.complaints == []
