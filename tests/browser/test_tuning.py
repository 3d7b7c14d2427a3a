"""What a person and a channel want more of, on the page: shown, confirmed, and what the digest says of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.languages import told_in
from tests.browser.places import home_of, main_of, say
from tests.browser.screen import Screen, leave
from tests.support.stage import set_stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True)
class Labels:
    """What is typed, and what the buttons and headings say, in a language."""

    person: str
    typed: str
    understood: str
    more: str
    less: str
    use: str
    tuned: str
    reason: str
    modal: str
    about: str
    sentence: str
    save: str
    of_channel: str
    close: str
    post_now: str
    up: str
    down: str


LABELS = (
    Labels(
        person="ada",
        typed="tune less image generation, more tree search",
        understood="This is what I understood",
        more="More: tree search",
        less="Less: image generation",
        use="Use it",
        tuned="What you tuned",
        reason="You asked for more: tree search",
        modal="Daily papers",
        about="What this channel is about",
        sentence="agents that use tools; less image generation",
        save="Save",
        of_channel="What this channel's digest puts first",
        close="Close",
        post_now="Post now",
        up="1 moved up: agents that use tools",
        down="2 moved down: image generation",
    ),
    Labels(
        person="lin",
        typed="调整 少一点图像生成，多一些树搜索",
        understood="我的理解是",
        more="多一些：树搜索",
        less="少一点：图像生成",
        use="采用",
        tuned="你的调整",
        reason="你想多看：树搜索",
        modal="每日论文",
        about="本频道关注什么",
        sentence="多一些树搜索，少一点图像生成",
        save="保存",
        of_channel="本频道日报的排序偏好",
        close="关闭",
        post_now="立即发布",
        up="1 篇提前：树搜索",
        down="1 篇移后：图像生成",
    ),
)


@pytest.mark.parametrize("labels", told_in("en", *LABELS))
async def test_a_person_and_a_channel_say_what_they_want_and_see_what_it_does(
    window: BrowserContext, tmp_path: Path, labels: Labels
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()
        page = await screen.open(labels.person)
        last = main_of(page).get_by_role("article").last

        await say(page, f"/papers {labels.typed}")
        await expect(last).to_contain_text(labels.understood)
        await expect(last).to_contain_text(labels.more)
        await expect(last).to_contain_text(labels.less)
        await page.screenshot(path=tmp_path / "proposed.png")
        await last.get_by_role("button", name=labels.use).click()
        await expect(last).to_contain_text(labels.tuned)
        await page.screenshot(path=tmp_path / "tuned.png")

        await say(page, "/papers subscribe")
        modal = page.get_by_role("dialog")
        await modal.get_by_role("textbox", name=labels.about).fill(labels.sentence)
        await modal.get_by_role("button", name=labels.save, exact=True).click()
        await expect(modal).to_contain_text(labels.understood)
        await page.screenshot(path=tmp_path / "confirmation.png")
        await modal.get_by_role("button", name=labels.use).click()
        await expect(modal).to_contain_text(labels.of_channel)
        await page.screenshot(path=tmp_path / "confirmed.png")
        await page.keyboard.press("Escape")
        await expect(modal).to_be_hidden()

        await main_of(page).get_by_role("button", name=labels.post_now).last.click()
        await stage.bot.deliverer.join()
        parent = main_of(page).get_by_role("article").filter(has_text=labels.down).last
        await expect(parent).to_contain_text(labels.up)
        await page.screenshot(path=tmp_path / "steered.png")

        page = await screen.open(labels.person, "home")
        await expect(home_of(page).get_by_text(labels.reason).first).to_be_visible()
        await page.screenshot(path=tmp_path / "home.png")
        await leave(page, stage.sandbox)
    assert screen.complaints == []
