"""How long the search takes over many papers, beside what FTS5 takes for the same words by itself.

`pytest -m benchmark -s tests/benchmarks/test_search_bench.py` prints one table.
Times are of this thread's processor, so that what else the machine does counts for little.
PAPER_ROUND_BENCH_PAPERS says over how many papers. PAPER_ROUND_BENCH_FILE names a file that is filled if it
is not there yet, and kept; without it the tables are filled for each run.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cards.found import FoundPage
from bot.lookup.similar import similar
from bot.lookup.sought import FILLERS
from bot.text import index_tokens
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import Listing, ListingState
from storage.tables import Tables
from tests.benchmarks.asked_searches import READER, bare, found_by, timed_search, words_of
from tests.benchmarks.search_data import LAST_DAY, Material, store
from tests.support.tables import empty_tables

pytestmark = pytest.mark.benchmark

PAPERS = int(os.environ.get("PAPER_ROUND_BENCH_PAPERS", "10000"))
FILE = os.environ.get("PAPER_ROUND_BENCH_FILE")
QUERIES = 200
DAYS = 10
PAPERS_A_DAY = 35

Ask = Callable[[Tables, str], FoundPage]


@dataclass
class Taken:
    """Milliseconds of the queries of one kind."""

    whole: list[float] = field(default_factory=list)
    index: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    cut: int = 0


@pytest.fixture(scope="module")
def material(shared_data: Path) -> Material:
    return Material(shared_data)


@pytest.fixture(scope="module")
def engine(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give a database with all papers indexed, and tell what that took."""
    path = Path(FILE) if FILE else tmp_path_factory.mktemp("search") / "search.db"
    is_new = not path.exists()
    with closing(connect(empty_tables(path))) as engine:
        if is_new:
            characters = store(engine, material, PAPERS)
            print(f"\nrebuilding {PAPERS:,} papers: {rebuild(engine):.1f} s")
            print(f"the index takes {bytes_of_index(engine) / characters:.2f} bytes a character of the texts")
        yield engine


def rebuild(engine: Engine) -> float:
    """Index all papers as `paper-round reindex` does, and return the seconds that it takes."""
    index = Tables(engine).search_index
    began = time.thread_time()
    with engine.transaction():
        index.begin_anew()
    while True:
        with engine.transaction():
            if not index.index_outdated(100):
                return time.thread_time() - began


def bytes_of_index(engine: Engine) -> int:
    [full_text] = engine.query("SELECT sum(length(block)) AS bytes FROM search_texts_data")
    [others] = engine.query("SELECT sum(2 * length(word) + 20) AS bytes FROM search_words")
    return int(full_text["bytes"]) + int(others["bytes"])


def test_what_people_type_is_found_in_time(engine: Engine, material: Material) -> None:
    tables = Tables(engine)
    lines = [
        f"{f'{PAPERS:,} papers':26}{'whole':>16}{'index':>16}{'bare FTS5':>16}{'index / bare':>14}",
        f"{'median and 99th of ms':26}" + f"{'50':>9}{'99':>7}" * 3 + f"{'50':>8}{'99':>6}{'cut':>6}",
    ]
    for kind, typed in kinds(tables, material, random.Random(7)).items():
        taken = asked(tables, typed, similar_to if kind == "similar papers" else found_by)
        lines.append(f"{kind:26}{row_of(taken)}")
    print("\n" + "\n".join(lines))


def test_a_day_of_papers_is_added_in_time(engine: Engine, material: Material) -> None:
    [known] = engine.query("SELECT count(*) AS papers FROM papers")
    taken = [add_day(engine, material, known["papers"], number) for number in range(DAYS)]
    print(
        f"\nadding a day of {PAPERS_A_DAY} papers with two summaries each: "
        f"{statistics.median(taken):.0f} ms, at most {max(taken):.0f} ms"
    )


def add_day(engine: Engine, material: Material, known: int, number: int) -> float:
    first = known + number * PAPERS_A_DAY
    some = [
        replace(paper, id=f"98{place % 100:02}.{place // 100:05}")
        for place, paper in enumerate(material.papers[number::300][:PAPERS_A_DAY], first)
    ]
    summaries = [summary for paper in some for summary in material.summaries(paper)]
    day = LAST_DAY + timedelta(days=1 + known + number)
    tables = Tables(engine)
    began = time.thread_time()
    with engine.transaction():
        for paper in some:
            tables.papers.add(paper)
        for summary in summaries:
            tables.summaries.put(summary)
        tables.listings.put(Listing("huggingface", day, ListingState.COMPLETE, tuple(p.id for p in some)))
        tables.search_index.update()
    return (time.thread_time() - began) * 1000


