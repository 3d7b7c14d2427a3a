import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.documents.day import as_json, as_markdown, as_text, read_document
from bot.documents.digest_file import DigestEntry, DigestFile, parse
from bot.documents.files import read_sample
from bot.documents.importer import Import, import_into
from bot.errors import NothingListedError
from storage.records import (
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    Listing,
    ListingState,
    Paper,
    PaperSentence,
    Provenance,
    Summary,
)
from storage.runner import InlineRunner
from storage.tables import Tables
from tests.support.tables import empty_tables

DAY = date(2025, 9, 29)
PAPER = Paper("2509.00001", "Gardens & <Graphs>", ("Ada Lovelace",), "We grow graphs.", 12)
SUMMARY = Summary(
    PAPER.id,
    "en",
    Provenance("digest-file", DAY),
    keywords=("graphs", "gardens"),
    tldr="Graphs **grow** better in gardens.",
    problem="They wilt.",
    method="Water.",
    results="Twice as tall.",
    takeaway="Water yours.",
)
EVIDENCE = (
    Evidence(
        "tldr",
        "图在花园里。",
        (PaperSentence("Graphs grow.", "4 Results"),),
        doubts=(Doubt(DoubtKind.NAME_NOT_FOUND, "CloudCast"),),
        is_left_out=True,
    ),
)
DIGEST = DigestFile(DAY, (DigestEntry(PAPER, SUMMARY), DigestEntry(Paper("2509.00002", "Rivers"), None)))


@pytest.fixture
def storage(tmp_path: Path) -> InlineRunner:
    return InlineRunner(empty_tables(tmp_path / "test.db"))


async def imported(storage: InlineRunner, digest: DigestFile) -> Import:
    return await import_into(storage, digest)


async def test_a_second_import_changes_nothing(storage: InlineRunner) -> None:
    first = await imported(storage, DIGEST)
    before = await storage.read(lambda tables: read_document(tables, DAY))
    second = await imported(storage, DIGEST)

    assert (first, second) == (Import(DAY, 2, 2, 1), Import(DAY, 2, 0, 1))
    assert await storage.read(lambda tables: read_document(tables, DAY)) == before


async def test_an_empty_day_is_an_empty_listing(storage: InlineRunner) -> None:
    await imported(storage, DigestFile(date(2025, 10, 1), ()))

    document = await storage.read(lambda tables: read_document(tables, date(2025, 10, 1)))
    assert document.listing == Listing("digest-file", date(2025, 10, 1), ListingState.NONE)


async def test_json_is_one_object_with_all_that_is_known(storage: InlineRunner) -> None:
    await imported(storage, DIGEST)

    document = await storage.read(lambda tables: read_document(tables, DAY))
    assert json.loads(as_json(document)) == {
        "date": "2025-09-29",
        "source": "digest-file",
        "state": "complete",
        "papers": [
            {
                "id": "2509.00001",
                "title": "Gardens & <Graphs>",
                "authors": ["Ada Lovelace"],
                "url": "https://arxiv.org/abs/2509.00001",
                "votes": 12,
                "abstract": "We grow graphs.",
                "withdrawal": None,
                "summaries": [
                    {
                        "language": "en",
                        "keywords": ["graphs", "gardens"],
                        "english_keywords": [],
                        "tldr": "Graphs **grow** better in gardens.",
                        "problem": "They wilt.",
                        "method": "Water.",
                        "results": "Twice as tall.",
                        "takeaway": "Water yours.",
                        "body": "",
                        "evidence": [],
                        "provenance": {
                            "model": None,
                            "prompt": None,
                            "source": "digest-file",
                            "text_read": None,
                            "made_at": "2025-09-29",
                        },
                    }
                ],
            },
            {
                "id": "2509.00002",
                "title": "Rivers",
                "authors": [],
                "url": "https://arxiv.org/abs/2509.00002",
                "votes": None,
                "abstract": None,
                "withdrawal": None,
                "summaries": [],
            },
        ],
    }


