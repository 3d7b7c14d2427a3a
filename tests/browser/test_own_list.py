"""A person's own list on the page: saved, noted, read, exported, removed and put back, in both languages."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.languages import told_in
from tests.browser.places import main_of, say
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TITLE = "Tree Search for LLM Agent Reinforcement Learning"


@dataclass(frozen=True)
class Labels:
    """What the buttons and headings say in a language."""

    person: str
    saved: str
    one: str
    none: str
    edit: str
    tags: str
    note: str
    keep: str
    mark: str
    read: str
    sent: str
    messages: str
    download: str
    remove: str
    undo: str


LABELS = (
    Labels(
        person="ada",
        saved="Saved: ",
        one="My papers · 1",
        none="My papers · 0",
        edit="Edit note and tags of",
        tags="Tags",
        note="Note",
        keep="Save",
        mark="Mark “Tree Search for LLM Agent Reinforcement Learning” as read",
        read="Read · 1",
        sent="in a direct message",
        messages="Messages",
        download="Download saved-papers",
        remove="Remove “",
        undo="Put “",
    ),
    Labels(
        person="lin",
        saved="已收藏：",
        one="我的收藏 · 1 篇",
        none="我的收藏 · 0 篇",
        edit="编辑《",
        tags="标签",
        note="备注",
        keep="保存",
        mark="将《Tree Search for LLM Agent Reinforcement Learning》标为已读",
        read="已读 · 1",
        sent="已通过私信发给你",
        messages="消息",
        download="下载 saved-papers",
        remove="移出收藏",
        undo="放回收藏",
    ),
)


@pytest.mark.parametrize("labels", told_in("en", *LABELS))
async def test_a_person_saves_notes_reads_exports_removes_and_puts_back(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.deliver_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open(labels.person)
        await say(page, "/papers save 2509.21240 #rl")
        await expect(main_of(page).get_by_role("article").last).to_contain_text(labels.saved)

        page = await screen.open(labels.person, "home")
        await expect(page.get_by_role("heading", name=labels.one)).to_be_visible()
        await page.get_by_role("button", name=labels.edit).click()
        form = page.get_by_role("dialog")
        await form.get_by_label(labels.tags).fill("#rl #世界模型")
        await form.get_by_label(labels.note).fill("= 1 <b>Friday</b>")
        await form.get_by_role("button", name=labels.keep, exact=True).click()
        await expect(form).to_be_hidden()
        await expect(page.get_by_text("#rl #世界模型")).to_be_visible()
        await expect(page.get_by_text("= 1 <b>Friday</b>")).to_be_visible()

        await page.get_by_role("button", name=labels.mark).click()
        await expect(page.get_by_role("button", name=labels.read)).to_be_visible()

        await say(await screen.open(labels.person), "/papers export csv")
        await expect(main_of(page).get_by_role("article").last).to_contain_text(labels.sent)
        await page.get_by_role("link", name=labels.messages).first.click()
        async with page.expect_download() as saving:
            await main_of(page).get_by_role("link", name=labels.download).click()
        assert "2509.21240" in (await (await saving.value).path()).read_text(encoding="utf-8-sig")

        page = await screen.open(labels.person, "home")
        await page.get_by_role("button", name=labels.remove).first.click()
        await expect(page.get_by_role("heading", name=labels.none)).to_be_visible()
        await page.get_by_role("button", name=labels.undo).click()
        await expect(page.get_by_role("heading", name=labels.one)).to_be_visible()
        await expect(page.get_by_text("= 1 <b>Friday</b>")).to_be_visible()
        await expect(page.get_by_role("button", name=labels.read)).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []
