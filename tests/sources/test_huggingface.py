import ast
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceAnswerError, SourceRefusedError
from bot.sources.http import Fetcher, web_client
from bot.sources.huggingface import fetch_day, read_page
from bot.sources.source import DailyList
from bot.text.arxiv_id import find_arxiv_id
from storage.records import Paper
from tests.support.web_server import Answer, redirecting, saying, serving

DAY = date(2025, 9, 29)
PATH = "/api/daily_papers"

GARDENS: dict[str, Any] = {
    "paper": {
        "id": "2509.00001",
        "authors": [
            {"_id": "1", "name": "Ada  Lovelace", "hidden": False},
            {"_id": "2", "name": "Not Shown", "hidden": True},
            {"_id": "3", "name": "王小明", "user": {"fullname": "Somebody Else"}},
        ],
        "publishedAt": "2025-09-25T23:30:00.000Z",
        "title": "Gardens\n  & <Graphs>",
        "summary": "We grow graphs\nin gardens.\n",
        "upvotes": 12,
        "githubRepo": "https://github.com/example/gardens",
        "githubStars": 3,
        "organization": {"_id": "4", "name": "garden", "fullname": "Garden University"},
        "ai_summary": "Graphs grow\nin gardens.",
        "ai_keywords": ["graphs", "gardens", "graphs"],
    },
    "publishedAt": "2025-09-29T01:00:00.000Z",
    "title": "Gardens & $<Graphs>$",
    "thumbnail": "https://cdn.example.org/gardens.png",
    "numComments": 2,
    "mediaUrls": ["https://cdn.example.org/gardens.mp4"],
}
BARE: dict[str, Any] = {"paper": {"id": "2509.00002", "title": "Rivers"}}


def with_paper(**fields: object) -> dict[str, Any]:
    return {**GARDENS, "paper": {**GARDENS["paper"], **fields}}


def many(first: int, count: int) -> list[dict[str, Any]]:
    return [{"paper": {"id": f"2509.{first + n:05}", "title": f"Paper {first + n}"}} for n in range(count)]


def ids(listed: DailyList) -> list[str]:
    return [paper.id for paper in listed.papers]


def replaying(entries: list[Any], most: int = 100) -> Answer:
    """Answer as Hugging Face does: pages of `limit`, of which it gives `most`, then empty ones."""

    async def answer(request: web.Request) -> web.Response:
        limit = min(int(request.query["limit"]), most)
        start = int(request.query["p"]) * limit
        return web.json_response(entries[start : start + limit])

    return answer


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with web_client(trust_env=False) as client:
        yield Fetcher(client)


async def listed(fetcher: Fetcher, answer: Answer, day: date = DAY) -> DailyList:
    async with serving({PATH: answer}) as service:
        return await fetch_day(fetcher, f"{service.address}/", day)


async def error_of(fetcher: Fetcher, answer: Answer) -> str:
    with pytest.raises(SourceAnswerError) as raised:
        await listed(fetcher, answer)
    return str(raised.value)


async def test_all_that_is_known_of_a_paper_is_kept(fetcher: Fetcher) -> None:
    gardens = Paper(
        id="2509.00001",
        title="Gardens & <Graphs>",
        authors=("Ada Lovelace", "王小明"),
        abstract="We grow graphs in gardens.",
        votes=12,
        code_url="https://github.com/example/gardens",
        code_stars=3,
        comments=2,
        organisation="Garden University",
        community_summary="Graphs grow in gardens.",
        community_keywords=("graphs", "gardens"),
        thumbnail_url="https://cdn.example.org/gardens.png",
        published=date(2025, 9, 25),
    )

    found = await listed(fetcher, replaying([GARDENS, BARE]))

    assert found == DailyList(DAY, (gardens, Paper("2509.00002", "Rivers")))


async def test_a_day_is_asked_for_in_pages_until_one_is_empty(fetcher: Fetcher) -> None:
    async with serving({PATH: replaying(many(1, 173))}) as service:
        found = await fetch_day(fetcher, service.address, DAY)
        asked = [dict(request.query) for request in service.requests]

    assert ids(found) == [f"2509.{number:05}" for number in range(1, 174)]
    assert asked == [{"date": "2025-09-29", "limit": "100", "p": page} for page in "012"]


async def test_no_paper_is_lost_where_the_service_gives_fewer_than_were_asked_for(fetcher: Fetcher) -> None:
    found = await listed(fetcher, replaying(many(1, 73), most=50))

    assert len(ids(found)) == 73


async def test_a_day_without_papers_is_an_empty_list(fetcher: Fetcher) -> None:
    assert await listed(fetcher, saying("[]")) == DailyList(DAY, ())


