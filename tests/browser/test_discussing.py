"""A recap, its discussion planned, its reminder and a verdict, on the page, in both languages."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from bot.locale import words_for
from storage.records import Reading
from storage.tables import Tables
from tests.browser.languages import told_in
from tests.browser.places import main_of, thread_of
from tests.browser.screen import Screen, leave
from tests.delivery.test_recaps import FRIDAY_AT_FOUR
from tests.support.stage import Stage, set_stage
from tests.support.ticking import subscribe, tick_at

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TREE, TITLE = "2509.21240", "Tree Search for LLM Agent Reinforcement Learning"
MMR = "2509.21268"
WEDNESDAY = date(2025, 10, 8)


@dataclass(frozen=True)
class Labels:
    """What the page says in a language."""

    person: str
    language: str
    recap: str
    readers: str
    discuss: str
    form: str
    me: str
    plan: str
    done: str
    close: str
    presents: str
    headline: str
    questions: str
    worth: str
    noted: str
    counted: str


LABELS = (
    Labels(
        person="ada",
        language="en",
        recap="Recap · ",
        readers="2 people will read it",
        discuss=f"Discuss: {TITLE}",
        form="Discuss a paper",
        me="I do",
        plan="Plan it",
        done="Done. I've told the channel.",
        close="Close",
        presents="@Ada Lovelace presents.",
        headline="Discussion on October 8, 2025",
        questions="Three questions to start with:",
        worth=f"Worth reading: {TITLE}",
        noted="Noted: worth it.",
        counted="Worth it: 1 · Skip it: 0",
    ),
    Labels(
        person="lin",
        language="zh-CN",
        recap="一周回顾 · ",
        readers="2 人要读",
        discuss=f"讨论：{TITLE}",
        form="讨论论文",
        me="我来讲",
        plan="安排",
        done="好了，已在频道里通知大家。",
        close="关闭",
        presents="由 @林徽因 主讲。",
        headline=f"{words_for('zh-CN').date(WEDNESDAY)}讨论",
        questions="可以从这三个问题谈起：",
        worth=f"值得读：{TITLE}",
        noted="已记下：值得读。",
        counted="值得读：1 · 可跳过：0",
    ),
)


async def recap(stage: Stage, language: str) -> None:
    """Have a recap in the channel, in which two will read one paper and one the other."""
    await stage.import_sample()
    await subscribe(stage, recap=FRIDAY_AT_FOUR, reading=Reading.NAMED, language=language)
    await tick_at(stage, datetime(2025, 9, 30, 9, tzinfo=UTC))
    workspace, channel = stage.bot.workspace, stage.workspace.channel("papers").id

    def read_it(tables: Tables) -> None:
        now = stage.clock.now()
        for name, paper_id in (("ada", TREE), ("lin", TREE), ("lin", MMR)):
            tables.readers.add(workspace, channel, stage.person(name).id, paper_id, now, is_named=True)

    await stage.bot.storage.write(read_it)
    await tick_at(stage, datetime(2025, 10, 3, 16, tzinfo=UTC))


@pytest.mark.parametrize("labels", told_in("zh", *LABELS))
async def test_a_channel_plans_is_reminded_and_judges(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await recap(stage, labels.language)
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open(labels.person)
        message = main_of(page).get_by_role("article").last
        await expect(message).to_contain_text(labels.recap)
        await expect(message).to_contain_text(labels.readers)

        await message.get_by_role("button", name=labels.discuss).click()
        form = page.get_by_role("dialog", name=labels.form)
        await form.locator("input[type=date]").fill(WEDNESDAY.isoformat())
        await form.get_by_role("radio", name=labels.me, exact=True).check()
        await form.get_by_role("button", name=labels.plan, exact=True).click()
        await expect(page.get_by_role("dialog").get_by_text(labels.done)).to_be_visible()
        await page.keyboard.press("Escape")
        announced = main_of(page).get_by_role("article").last
        await expect(announced).to_contain_text(labels.presents)

        await tick_at(stage, datetime(2025, 10, 7, 9, tzinfo=UTC))
        page = await screen.open(labels.person)
        reminder = main_of(page).get_by_role("article").filter(has_text=labels.questions)
        await expect(reminder).to_contain_text(labels.headline)
        await expect(reminder).to_contain_text(labels.presents)
        await expect(reminder.get_by_role("listitem")).to_have_count(3)
        await reminder.get_by_role("button", name=labels.worth).click()
        await expect(page.get_by_text(labels.noted).first).to_be_visible()
        await stage.bot.jobs["cards"]()
        await expect(reminder).to_contain_text(labels.counted)

        [parent] = [
            each for each in stage.person("ada").messages("papers") if labels.questions in each["text"]
        ]
        page = await screen.open(labels.person, thread=parent["ts"])
        await expect(thread_of(page)).to_contain_text(TITLE)
        await leave(page, stage.sandbox)
    assert screen.complaints == []