async def test_keywords_in_english_and_evidence_are_for_programs_alone(storage: InlineRunner) -> None:
    chinese = replace(SUMMARY, language="zh-CN", provenance=Provenance(FROM_MODEL, DAY), keywords=("图",))
    await imported(storage, DigestFile(DAY, (DigestEntry(PAPER, None),)))
    await storage.write(lambda tables: tables.summaries.put(chinese))
    without = await storage.read(lambda tables: read_document(tables, DAY))
    named = replace(chinese, english_keywords=("graph", "gardening"), evidence=EVIDENCE)
    await storage.write(lambda tables: tables.summaries.put(named))
    document = await storage.read(lambda tables: read_document(tables, DAY))

    [summary] = json.loads(as_json(document))["papers"][0]["summaries"]
    assert (summary["keywords"], summary["english_keywords"]) == (["图"], ["graph", "gardening"])
    assert summary["evidence"] == [
        {
            "part": "tldr",
            "text": "图在花园里。",
            "sentences": [{"section": "4 Results", "text": "Graphs grow."}],
            "is_inference": False,
            "doubts": [{"kind": "name_not_found", "words": "CloudCast"}],
            "is_left_out": True,
        }
    ]
    for written in (as_text, as_markdown):
        assert written(document, "zh-CN") == written(without, "zh-CN")


async def test_text_reads_from_top_to_bottom(storage: InlineRunner) -> None:
    await imported(storage, DIGEST)

    document = await storage.read(lambda tables: read_document(tables, DAY))
    assert as_text(document, document.language).split("\n") == [
        "AI papers · September 29, 2025",
        "",
        "1. Gardens & <Graphs>",
        "https://arxiv.org/abs/2509.00001",
        "Ada Lovelace",
        "graphs · gardens",
        "Graphs grow better in gardens.",
        "Problem: They wilt.",
        "Method: Water.",
        "Results: Twice as tall.",
        "What it means for practitioners: Water yours.",
        "",
        "2. Rivers",
        "https://arxiv.org/abs/2509.00002",
        "No summary yet",
    ]


async def test_text_says_which_paper_is_withdrawn(storage: InlineRunner) -> None:
    await imported(storage, DIGEST)
    withdrawn = Paper("2509.00002", "Rivers", withdrawal="Withdrawn by the authors")
    await storage.write(lambda tables: tables.papers.fill(withdrawn))

    document = await storage.read(lambda tables: read_document(tables, DAY))
    assert as_text(document, "en").split("\n")[-4:] == [
        "2. Rivers",
        "https://arxiv.org/abs/2509.00002",
        "⚠️ This paper has been withdrawn. arXiv says: “Withdrawn by the authors”",
        "No summary, since the paper is withdrawn",
    ]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_markdown_of_one_language_reads_back_equal(storage: InlineRunner, language: str) -> None:
    english, chinese = read_sample()
    for digest in (english, chinese):
        await imported(storage, digest)

    document = await storage.read(lambda tables: read_document(tables, DAY))
    assert parse(as_markdown(document, language)) == (english if language == "en" else chinese)


def put_listing(source: str) -> Callable[[Tables], None]:
    return lambda tables: tables.listings.put(Listing(source, DAY, ListingState.COMPLETE, ("2509.00002",)))


async def test_of_several_sources_the_digest_file_goes_first_and_each_can_be_named(
    storage: InlineRunner,
) -> None:
    await imported(storage, DIGEST)
    for source in ("arxiv:cs.CL", "huggingface"):
        await storage.write(put_listing(source))

    async def source_of(named: str | None) -> str:
        document = await storage.read(lambda tables: read_document(tables, DAY, named))
        return document.listing.source

    assert [await source_of(named) for named in (None, "huggingface", "arxiv:cs.CL")] == [
        "digest-file",
        "huggingface",
        "arxiv:cs.CL",
    ]


async def test_a_day_without_a_listing_names_its_neighbours(storage: InlineRunner) -> None:
    await imported(storage, DIGEST)

    with pytest.raises(NothingListedError) as caught:
        await storage.read(lambda tables: read_document(tables, date(2025, 9, 28)))

    assert str(caught.value) == "Nothing is listed for 2025-09-28. The nearest days with papers: 2025-09-29."
