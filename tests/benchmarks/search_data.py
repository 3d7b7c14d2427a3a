"""The recorded papers, repeated to any number, each with a summary in English and one in Chinese.

The Chinese sentences come from the recorded digests at random. Everything is drawn from a seed, so that two
runs have the same.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice, zip_longest
from pathlib import Path
from random import Random
from typing import Any

from bot.documents.files import read_digest_file
from bot.summaries.sentences import sentences
from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.papers import _row_from_paper
from storage.records import FROM_MODEL, Paper, Provenance, Summary
from storage.summaries import _row_from_summary
from tests.sources.test_arxiv import recorded_papers

LAST_DAY = date(2025, 10, 1)

_SOURCE = "huggingface"
_PARTS = ("tldr", "problem", "method", "results", "takeaway")
_SENTENCES = {"tldr": 1, "problem": 2, "method": 3, "results": 2, "takeaway": 2}
_PAPERS_A_DAY = 35
_MOST_DAYS = 3_650
_PAPERS_AT_ONCE = 1_000


class Material:
    """What papers are made of."""

    def __init__(self, shared_data: Path) -> None:
        self.papers = tuple(recorded_papers(shared_data))
        self._random = Random(1)
        digests = (read_digest_file(path) for path in sorted((shared_data / "digests").glob("*.md")))
        summaries = [entry.summary for digest in digests for entry in digest.entries if entry.summary]
        self.keywords = sorted({word for each in summaries for word in each.keywords})
        self.chinese = {
            part: [one for each in summaries for one in sentences(getattr(each, part))] for part in _PARTS
        }

    def repeated(self, number: int) -> Iterator[Paper]:
        """Yield so many papers with distinct ids."""
        for position, paper in enumerate(islice(cycle(self.papers), number)):
            yield replace(paper, id=f"{position // 100_000:02}{position % 100:02}.{position // 100:05}")

    def summaries(self, paper: Paper) -> tuple[Summary, Summary]:
        """Return a summary in English and one in Chinese."""
        provenance = Provenance(FROM_MODEL, LAST_DAY, "example-1")
        english: dict[str, Any] = dict(
            zip_longest(_PARTS, sentences(paper.abstract or "")[: len(_PARTS)], fillvalue="")
        )
        chinese: dict[str, Any] = {
            part: "".join(self._random.choices(self.chinese[part], k=number))
            for part, number in _SENTENCES.items()
        }
        keywords = tuple(self._random.sample(self.keywords, 4))
        return (
            Summary(paper.id, "en", provenance, ("language models", "reasoning"), **english),
            Summary(paper.id, "zh-CN", provenance, keywords, **chinese, english_keywords=("agents",)),
        )


def store(engine: Engine, material: Material, number: int) -> int:
    """Put so many papers into empty tables, not indexed, and return how many characters they have.

    The first is on the first day.
    """
    papers_a_day = max(_PAPERS_A_DAY, -(-number // _MOST_DAYS))
    papers, characters = material.repeated(number), 0
    while some := list(islice(papers, _PAPERS_AT_ONCE)):
        summaries = [summary for paper in some for summary in material.summaries(paper)]
        rows = [_row_from_summary(summary) for summary in summaries]
        with engine.transaction():
            insert(engine, "papers", map(_row_from_paper, some))
            insert(engine, "summaries", rows)
        characters += sum(_characters_of_paper(paper) for paper in some) + sum(map(_characters, rows))
    with engine.transaction():
        _list(engine, number, papers_a_day)
    return characters


def _list(engine: Engine, number: int, papers_a_day: int) -> None:
    rows = [row["id"] for row in engine.query("SELECT id FROM papers ORDER BY rowid")]
    days = [rows[start : start + papers_a_day] for start in range(0, number, papers_a_day)]
    dated = [(LAST_DAY - timedelta(days=len(days) - place), ids) for place, ids in enumerate(days, 1)]
    insert(engine, "listings", (_listing(day) for day, _ in dated))
    insert(
        engine,
        "listing_papers",
        (
            {"source": _SOURCE, "day": day.isoformat(), "position": position, "paper_id": paper_id}
            for day, ids in dated
            for position, paper_id in enumerate(ids)
        ),
    )


def _listing(day: date) -> dict[str, Any]:
    return {"source": _SOURCE, "day": day.isoformat(), "state": "complete"}


def _characters_of_paper(paper: Paper) -> int:
    return len(paper.title) + len(paper.abstract or "") + sum(map(len, paper.authors))


def _characters(row: dict[str, Any]) -> int:
    return sum(len(row[part]) for part in ("keywords", "english_keywords", *_PARTS))
