"""Databases of either engine, as many as a test wants."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from storage.address import Address, Server
from tests.support.postgresql import DatabaseServer

MakeAddress = Callable[[str], Address]


@pytest.fixture
def make_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeAddress]:
    """Give a function that gives a database without any table on the engine of this name."""
    made: list[Server] = []
    numbers = count()

    def make(engine: str) -> Address:
        if engine == "sqlite":
            return tmp_path / f"bare-{next(numbers)}.db"
        server: DatabaseServer = request.getfixturevalue("database_server")
        made.append(server.database(has_tables=False))
        return made[-1]

    yield make
    for each in made:
        request.getfixturevalue("database_server").drop(each)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_addresses(request: pytest.FixtureRequest, make_address: MakeAddress) -> Callable[[], Address]:
    """Give a function that gives databases without any table, on each engine in turn."""
    return lambda: make_address(request.param)