async def test_a_paper_that_moves_to_the_next_page_meanwhile_counts_once(fetcher: Fetcher) -> None:
    entries = many(1, 120)
    found = await listed(fetcher, replaying([*entries[:100], *entries[95:]]))

    assert ids(found) == [f"2509.{number:05}" for number in range(1, 121)]


async def test_a_service_that_knows_no_pages_is_asked_twice(fetcher: Fetcher) -> None:
    async with serving({PATH: saying(json.dumps(many(1, 100)))}) as service:
        found = await fetch_day(fetcher, service.address, DAY)
        asked = len(service.requests)

    assert (len(found.papers), asked) == (100, 2)


async def test_a_list_without_end_is_given_up(fetcher: Fetcher) -> None:
    async def endless(request: web.Request) -> web.Response:
        return web.json_response(many(int(request.query["p"]) * 100, 100))

    assert await error_of(fetcher, endless) == ("127.0.0.1 listed 2000 papers for one day without an end.")


async def test_bad_entries_among_good_ones_are_skipped_and_named(fetcher: Fetcher) -> None:
    bad: list[Any] = [
        5,
        {},
        {"paper": "2509.00003"},
        {"paper": {"title": "No id"}},
        {"paper": {"id": 2509.00003, "title": "A number"}},
        {"paper": {"id": "a-blog-post", "title": "No arXiv id"}},
        {"paper": {"id": "2509.00003", "title": " \n "}},
    ]

    found = await listed(fetcher, replaying([GARDENS, *bad, BARE]))

    assert ids(found) == ["2509.00001", "2509.00002"]
    assert found.skipped == (
        "Entry 2 was skipped: it is no JSON object.",
        "Entry 3 was skipped: paper is missing.",
        "Entry 4 was skipped: paper is no JSON object.",
        "Entry 5 was skipped: paper.id is missing.",
        "Entry 6 was skipped: paper.id is no text.",
        "Entry 7 (“a-blog-post”) was skipped: paper.id is no arXiv id.",
        "Entry 8 (“2509.00003”) was skipped: it has no title.",
    )


async def test_entries_are_counted_over_all_pages(fetcher: Fetcher) -> None:
    entries = [*many(1, 73), {"paper": {"id": "a-blog-post"}}]
    found = await listed(fetcher, replaying(entries, most=50))

    assert found.skipped == ("Entry 74 (“a-blog-post”) was skipped: paper.id is no arXiv id.",)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("authors", "Ada Lovelace"),
        ("summary", ["We grow graphs."]),
        ("publishedAt", "0001-01-01T00:00:00+14:00"),
        ("publishedAt", "soon"),
        ("upvotes", "12"),
        ("upvotes", -1),
        ("upvotes", 2**63),
        ("githubStars", True),
        ("githubRepo", "javascript:alert(1)"),
        ("githubRepo", "https://example.org/a|b> <!channel>"),
        ("githubRepo", "https://example.org/" + "a" * 2000),
        ("organization", "Garden University"),
        ("ai_summary", ""),
        ("ai_keywords", "graphs, gardens"),
    ],
)
def test_a_field_that_cannot_be_read_is_not_known_and_costs_nothing_else(field: str, found: object) -> None:
    without = {name: value for name, value in GARDENS["paper"].items() if name != field}

    unreadable = read_page(json.dumps([with_paper(**{field: found})]).encode(), DAY)

    assert unreadable == read_page(json.dumps([{**GARDENS, "paper": without}]).encode(), DAY)
    assert unreadable.skipped == ()


def test_one_author_and_one_keyword_that_cannot_be_read_cost_only_themselves() -> None:
    entry = with_paper(
        authors=[None, {"name": "Ada Lovelace", "hidden": None}, {"hidden": False}, {"name": " "}],
        ai_keywords=["graphs", 5, None, " "],
    )

    (paper,) = read_page(json.dumps([entry]).encode(), DAY).papers

    assert (paper.authors, paper.community_keywords) == (("Ada Lovelace",), ("graphs",))


def test_where_a_paper_says_less_its_entry_is_read() -> None:
    entry = {
        "paper": {"id": "https://arxiv.org/abs/2509.00001v2"},
        "title": "Gardens",
        "summary": "We grow.",
        "organization": {"name": "garden"},
    }

    gardens = Paper("2509.00001", "Gardens", abstract="We grow.", organisation="garden")
    assert read_page(json.dumps([entry]).encode(), DAY) == DailyList(DAY, (gardens,))


def test_half_an_emoji_costs_no_list() -> None:
    (paper,) = read_page(b'[{"paper": {"id": "2509.00001", "title": "Gardens \\ud83c"}}]', DAY).papers

    assert paper.title == "Gardens \ufffd"


