"""arXiv as a source: its lists and answers as it gives them, and the one gate before all of them."""

import asyncio
import gzip
import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    InvalidPreferenceError,
    SourceAnswerError,
    SourceError,
    SourceRefusedError,
    SourceUnreachableError,
)
from bot.sources.arxiv import ArxivClient, user_agent
from bot.sources.atom import ArxivPaper, read_daily_feed, read_query_result
from bot.sources.http import Fetcher, web_client
from bot.text.arxiv_id import find_arxiv_id
from bot.text.notation.latex import readable
from bot.text.notation.names import author_names
from storage.database import connect
from storage.records import Paper
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.tables import empty_tables
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.web_server import Answer, Service, saying, serving

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)

# --- What arXiv sends ----------------------------------------------------------------------------------

NEW_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
    ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns="http://www.w3.org/2005/Atom">'
)
BEFORE_2026 = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <updated>2025-09-29T00:00:00-04:00</updated>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/abs/2509.00001v2</id>
    <updated>2025-09-27T20:30:00-04:00</updated>
    <published>2025-09-25T21:00:00-04:00</published>
    <title>Gardens &amp; graphs: how
  to grow them</title>
    <summary>  We grow graphs
in gardens.
</summary>
    <author><name>Ada Lovelace</name></author>
    <author><name>王小明</name></author>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">12 pages,
  3 figures</arxiv:comment>
    <link href="http://arxiv.org/abs/2509.00001v2" rel="alternate" type="text/html"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG" scheme="s"/>
    <category term="cs.AI" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
</feed>"""
SINCE_2026 = f"""{NEW_HEAD}
  <opensearch:totalResults>1</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/abs/2509.00001v2</id>
    <title>Gardens &amp; graphs: how to grow them</title>
    <updated>2025-09-28T00:30:00Z</updated>
    <summary>We grow graphs in gardens.</summary>
    <category term="cs.LG"/>
    <category term="cs.AI"/>
    <published>2025-09-26T01:00:00Z</published>
    <arxiv:comment>12 pages, 3 figures</arxiv:comment>
    <arxiv:primary_category term="cs.LG"/>
    <author><name>Ada Lovelace</name></author>
    <author><name>王小明</name></author>
  </entry>
