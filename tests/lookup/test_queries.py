"""What readers type, and whether the paper that they mean stands where they look for it.

PAPER_ROUND_TEST_QUERIES names another table to be asked instead of the one that is here.
"""

import os
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.lookup.found import SearchReader
from bot.lookup.search import find
from handlers.requests import OfDay, OnePaper, Search, parse_request
from storage.address import Address
from storage.database import connect
from storage.tables import Tables
from tests.lookup.real_papers import load
from tests.support.postgresql import DatabaseServer
from tests.support.tables import empty_tables

TABLE = Path(os.environ.get("PAPER_ROUND_TEST_QUERIES", Path(__file__).with_name("queries.toml")))
TODAY = date(2025, 10, 2)
READER = SearchReader("T1", "U1", "zh-CN", TODAY)

#: The papers among which the one that is meant must be.
PLACES = {"first": 1, "five": 5}


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone types, and what they mean by it: any of some papers, or a day."""

    typed: str
    place: str
    kind: str
    ids: tuple[str, ...] = ()
    day: str = ""


def asked_queries() -> tuple[Asked, ...]:
    entries = tomllib.loads(TABLE.read_text("utf-8"))["query"]
    return tuple(Asked(**{**entry, "ids": tuple(entry.get("ids", ()))}) for entry in entries)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", 10), id="one in ten"),
        pytest.param(("sqlite", 1), id="sqlite", marks=pytest.mark.soak),
        pytest.param(("postgresql", 1), id="postgresql", marks=pytest.mark.benchmark),
    ],
)
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[Tables]:
    """Give one in ten of the recorded papers and those that are meant; with `-m soak` or `benchmark`, all."""
    engine, one_in = request.param
    address: Address
    if engine == "sqlite":
        address = empty_tables(tmp_path_factory.mktemp("queries") / "test.db")
    else:
        server: DatabaseServer = request.getfixturevalue("database_server")
        address = server.database()
    with closing(connect(address)) as database:
        tables = Tables(database)
        with database.transaction():
            load(tables, shared_data, one_in, {paper_id for each in asked_queries() for paper_id in each.ids})
        yield tables


def test_readers_find_what_they_mean(tables: Tables) -> None:
    asked = asked_queries()
    misses = [line for query in asked if (line := _miss(tables, query))]

    assert len(misses) <= len(asked) * 0.05, "\n".join((f"{len(misses)} of {len(asked)} missed:", *misses))


def test_every_query_is_asked_once_of_papers_that_are_there(tables: Tables) -> None:
    asked = asked_queries()
    meant = {paper_id for query in asked for paper_id in query.ids}

    assert [typed for typed, times in Counter(query.typed for query in asked).items() if times > 1] == []
    assert meant - {paper.id for paper in tables.papers.of_ids(tuple(meant))} == set()
    assert {query.place for query in asked} <= PLACES.keys()
    assert [query.typed for query in asked if bool(query.ids) == bool(query.day)] == []


@pytest.mark.skipif("PAPER_ROUND_TEST_QUERIES" in os.environ, reason="another table has other kinds")
def test_the_table_holds_enough_of_each_kind() -> None:
    kinds = Counter(query.kind for query in asked_queries())
    least = {"chinese": 30, "misspelt": 15, "author": 12, "name": 15, "id": 10, "operator": 15}

    assert kinds.total() == 120
    assert {kind: kinds[kind] for kind, number in least.items() if kinds[kind] < number} == {}


def _miss(tables: Tables, asked: Asked) -> str:
    """Return a line about a query whose paper is not in its place; empty if it is."""
    found = _found(tables, asked.typed)
    if set(found[: PLACES[asked.place]]) & {*asked.ids, asked.day}:
        return ""
    return (
        f"{asked.kind}: {asked.typed!r} has {_position(found, asked)}; "
        f"meant {' or '.join(asked.ids) or asked.day}, in place {asked.place}; found {' '.join(found[:5])}"
    )


def _found(tables: Tables, typed: str) -> Sequence[str]:
    request = parse_request(typed, TODAY)
    match request:
        case Search():
            page = find(tables, request.query, typed, READER)
            return [found.entry.paper.id for found in page.found]
        case OnePaper():
            return [request.paper_id]
        case OfDay():
            return [request.day.isoformat()]
    return [type(request).__name__]


def _position(found: Sequence[str], asked: Asked) -> str:
    places = [number for number, one in enumerate(found, 1) if one in asked.ids]
    return f"it at {places[0]}" if places else "it nowhere on the first page"