def spoilt(raw: bytes) -> bytes:
    """Return a list of three papers with these bytes in the second one's title."""
    three = json.dumps(many(1, 3)).encode()
    return three.replace(b"Paper 2", b"Paper 2" + raw)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (b"\x01\x1b\x7f", "Paper 2"),
        (b"\\u0000\\u001b", "Paper 2"),
        (b"\n\t two", "Paper 2 two"),
        (rb" \alpha \(x\) \$5 \u00", r"Paper 2 \alpha \(x\) \$5 \u00"),
        (rb" \" \\ \u00e9", 'Paper 2 " \\ é'),
        (b" caf\xe9", "Paper 2 caf\ufffd"),
    ],
    ids="controls escaped breaks backslashes escapes latin-1".split(),
)
def test_what_json_does_not_allow_costs_itself_alone(raw: bytes, title: str) -> None:
    read = read_page(spoilt(raw), DAY)

    assert [paper.title for paper in read.papers] == ["Paper 1", title, "Paper 3"]
    assert read.skipped == ()


@pytest.mark.parametrize("raw", [b'"', b'", x', b'", "n": 1' + b"0" * 5_000, b'", "n": ' + b"[" * 100_000])
def test_an_entry_that_is_no_json_costs_no_other(raw: bytes) -> None:
    read = read_page(spoilt(raw), DAY)

    assert ids(read) == ["2509.00001", "2509.00003"]
    assert read.skipped == ("Entry 2 was skipped: it is not valid JSON.",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_list_is_read_in_every_encoding_of_json_and_with_a_comma_too_many(encoding: str) -> None:
    body = json.dumps(many(1, 2))[:-1] + ",]\n"

    assert ids(read_page(body.encode(encoding), DAY)) == ["2509.00001", "2509.00002"]


@pytest.mark.parametrize(
    ("before", "after"),
    [(")]}',\n", ""), ("", "\n<!-- cached: [1], {2} -->"), ("for(;;);", " Served by “x”")],
    ids="guard comment both".split(),
)
@pytest.mark.parametrize("raw", [b"", b'", x'], ids=["whole", "broken"])
def test_what_stands_around_the_list_costs_none_of_it(before: str, after: str, raw: bytes) -> None:
    read = read_page(before.encode() + spoilt(raw) + after.encode(), DAY)

    assert [read_id for read_id in ids(read) if read_id != "2509.00002"] == ["2509.00001", "2509.00003"]
    assert len(read.skipped) == bool(raw)


@pytest.mark.parametrize("end", ['"authors": [], "title": "[A] b', '"title": "${x}] of', '"authors": []'])
def test_a_list_that_is_cut_off_after_a_bracket_is_not_read(end: str) -> None:
    cut = json.dumps(many(1, 2))[:-1] + ', {"paper": {' + end + " "

    with pytest.raises(SourceAnswerError, match="other than JSON"):
        read_page(cut.encode() + b"x", DAY)


@given(st.binary(max_size=40))
def test_no_bytes_in_an_entry_cost_those_around_it(raw: bytes) -> None:
    read = ids(read_page(spoilt(raw), DAY))

    assert (read[0], read[-1]) == ("2509.00001", "2509.00003")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "127.0.0.1 answered with something other than JSON: it is empty."),
        (
            "<!DOCTYPE html>\n<title>Sign in</title>",
            "127.0.0.1 answered with something other than JSON: “<!DOCTYPE html> <title>Sign in</title>”.",
        ),
        (
            '{"error": "Sorry"}',
            '127.0.0.1 answered with JSON that is not a list of papers: “{"error": "Sorry"}”.',
        ),
        ("null", "127.0.0.1 answered with JSON that is not a list of papers: “null”."),
        ('[{"paper": {"id"', '127.0.0.1 answered with something other than JSON: “[{"paper": {"id"”.'),
        (
            '[{"id": "2509.00001"}, {"id": "2509.00002"}]',
            "No entry of 127.0.0.1 can be read. Entry 1 was skipped: paper is missing.",
        ),
    ],
)
async def test_an_answer_that_is_no_list_is_never_a_day_without_papers(
    fetcher: Fetcher, body: str, sentence: str
) -> None:
    assert await error_of(fetcher, saying(body)) == sentence


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"[" * 1_000_000])
def test_what_json_itself_cannot_read_is_told_in_a_sentence(body: bytes) -> None:
    with pytest.raises(SourceAnswerError, match=r"^answered with something other than JSON: “.*”\.$"):
        read_page(body, DAY)


def test_a_number_of_too_many_digits_is_none_and_costs_no_entry() -> None:
    votes = "9" * 100_000
    body = f'[{{"paper": {{"id": "2509.00001", "title": "Oaks", "upvotes": {votes}}}}}]'

    assert read_page(body.encode(), DAY) == DailyList(DAY, (Paper("2509.00001", "Oaks"),))


