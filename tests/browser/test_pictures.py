"""The pictures of papers on their cards, on the page, which loads nothing from elsewhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from bot.documents.files import read_sample
from storage.records import Subscription
from storage.tables import Tables
from tests.browser.places import thread_of
from tests.browser.screen import Screen, leave
from tests.support.stage import SAMPLE_DAY, set_stage
from tests.support.subscribing import subscribe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOST = "cdn-thumbnails.huggingface.co"


@pytest.mark.parametrize(
    ("person", "language", "picture"),
    [
        pytest.param("ada", "en", "Picture of “", marks=pytest.mark.soak),
        ("lin", "zh-CN", "》的配图"),
    ],
)
async def test_a_person_sees_pictures_and_a_whole_card_where_one_does_not_load(
    window: BrowserContext, tmp_path: Path, person: str, language: str, picture: str
) -> None:
    papers = [entry.paper for digest in read_sample() for entry in digest.entries][:3]

    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        channel = stage.workspace.channel("papers").id

        def prepare(tables: Tables) -> Subscription:
            for paper in papers:
                tables.papers.add(replace(paper, thumbnail_url=f"https://{HOST}/{paper.id}.png"))
            wanted: dict[str, Any] = {"language": language, "has_thumbnails": True, "most_cards": 3}
            return subscribe(tables, stage.bot.workspace, channel, since=SAMPLE_DAY, **wanted)

        stage.workspace.faults.add("lose_image", host=HOST)
        subscription = await stage.bot.storage.write(prepare)
        delivery_id = await stage.bot.deliverer.open_asked(subscription, SAMPLE_DAY)
        assert delivery_id is not None
        await stage.bot.deliverer.run(delivery_id)
        parent = stage.person(person).messages("papers")[0]
        screen = Screen(await window.new_page(), stage.sandbox)
        screen.watch()

        page = await screen.open(person, thread=parent["ts"])
        thread = thread_of(page)
        await expect(thread.get_by_role("img", name=picture)).to_have_count(2)
        await expect(thread.locator("article")).to_have_count(5)
        await expect(thread.get_by_text("1. ").first).to_be_visible()

        await leave(page, stage.sandbox)
    assert screen.complaints == []