def asked(tables: Tables, all_typed: list[str], ask: Ask) -> Taken:
    """Ask each in turn with the bare query of the same words, so that both meet the same moods."""
    taken = Taken()
    for typed in all_typed:
        timed = tables.search = timed_search(tables)
        began = time.thread_time()
        page = ask(tables, typed)
        taken.whole.append((time.thread_time() - began) * 1000)
        taken.index.append(timed.seconds * 1000)
        taken.cut += page.is_cut
        if timed.matches:
            taken.bare.append(bare(tables.search._engine, timed.matches))
    return taken


def similar_to(tables: Tables, paper_id: str) -> FoundPage:
    return similar(tables, [paper_id], "", READER)


# --- What is typed ------------------------------------------------------------------------------------------


def kinds(tables: Tables, material: Material, chance: random.Random) -> dict[str, list[str]]:
    """Return what is typed, by kind."""
    words = [words_of(paper.abstract or "") for paper in chance.sample(material.papers, 2 * QUERIES)]
    words = [each for each in words if len(each) > 20][:QUERIES]
    others = [*words[1:], words[0]]
    pairs = list(zip(words, others, strict=True))
    chinese = [one for some in material.chinese.values() for one in some]
    paper_ids = [paper.id for paper in material.repeated(min(PAPERS, 10_000))]
    return {
        "one word": [chance.choice(each) for each in words],
        "two words": [" ".join(chance.sample(each, 2)) for each in words],
        "a phrase": [f'"{phrase(each, chance)}"' for each in chance.sample(material.papers, QUERIES)],
        "two Chinese characters": [pair_of(chance.choice(chinese), chance) for _ in range(QUERIES)],
        "a prefix": [f"{chance.choice(each)[:4]}*" for each in words],
        "a word that half have": [chance.choice(common(tables)) for _ in range(QUERIES // 4)],
        "any of three words": [
            " ".join((*chance.sample(one, 2), chance.choice(other))) for one, other in pairs
        ],
        "five words": [" ".join((*chance.sample(one, 4), chance.choice(other))) for one, other in pairs],
        "five words with typos": [" ".join(misspelt(chance.sample(each, 5), chance)) for each in words],
        "similar papers": [chance.choice(paper_ids) for _ in range(QUERIES)],
    }


def phrase(paper: Any, chance: random.Random) -> str:
    words = (paper.abstract or "").split()
    start = chance.randrange(max(1, len(words) - 3))
    return " ".join(words[start : start + chance.choice((2, 3))]).replace('"', "")


def pair_of(sentence: str, chance: random.Random) -> str:
    runs = [run for run in index_tokens.runs(sentence) if index_tokens.is_cjk(run) and len(run) > 1]
    run = chance.choice(runs or ["模型"])
    start = chance.randrange(len(run) - 1)
    return run[start : start + 2]


def common(tables: Tables) -> list[str]:
    """Return the words nearest to being in half of all papers."""
    rows = tables.search._engine.query(
        "SELECT word FROM search_words WHERE length > 3 AND papers > 10 ORDER BY abs(papers - ?) LIMIT 60",
        [PAPERS // 2],
    )
    return [row["word"] for row in rows if row["word"] not in FILLERS][:10]


def misspelt(words: list[str], chance: random.Random) -> list[str]:
    """Return words, two of them with a slip."""
    first, second, *others = words
    return [slipped(first, chance), slipped(second, chance), *others]


def slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    without = word[:at] + word[at + 1 :]
    return chance.choice((without, word[:at] + word[at + 1] + word[at] + word[at + 2 :]))


# --- What is told -------------------------------------------------------------------------------------------


def row_of(taken: Taken) -> str:
    figures = [place for times in (taken.whole, taken.index, taken.bare) for place in median_and_99th(times)]
    times = "".join(f"{figure:{9 if place % 2 == 0 else 7}.2f}" for place, figure in enumerate(figures))
    return f"{times}{figures[2] / figures[4]:8.2f}{figures[3] / figures[5]:6.2f}{taken.cut:6}"


def median_and_99th(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]
