"""A person's own digest on the page: what is picked, why, the two buttons below it; in both languages."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.languages import told_in
from tests.browser.places import main_of
from tests.browser.screen import Screen, leave
from tests.handlers.digests import choose_digest, digests_of, has_digest, tick
from tests.handlers.talking import say
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICKED = "Interactive Recommendation Agent with Active User Commands"


@dataclass(frozen=True)
class Labels:
    """What is typed, and what the message says, in a language."""

    person: str
    follow: str
    begun: str
    saved: str
    headings: tuple[str, str]
    because: str
    followed: str
    more: str
    fewer: str
    told: str
    undo: str
    taken_back: str


LABELS = (
    Labels(
        person="ada",
        follow='follow "Judge"',
        begun="You follow",
        saved="Saved: ",
        headings=("For you · September 29, 2025", "What you follow"),
        because="Because you saved Tree Search for LLM Agent",
        followed="You follow Judge",
        more="More like this: “Interactive",
        fewer="Fewer like this: “Interactive",
        told=f"You want fewer like {PICKED}",
        undo="Undo what you said about",
        taken_back=f"What you said about {PICKED} no longer counts",
    ),
    Labels(
        person="lin",
        follow='关注 "Judge"',
        begun="已关注",
        saved="已收藏",
        headings=("为你推荐 · 2025年9月30日", "我的关注"),
        because="因为你收藏了《Tree Search for LLM Agent",
        followed="你关注了 Judge",
        more="多推荐这类：《Interactive",
        fewer="少推荐这类：《Interactive",
        told=f"会少推荐类似《{PICKED}》的论文",
        undo="撤销",
        taken_back=f"已撤销对《{PICKED}》的推荐偏好",
    ),
)


@pytest.mark.parametrize("labels", told_in("zh", *LABELS))
async def test_a_person_reads_why_each_paper_comes_and_says_whether_more_should(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        person = stage.person(labels.person)
        for paper_id in ("2509.21240", "2509.21268"):
            await say(person, f"/papers save {paper_id}", labels.saved)
        await say(person, f"/papers {labels.follow}", labels.begun)
        await choose_digest(person, "08:00")
        await has_digest(stage, person, at="08:00")
        for _ in range(3):
            # Wherever they live, one of these moments is between eight and midnight.
            await tick(stage, 12)
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()

        page = await screen.open(labels.person, digests_of(person)[0]["channel"])
        digest = main_of(page).get_by_role("article").first
        for heading in labels.headings:
            await expect(digest.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        await expect(digest.get_by_text(labels.because)).to_be_visible()
        await expect(digest.get_by_text(labels.followed)).to_be_visible()
        await expect(digest.get_by_role("button", name=labels.more)).to_be_visible()
        await digest.get_by_role("button", name=labels.fewer).click()
        answer = main_of(page).get_by_role("article").last
        await expect(answer).to_contain_text(labels.told)
        await answer.get_by_role("button", name=labels.undo).click()
        await expect(answer).to_contain_text(labels.taken_back)

        await leave(page, stage.sandbox)
    assert screen.complaints == []
