import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.cards.entry import Entry
from bot.documents.archive import Archived, Indexed
from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.documents.pages.day_page import Day, day_page
from bot.documents.pages.frame import Place
from bot.documents.pages.site import Wanted, site_into
from bot.locale import words_for
from storage.records import (
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    Listing,
    ListingState,
    Paper,
    PaperSentence,
    Provenance,
    Summary,
    TextRead,
)
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.card_contents import ENTRIES
from tests.support.tables import empty_tables

MONDAY, TUESDAY = date(2025, 9, 29), date(2025, 9, 30)
NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
HOSTILE = "<script>alert('1')</script> \"quoted\" & $\\alpha$ </title></style><!-- ]]>"
PAPER = Paper(
    "2509.00001",
    "Gardens & <Graphs>",
    ("Ada Lovelace", "Emmy Noether"),
    "We grow graphs.",
    12,
    "https://github.com/example/code",
    3,
)
SUMMARY = Summary(
    PAPER.id,
    "en",
    Provenance(FROM_MODEL, MONDAY, "example-1", "1", TextRead.FULL_TEXT),
    keywords=("graphs", "gardens"),
    tldr="Graphs **grow** better in gardens.",
    problem="They wilt.",
    method="Water.",
    results="Twice as tall, by 12%.",
    takeaway="Water yours.",
    figures=(Figure("12%", "results", Grounding.NOT_FOUND, "We measured 11%."),),
)
ARTICLE = """\
1. Gardens & <Graphs>
Ada Lovelace and Emmy Noether
▲ 12 votes · Code ★ 3
graphs
gardens
Graphs grow better in gardens.
Problem
They wilt.
Method
Water.
Results
Twice as tall, by 12% [?].
What it means for practitioners
Water yours.
[?] 1 figure not found in the paper
12% · Results
We measured 11%.
Abstract
We grow graphs.
Summary by example-1 · from the full text · September 29, 2025 · in English
arXiv:2509.00001
PDF
Discussion"""


@pytest.fixture
async def storage(tmp_path: Path) -> InlineRunner:
    storage = InlineRunner(empty_tables(tmp_path / "test.db"))
    await import_into(storage, DigestFile(MONDAY, (DigestEntry(PAPER, SUMMARY),)))
    await import_into(storage, DigestFile(TUESDAY, (DigestEntry(Paper("2509.00002", "Rivers"), None),)))
    await import_into(storage, DigestFile(date(2025, 10, 1), ()))
    return storage


async def written(
    storage: InlineRunner, folder: Path, since: date = date.min, language: str | None = None
) -> tuple[list[Archived], list[Indexed]]:
    wanted = Wanted(language=language)
    return await storage.read(lambda tables: site_into(tables, folder, since, wanted, NOW))


def tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def found(page: LexborHTMLParser, selector: str) -> LexborNode:
    node = page.css_first(selector)
    assert node
    return node


def lines(node: LexborNode) -> str:
    text = re.sub(r"\n+", "\n", node.text())
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def page_of(entry: Entry, language: str = "en", state: ListingState = ListingState.COMPLETE) -> str:
    listing = Listing("huggingface", MONDAY, state, (entry.paper.id,))
    day = Day(listing, (entry,), words_for(language))
    return day_page(day, None, TUESDAY, Place("2025/09/29.html"))


