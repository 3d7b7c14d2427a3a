"""Fifty people who save a paper at once, beside bare sqlite3 that commits each insert as durably."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime

from bot.documents.files import read_sample
from bot.documents.importer import import_into
from storage.runner import Runner, ThreadRunner
from storage.tables import Tables
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.support.tables import empty_tables

PEOPLE = 50
NOW = datetime(2025, 9, 29, 12, tzinfo=UTC)


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the one comparison."""
    with (
        closing(ThreadRunner(empty_tables(scale.folder / "saves.db"))) as storage,
        closing(sqlite3.connect(scale.folder / "inserts.db", isolation_level=None)) as bare,
    ):
        [digest, *_] = read_sample()
        await import_into(storage, digest)
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute(
            "CREATE TABLE saved (person TEXT, paper_id TEXT, at TEXT, PRIMARY KEY (person, paper_id))"
        )
        paper_id = digest.entries[0].paper.id
        pairs = [
            (await saved(storage, paper_id, run), inserted(bare, paper_id, run)) for run in range(scale.runs)
        ]
    ours, beside = zip(*pairs, strict=True)
    what = f"a save, {PEOPLE} people at once"
    yield Comparison(what, "an insert through sqlite3, committed", "ms", ours, beside)


async def saved(storage: Runner, paper_id: str, run: int) -> float:
    """Return the milliseconds of each save."""

    async def save(person: str) -> None:
        def put(tables: Tables) -> None:
            tables.saved_papers.save("T1", person, paper_id, NOW)

        await storage.write(put)

    began = time.perf_counter()
    await asyncio.gather(*(save(f"U{run}-{number}") for number in range(PEOPLE)))
    return 1000 * (time.perf_counter() - began) / PEOPLE


def inserted(bare: sqlite3.Connection, paper_id: str, run: int) -> float:
    """Return the milliseconds of each insert."""
    began = time.perf_counter()
    for number in range(PEOPLE):
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT INTO saved VALUES (?, ?, ?)", [f"U{run}-{number}", paper_id, NOW.isoformat()])
        bare.execute("COMMIT")
    return 1000 * (time.perf_counter() - began) / PEOPLE
