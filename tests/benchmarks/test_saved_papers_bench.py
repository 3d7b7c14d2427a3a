"""Ten thousand saved papers of one person: how long a page of the list takes, and a search in it.

`pytest -m benchmark -s tests/benchmarks/test_saved_papers_bench.py` prints the figures.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from statistics import median
from time import perf_counter

import pytest

from bot.lookup.own_list import Owner, own_page, read_own_query
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import Paper, ReadingStatus
from storage.tables import Tables
from tests.support.pasts import NOW
from tests.support.postgresql import DatabaseServer
from tests.support.tables import empty_tables

pytestmark = pytest.mark.benchmark

SAVED = 10_000
MOST_SECONDS = 0.050
ROUNDS = 15
TODAY = date(2025, 9, 29)
ME = Owner("T1", "U1")
ABSTRACT = "A garden grows where a model waters it, and agents climb trees to search for fruit. " * 15
QUERIES = {
    "the first page": ("", 0),
    "the last page": ("", SAVED),
    "unread": ("unread", 0),
    "a tag": ("#rl", 500),
    "a tag and a status": ("#rl #agents read", 0),
    "a word of every paper": ("garden", 0),
    "a word of every note": ("wonderful", 900),
    "words of papers and notes": ("garden wonderful #rl unread", 0),
    "a rare word": ("gardens7777", 0),
    "what nobody has": ("zeppelin", 0),
    "Chinese": ("花园", 0),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give a database in which a person, and two more, have saved ten thousand papers."""
    if request.param == "sqlite":
        with closing(connect(empty_tables(tmp_path_factory.mktemp("saved") / "saved.db"))) as engine:
            fill(engine)
            yield engine
        return
    server: DatabaseServer = request.getfixturevalue("database_server")
    address = server.database()
    with closing(connect(address)) as engine:
        fill(engine)
        yield engine
    server.drop(address)


def fill(engine: Engine) -> None:
    tables = Tables(engine)
    with engine.transaction():
        for number in range(SAVED):
            paper = Paper(
                f"{2001 + number // 9_000}.{number % 9_000:05}", f"Gardens{number}", abstract=ABSTRACT
            )
            tables.papers.add(paper)
            at = NOW + timedelta(minutes=number)
            tags = [tag for tag, every in (("rl", 3), ("agents", 5), ("花园", 7)) if number % every == 0]
            note = f"A wonderful paper, number {number}."
            tables.saved_papers.save("T1", "U2", paper.id, at)
            tables.saved_papers.save("T1", "U1", paper.id, at, tags=tags, note=note)
            if number % 2:
                tables.saved_papers.set_status("T1", "U1", paper.id, ReadingStatus.READ, at)
        tables.search_index.update()
    engine.execute("ANALYZE")


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_and_a_search_of_ten_thousand_take_no_time(
    engine: Engine, name: str, request: pytest.FixtureRequest
) -> None:
    text, offset = QUERIES[name]
    tables, wanted = Tables(engine), read_own_query(text, TODAY)
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        page = own_page(tables, wanted, ME, NOW, offset)
        taken.append(perf_counter() - start)

    print(f"{request.node.callspec.id}: {1000 * median(taken):.1f} ms, {page.total} fit")
    assert median(taken) < MOST_SECONDS