async def test_each_day_is_a_page_with_indexes_that_lead_to_it(storage: InlineRunner, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    done = await written(storage, folder)

    assert done == (
        [
            Archived(folder / "2025/09/29.html", 1, 1, is_new=True),
            Archived(folder / "2025/09/30.html", 1, 0, is_new=True),
        ],
        [Indexed(folder / "index.html", is_new=True), Indexed(folder / "2025/index.html", is_new=True)],
    )
    index = tree((folder / "index.html").read_text())
    assert lines(found(index, "main")) == (
        "AI papers\nSeptember 2025 2 papers\nTue, September 30 1 paper\nMon, September 29 1 paper\n"
        "By year\n2025 2 papers"
    )
    assert [link.attributes["href"] for link in index.css("main a")] == [
        "2025/09/30.html",
        "2025/09/29.html",
        "2025/index.html",
    ]
    year = tree((folder / "2025/index.html").read_text())
    assert [link.attributes["href"] for link in year.css("a")] == [
        "#content",
        "../index.html",
        "../2025/09/30.html",
        "../2025/09/29.html",
    ]
    day = tree((folder / "2025/09/29.html").read_text())
    assert lines(found(day, "nav.around")) == "September 30, 2025 →"
    assert found(day, "nav.around a").attributes["href"] == "../../2025/09/30.html"


async def test_each_link_within_the_site_leads_to_a_file(storage: InlineRunner, tmp_path: Path) -> None:
    await written(storage, tmp_path / "site")

    for path in (tmp_path / "site").rglob("*.html"):
        page = tree(path.read_text())
        addresses = [str(link.attributes["href"]) for link in page.css("a")]
        for address in addresses:
            if address.startswith("#"):
                assert page.css_first(f'[id="{address[1:]}"]'), (path, address)
            elif not address.startswith("https://"):
                assert (path.parent / address).is_file(), (path, address)


async def test_a_paper_has_all_that_its_card_has(storage: InlineRunner, tmp_path: Path) -> None:
    await written(storage, tmp_path)
    page = tree((tmp_path / "2025/09/29.html").read_text())

    assert lines(found(page, "article")) == ARTICLE
    assert [link.attributes["href"] for link in page.css("article a")] == [
        "https://arxiv.org/abs/2509.00001",
        "https://github.com/example/code",
        "https://arxiv.org/abs/2509.00001",
        "https://arxiv.org/pdf/2509.00001",
        "https://huggingface.co/papers/2509.00001",
    ]


async def test_only_what_changed_is_written_again(storage: InlineRunner, tmp_path: Path) -> None:
    await written(storage, tmp_path)
    rivers = Summary("2509.00002", "en", Provenance("digest-file", TUESDAY), tldr="Rivers run.")
    await storage.write(lambda tables: tables.summaries.put(rivers))
    days, indexes = await written(storage, tmp_path)

    assert [day.is_new for day in days] == [False, True]
    assert [index.is_new for index in indexes] == [False, False]


async def test_days_before_the_first_stay_as_they_are_and_in_the_index(
    storage: InlineRunner, tmp_path: Path
) -> None:
    days, _ = await written(storage, tmp_path / "new", since=TUESDAY)
    alone = (tmp_path / "new/index.html").read_text()
    await written(storage, tmp_path / "old")
    again, indexes = await written(storage, tmp_path / "old", since=TUESDAY)

    assert [day.path.name for day in days] == [day.path.name for day in again] == ["30.html"]
    assert "29.html" not in alone
    assert [index.is_new for index in indexes] == [False, False]


def put(listing: Listing, tables: Tables) -> None:
    tables.listings.put(listing)


async def test_the_index_stays_short_and_each_year_has_all_its_days(
    storage: InlineRunner, tmp_path: Path
) -> None:
    days = [date(2023, 12, 1) + timedelta(days=number) for number in range(62)]
    for day in days:
        listing = Listing("huggingface", day, ListingState.COMPLETE, (PAPER.id,))
        await storage.write(partial(put, listing))
    await written(storage, tmp_path)
    index, year = (tree((tmp_path / path).read_text()) for path in ("index.html", "2023/index.html"))

    assert len(index.css("main time")) == 33
    assert [lines(item) for item in index.css("section:last-of-type li")] == [
        "2025 2 papers",
        "2024 31 papers",
        "2023 31 papers",
    ]
    assert [time.attributes["datetime"] for time in year.css("main time")] == [
        day.isoformat() for day in reversed(days[:31])
    ]


async def test_chinese_pages_say_so_and_mark_what_is_in_another_language(
    storage: InlineRunner, tmp_path: Path
) -> None:
    chinese = replace(SUMMARY, language="zh-CN", tldr="图在花园里长得更好。", figures=())
    await storage.write(lambda tables: tables.summaries.put(chinese))
    await written(storage, tmp_path, language="zh-CN")
    page = tree((tmp_path / "2025/09/29.html").read_text())

    assert found(page, "html").attributes["lang"] == "zh-CN"
    assert found(page, "h1").text() == "AI 论文 · 2025年9月29日"
    assert found(page, "h2 a").attributes["lang"] == "en"
    assert "lang" not in found(page, ".sentence").attributes
    assert [term.text() for term in page.css("dt")] == ["问题", "方法", "结果", "对从业者的启示"]


def test_a_page_opens_each_sentence_above_those_of_the_paper() -> None:
    evidence = (
        Evidence(
            "results",
            "Twice as tall, by 12%.",
            (PaperSentence("We measured 11%.", "4 Results"), PaperSentence("11 | 22")),
            doubts=(Doubt(DoubtKind.FIGURE_NOT_FOUND, "12%"),),
        ),
        Evidence("takeaway", "Water yours.", is_inference=True),
    )
    page = tree(page_of(Entry(PAPER, replace(SUMMARY, evidence=evidence), 1)))
    opened = next(each for each in page.css("details") if "Sources" in each.text())

    assert [" ".join(item.text(separator=" ").split()) for item in opened.css("li")] == [
        "Twice as tall, by 12%. 4 Results We measured 11%. 11 | 22 [?] 12% wasn't found in the paper.",
        "Water yours. The model's own inference: the paper doesn't say this.",
    ]


def test_a_language_that_the_bot_does_not_speak_is_marked_within_an_english_page() -> None:
    page = tree(page_of(Entry(PAPER, replace(SUMMARY, language="de"), 1), "de"))

    assert found(page, "html").attributes["lang"] == "en"
    assert found(page, ".sentence").attributes["lang"] == "de"


def test_a_day_that_is_not_over_says_so() -> None:
    over, not_over = (
        tree(page_of(Entry(PAPER, SUMMARY, 1), state=state))
        for state in (ListingState.COMPLETE, ListingState.PARTIAL)
    )

    assert over.css_first("p.note") is None
    assert found(not_over, "p.note").text() == "This day isn’t over: more papers may follow."


def test_a_withdrawn_paper_has_its_notice_and_no_pdf() -> None:
    page = tree(page_of(Entry(replace(PAPER, withdrawal="It is wrong."), None, 1)))

    assert found(page, "article .note").text() == (
        "⚠️ This paper has been withdrawn. arXiv says: “It is wrong.”"
    )
    assert [lines(link) for link in page.css(".links a")] == ["arXiv:2509.00001", "Discussion"]


def test_an_address_that_is_not_on_the_web_is_no_link() -> None:
    page = tree(page_of(Entry(replace(PAPER, code_url="javascript:alert(1)"), None, 1)))

    assert lines(found(page, "article .facts")) == "▲ 12 votes"


def test_what_strangers_write_stays_text_everywhere() -> None:
    paper = replace(PAPER, title=HOSTILE, authors=(HOSTILE,), abstract=HOSTILE, code_url=f"https://{HOSTILE}")
    parts: dict[str, Any] = dict.fromkeys(
        ("tldr", "problem", "method", "results", "takeaway", "body"), HOSTILE
    )
    figure = Figure("1", "tldr", Grounding.NOT_FOUND, HOSTILE)
    sentence = PaperSentence(HOSTILE, HOSTILE)
    rests = Evidence("tldr", HOSTILE, (sentence,), doubts=(Doubt(DoubtKind.NAME_NOT_FOUND, HOSTILE),))
    summary = replace(SUMMARY, keywords=(HOSTILE,), figures=(figure,), evidence=(rests,), **parts)
    page = tree(page_of(Entry(paper, summary, 1)))

    assert found(page, "h2 a").text() == HOSTILE
    assert page.css("script, article style, article title") == []
    assert len(page.css("article")) == 1


@given(entry=ENTRIES)
def test_any_paper_makes_a_page_with_the_same_elements_and_links_of_our_own(entry: Entry) -> None:
    page = tree(page_of(entry))
    hosts = {
        re.sub(r"(https://[^/]+/).*", r"\1", str(link.attributes["href"])) for link in page.css("article a")
    }

    assert hosts <= {"https://arxiv.org/", "https://huggingface.co/", "https://github.com/"}
    assert page.css("script, img, iframe, object, form, input") == []
    assert len(page.css("article")) == len(page.css("h2")) == 1


def test_a_pages_policy_lets_in_its_own_style_alone() -> None:
    page = tree(page_of(Entry(PAPER, SUMMARY, 1)))
    style = found(page, "style").text()
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert found(page, "meta[http-equiv]").attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'"
    )
    assert page.css("[style], [onclick], [src]") == []
    assert "url(" not in style
    assert "@import" not in style
