"""A part of a long list costs in proportion to the list, and not to its square."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import Paper, ReadingStatus, SavedFilter
from storage.tables import Tables
from tests.support.pasts import NOW
from tests.support.postgresql import DatabaseServer
from tests.support.tables import empty_tables
from tests.support.work import work_of

SHORT, LONG = 100, 500
CHOSEN = {
    "a status": SavedFilter(ReadingStatus.UNREAD),
    "a tag of a few": SavedFilter(tags=("tag-3",)),
    "a tag of all": SavedFilter(tags=("rl",)),
    "both": SavedFilter(ReadingStatus.UNREAD, ("rl", "tag-3")),
    "what none has": SavedFilter(tags=("none",)),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lists(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Engine]]:
    """Give a database with a short list and one with a list five times as long."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("lists")
        addresses: list[Address] = [empty_tables(folder / f"{name}.db") for name in ("short", "long")]
    else:
        server: DatabaseServer = request.getfixturevalue("database_server")
        addresses = [server.database(), server.database()]
    with closing(connect(addresses[0])) as short, closing(connect(addresses[1])) as long:
        fill(short, SHORT)
        fill(long, LONG)
        if request.param == "postgresql":
            # A server does so by itself after a while.
            for engine in (short, long):
                engine.execute("ANALYZE")
        yield short, long


def fill(engine: Engine, saved: int) -> None:
    with engine.transaction():
        tables = Tables(engine)
        tables.papers.add_all(Paper(f"2509.{number:05}", f"Garden {number}") for number in range(saved))
        for number in range(saved):
            paper_id = f"2509.{number:05}"
            tables.saved_papers.save("T1", "U1", paper_id, NOW + timedelta(minutes=number))
            tables.saved_papers.set_tags("T1", "U1", paper_id, ["rl", f"tag-{number % 20}"])


@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.parametrize("offset", [0, 20])
def test_a_page_costs_no_more_than_the_list_is_longer(
    lists: tuple[Engine, Engine], name: str, offset: int
) -> None:
    def page(tables: Tables) -> object:
        chosen = CHOSEN[name]
        return (
            tables.saved_papers.page("T1", "U1", chosen, offset=offset, limit=10),
            tables.saved_papers.counts("T1", "U1", chosen.tags),
        )

    short, long = (work_of(engine, page) for engine in lists)

    # Once for each paper of the list would be 25 times as much.
    assert long <= 2 * LONG / SHORT * short, f"{short} steps before, {long} now"