</feed>"""
GARDENS = ArxivPaper(
    Paper(
        id="2509.00001",
        title="Gardens & graphs: how to grow them",
        authors=("Ada Lovelace", "王小明"),
        abstract="We grow graphs in gardens.",
        categories=("cs.LG", "cs.AI"),
        published=date(2025, 9, 26),
    ),
    version=2,
    updated=datetime(2025, 9, 28, 0, 30, tzinfo=UTC),
)


def entry(paper_id: str, announce_type: str = "", comment: str = "") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{paper_id}v1</id><title>On {paper_id}</title>"
        f"<summary>arXiv:{paper_id}v1 Announce Type: {announce_type} \nAbstract: About {paper_id}.</summary>"
        f'<category term="cs.CL"/><category term="cs.AI"/><arxiv:comment>{comment}</arxiv:comment>'
        f"<arxiv:announce_type>{announce_type}</arxiv:announce_type>"
        f"<dc:creator>Ada Lovelace (Univ. (A), B), 王小明</dc:creator></entry>"
    )


def feed(*entries: str, updated: str = "2025-09-29T04:00:19.8+00:00", total: int | None = None) -> str:
    count = len(entries) if total is None else total
    return (
        f"{NEW_HEAD}<updated>{updated}</updated>"
        f"<opensearch:totalResults>{count}</opensearch:totalResults>{''.join(entries)}</feed>"
    )


def announced(paper_id: str) -> Paper:
    return Paper(
        id=paper_id,
        title=f"On {paper_id}",
        authors=("Ada Lovelace", "王小明"),
        abstract=f"About {paper_id}.",
        categories=("cs.CL", "cs.AI"),
    )


# --- Reading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [BEFORE_2026, SINCE_2026], ids=["before 2026", "since 2026"])
def test_both_generations_of_the_api_give_the_same_fields(body: str) -> None:
    assert read_query_result(body.encode()).papers == {"2509.00001": GARDENS}


def test_a_paper_of_which_arxiv_says_little_comes_through() -> None:
    bare = f"{NEW_HEAD}<entry><id>http://arxiv.org/abs/math.GT/0309136v1</id><title>T</title></entry></feed>"

    assert read_query_result(bare.encode()).papers == {
        "math/0309136": ArxivPaper(Paper(id="math/0309136", title="T"), version=1)
    }


def test_one_bad_entry_among_good_ones_is_skipped_and_named() -> None:
    answer = read_query_result(
        feed("<entry><id>?</id><title>T</title></entry>", entry("2509.00001")).encode()
    )

    assert list(answer.papers) == ["2509.00001"]
    assert answer.skipped == ("Entry 1 (?) has no arXiv id.",)


def test_a_daily_list_has_the_new_and_the_crossed_in_order_and_nothing_twice() -> None:
    types = ["cross", "new", "replace", "new", "replace-cross"]
    entries = [entry(f"2509.0000{number}", kind) for number, kind in enumerate(types)]
    day = read_daily_feed(feed(*entries, entries[1]).encode())

    assert day.papers == tuple(map(announced, ["2509.00000", "2509.00001", "2509.00003"]))
    assert (day.day, day.entries, day.skipped) == (date(2025, 9, 29), 6, ())
    assert day.new_ids == {"2509.00001", "2509.00003"}


def test_a_feed_that_only_says_in_its_text_what_is_new_is_read() -> None:
    body = feed(entry("2509.00001", "new"), entry("2509.00002", "replace"))

    assert read_daily_feed(body.replace("announce_type>", "other>").encode()).papers == (
        announced("2509.00001"),
    )


def test_a_feed_on_a_holiday_has_its_day_and_no_papers() -> None:
    day = read_daily_feed(feed(updated="2025-12-25T00:00:00-05:00").encode())

    assert (day.day, day.papers) == (date(2025, 12, 25), ())


@pytest.mark.parametrize(
    ("updated", "day"),
    [("2025-12-26T04:59:00Z", date(2025, 12, 25)), ("2025-12-26T05:01:00Z", date(2025, 12, 26))],
)
def test_the_day_of_a_feed_is_the_one_in_new_york(updated: str, day: date) -> None:
    assert read_daily_feed(feed(updated=updated).encode()).day == day


NESTED_ENTITIES = """<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><title>&b;</title></feed>"""


@pytest.mark.parametrize(
    "body",
    [
        NESTED_ENTITIES.encode(),
        NESTED_ENTITIES.replace("a;&a;", "undefined;").encode(),
        b'<!DOCTYPE feed SYSTEM "file:///etc/passwd"><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b"<!DOCTYPE html><html><body>Down for maintenance</body></html>",
        b"<html><body>Log in</body></html>",
        b"Rate exceeded.\n",
        b"",
        feed(entry("2509.00001", "new")).encode()[:-40],
        feed(entry("2509.00001", "new") + "\x01").replace("<feed", "<!DOCTYPE feed><feed").encode(),
        feed(entry("2509.00001", "new") + "\x01").replace("<feed", "<fee").encode(),
    ],
    ids="entities undefined outside-dtd html page text empty cut mended-dtd unopened".split(),
)
def test_what_is_no_feed_is_told_in_a_sentence(body: bytes) -> None:
    for read in (read_query_result, read_daily_feed):
        with pytest.raises(SourceAnswerError, match=r"arXiv"):
            read(body)


def test_a_feed_without_a_day_and_one_of_which_nothing_can_be_read_are_no_days_without_papers() -> None:
    with pytest.raises(SourceAnswerError, match="has no date"):
        read_daily_feed(feed(updated="soon").encode())
    with pytest.raises(SourceAnswerError, match=r"Entry 1 .*2509\.00001.* does not say"):
        read_daily_feed(feed(entry("2509.00001", "new").replace("nnounce", "nnounced")).encode())


# --- What is broken in part ------------------------------------------------------------------------------

MENDED = (
    "Entry 2 (http://arxiv.org/abs/2509.00002v1) holds what XML does not allow, which was mended or left out."
)
UNREADABLE = "Entry 2 (http://arxiv.org/abs/2509.00002v1) holds characters that cannot be read."


def spoilt(raw: bytes) -> bytes:
    """Return a feed of three papers with these bytes in the second one's abstract."""
    three = feed(*(entry(f"2509.0000{number}", "new") for number in (1, 2, 3)))
    return three.encode().replace(b"About 2509.00002", b"About " + raw + b" 2509.00002")


