"""What is picked for a person, on their Home tab on the page."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.screen import Screen, leave
from tests.handlers.talking import say
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICKED = "Interactive Recommendation Agent with Active User Commands"


@pytest.mark.parametrize(
    ("person", "saved", "title", "reason", "fewer", "told"),
    [
        pytest.param(
            *("ada", "Saved: ", "For you", "Because you saved Tree Search for LLM Agent"),
            *("Fewer like this: “Interactive", f"You want fewer like {PICKED}"),
            marks=pytest.mark.soak,
        ),
        (
            *("lin", "已收藏", "为你推荐", "因为你收藏了《Tree Search for LLM Agent"),
            *("少推荐这类：《Interactive", f"会少推荐类似《{PICKED}》的论文"),
        ),
    ],
)
async def test_a_person_reads_why_a_paper_is_picked_and_asks_for_fewer(
    window: BrowserContext,
    tmp_path: Path,
    person: str,
    saved: str,
    title: str,
    reason: str,
    fewer: str,
    told: str,
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        for paper_id in ("2509.21240", "2509.21268"):
            await say(stage.person(person), f"/papers save {paper_id}", saved)
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()

        page = await screen.open(person, "home")
        await expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        await expect(page.get_by_text(reason).first).to_be_visible()
        await page.get_by_role("button", name=fewer).click()
        await expect(page.get_by_text(told)).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []
