"""Reading together, on the page, in both languages: the card with its count, the answer, the shelf."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from bot.delivery.card_updates import CardUpdater
from storage.records import Reading
from storage.tables import Tables
from tests.browser.languages import told_in
from tests.browser.places import main_of, say, thread_of
from tests.browser.screen import Screen, leave
from tests.support.stage import SAMPLE_DAY, Stage, set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TREE, TREE_TITLE = "2509.21240", "Tree Search for LLM Agent Reinforcement Learning"
DISCUSSED, PLANNED = "2509.21268", "2509.20868"


@dataclass(frozen=True)
class Labels:
    """What is typed, and what the card, the answer and the shelf say, in a language."""

    language: str
    person: str
    replies: str
    button: str
    told: str
    counted: str
    undo: str
    taken_back: str
    typed: str
    shelf: str
    presenter: str
    discussed: str
    verdict: str


LABELS = (
    Labels(
        language="en",
        person="ada",
        replies="12 replies",
        button="I'll read Tree Search",
        told="You'll read Tree Search",
        counted="2 will read it",
        undo="Undo: I won't read Tree Search",
        taken_back="You won't read Tree Search",
        typed="/papers shelf",
        shelf="This channel's shelf",
        presenter="presented by @Ada",
        discussed="What was discussed",
        verdict="worth it 4 · skip it 1",
    ),
    Labels(
        language="zh-CN",
        person="lin",
        replies="12 ",
        button="我要读《Tree Search",
        told="你要读 Tree Search",
        counted="2 人要读",
        undo="撤销：不读《Tree Search",
        taken_back="已取消，你不在这个频道里读 Tree Search",
        typed="/papers 书架",
        shelf="本频道的书架",
        presenter="@Ada",
        discussed="讨论过的",
        verdict="值得读 4 · 可跳过 1",
    ),
)


async def fill_shelf(stage: Stage) -> None:
    """Have somebody else read the paper, one be planned and one discussed."""
    place, now = (stage.bot.workspace, stage.workspace.channel("papers").id), stage.clock.now()
    presenter, other = stage.person("ada").id, stage.person("emmy").id

    def fill(tables: Tables) -> None:
        for paper_id in (TREE, PLANNED):
            tables.readers.add(*place, other, paper_id, now, is_named=True)
        for paper_id, days in ((PLANNED, 3), (DISCUSSED, -5)):
            planned = tables.discussions.plan(
                *place,
                paper_id,
                SAMPLE_DAY + timedelta(days=days),
                presenter=presenter,
                planned_by=presenter,
                now=now,
            )
            assert planned
            if days < 0:
                tables.discussions.discussed(place[0], planned.id, now)
                for number in range(5):
                    tables.discussions.give_verdict(
                        place[0], planned.id, f"U{number}", now, is_worth=number > 0
                    )

    await stage.bot.storage.write(fill)


@pytest.mark.parametrize("labels", told_in("en", *LABELS))
async def test_a_person_says_what_they_read_sees_who_else_and_the_shelf(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample(language=labels.language, reading=Reading.NAMED)
        await fill_shelf(stage)
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open(labels.person)
        main, thread = main_of(page), thread_of(page)

        await main.get_by_role("button", name=labels.replies).first.click()
        card = thread.get_by_role("article").filter(has_text=f"2. {TREE_TITLE}").last
        await card.get_by_role("button", name=labels.button).click()
        answer = thread.get_by_role("article").last
        await expect(answer).to_contain_text(labels.told)
        await expect(answer).to_contain_text("@Emmy")
        await CardUpdater(stage.bot.storage, stage.clock, stage.bot.connections).tick()
        await expect(card).to_contain_text(labels.counted)
        await answer.get_by_role("button", name=labels.undo).click()
        await expect(answer).to_contain_text(labels.taken_back)

        await say(page, labels.typed)
        shelf = main.get_by_role("article").last
        await expect(shelf.get_by_role("heading", name=labels.shelf)).to_be_visible()
        await expect(shelf).to_contain_text(labels.presenter)
        await expect(shelf).to_contain_text(labels.counted.replace("2", "1"))
        await shelf.get_by_role("button", name=labels.discussed).click()
        await expect(shelf).to_contain_text(labels.verdict)
        await leave(page, stage.sandbox)
    assert screen.complaints == []
