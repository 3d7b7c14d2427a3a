"""How long the one writer is held for a person's own digest, beside choosing it inside of that transaction.

`pytest -m benchmark -s tests/benchmarks/test_personal_digest_bench.py` prints both, and the time to choose.
A person follows as much as anybody may, among some thousand recorded papers.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from bot.delivery.opening import open_scheduled
from bot.delivery.personal import Known, PersonalChoice, choose_for_person
from storage.database import connect
from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.follows import MOST_FOLLOWS
from storage.papers import _row_from_paper
from storage.records import Filters, FollowKind, Listing, ListingState, Preferences, Subscription
from storage.tables import Tables
from tests.sources.test_arxiv import recorded_papers
from tests.support.stage import NOON
from tests.support.tables import empty_tables

pytestmark = pytest.mark.benchmark

PEOPLE = 30
DAY = NOON.date() - timedelta(days=1)
LISTED = 300
SIMILAR = 5
LEAST_RATIO = 10
"""How much shorter the writer is held at least; it was 20 times when this was written."""

WORDS = (
    "agents", "diffusion", "robots", "speech", "alignment", "retrieval", "planning", "benchmark", "video",
    "proteins", "graphs", "safety", "translation", "reasoning", "quantization",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    papers = [*{each.id: each for each in recorded_papers(shared_data) if each.abstract}.values()]
    path = empty_tables(tmp_path_factory.mktemp("personal") / "papers.db")
    with closing(connect(path)) as engine:
        tables = Tables(engine)
        with engine.transaction():
            insert(engine, "papers", map(_row_from_paper, papers))
            tables.search_index.begin_anew()
            while tables.search_index.index_outdated(500):
                pass
            listed = tuple(paper.id for paper in papers[-LISTED:])
            tables.listings.put(Listing("arxiv:cs.AI", DAY, ListingState.COMPLETE, listed))
            for number in range(PEOPLE):
                follow_much(tables, f"U{number}", [paper.id for paper in papers[:SIMILAR]])
        yield engine


def follow_much(tables: Tables, person: str, similar: list[str]) -> None:
    wanted = [
        *((FollowKind.SEARCH, f'{{"words":[{{"text":"{word}"}}]}}') for word in WORDS),
        *((FollowKind.SIMILAR, paper_id) for paper_id in similar),
    ]
    assert len(wanted) == MOST_FOLLOWS
    for kind, each in wanted:
        tables.follows.put("T1", person, kind, each, NOON - timedelta(days=1))
    preferences = Preferences("en", ("arxiv:cs.AI",), at=time(9), filters=Filters(only_followed=True))
    tables.subscriptions.put(
        "T1", f"D{person}", preferences, since=DAY, begun_at=NOON - timedelta(days=1), created_by=person
    )


def opened(
    tables: Tables, subscription: Subscription, slot: date, now: datetime, chosen: PersonalChoice | None
) -> None:
    delivery_id = open_scheduled(
        tables, subscription, slot, now, is_late=False, has_model=False, chosen=chosen
    )
    assert delivery_id
    assert tables.posts.of_delivery(delivery_id)


def test_the_writer_is_held_for_a_fraction_of_what_it_takes_to_choose(engine: Engine) -> None:
    tables, known = Tables(engine), Known()
    choosing: list[float] = []
    inside: list[float] = []
    after: list[float] = []
    people = tables.subscriptions.all()
    for number, subscription in enumerate(people):
        began = perf_counter()
        chosen = choose_for_person(tables, known, subscription)
        choosing.append(perf_counter() - began)
        began = perf_counter()
        with engine.transaction():
            if number % 2:
                opened(
                    tables, subscription, NOON.date(), NOON, choose_for_person(tables, known, subscription)
                )
            else:
                opened(tables, subscription, NOON.date(), NOON, chosen)
        (inside if number % 2 else after).append(perf_counter() - began)

    before, now = (median(each) * 1000 for each in (inside, after))
    ratio = before / now
    print(f"\nchosen in {median(choosing) * 1000:.1f} ms, reading alone")
    print(f"the writer is held {now:.2f} ms a person, {before:.2f} ms where it chooses: {ratio:.0f} times")
    assert ratio > LEAST_RATIO
