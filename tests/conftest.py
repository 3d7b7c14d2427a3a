"""What all tests share, and how they run.

`pytest` shares the tests among all processors; files that are named run in one process. No test depends on
how quick or how busy the machine is, on the order, or on what runs beside it. These show it, each repeated
as often as one likes:

    pytest -n 0
    pytest -n 8
    for core in $(seq $(nproc)); do timeout 600 sh -c 'while :; do :; done' & done; pytest; kill $(jobs -p)

Waits for other processes have one limit, `tests.support.waiting.PATIENCE`; deadlines pass in virtual time.
"""

import gc
import os
import shutil
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.tables import Tables
from tests.support.postgresql import DatabaseServer, programs, running_server
from tests.support.stage import Stage, set_stage
from tests.support.tables import empty_tables

SHARED = Path(__file__).parents[2] / "shared"

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- only pytest's own new folders in it are used
_ROOM = 1024**3


# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary folders in memory where there is room: tests lose no power, and disks sync slowly."""
    _keep_bytecode(config.rootpath / ".pytest_cache" / "bytecode")
    if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def _keep_bytecode(folder: Path) -> None:
    """Compile once what this process and those it starts import, where bytecode is kept nowhere else."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(folder)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def pytest_collection_finish() -> None:
    """Look no more for garbage among what all tests share; it is much, and stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Share tests among all processors, but files that are named and what measures run in this process."""
    is_named = any(".py" in argument for argument in config.args)
    return 0 if is_named or config.getoption("markexpr") == "benchmark" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything that a test may lack is there, a skip would hide a promise that nobody checked."""
    report = yield
    if report.skipped and os.environ.get("PAPER_ROUND_TESTS_MAY_NOT_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped, where it may not: {report.longrepr}"
    return report


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
        yield DatabaseServer(address)
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