@pytest.mark.parametrize(
    ("raw", "read", "sentence"),
    [
        (b"a\x01\x0b\x1bb", "ab", MENDED),
        (b"a&#x1F;&#0;&#xD800;&#9999999;b", "ab", MENDED),
        (b"\xef\xbf\xbf", "", MENDED),
        (b"caf&eacute; &nbsp;&mdash; &amp;&lt;b&gt;", "café — &<b>", MENDED),
        (b"&nosuch; AT&T R&D; &", "&nosuch; AT&T R&D; &", MENDED),
        (b"p < 0.05 <= 1", "p < 0.05 <= 1", MENDED),
        (b"<![CDATA[a & <b> \x02]]> &nbsp;", "a & <b>", MENDED),
        (b"caf\xe9", "caf\ufffd", UNREADABLE),
    ],
    ids="controls references noncharacter entities ampersands less-than cdata latin-1".split(),
)
def test_what_xml_does_not_allow_costs_itself_alone(raw: bytes, read: str, sentence: str) -> None:
    day = read_daily_feed(spoilt(raw))

    papers = [announced(f"2509.0000{number}") for number in (1, 2, 3)]
    papers[1] = replace(papers[1], abstract=" ".join(f"About {read} 2509.00002.".split()))
    assert (day.papers, day.skipped, day.mended) == (tuple(papers), (), (sentence,))


@pytest.mark.parametrize(
    "named",
    ["<entry>", "the <entry> of tables", "<entry >x</entry > &", "an </entry>", "a\x02 <![CDATA[<entry>]]>"],
)
def test_the_tag_of_an_entry_named_in_a_title_is_a_part_of_it(named: str) -> None:
    body = feed(*(entry(f"2509.0000{number}", "new") for number in (1, 2, 3)))
    day = read_daily_feed(body.replace("<title>On 2509.00002", f"<title>On {named}").encode())

    assert [paper.id for paper in day.papers] == ["2509.00001", "2509.00002", "2509.00003"]
    assert "entry" in day.papers[1].title
    assert (day.skipped, day.mended) == ((), (MENDED,))


def test_an_entry_without_its_end_costs_itself_alone() -> None:
    body = feed(*(entry(f"2509.0000{number}", "new") for number in (1, 2, 3)))
    day = read_daily_feed(body.replace("</entry>", "", 1).encode())

    assert [paper.id for paper in day.papers] == ["2509.00002", "2509.00003"]
    assert day.skipped == ("Entry 1 is not valid XML and was skipped.",)


@pytest.mark.parametrize("after", ["\nServed by x & y", "<script>a()</script>", "</feed>", "\x00"])
def test_what_follows_the_end_of_a_feed_costs_none_of_it(after: str) -> None:
    day = read_daily_feed(feed(entry("2509.00001", "new")).encode() + after.encode())

    assert (day.papers, day.skipped, day.mended) == ((announced("2509.00001"),), (), ())


@pytest.mark.parametrize("kept", ["About </feed> it", "About </feed> it.</summary></entry><entry><id>h"])
def test_a_feed_that_names_its_end_and_is_cut_off_is_not_read(kept: str) -> None:
    whole = feed(entry("2509.00001", "new"), entry("2509.00002", "new"))
    cut = whole[: whole.index("About 2509.00002")] + kept

    with pytest.raises(SourceAnswerError):
        read_daily_feed(cut.encode())


@pytest.mark.parametrize(
    "raw",
    [
        "<b>unclosed",
        "<x:y>unbound</x:y>",
        "a<b or c",
        "</feed>",
        "<!DOCTYPE a>",
        "<think> and </think>, or <br>",
        "by <ada@example.org>, x ]]> y",
        "<!-- a note",
    ],
)
def test_marks_that_only_look_like_tags_stay_as_they_are_written(raw: str) -> None:
    day = read_daily_feed(spoilt(raw.encode()))

    assert raw in (day.papers[1].abstract or "")
    assert (day.entries, day.skipped, day.mended) == (3, (), (MENDED,))


