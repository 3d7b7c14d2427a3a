"""How long the search takes for anything that can be typed, over the recorded papers.

`pytest -m benchmark -s tests/benchmarks/test_drawn_searches_bench.py` prints it, and what was slowest.
PAPER_ROUND_BENCH_STRINGS says how many strings are drawn. Run it on a machine that has nothing else to do: a
search ends itself by a clock, and not by the processor's time.
"""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.lookup.found import SearchReader
from bot.lookup.search import find
from bot.lookup.similar import similar
from bot.lookup.typed_query import read_query
from handlers.requests import Search, Similar, parse_request
from storage.database import connect
from storage.tables import Tables
from tests.lookup.real_papers import load
from tests.support.tables import empty_tables

pytestmark = pytest.mark.benchmark

STRINGS = int(os.environ.get("PAPER_ROUND_BENCH_STRINGS", "20000"))
READER = SearchReader("T1", "U1", "zh-CN", date(2025, 10, 20))
SLOWEST = 20

PIECES = (
    "tree search agent agents a the of language models model reasoning reinforcement learning retrieval RAG "
    "diffusion GPT-4o Qwen3-8B π0.5 π_0 R1 VCRL 2509.25034 LLM LLMs agnet lerning retreival langauge Ünïcode "
    "ＧＰＴ－４ 强化学习 树搜索 大模型 的 模型 视觉 強化 ロボット 로봇 mod* "
    "a* re* * ** - -- -tree -的 in:title in:authors author:li author:zhang cat:cs.CL cat:cs lang:zh lang:en "
    "has:code saved unread on: before: after:2025-09-01 before:2025-10-01 on:2025-09-29 昨天 上周五 sort:new "
    "new votes match \" “ ” ' ( ) AND OR NOT NEAR { } : ^ + "
    "\\ / % _ ; -- 😀 👩‍🔬 \u202e \u200b \x00 \ud7ff & < > <!channel> <@U1> ` ~ $x^2$ \\alpha ½ ① ﬁ İ ß 〇 ー"
).split(" ")

typed_pieces = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), min_size=1, max_size=12)
anything = (
    st.tuples(typed_pieces, st.sampled_from(["", " ", "  "])).map(lambda drawn: drawn[1].join(drawn[0]))
    | st.text(max_size=60)
    | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40)
    | st.tuples(st.sampled_from(PIECES), st.integers(1, 400)).map(lambda drawn: (drawn[0] + " ") * drawn[1])
    | st.tuples(st.just("similar "), typed_pieces).map(lambda drawn: drawn[0] + " ".join(drawn[1]))
)


@pytest.fixture(scope="module")
def tables(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """Give all that was recorded, indexed."""
    with closing(connect(empty_tables(tmp_path_factory.mktemp("drawn") / "search.db"))) as engine:
        stored = Tables(engine)
        with engine.transaction():
            load(stored, shared_data)
        yield stored


def test_time_of_drawn_strings(tables: Tables) -> None:
    taken: list[tuple[float, bool, str]] = []

    @settings(
        max_examples=STRINGS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(anything)
    def ask(typed: str) -> None:
        began = time.perf_counter()
        request = parse_request(typed, READER.today)
        match request:
            case Search(query, text):
                page = find(tables, query, text, READER)
            case Similar(paper_ids, text):
                page = similar(tables, paper_ids, text, READER)
            case _:
                page = find(tables, read_query(typed, READER.today), typed, READER)
        taken.append((1000 * (time.perf_counter() - began), page.is_cut, typed))

    ask()
    print(told(taken))


def told(taken: list[tuple[float, bool, str]]) -> str:
    """Return how long the strings took, and the slowest."""
    milliseconds = [each for each, _, _ in taken]
    thousandths = statistics.quantiles(milliseconds, n=1000)
    over, cut = sum(each > 100 for each in milliseconds), sum(is_cut for _, is_cut, _ in taken)
    slowest = [
        f"{each:8.1f} ms {'cut ' if is_cut else ''}{typed[:100]!r}"
        for each, is_cut, typed in sorted(taken, reverse=True)[:SLOWEST]
    ]
    return "\n".join(
        [
            (
                f"{len(taken):,} strings: median {thousandths[499]:.1f} ms, 99th {thousandths[989]:.1f}, "
                f"most {max(milliseconds):.1f}; {over} over 100 ms, {cut} cut short"
            ),
            *slowest,
        ]
    )
