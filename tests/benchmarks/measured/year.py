"""A year of daily lists in two languages, beside the same rows through bare sqlite3 in one transaction."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import few_at_once, import_together
from storage.records import FROM_MODEL, Paper, Provenance, Summary
from storage.runner import ThreadRunner
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.support.tables import empty_tables

PAPERS_A_DAY = 17
TABLES = ("papers", "summaries", "listings", "listing_papers")
FIRST = date(2025, 1, 1)
_WORDS = [
    f"{begin}{middle}{end}" for begin in "bcdfg" for middle in ("ara", "elo", "uni") for end in "lmnrst"
]
_PARTS = {"tldr": 20, "problem": 30, "method": 40, "results": 40, "takeaway": 30}


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the one comparison."""
    digests = [each for number in range(scale.days) for each in day(number)]
    pairs = [(await ours(scale, digests, run), beside(scale, run)) for run in range(scale.runs)]
    mine, bare = zip(*pairs, strict=True)
    papers = scale.days * PAPERS_A_DAY
    what = f"importing {scale.days} days, {papers:,} papers, two languages"
    yield Comparison(what, "the same rows through sqlite3", "s", mine, bare)


def day(number: int) -> Iterator[DigestFile]:
    """Yield one day's list, first with summaries in English, then in Chinese."""
    at, chance = FIRST + timedelta(days=number), Random(number)
    papers = [paper(number, position, at, chance) for position in range(PAPERS_A_DAY)]
    for language in ("en", "zh-CN"):
        entries = [DigestEntry(each, summary(each, language, at, chance)) for each in papers]
        yield DigestFile(at, tuple(entries))


def paper(number: int, position: int, at: date, chance: Random) -> Paper:
    """Return a paper about nothing."""
    return Paper(
        f"{at:%y%m}.{number % 31:02}{position:03}",
        _sentence(chance, 9),
        authors=tuple(_sentence(chance, 2).title() for _ in range(5)),
        abstract=". ".join(_sentence(chance, 20) for _ in range(8)),
        categories=("cs.CL",),
        published=at,
    )


def summary(of: Paper, language: str, at: date, chance: Random) -> Summary:
    """Return a summary about nothing."""
    characters = 0x4E00 if language == "zh-CN" else None
    parts: dict[str, Any] = {
        part: "".join(chr(characters + chance.randrange(500)) for _ in range(2 * words))
        if characters
        else _sentence(chance, words)
        for part, words in _PARTS.items()
    }
    keywords = tuple(_sentence(chance, 2) for _ in range(4))
    return Summary(of.id, language, Provenance(FROM_MODEL, at, "example-1"), keywords, **parts)


def _sentence(chance: Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words))


async def ours(scale: Scale, digests: list[DigestFile], run: int) -> float:
    """Return how many seconds the import takes as the command does it, into a new database."""
    with closing(ThreadRunner(empty_tables(_path(scale, run)))) as storage:
        began = time.perf_counter()
        for some in few_at_once(digests):
            await import_together(storage, some)
        return time.perf_counter() - began


def beside(scale: Scale, run: int) -> float:
    """Return how many seconds the rows that are there now take in one transaction, without an index."""
    with closing(sqlite3.connect(_path(scale, run))) as filled:
        rows = {table: filled.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608
        names = ", ".join("?" * len(TABLES))
        tables = f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ({names})"  # noqa: S608
        definitions = filled.execute(tables, TABLES).fetchall()
    with closing(sqlite3.connect(scale.folder / f"bare-{run}.db", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        for (definition,) in definitions:
            bare.execute(definition)
        began = time.perf_counter()
        bare.execute("BEGIN")
        for table, some in rows.items():
            bare.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)  # noqa: S608
        bare.execute("COMMIT")
        return time.perf_counter() - began


def _path(scale: Scale, run: int) -> Path:
    return scale.folder / f"imported-{run}.db"
