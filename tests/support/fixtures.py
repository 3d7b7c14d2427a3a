"""The fixtures that all tests share, and the profiles of Hypothesis."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.support.listeners import look_quickly
from tests.support.postgresql import DatabaseServer, programs, running_server
from tests.support.stage import Stage, set_stage
from tests.support.tables import empty_tables
from tests.support.waiting import PATIENCE

SHARED = Path(__file__).parents[3] / "shared"

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile(
    "sample",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    max_examples=50,
)
settings.register_profile("thorough", settings.get_profile("sample"), max_examples=1000)
settings.load_profile("sample")

look_quickly()


@pytest.fixture(autouse=True)
def patient_searches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no search cut short as the machine is busy; what a test sets itself comes after this."""
    if not request.node.get_closest_marker("benchmark"):
        for limit in ("search._SECONDS", "search._SECONDS_MORE", "similar._SECONDS", "own_list._SECONDS"):
            monkeypatch.setattr(f"bot.lookup.{limit}", PATIENCE)


@pytest.fixture
async def stage(address_of_stage: Address, tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_stage(address_of_stage, arxiv_gate=tmp_path / "gate") as stage:
        yield stage


@pytest.fixture
def address_of_stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """Give the stage's database: a file, unless `on_each_engine` asks for one on a server."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield tmp_path / "test.db"
        return
    server: DatabaseServer = request.getfixturevalue("database_server")
    database = server.database()
    yield database
    server.drop(database)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recorded data, which only the makers' own machines have beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the folder of recorded data is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer]:
    """Give a PostgreSQL server: the one that the environment names, or one that is started here."""
    folder, address = programs(), os.environ.get("PAPER_ROUND_TEST_POSTGRESQL")
    if address:
        server = DatabaseServer(address)
        yield server
        server.disconnect()
    elif folder:
        with running_server(folder) as server:
            yield server
    else:
        pytest.skip("PostgreSQL is not installed here; Debian's package is called postgresql")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """Give a database with empty tables, on each engine in turn."""
    if request.param == "sqlite":
        yield empty_tables(tmp_path / "storage.db")
        return
    server: DatabaseServer = request.getfixturevalue("database_server")
    database = server.database()
    yield database
    server.drop(database)


@pytest.fixture
def engine(address: Address) -> Iterator[Engine]:
    """Give a connection outside any transaction, so that each statement commits by itself."""
    with closing(connect(address)) as engine:
        yield engine


@pytest.fixture
def tables(engine: Engine) -> Tables:
    """Give tables outside any transaction, on each engine in turn."""
    return Tables(engine)
