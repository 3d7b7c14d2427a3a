import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from bot.documents.archive import Indexed
from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_digest
from bot.documents.pages.feed import read_feed
from bot.documents.pages.site import Wanted, site_into
from storage.database import connect, prepare
from storage.records import Listing, ListingState, Paper, Provenance, Summary
from storage.tables import Tables

MONDAY, TUESDAY = date(2025, 9, 29), date(2025, 9, 30)
NOW = datetime(2025, 10, 1, 9, 30, tzinfo=UTC)
URL = "https://papers.example.org/daily/"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>alert('1')</script> \"quoted\" & ]]> \ufffe\x0b"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PAPER = Paper("2509.00001", "Gardens & <Graphs>", ("Ada Lovelace",))
SUMMARY = Summary(PAPER.id, "en", Provenance("digest-file", MONDAY), tldr="Graphs **grow** better.")


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    prepare(tmp_path / "test.db")
    connected = connect(tmp_path / "test.db")
    tables = Tables(connected)
    with connected.transaction():
        import_digest(tables, DigestFile(MONDAY, (DigestEntry(PAPER, SUMMARY),)))
        import_digest(tables, DigestFile(TUESDAY, (DigestEntry(Paper("2509.00002", "Rivers"), None),)))
        yield tables
    connected.close()


def written(tables: Tables, folder: Path, now: datetime = NOW, *, has_pages: bool = True) -> list[Indexed]:
    wanted = Wanted(has_pages=has_pages, has_feed=True, address=URL)
    _, indexed = site_into(tables, folder, date.min, wanted, now)
    return indexed


def feed_in(folder: Path) -> Element:
    root: Element = fromstring((folder / "feed.xml").read_bytes())
    return root


def texts(parent: Element, name: str) -> list[str]:
    return [each.text or "" for each in parent.findall(f"{ATOM}{name}")]


def assert_valid(feed: Element) -> None:
    """Hold what RFC 4287 asks of a feed and its entries (sections 4.1.1 and 4.1.2)."""
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    assert len(texts(feed, "author")) == 1
    assert len(set(texts(feed, "id"))) == 1
    ids = [each for entry in entries for each in texts(entry, "id")]
    assert len(ids) == len(set(ids)) == len(entries)
    for each in (feed, *entries):
        [identifier], [title], [updated] = (texts(each, name) for name in ("id", "title", "updated"))
        assert urlsplit(identifier).scheme in {"tag", "https"}
        assert title
        assert MOMENT.fullmatch(updated)
        alternates = [link for link in each.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) <= 1
        assert all(str(link.get("href")).startswith(URL) for link in each.findall(f"{ATOM}link"))
    for entry in entries:
        [content] = entry.findall(f"{ATOM}content")
        assert (content.get("type"), len(content)) == ("html", 0)
        assert MOMENT.fullmatch(texts(entry, "published")[0])
    assert max(texts(entry, "updated")[0] for entry in entries) == texts(feed, "updated")[0]
    assert all(each.tag.startswith(ATOM) for each in feed.iter())