@pytest.mark.parametrize("raw", [b"</summary>", b"<id>"], ids=["closed-twice", "opened"])
def test_markup_that_cannot_be_mended_costs_its_entry_alone(raw: bytes) -> None:
    day = read_daily_feed(spoilt(raw))

    assert [paper.id for paper in day.papers] == ["2509.00001", "2509.00003"]
    assert day.skipped == ("Entry 2 is not valid XML and was skipped.",)
    assert (day.entries, day.mended) == (3, ())


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: text.replace("UTF-8", "GB18030").encode("gb18030"),
        lambda text: text.replace("UTF-8", "no-such-encoding").encode(),
        lambda text: (
            text.replace("feed", "atom:feed")
            .replace("xmlns=", "xmlns:atom=", 1)
            .replace("<entry>", "<atom:entry xmlns='http://www.w3.org/2005/Atom'>")
            .replace("</entry>", "</atom:entry>")
            .replace("<updated>", "<updated xmlns='http://www.w3.org/2005/Atom'>")
            .encode()
        ),
    ],
    ids="bom utf-16 gb18030 unknown prefixed".split(),
)
def test_a_broken_feed_is_read_in_any_encoding_and_with_any_prefix(encode: Callable[[str], bytes]) -> None:
    whole = feed(entry("2509.00001", "new"), entry("2509.00002", "new")).replace("About", "About\x02")

    day = read_daily_feed(encode(whole))

    assert day.papers == (announced("2509.00001"), announced("2509.00002"))
    assert len(day.mended) == 2


def test_the_answer_of_the_api_is_mended_too() -> None:
    result = read_query_result(SINCE_2026.replace("in gardens", "in\x00&nbsp;gardens").encode())

    assert result.papers == {"2509.00001": GARDENS}
    assert len(result.mended) == 1


@given(st.binary(max_size=40))
def test_no_bytes_in_an_entry_cost_those_around_it(raw: bytes) -> None:
    ids = [paper.id for paper in read_daily_feed(spoilt(raw)).papers]

    assert {*ids} >= {"2509.00001", "2509.00003"}


# --- What was recorded -----------------------------------------------------------------------------------


def test_recorded_answers_of_both_generations_come_whole(shared_data: Path) -> None:
    read = {
        path.name: read_query_result(path.read_bytes()) for path in (shared_data / "arxiv").glob("*[0-9].xml")
    }

    assert {name: list(answer.papers) for name, answer in read.items()} == {
        "malformed-id.400.xml": [],
        "old-style-id.200.xml": ["quant-ph/0201082"],
        "one-id.200.xml": ["1605.08386"],
        "one-id.before-2026.200.xml": ["2510.14968", "2510.14827"],
        "search-page.200.xml": list(read["search-page.200.xml"].papers),
        "two-ids-one-unknown.200.xml": ["1707.08567"],
        "unknown-id.200.xml": [],
    }
    assert len(read["search-page.200.xml"].papers) == 10
    assert read["malformed-id.400.xml"].errors == ("incorrect id format for abc",)
    for found in (found for answer in read.values() for found in answer.papers.values()):
        assert found.version
        assert found.updated
        assert found.paper.published
        assert found.paper.authors
        assert found.paper.categories
        for text in (found.paper.title, found.paper.abstract):
            assert text
            assert text == " ".join(text.split())


def test_a_recorded_feed_comes_whole(shared_data: Path) -> None:
    day = read_daily_feed((shared_data / "arxiv/rss-cs.AI-2025-08-20-cut.atom.xml").read_bytes())

    assert (day.day, len(day.papers), day.skipped) == (date(2025, 8, 20), 7, ())
    assert day.papers[0].categories == ("cs.CL", "cs.AI")
    for paper in day.papers:
        assert paper.abstract
        assert not paper.abstract.startswith(("arXiv:", "Abstract"))
        assert paper.authors


