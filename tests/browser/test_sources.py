"""The sources of a summary, read on a phone."""

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from storage.records import (
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    PaperSentence,
    Provenance,
    Summary,
    TextRead,
)
from storage.tables import Tables
from tests.browser.places import thread_of
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAPER_ID = "2509.21240"
PROVENANCE = Provenance(FROM_MODEL, date(2025, 9, 28), "example-1", "4", TextRead.FULL_TEXT)
GROUPS = PaperSentence(
    "By sharing common prefixes, the tree search sampling increases the number of rollouts achievable within "
    "a fixed budget of tokens or tool calls.",
    "3.2 Tree-based sampling",
)
ROW = PaperSentence("Tree-GRPO | Qwen2.5-1.5b | 11.7 | 69 % relative | multi-hop QA", "4 Experiments")
EVERY_TEXT = {
    "en": (
        "The tree shares what its branches have in common, so a budget brings more rollouts.",
        "On multi-hop questions Tree-GRPO gains 69% with the smallest model.",
        "It is worse than chains.",
        "worse",
        "Agents that call costly tools could gain most.",
    ),
    "zh-CN": (
        "树搜索让各分支共享前缀，同样的预算可以得到更多采样。",
        "在多跳问答上，Tree-GRPO 用最小的模型相对提升 69%。",
        "它不如链式采样。",
        "不如",
        "调用昂贵工具的智能体可能受益最大。",
    ),
}


def summary_in(language: str) -> Summary:
    method, gain, worse, opposed, inference = EVERY_TEXT[language]
    evidence = (
        Evidence("tldr", method, (GROUPS,)),
        Evidence("method", method, (GROUPS, PaperSentence("W" * 90, "3.2 Tree-based sampling"))),
        Evidence("results", gain, (ROW,)),
        Evidence("results", worse, (GROUPS,), doubts=(Doubt(DoubtKind.OTHER_DIRECTION, opposed),)),
        Evidence("takeaway", inference, is_inference=True),
    )
    return Summary(
        *(PAPER_ID, language, PROVENANCE, ("Tree-GRPO",), method),
        method=method,
        results=f"{gain}{'' if language == 'zh-CN' else ' '}{worse}",
        takeaway=inference,
        evidence=evidence,
    )


@pytest.mark.parametrize(
    ("person", "language", "title", "doubted", "inference", "direction"),
    [
        (
            *(
                "ada",
                "en",
                "Sources",
                "[?] 1 sentence in doubt; Sources says why",
                "The model's own inference: the paper doesn't say this.",
            ),
            "[?] The paper's sentences here don't say “worse”, or say the opposite.",
        ),
        pytest.param(
            "lin",
            "zh-CN",
            "出处",
            "[?] 1 句话存疑，原因见“出处”",
            "这是模型的推断，论文并没有这样说。",
            "[?] 这里的论文原句没有说“不如”，或者说的正好相反。",
            marks=pytest.mark.soak,
        ),
    ],
    ids=["en", "zh-CN"],
)
async def test_sources_are_read_on_a_phone_without_moving_sideways(
    window: BrowserContext,
    tmp_path: Path,
    person: str,
    language: str,
    title: str,
    doubted: str,
    inference: str,
    direction: str,
) -> None:
    def keep(tables: Tables) -> None:
        tables.summaries.put(summary_in(language))

    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        await stage.bot.storage.write(keep)
        await stage.deliver_sample(language=language)
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        await screen.page.set_viewport_size({"width": 375, "height": 812})
        parent = next(iter(stage.workspace.channel("papers").messages))
        page = await screen.open(person, thread=parent)
        card = thread_of(page).get_by_role("article").filter(has_text=EVERY_TEXT[language][0]).last
        await expect(card).to_contain_text(doubted)
        await card.get_by_role("button", name=title).click()
        modal = page.get_by_role("dialog")

        await expect(modal.get_by_text(GROUPS.text).first).to_be_visible()
        await expect(modal).to_contain_text(title)
        await expect(modal).to_contain_text("4 Experiments")
        await expect(modal).to_contain_text(direction)
        await expect(modal).to_contain_text(inference)
        widths = await modal.evaluate("box => [box.scrollWidth, box.clientWidth, window.innerWidth]")
        assert widths[0] <= widths[1] <= widths[2] == 375
        rights = "[...box.querySelectorAll('*')].map(each => each.getBoundingClientRect().right)"
        assert await modal.evaluate(f"box => Math.max(...{rights})") <= 375
        await page.screenshot(path=tmp_path / f"sources-{person}.png")
        await modal.get_by_text(inference).scroll_into_view_if_needed()
        await page.screenshot(path=tmp_path / f"inference-{person}.png")
        await leave(page, stage.sandbox)
    assert screen.complaints == []
