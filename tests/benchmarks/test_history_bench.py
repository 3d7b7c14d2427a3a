"""Ten years of one channel, and a year of a hundred: what a digest costs then, and what is kept.

`pytest -m benchmark -s tests/benchmarks/test_history_bench.py` prints the figures.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from bot.delivery.opening import open_scheduled
from storage.address import Address, Server
from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.support.pasts import LAST_DAY, NOW, Past, list_one_more_day, live_through
from tests.support.postgresql import DatabaseServer
from tests.support.tables import empty_tables

pytestmark = pytest.mark.benchmark

ABSTRACT = "A garden grows where a model waters it. " * 35
"""As long as abstracts are: 1,400 characters."""

PAYLOAD = '{"text": "' + "A card of a paper. " * 250 + '"}'
"""As long as a card's is: 4,800 characters."""

MONTH = Past(31, days_with_payload=3, payload=PAYLOAD)
TEN_YEARS = replace(MONTH, days=3_653)
YEAR_OF_100 = replace(MONTH, days=365, channels=100)

MOST_BYTES = 62_900_000
"""A tenth of what the deliveries of ten years took when payloads were kept for ever."""

ROUNDS = 15
TABLES = ("deliveries", "posts", "channel_papers", "card_updates")


@pytest.fixture(params=["sqlite", "postgresql"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def databases(
    name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Address]]:
    """Give two databases with empty tables."""
    if name == "sqlite":
        folder = tmp_path_factory.mktemp("history")
        yield [empty_tables(folder / f"{number}.db") for number in range(2)]
        return
    server: DatabaseServer = request.getfixturevalue("database_server")
    made = [server.database() for _ in range(2)]
    yield [*made]
    for each in made:
        server.drop(each)


@contextmanager
def after(address: Address, past: Past) -> Iterator[Engine]:
    """Give a database in which a past has gone by."""
    with closing(connect(address)) as engine:
        live_through(engine, past, ABSTRACT)
        yield engine


def seconds_to_open(engine: Engine) -> float:
    """Return how long it takes to open the digest of one more day; it is undone."""
    engine.execute("BEGIN")
    try:
        tables = Tables(engine)
        [subscription] = tables.subscriptions.all()
        slot = LAST_DAY + timedelta(days=2)
        start = perf_counter()
        delivery_id = open_scheduled(tables, subscription, slot, NOW, is_late=False, has_model=True)
        taken = perf_counter() - start
        assert delivery_id is not None
        assert len(tables.posts.of_delivery(delivery_id)) == MONTH.cards + 1
    finally:
        engine.execute("ROLLBACK")
    return taken


def bytes_of(engine: Engine, address: Address, table: str) -> int:
    """Return how much a table takes with its indexes."""
    if isinstance(address, Server):
        [row] = engine.query(f"SELECT pg_total_relation_size('{table}') AS bytes")
        return int(row["bytes"])
    # Not every build of SQLite can tell; the standard library's mostly can.
    with closing(sqlite3.connect(address)) as connection:
        sizes = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name = ?"
        [size] = connection.execute(sizes, [table]).fetchone()
    return int(size)


def bytes_of_deliveries(engine: Engine, address: Address) -> dict[str, int]:
    return {table: bytes_of(engine, address, table) for table in TABLES}


def test_a_digest_opens_as_fast_after_ten_years_as_after_a_month(name: str, databases: list[Address]) -> None:
    with after(databases[0], MONTH) as young, after(databases[1], TEN_YEARS) as old:
        for engine, past in ((young, MONTH), (old, TEN_YEARS)):
            with engine.transaction():
                list_one_more_day(Tables(engine), past, ABSTRACT)
        seconds_to_open(young), seconds_to_open(old)
        rounds = [(seconds_to_open(young), seconds_to_open(old)) for _ in range(ROUNDS)]
        sizes = bytes_of_deliveries(old, databases[1])
    month, ten_years = (median(times) for times in zip(*rounds, strict=True))
    size = sum(sizes.values())
    print(
        f"\n{name}: opening a digest of {MONTH.cards} cards takes {month * 1000:.1f} ms after a month, "
        f"{ten_years * 1000:.1f} ms after ten years: {ten_years / month:.2f} times as long\n"
        f"{name}: the deliveries of ten years take {size:,} bytes: {sizes}"
    )

    assert ten_years <= 1.5 * month
    assert size <= MOST_BYTES


def test_a_year_of_a_hundred_channels_is_measured_in_bytes(name: str, databases: list[Address]) -> None:
    with after(databases[0], YEAR_OF_100) as engine:
        sizes = bytes_of_deliveries(engine, databases[0])
        papers = sum(
            bytes_of(engine, databases[0], table) for table in ("papers", "listings", "listing_papers")
        )
    print(
        f"\n{name}: the deliveries of a year in 100 channels take {sum(sizes.values()):,} bytes: {sizes}; "
        f"the papers and lists {papers:,} bytes"
    )

    assert sum(sizes.values()) < 1_000_000_000