def test_a_feed_is_valid_and_has_the_newest_day_first(tables: Tables, tmp_path: Path) -> None:
    written(tables, tmp_path)
    feed = feed_in(tmp_path)

    assert_valid(feed)
    assert [texts(entry, "id") for entry in feed.findall(f"{ATOM}entry")] == [
        ["tag:papers.example.org,2025-09-30:/daily/2025/09/30"],
        ["tag:papers.example.org,2025-09-29:/daily/2025/09/29"],
    ]
    links = [(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")]
    assert links == [("self", f"{URL}feed.xml"), ("alternate", f"{URL}index.html")]
    entry = feed.findall(f"{ATOM}entry")[1]
    assert texts(entry, "title") == ["AI papers · September 29, 2025"]
    assert texts(entry, "published") == texts(entry, "updated") == ["2025-09-29T00:00:00Z"]
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [f"{URL}2025/09/29.html"]
    assert "".join(texts(entry, "content")) == (
        '<ol><li><p><a href="https://arxiv.org/abs/2509.00001">Gardens &amp; &lt;Graphs&gt;</a></p>'
        '<p>Ada Lovelace</p><p dir="auto">Graphs grow better.</p>'
        "<p><small>Summary from a digest file · September 29, 2025 · in English</small></p></li></ol>"
    )


def test_the_pages_name_the_feed_where_there_is_one(tables: Tables, tmp_path: Path) -> None:
    written(tables, tmp_path)
    page = LexborHTMLParser((tmp_path / "2025/09/29.html").read_text())

    [link] = page.css("link[rel=alternate]")
    assert link.attributes["href"] == "../../feed.xml"
    [canonical] = page.css("link[rel=canonical]")
    assert canonical.attributes["href"] == f"{URL}2025/09/29.html"


def test_a_feed_without_pages_leads_to_none(tables: Tables, tmp_path: Path) -> None:
    written(tables, tmp_path, has_pages=False)
    feed = feed_in(tmp_path)

    assert_valid(feed)
    assert [link.get("rel") for link in feed.iter(f"{ATOM}link")] == ["self"]
    assert list(tmp_path.rglob("*.html")) == []


def test_a_day_is_updated_when_what_it_says_changes_and_not_by_votes(tables: Tables, tmp_path: Path) -> None:
    written(tables, tmp_path)
    same = written(tables, tmp_path, NOW + timedelta(days=1))
    tables.papers.add(replace(PAPER, votes=50))
    voted = written(tables, tmp_path, NOW + timedelta(days=2))
    tables.summaries.put(replace(SUMMARY, tldr="Graphs wilt."))
    changed = written(tables, tmp_path, NOW + timedelta(days=3))
    feed = feed_in(tmp_path)
    later = written(tables, tmp_path, NOW + timedelta(days=4))

    written_feeds = [indexed[-1].is_new for indexed in (same, voted, changed, later)]
    assert written_feeds == [False, False, True, False]
    assert [texts(entry, "updated") for entry in feed.findall(f"{ATOM}entry")] == [
        ["2025-09-30T00:00:00Z"],
        ["2025-10-04T09:30:00Z"],
    ]
    assert texts(feed, "updated") == ["2025-10-04T09:30:00Z"]


def test_a_day_waits_for_its_whole_list(tables: Tables, tmp_path: Path) -> None:
    wednesday = date(2025, 10, 1)
    for state in (ListingState.PARTIAL, ListingState.STALLED):
        looks_again = NOW if state is ListingState.STALLED else None
        listing = Listing("huggingface", wednesday, state, (PAPER.id,), next_look_at=looks_again)
        tables.listings.put(listing)
        written(tables, tmp_path)
        assert len(feed_in(tmp_path).findall(f"{ATOM}entry")) == 2

    tables.listings.put(Listing("huggingface", wednesday, ListingState.COMPLETE, (PAPER.id,)))
    written(tables, tmp_path)

    assert texts(feed_in(tmp_path).findall(f"{ATOM}entry")[0], "title") == ["AI papers · October 1, 2025"]


def test_a_feed_stays_short(tables: Tables, tmp_path: Path) -> None:
    for number in range(20):
        day = MONDAY - timedelta(days=number + 1)
        tables.listings.put(Listing("huggingface", day, ListingState.COMPLETE, (PAPER.id,)))
    written(tables, tmp_path)

    assert len(feed_in(tmp_path).findall(f"{ATOM}entry")) == 14


def test_what_strangers_write_stays_text_in_the_feed(tables: Tables, tmp_path: Path) -> None:
    paper = Paper("2509.00003", HOSTILE, (HOSTILE,), HOSTILE)
    summary = Summary(paper.id, "en", Provenance("digest-file", MONDAY), tldr=HOSTILE)
    import_digest(tables, DigestFile(date(2025, 10, 1), (DigestEntry(paper, summary),)))
    written(tables, tmp_path)
    feed = feed_in(tmp_path)

    assert_valid(feed)
    content = LexborHTMLParser(texts(feed.findall(f"{ATOM}entry")[0], "content")[0])
    assert content.css("script") == []
    assert [node.text().strip() for node in content.css("p")][:3] == [
        "<script>alert('1')</script> \"quoted\" & ]]>"
    ] * 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<feed",
        "<html><entry/></html>",
        '<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><updated>yesterday</updated></entry></feed>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><updated>2025-09-29</updated></entry></feed>',
    ],
)
def test_what_is_no_feed_of_ours_is_written_anew(tables: Tables, tmp_path: Path, text: str) -> None:
    (tmp_path / "feed.xml").write_text(text)
    assert read_feed(text) == {}
    written(tables, tmp_path)

    assert_valid(feed_in(tmp_path))