def recorded_papers(shared_data: Path) -> Iterator[Paper]:
    with gzip.open(shared_data / "corpus/arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(paper_of_line, lines)
    for path in sorted((shared_data / "arxiv").glob("*.jsonl")):
        yield from map(paper_of_line, path.read_text(encoding="utf-8").splitlines())


def paper_of_line(line: str) -> Paper:
    record: dict[str, Any] = json.loads(line)
    return Paper(
        id=record["id"],
        title=record["title"],
        authors=tuple(record["authors"]),
        abstract=record["summary"],
        categories=tuple(record["categories"]),
    )


_NOTATION = re.compile(r"[\\$~{}]|``|--|&[#A-Za-z]|[_^]\{")


@pytest.mark.parametrize("each", [5, pytest.param(1, marks=pytest.mark.benchmark)])
def test_real_papers_are_stored_and_read_unchanged_but_for_their_latex(
    tmp_path: Path, shared_data: Path, each: int
) -> None:
    """Of ten thousand papers this takes one in five; `pytest -m benchmark` takes all of them."""
    papers = {paper.id: paper for paper in itertools.islice(recorded_papers(shared_data), 0, None, each)}
    database = connect(empty_tables(tmp_path / "test.db"))
    tables = Tables(database).papers
    with database.transaction():
        for paper in papers.values():
            tables.add(paper)
    stored = {paper.id: paper for paper in tables.of_ids(papers)}
    database.close()

    assert len(papers) >= 9_998 // each
    assert {paper_id: find_arxiv_id(paper_id) for paper_id in papers} == {known: known for known in papers}
    assert stored == {
        paper_id: replace(
            paper,
            title=readable(paper.title),
            abstract=readable(paper.abstract or ""),
            authors=author_names(paper.authors),
        )
        for paper_id, paper in papers.items()
    }
    titles = [paper.title for paper in papers.values() if stored[paper.id].title != paper.title]
    abstracts = [
        paper.abstract or "" for paper in papers.values() if stored[paper.id].abstract != paper.abstract
    ]
    assert [text for text in (*titles, *abstracts) if not _NOTATION.search(text)] == []
    assert len(titles) > 68 // (2 * each)
    assert len(abstracts) > 1_466 // (2 * each)


# --- Asking ----------------------------------------------------------------------------------------------


@dataclass
class Arxiv:
    """A local arXiv on simulated time: when it was asked what, and a client for it."""

    service: Service
    client: ArxivClient
    clock: SimulatedClock
    asked: list[tuple[datetime, str]] = field(default_factory=list)

    def answer(self, path: str, *answers: Answer) -> None:
        """Answer one after the other at this path, and from then on with the last."""
        left = list(answers)

        async def logged(request: web.Request) -> web.StreamResponse:
            self.asked.append((self.clock.now(), unquote(request.path_qs)))
            return await (left.pop(0) if len(left) > 1 else left[0])(request)

        self.service.answers[path] = logged

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between each request and the next."""
        moments = [moment for moment, _ in self.asked]
        return [(then - now).total_seconds() for now, then in pairwise(moments)]


@pytest.fixture
async def arxiv() -> AsyncIterator[Arxiv]:
    clock = SimulatedClock(NOW)
    async with serving({}) as service, web_client() as http:
        client = ArxivClient(
            Fetcher(http),
            clock,
            contact="mailto:me@example.org",
            random=Random(1),
            api_url=f"{service.address}/api/",
            feed_url=f"{service.address}/atom/",
            content_url=service.address,
        )
        yield Arxiv(service, client, clock)


def api(known: dict[str, str], malformed: frozenset[str] = frozenset()) -> Answer:
    """Answer as the API does: known papers in an order of its own, the others without a trace."""

    async def answer(request: web.Request) -> web.Response:
        ids = request.query["id_list"].split(",")
        if bad := malformed.intersection(ids):
            error = "<entry><id>https://arxiv.org/api/errors#incorrect_id_format</id><title>Error</title>"
            body = feed(f"{error}<summary>incorrect id format for {min(bad)}</summary></entry>")
            return web.Response(text=body, status=400)
        found = [known[each] for each in sorted(ids, reverse=True) if each in known]
        return web.Response(text=feed(*found[: int(request.query.get("max_results", 10))]))

    return answer


async def test_papers_are_matched_by_id_and_unknown_ones_are_missing(arxiv: Arxiv) -> None:
    arxiv.answer("/api/query", api({each: entry(each) for each in ("2509.00001", "2509.00003")}))
    found = await arxiv.client.papers(
        ["2509.00001v3", "2509.00002", "arXiv:2509.00003", "no id", "2509.00001"]
    )

    assert list(found) == ["2509.00001", "2509.00003"]
    assert [each.paper.title for each in found.values()] == ["On 2509.00001", "On 2509.00003"]
    assert [path for _, path in arxiv.asked] == [
        "/api/query?id_list=2509.00001,2509.00002,2509.00003&max_results=3"
    ]


async def test_many_papers_are_asked_for_in_batches(arxiv: Arxiv) -> None:
    ids = [f"2509.{number:05}" for number in range(250)]
    arxiv.answer("/api/query", api({each: entry(each) for each in ids}))

    assert list(await arxiv.client.papers(ids)) == ids
    assert [path.rpartition("=")[2] for _, path in arxiv.asked] == ["100", "100", "50"]
    assert arxiv.gaps == [3, 3]


async def test_a_malformed_id_costs_none_of_the_others(arxiv: Arxiv) -> None:
    ids = [f"2509.{number:05}" for number in range(100)]
    arxiv.answer("/api/query", api({each: entry(each) for each in ids}, frozenset({ids[41], ids[42]})))

    assert list(await arxiv.client.papers(ids)) == [*ids[:41], *ids[43:]]


async def test_an_error_with_status_200_is_one_too(arxiv: Arxiv) -> None:
    error = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad</summary></entry>"
    arxiv.answer("/api/query", saying(feed(error)), saying(feed(error)), saying(feed(entry("2509.00002"))))

    assert list(await arxiv.client.papers(["2509.00001", "2509.00002"])) == ["2509.00002"]


async def test_an_api_that_refuses_everything_is_not_asked_for_ever(arxiv: Arxiv) -> None:
    arxiv.answer("/api/query", saying("", 400))

    with pytest.raises(SourceAnswerError, match="keeps refusing lists of ids"):
        await arxiv.client.papers(f"2509.{number:05}" for number in range(100))
    assert len(arxiv.asked) == 21


@pytest.mark.parametrize("first", [feed(), feed(total=1), feed(entry("2509.00001"), total=2)])
async def test_a_page_that_falls_short_is_asked_for_again(arxiv: Arxiv, first: str) -> None:
    arxiv.answer("/api/query", saying(first), saying(feed(entry("2509.00001"), entry("2509.00002"))))

    assert list(await arxiv.client.papers(["2509.00001", "2509.00002"])) == ["2509.00001", "2509.00002"]


async def test_no_papers_are_asked_for_without_ids(arxiv: Arxiv) -> None:
    assert (await arxiv.client.papers(["nothing", ""]), arxiv.asked) == ({}, [])


async def test_a_daily_list_of_several_categories_is_one_feed(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL+cs.LG", saying(feed(entry("2509.00001", "new"))))
    day = await arxiv.client.daily_list(["cs.CL", "cs.LG"])

    assert (day.day, day.papers) == (date(2025, 9, 29), (announced("2509.00001"),))
    assert arxiv.service.requests[0].headers["User-Agent"] == user_agent("mailto:me@example.org")


async def test_a_feed_is_asked_for_as_arxiv_spells_it_however_its_source_was_named_once(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL+stat+cs.zz", saying(feed()))

    await arxiv.client.daily_list(["cs.cl", "stat", "cs.zz"])
    assert len(arxiv.asked) == 1


async def test_a_feed_that_was_cut_at_2000_entries_is_had_by_category(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL+cs.LG", saying(feed(*[entry("2509.00001", "replace")] * 2000)))
    arxiv.answer("/atom/cs.CL", saying(feed(entry("2509.00001", "new"), entry("2509.00002", "cross"))))
    arxiv.answer("/atom/cs.LG", saying(feed(entry("2509.00002", "new"), entry("2509.00003", "new"))))
    day = await arxiv.client.daily_list(["cs.CL", "cs.LG"])

    assert day.papers == tuple(map(announced, ["2509.00001", "2509.00002", "2509.00003"]))
    assert day.new_ids == {"2509.00001", "2509.00002", "2509.00003"}


async def test_feeds_of_two_days_are_not_joined(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL+cs.LG", saying(feed(*[entry("2509.00001", "replace")] * 2000)))
    arxiv.answer("/atom/cs.CL", saying(feed(updated="2025-09-29T00:00:00-04:00")))
    arxiv.answer("/atom/cs.LG", saying(feed(updated="2025-09-30T00:00:00-04:00")))

    with pytest.raises(SourceAnswerError, match="a day ahead"):
        await arxiv.client.daily_list(["cs.CL", "cs.LG"])


@pytest.mark.parametrize("category", ["", "cs.CL/../..", "cs CL", "cs.CL+cs.LG", "CS", "http://evil.example"])
async def test_what_is_no_category_is_not_asked_for(arxiv: Arxiv, category: str) -> None:
    with pytest.raises(InvalidPreferenceError, match=r"Write it like cs\.CL"):
        await arxiv.client.daily_list([category])
    assert arxiv.asked == []


@pytest.mark.parametrize("category", ["cs.CL", "math", "cond-mat.dis-nn", "physics.acc-ph", "q-bio.NC"])
async def test_every_kind_of_category_can_be_asked_for(arxiv: Arxiv, category: str) -> None:
    arxiv.answer(f"/atom/{category}", saying(feed()))

    assert (await arxiv.client.daily_list([category])).papers == ()


def test_the_user_agent_names_the_program_its_version_and_a_contact() -> None:
    name = httpx.Headers({"User-Agent": user_agent(" me@example.org\r\nX: 王")})["User-Agent"]

    assert name.startswith("paper-round/0.")
    assert name.endswith(" (me@example.orgX:)")
    assert user_agent("") == name.partition(" ")[0]


# --- The gate --------------------------------------------------------------------------------------------


async def test_a_refused_request_is_tried_again_after_growing_waits(arxiv: Arxiv) -> None:
    refusals = [saying("Rate exceeded.\n", 429), saying("", 503), saying("Rate exceeded.\n", 429)]
    arxiv.answer("/atom/cs.CL", *refusals, saying(feed()))
    await arxiv.client.daily_list(["cs.CL"])

    assert len(arxiv.gaps) == 3
    for gap, least in zip(arxiv.gaps, (15, 30, 60), strict=True):
        assert least <= gap <= 1.5 * least
    assert len({gap / least for gap, least in zip(arxiv.gaps, (15, 30, 60), strict=True)}) == 3


async def test_after_four_refusals_nobody_waits_and_arxiv_is_left_alone(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL", saying("Rate exceeded.\n", 429))
    with pytest.raises(SourceRefusedError, match="status 429") as first:
        await arxiv.client.daily_list(["cs.CL"])
    with pytest.raises(SourceRefusedError) as second:
        await arxiv.client.papers(["2509.00001"])

    assert len(arxiv.asked) == 4
    assert first.value.status == second.value.status == 429
    assert first.value.retry_after == second.value.retry_after
    assert str(first.value) == str(second.value)
    assert 120 <= (first.value.retry_after or 0) <= 180

    arxiv.clock.advance(first.value.retry_after or 0)
    with pytest.raises(SourceRefusedError) as third:
        await arxiv.client.daily_list(["cs.CL"])
    assert len(arxiv.asked) == 5
    assert 240 <= (third.value.retry_after or 0) <= 360


async def test_waits_end_at_a_quarter_of_an_hour_and_begin_anew_after_an_answer(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL", *[saying("", 429)] * 12, saying(feed()), saying("", 429), saying(feed()))
    refused: list[float] = []
    while not refused or refused[-1]:
        try:
            await arxiv.client.daily_list(["cs.CL"])
            refused.append(0.0)
        except SourceRefusedError as error:
            refused.append(error.retry_after or 0)
            arxiv.clock.advance(refused[-1])
    assert max(refused) <= 1350
    assert refused[-2] >= 900

    await arxiv.client.daily_list(["cs.CL"])
    assert 15 <= arxiv.gaps[-1] <= 22.5


async def test_a_long_wait_that_arxiv_asks_for_is_kept(arxiv: Arxiv) -> None:
    arxiv.answer("/atom/cs.CL", saying("", 503, Retry_After="1800"), saying(feed()))
    with pytest.raises(SourceRefusedError) as refusal:
        await arxiv.client.daily_list(["cs.CL"])
    assert refusal.value.retry_after == 1800

    arxiv.clock.advance(1800)
    await arxiv.client.daily_list(["cs.CL"])
    assert arxiv.gaps == [1800]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
async def test_other_refusals_are_told_at_once(arxiv: Arxiv, status: int) -> None:
    arxiv.answer("/pdf/2509.00001", saying("", status))
    for _ in range(2):
        with pytest.raises(SourceRefusedError) as refusal:
            await arxiv.client.content("pdf", "2509.00001", most_bytes=9, seconds=9)
        assert refusal.value.status == status
    assert arxiv.gaps == [3]


async def test_what_is_not_answered_makes_the_next_wait_and_in_the_end_nobody() -> None:
    async with serving({}) as service:
        nobody_there = service.address
    clock = SimulatedClock(NOW)
    waits = []
    async with web_client() as http:
        client = ArxivClient(
            Fetcher(http), clock, contact="me", random=Random(1), feed_url=f"{nobody_there}/atom/"
        )
        for _ in range(6):
            before = clock.now()
            with pytest.raises(SourceUnreachableError):
                await client.daily_list(["cs.CL"])
            waits.append((clock.now() - before).total_seconds())

    for wait, least in zip(waits, (0, 15, 30, 60, 0, 0), strict=True):
        assert least <= wait <= 1.5 * least


# --- Three seconds, whatever runs at once: real code in virtual time -------------------------------------


@dataclass
class Wire:
    """The way to arXiv and arXiv itself, each request and each answer as late as chance has it."""

    random: Random
    trouble: float
    arrived: list[float] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._be_late()
            self.arrived.append(asyncio.get_running_loop().time())
            await self._be_late()
            return await self._answer(request)
        finally:
            self.under_way -= 1

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.random.random() > self.trouble:
            return httpx.Response(200, content=self._body())
        kind = self.random.randrange(5)
        if kind == 0:
            await asyncio.sleep(200)
        if kind == 1:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response([429, 503, 429, 500, 404][kind])

    async def _body(self) -> AsyncIterator[bytes]:
        yield feed(entry("2509.00001", "new"), entry("2509.00002", "new")).encode()
        await self._be_late()

    async def _be_late(self) -> None:
        await asyncio.sleep(self.random.choice([0.0, 0.0, self.random.expovariate(1)]))


async def ask_all_at_once(wire: Wire, clock: VirtualClock) -> list[object]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire.handle)) as http:
        client = ArxivClient(Fetcher(http), clock, contact="me", random=wire.random)

        async def person(number: int) -> object:
            await asyncio.sleep(wire.random.uniform(0, 60))
            if number % 7 == 0:
                clock.ahead = timedelta(seconds=wire.random.uniform(-7200, 0))
            async with asyncio.timeout(wire.random.choice([1, 600, None])):
                match number % 3:
                    case 0:
                        return await client.daily_list(["cs.CL", "cs.LG"])
                    case 1:
                        return await client.papers(["2509.00001", "2509.00002"])
                    case _:
                        return await client.content("html", "2509.00001", most_bytes=9_999, seconds=60)

        return list(await asyncio.gather(*map(person, range(40)), return_exceptions=True))


@pytest.mark.parametrize("trouble", [0.0, 0.1, 0.6])
@pytest.mark.parametrize("seed", range(10))
def test_three_seconds_lie_between_any_two_requests_whatever_runs_at_once(seed: int, trouble: float) -> None:
    wire = Wire(Random(seed), trouble)
    ends = run_virtual(ask_all_at_once(wire, VirtualClock()))

    assert wire.most_under_way == 1
    assert len(wire.arrived) > 3
    assert min(then - now for now, then in pairwise(wire.arrived)) >= 3 - 1e-5
    failures = [end for end in ends if isinstance(end, BaseException)]
    assert {type(end) for end in failures} <= {SourceRefusedError, SourceUnreachableError, TimeoutError}
    assert len(ends) == 40
    if not trouble:
        assert not [end for end in failures if isinstance(end, SourceError)]


def test_a_clock_that_is_set_back_does_not_shut_the_gate() -> None:
    async def ask_twice() -> float:
        clock, wire = VirtualClock(), Wire(Random(1), trouble=0)
        async with httpx.AsyncClient(transport=httpx.MockTransport(wire.handle)) as http:
            client = ArxivClient(Fetcher(http), clock, contact="me", random=wire.random)
            await client.daily_list(["cs.CL"])
            clock.ahead = timedelta(hours=-5)
            await client.daily_list(["cs.CL"])
        return asyncio.get_running_loop().time()

    assert run_virtual(ask_twice()) < 30
