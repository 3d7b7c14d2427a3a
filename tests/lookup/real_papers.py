"""The recorded papers, digests and lists as tables that can be searched."""

import gzip
import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bot.documents.files import read_digest_file
from bot.documents.importer import import_digest
from bot.errors import NotADigestError
from bot.sources.huggingface import read_page
from storage.records import Listing, ListingState
from storage.tables import Tables
from tests.sources.test_arxiv import paper_of_line


def load(tables: Tables, shared_data: Path, one_in: int = 1, also: Collection[str] = ()) -> None:
    """Put what was recorded into empty tables, within a transaction, and index it for search.

    Of the corpus, it is one paper in so many, and those in `also`.
    """
    _load_corpus(tables, shared_data, one_in, also)
    _load_digests(tables, shared_data)
    _load_daily_lists(tables, shared_data)
    tables.search_index.update()


def _load_corpus(tables: Tables, shared_data: Path, one_in: int, also: Collection[str]) -> None:
    first_seen: dict[str, list[str]] = {}
    for number, (line, record) in enumerate(_corpus(shared_data)):
        if number % one_in and record["id"] not in also:
            continue
        tables.papers.add(paper_of_line(line))
        first_seen.setdefault(record["first_seen"], []).append(record["id"])
    for day, paper_ids in first_seen.items():
        _list(tables, "arxiv:cs.AI", date.fromisoformat(day), paper_ids)


def _corpus(shared_data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(shared_data / "corpus/arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line, json.loads(line)


def _load_digests(tables: Tables, shared_data: Path) -> None:
    for path in sorted((shared_data / "digests").glob("*.md")):
        try:
            import_digest(tables, read_digest_file(path))
        except NotADigestError:
            continue


def _load_daily_lists(tables: Tables, shared_data: Path) -> None:
    for path in sorted((shared_data / "hf").glob("20*.json")):
        listed = read_page(path.read_bytes(), date.fromisoformat(path.stem))
        for paper in listed.papers:
            tables.papers.add(paper)
        _list(tables, "huggingface", listed.day, [paper.id for paper in listed.papers])


def _list(tables: Tables, source: str, day: date, paper_ids: list[str]) -> None:
    different = tuple(dict.fromkeys(paper_ids))
    tables.listings.put(Listing(source, day, ListingState.COMPLETE, different))