async def test_a_login_page_is_no_list(fetcher: Fetcher) -> None:
    async with serving({PATH: redirecting("/login"), "/login": saying("<html>Sign in")}) as service:
        with pytest.raises(SourceAnswerError, match="other than JSON"):
            await fetch_day(fetcher, service.address, DAY)


async def test_a_refusal_says_when_to_come_back(fetcher: Fetcher) -> None:
    with pytest.raises(SourceRefusedError) as raised:
        await listed(fetcher, saying("{}", 429, RateLimit='"api";r=0;t=53'))

    assert (raised.value.status, raised.value.retry_after) == (429, 53.0)


NAMES = ("name", "hidden", "fullname", "id", "title", "other")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.sampled_from(NAMES), values, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(GARDENS["paper"])


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON), st.dictionaries(st.sampled_from(sorted(GARDENS)), JSON)
)
def test_whatever_an_entry_holds_the_one_beside_it_is_read(
    of_paper: dict[str, Any], of_entry: dict[str, Any]
) -> None:
    entry = {**with_paper(**of_paper), **of_entry}

    found = read_page(json.dumps([entry, BARE]).encode(), DAY)

    assert found.papers[-1] == Paper("2509.00002", "Rivers")
    assert len(found.papers) + len(found.skipped) == 2
    # What goes into the database must be text throughout.
    assert json.dumps([asdict(paper) for paper in found.papers], default=str, ensure_ascii=False).encode()


# --- The recorded lists -----------------------------------------------------------------------------------


def recorded(path: Path) -> list[dict[str, Any]]:
    """Return a recorded list; the growing ones hold their entries as Python writes them."""
    entries = json.loads(path.read_text())
    return [ast.literal_eval(entry) if isinstance(entry, str) else entry for entry in entries]


def recorded_ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["paper"]["id"] for entry in entries]


async def test_every_recorded_day_comes_through_in_its_order(fetcher: Fetcher, shared_data: Path) -> None:
    days = {path.stem: recorded(path) for path in sorted((shared_data / "hf").glob("20*.json"))}

    async def answer(request: web.Request) -> web.StreamResponse:
        return await replaying(days[request.query["date"]])(request)

    async with serving({PATH: answer}) as service:
        found = [await fetch_day(fetcher, service.address, date.fromisoformat(day)) for day in days]

    assert [ids(day) for day in found] == [recorded_ids(entries) for entries in days.values()]
    assert [day.skipped for day in found] == [()] * len(days)


async def test_a_recorded_day_that_grew_ends_with_the_larger_list(
    fetcher: Fetcher, shared_data: Path
) -> None:
    captures = [recorded(path) for path in sorted((shared_data / "hf" / "growing").glob("*.json"))]
    found = [await listed(fetcher, replaying(entries)) for entries in captures]

    assert [ids(day) for day in found] == [recorded_ids(entries) for entries in captures]
    for early, late in ((0, 1), (2, 3)):
        assert set(ids(found[early])) < set(ids(found[late]))


async def test_recorded_odd_items_come_through_whole(fetcher: Fetcher, shared_data: Path) -> None:
    kinds = json.loads((shared_data / "hf" / "odd-items.json").read_text())
    items = [case["item"] for cases in kinds.values() for case in cases if "paper" in case["item"]]
    entries = list({item["paper"]["id"]: item for item in items}.values())

    found = await listed(fetcher, replaying(entries))

    assert found.skipped == ()
    assert [as_told(paper) for paper in found.papers] == [as_recorded(entry) for entry in entries]


def as_told(paper: Paper) -> tuple[object, ...]:
    counts = (paper.votes, paper.comments, paper.code_stars)
    texts = (paper.id, paper.title, paper.abstract, paper.community_summary, paper.code_url)
    return (*texts, paper.thumbnail_url, paper.authors, *counts, paper.organisation, str(paper.published))


def as_recorded(entry: dict[str, Any]) -> tuple[object, ...]:
    paper = entry["paper"]
    written = (paper["title"], paper["summary"], paper.get("ai_summary"))
    texts = [" ".join(text.split()) if text else None for text in written]
    shown = tuple(" ".join(author["name"].split()) for author in paper["authors"] if not author["hidden"])
    counts = (paper["upvotes"], entry["numComments"], paper.get("githubStars"))
    organisation = (paper.get("organization") or {}).get("fullname")
    links = (paper.get("githubRepo"), entry.get("thumbnail"))
    return (
        find_arxiv_id(paper["id"]),
        *texts,
        *links,
        shown,
        *counts,
        organisation,
        paper["publishedAt"][:10],
    )
