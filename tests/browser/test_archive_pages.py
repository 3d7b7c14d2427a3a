"""The pages of an archive, opened from a folder: on a phone, on a desk, in the dark, in print, by key."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.documents.files import read_sample
from bot.documents.importer import import_digest
from bot.documents.pages.site import Wanted, site_into
from storage.database import connect, prepare
from storage.records import (
    FROM_MODEL,
    Evidence,
    Figure,
    Grounding,
    Listing,
    ListingState,
    Paper,
    PaperSentence,
    Provenance,
    TextRead,
)
from storage.tables import Tables
from tests.browser.inspection import low_contrast, nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DAY = date(2025, 9, 29)
LONG = "Supercalifragilistic" * 12
HOSTILE = "<script>document.title = 'mine'</script><img src=x onerror=alert(1)> & \"more\""
PAGES = ("index.html", "2025/index.html", "2025/09/29.html", "2025/09/28.html")

_HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3')].map((node) => Number(node.tagName[1]))"
_WIDTHS = "() => [document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of pages: the sample day, one with a figure not found, and one of hostile papers."""
    folder = tmp_path_factory.mktemp("site")
    prepare(folder / "test.db")
    engine = connect(folder / "test.db")
    tables = Tables(engine)
    with engine.transaction():
        _fill(tables)
        wanted = Wanted(language=request.param, has_feed=True, address="https://papers.example.org/")
        site_into(tables, folder, date.min, wanted, datetime(2025, 10, 1, tzinfo=UTC))
    engine.close()
    return folder


def _fill(tables: Tables) -> None:
    for digest in read_sample():
        import_digest(tables, digest)
        summary = digest.entries[0].summary
        assert summary
        made = Provenance(FROM_MODEL, DAY, "example-1", "1", TextRead.FULL_TEXT)
        figure = Figure("12.5%", "results", Grounding.NOT_FOUND, "We gain 11.2% over the baseline.")
        rests = Evidence("results", "It gains 12.5%.", (PaperSentence(LONG, LONG),), is_inference=True)
        tables.summaries.put(
            replace(summary, provenance=made, results="It gains 12.5%.", figures=(figure,), evidence=(rests,))
        )
    hostile = Paper("2509.00001", HOSTILE, (HOSTILE,) * 9, HOSTILE, 12, "https://github.com/example/code", 3)
    tables.papers.add(hostile)
    tables.papers.add(Paper("2509.00002", LONG, (LONG,), f"{LONG} {LONG}.", withdrawal=LONG))
    listing = Listing(
        "huggingface", DAY - timedelta(days=1), ListingState.PARTIAL, ("2509.00001", "2509.00002")
    )
    tables.listings.put(listing)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Give a page without scripts of its own, which must complain of nothing and ask for nothing."""
    context = await browser.new_context()
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url) if _is_foreign(request.url) else None)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield page
    await context.close()

    assert complaints == []


def _is_foreign(url: str) -> bool:
    return not (url.startswith("file:") and url.endswith(".html"))


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (375, "light"),
        (1280, "dark"),
        pytest.param(375, "dark", marks=pytest.mark.soak),
        pytest.param(1280, "light", marks=pytest.mark.soak),
    ],
)
async def test_pages_fit_the_screen_and_are_readable(page: Page, site: Path, width: int, scheme: Any) -> None:
    await page.set_viewport_size({"width": width, "height": 812})
    await page.emulate_media(color_scheme=scheme)
    for name in PAGES:
        await page.goto((site / name).as_uri())
        for closed in await page.locator("details > summary").all():
            await closed.click()

        scrolled, inner = await page.evaluate(_WIDTHS)
        assert (name, scrolled) == (name, inner)
        assert await low_contrast(page) == []
        assert await nameless_controls(page) == []
        headings = await page.evaluate(_HEADINGS)
        assert headings[0] == 1
        assert set(headings[1:]) == {2}
        ground = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 23, 26)")


async def test_what_strangers_wrote_is_read_and_does_nothing(page: Page, site: Path) -> None:
    await page.goto((site / "2025/09/28.html").as_uri())

    await expect(page.get_by_role("heading", level=2).first).to_have_text(f"1. {HOSTILE}")
    assert await page.title() != "mine"


async def test_the_keyboard_reaches_the_content_first_and_then_each_day(page: Page, site: Path) -> None:
    await page.goto((site / "index.html").as_uri())
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("main a").first).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("article")).to_have_count(12)
    for landmark in ("banner", "main", "contentinfo"):
        await expect(page.get_by_role(landmark)).to_have_count(1)


async def test_the_list_of_papers_is_beside_them_where_there_is_room(page: Page, site: Path) -> None:
    await page.set_viewport_size({"width": 375, "height": 812})
    await page.goto((site / "2025/09/29.html").as_uri())
    contents = page.locator("nav.contents")
    await expect(contents).to_be_hidden()
    await page.set_viewport_size({"width": 1280, "height": 812})
    await expect(contents).to_be_visible()
    await contents.get_by_role("link").nth(5).click()

    await expect(page.get_by_role("article").nth(5)).to_be_in_viewport()
    await expect(contents).to_be_in_viewport()


async def test_print_has_the_papers_and_nothing_to_press(page: Page, site: Path) -> None:
    await page.emulate_media(media="print", color_scheme="dark")
    await page.goto((site / "2025/09/29.html").as_uri())

    await expect(page.get_by_role("article")).to_have_count(12)
    for selector in ("header", ".contents", ".around", "footer"):
        await expect(page.locator(selector)).to_be_hidden()
    await expect(page.locator(".missing > summary")).to_be_visible()
    await expect(page.locator(".links").first.get_by_role("listitem")).to_have_text(["arXiv:2509.21268"])
    assert (
        await page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert await low_contrast(page) == []
