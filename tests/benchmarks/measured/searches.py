"""The search over ten thousand papers and more, beside the bare FTS5 query, and a scan of the table."""

import random
import time
from collections.abc import AsyncIterator
from contextlib import closing
from statistics import median

from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.benchmarks.asked_searches import bare, found_by, timed_search, words_of
from tests.benchmarks.measured.comparison import Comparison, Scale
from tests.benchmarks.measured.pasts import with_papers
from tests.benchmarks.search_data import Material

QUERIES = 40
WORDS = (1, 3, 5)

# Of so many papers in all: a scan of a million takes a third of a second, and each about as long.
SCANNED = 400_000


async def measure(scale: Scale) -> AsyncIterator[Comparison]:
    """Yield the comparisons; none where the recorded papers are not beside the checkout."""
    if scale.recorded is None:
        return
    material = Material(scale.recorded)
    for papers in scale.papers:
        with closing(connect(with_papers(scale, material, papers))) as engine:
            for words in WORDS:
                scans = min(QUERIES, max(2, SCANNED // papers))
                runs = [one_run(engine, material, words, seed, scans) for seed in range(scale.runs)]
                ours, fts5, scan = zip(*runs, strict=True)
                what = f"a search for {words} of a paper's words, {papers:,} papers"
                yield Comparison(what, "the bare FTS5 query", "ms", ours, fts5)
                yield Comparison(what, "a scan with LIKE", "ms", ours, scan)


def one_run(
    engine: Engine, material: Material, words: int, seed: int, scans: int
) -> tuple[float, float, float]:
    """Return the median milliseconds of the search, of the bare query and of so many scans."""
    chance = random.Random(seed)
    taken: list[tuple[float, float]] = []
    scanned_in: list[float] = []
    for paper in chance.sample(material.papers, QUERIES):
        known = words_of(paper.abstract or "")
        typed = chance.sample(known, min(words, len(known)))
        if not typed:
            continue
        tables = Tables(engine)
        timed = tables.search = timed_search(tables)
        began = time.thread_time()
        found_by(tables, " ".join(typed))
        whole = 1000 * (time.thread_time() - began)
        if timed.matches:
            taken.append((whole, bare(engine, timed.matches)))
            if len(scanned_in) < scans:
                scanned_in.append(scanned(engine, typed))
    whole_times, bare_times = zip(*taken, strict=True)
    return median(whole_times), median(bare_times), median(scanned_in)


def scanned(engine: Engine, words: list[str]) -> float:
    """Return how long it takes to look through all titles and abstracts for all words."""
    condition = " AND ".join("(title LIKE ? OR abstract LIKE ?)" for _ in words)
    patterns = [pattern for word in words for pattern in (f"%{word}%", f"%{word}%")]
    began = time.thread_time()
    list(engine.query(f"SELECT id FROM papers WHERE {condition} ORDER BY id DESC LIMIT 10", patterns))  # noqa: S608
    return 1000 * (time.thread_time() - began)
