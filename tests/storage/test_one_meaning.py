"""What is stored means the same on both engines, however odd it is."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.errors import StorageError
from storage.address import Address
from storage.database import connect
from storage.engines.engine import Engine
from storage.records import Listing, ListingState, ModelRequest, Paper
from storage.runner import InlineRunner
from storage.tables import Tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
GARDENS = Paper(id="2509.00001", title="Gardens")


@pytest.fixture
def samples(engine: Engine) -> Engine:
    """Give a table of a text, of a number and of JSON."""
    engine.define(
        """
        CREATE TABLE samples (
            id INTEGER PRIMARY KEY, text TEXT, number INTEGER, data TEXT CHECK (json_valid(data))
        ) STRICT
        """
    )
    return engine


def put(engine: Engine, **values: object) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    engine.execute(f"INSERT INTO samples ({names}) VALUES ({marks})", values)  # noqa: S608


def stored(engine: Engine, column: str) -> list[object]:
    return [row[column] for row in engine.query(f"SELECT {column} FROM samples ORDER BY id")]  # noqa: S608


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "ab"),
        ("a\ud83db", "a\ufffdb"),
        ("\0", ""),
        ("", ""),
        ("100% %s %(text)s ? :text ::text $1", "100% %s %(text)s ? :text ::text $1"),
        ("' '' \" \\ \\' \\n -- /* ;", "' '' \" \\ \\' \\n -- /* ;"),
        (
            "🪴 \U0001f468\u200d\U0001f469 e\u0301 é ﬁ \u2028\ufeff",
            "🪴 \U0001f468\u200d\U0001f469 e\u0301 é ﬁ \u2028\ufeff",
        ),
        ("花" * 700_000, "花" * 700_000),
    ],
    ids=["nul", "half an emoji", "only nul", "empty", "marks", "quotes", "unicode", "2 MB"],
)
def test_a_text_comes_back_as_it_was_but_for_what_no_database_takes(
    samples: Engine, text: str, kept: str
) -> None:
    put(samples, text=text)
    [found] = samples.query("SELECT id FROM samples WHERE text = ? AND ? = text", [text, text])

    assert stored(samples, "text") == [kept]
    assert found == {"id": 1}


def test_a_title_of_two_megabytes_is_a_paper_s_title(tables: Tables) -> None:
    tables.papers.add(replace(GARDENS, title="x" * 2_000_000))

    assert tables.papers.get(GARDENS.id) == replace(GARDENS, title="x" * 2_000_000)


def test_texts_are_in_the_order_of_their_bytes(samples: Engine) -> None:
    texts = ["", " ", "-", "10", "9", "A", "B", "_", "a", "ab", "b", "é", "花", "ﬁ", "\U0001f331"]
    for text in reversed(texts):
        put(samples, text=text)

    rows = samples.query("SELECT text FROM samples ORDER BY text")
    [ends] = samples.query("SELECT min(text) AS first, max(text) AS last FROM samples WHERE text > 'B'")
    assert [row["text"] for row in rows] == texts == sorted(texts, key=str.encode)
    assert ends == {"first": "_", "last": "\U0001f331"}


def test_truth_is_0_or_1(samples: Engine) -> None:
    put(samples, number=True)
    put(samples, number=False)

    assert stored(samples, "number") == [1, 0]
    assert list(samples.query("SELECT id FROM samples WHERE number = ?", [True])) == [{"id": 1}]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 0])
def test_a_number_of_64_bits_comes_back(samples: Engine, number: int) -> None:
    put(samples, number=number)

    assert stored(samples, "number") == [number]


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**5000], ids=["64 bits", "and negative", "huge"])
def test_a_greater_number_is_refused_before_the_database_sees_it(tables: Tables, number: int) -> None:
    with pytest.raises(StorageError, match=r"^A number of \d+ bits is too great for a database\.$"):
        tables.papers.add(replace(GARDENS, votes=number))

    assert tables.papers.get(GARDENS.id) is None


def test_a_sum_of_great_numbers_is_exact(tables: Tables) -> None:
    tables.papers.add(GARDENS)
    for _ in range(2):
        tables.model_requests.add(ModelRequest(GARDENS.id, "en", "example-1", NOW, 2**61 - 1, 1))

    assert tables.model_requests.tokens_of_day(NOW.date()) == 2**62


@pytest.mark.parametrize("data", [None, "{}", "[]", '"\\u0000"', '"\\ud800"', "1e999", '{"a": 1, "a": 2}'])
def test_json_is_kept_as_it_is_written(samples: Engine, data: str | None) -> None:
    put(samples, data=data)

    assert stored(samples, "data") == [data]


@pytest.mark.parametrize("data", ["", "NaN", "{'a': 1}", "[1,]", "{", "\ufeff{}"])
def test_what_is_no_json_is_refused_and_not_quoted(samples: Engine, data: str) -> None:
    with pytest.raises(StorageError, match="rejected a change: ") as raised:
        put(samples, text="confidential", data=data)

    assert "confidential" not in str(raised.value)
    assert stored(samples, "data") == []


@pytest.mark.parametrize("day", [date.min, date(2025, 9, 29), date.max])
def test_any_day_comes_back(tables: Tables, day: date) -> None:
    listing = Listing("huggingface", day, ListingState.COMPLETE, (GARDENS.id,), NOW)
    tables.papers.add(GARDENS)
    tables.listings.put(listing)

    assert tables.listings.get("huggingface", day) == listing
    assert tables.listings.latest_day() == day


def test_ten_thousand_ids_are_among_the_values_of_one_statement(tables: Tables) -> None:
    tables.papers.add(GARDENS)
    ids = [f"2509.{number:05}" for number in range(10_000)]

    assert tables.papers.of_ids(ids) == (GARDENS,)
    assert tables.papers.of_ids([]) == ()
    assert tables.summaries.made(['"', "'", "\\", "{", "NULL", "", "a,b", "\0"]) == frozenset()


def test_a_row_that_refers_to_nothing_is_refused(tables: Tables) -> None:
    with pytest.raises(StorageError, match="rejected a change: "):
        tables.saved_papers.save("T1", "U1", "2509.99999", NOW)


def test_a_value_that_is_not_of_the_columns_type_is_refused(samples: Engine) -> None:
    with pytest.raises(StorageError, match="rejected a change: "):
        put(samples, number="many")


async def test_a_change_of_which_a_part_failed_is_undone(address: Address) -> None:
    def add_twice(tables: Tables) -> None:
        tables.papers.add(GARDENS)
        tables.saved_papers.save("T1", "U1", "2509.99999", NOW)

    with closing(InlineRunner(address)) as runner:
        with pytest.raises(StorageError):
            await runner.write(add_twice)

        assert await runner.read(lambda tables: tables.papers.get(GARDENS.id)) is None


def test_what_is_outside_a_transaction_commits_by_itself(engine: Engine, address: Address) -> None:
    Tables(engine).papers.add(GARDENS)
    with closing(connect(address)) as other:
        assert Tables(other).papers.get(GARDENS.id) == GARDENS
