"""Nothing that a source says of a paper is kept without a bound, and nothing real is cut."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from bot.documents.digest_file import parse
from bot.sources.atom import read_daily_feed, read_query_result
from bot.sources.bounds import paper_from_source
from bot.sources.huggingface import read_page
from storage.records import Paper

PAPER_ID = "2509.00001"
HEAD = (
    '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns="http://www.w3.org/2005/Atom"><updated>2025-09-29T04:00:19Z</updated>'
)

Reader = Callable[[str, int], Paper]
"""Returns the paper of an answer in which each text is this one and each list has so many items."""


def of_hugging_face(text: str, count: int) -> Paper:
    listed = {
        "id": PAPER_ID,
        "title": text,
        "authors": [{"name": text}] * count,
        "summary": text,
        "organization": {"fullname": text},
        "ai_summary": text,
        "ai_keywords": [f"{number} {text}" for number in range(count)],
    }
    return read_page(json.dumps([{"paper": listed}]).encode(), date(2025, 9, 29)).papers[0]


def of_a_feed(text: str, count: int) -> Paper:
    categories = "".join(f'<category term="{number} {text}"/>' for number in range(count))
    creators = f"<dc:creator>{', '.join([text] * count)}</dc:creator>"
    body = (
        f"{HEAD}<entry><id>http://arxiv.org/abs/{PAPER_ID}</id><title>{text}</title><summary>{text}</summary>"
        f"<arxiv:announce_type>new</arxiv:announce_type>{creators}{categories}</entry></feed>"
    )
    return read_daily_feed(body.encode()).papers[0]


def of_the_api(text: str, count: int) -> Paper:
    categories = "".join(f'<category term="{number} {text}"/>' for number in range(count))
    authors = f"<author><name>{text}</name></author>" * count
    body = (
        f"{HEAD}<entry><id>http://arxiv.org/abs/{PAPER_ID}</id><title>{text}</title><summary>{text}</summary>"
        f"<arxiv:comment>Withdrawn, {text}</arxiv:comment>{authors}{categories}</entry></feed>"
    )
    return read_query_result(body.encode()).papers[PAPER_ID].paper


def of_a_digest_file(text: str, count: int) -> Paper:
    del count
    [entry] = parse(f"# Papers for 2025-09-29\n\n## 0.[{text}](https://arxiv.org/pdf/{PAPER_ID})\n").entries
    return entry.paper


READERS: list[Reader] = [of_hugging_face, of_a_feed, of_the_api, of_a_digest_file]


def longest(value: object) -> int:
    """Return the length of the longest text within a value."""
    if isinstance(value, str):
        return len(value)
    return max(map(longest, value), default=0) if isinstance(value, tuple) else 0


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("word", ["hedge ", "园林"])
def test_texts_of_megabytes_are_cut_with_an_ellipsis(read: Reader, word: str) -> None:
    given = asdict(read((word * 200_000).strip(), 2))
    texts = {name: value for name, value in given.items() if longest(value) > len(PAPER_ID)}

    assert given["title"].startswith(word.strip())
    assert all(longest(value) <= 20_000 for value in texts.values())
    assert all((value if isinstance(value, str) else value[0]).endswith("…") for value in texts.values())


@pytest.mark.parametrize("read", [of_hugging_face, of_a_feed, of_the_api])
def test_of_lists_without_an_end_the_first_are_kept(read: Reader) -> None:
    given = read("hedge", 20_000)

    assert given.authors == ("hedge",) * 10_000
    assert len(given.categories) in {0, 200}
    assert len(given.community_keywords) in {0, 200}
    assert given.community_keywords[:1] in {(), ("0 hedge",)}


def test_of_long_lists_of_long_names_the_first_are_kept() -> None:
    given = of_hugging_face("hedge" * 100, 10_000)

    assert {len(name) for name in given.authors} == {200}
    assert len(given.authors) == 1_000


def test_a_comment_of_megabytes_that_tells_of_a_withdrawal_is_cut() -> None:
    notice = of_the_api("hedge " * 200_000, 1).withdrawal or ""

    assert (notice[:16], notice[-1], len(notice)) == ("Withdrawn, hedge", "…", 5_000)


def test_nothing_of_a_paper_that_is_far_longer_than_any_real_one_is_cut() -> None:
    paper = Paper(
        PAPER_ID,
        "&" * 300,
        authors=("Ada B. Gardener-Wood",) * 8_000,
        abstract="&" * 3_900,
        categories=("cs.CL",) * 30,
        organisation="&" * 40,
        community_summary="It grows. " * 400,
        community_keywords=("&" * 40,) * 60,
    )

    assert paper_from_source(paper, "&" * 800) == paper


def test_the_longest_recorded_papers_come_whole(shared_data: Path) -> None:
    lines = [
        json.loads(line)
        for path in sorted((shared_data / "arxiv").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    papers = [Paper(line["id"], line["title"], tuple(line["authors"]), line["summary"]) for line in lines]

    assert max(len(paper.authors) for paper in papers) == 3_303
    assert [paper_from_source(paper) for paper in papers] == papers
