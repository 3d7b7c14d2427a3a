"""Any text can be indexed and asked for, in a bounded time, on both engines."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import StorageSlowError
from bot.lookup.found import SearchReader
from bot.lookup.search import find
from bot.lookup.similar import similar
from bot.lookup.typed_query import read_query
from bot.text.full_text import Column, Phrase, Term
from storage.engines.engine import Engine
from storage.records import FROM_MODEL, Paper, Provenance, Summary
from storage.tables import Tables

DAY = date(2025, 9, 29)
READER = SearchReader("T1", "U1", "zh-CN", DAY)
GARDEN = Paper("2509.00001", "Growing gardens", abstract="Water the soil.")

IN_TITLE = Term((Phrase(("garden",)),), column=Column.TITLE)

# It takes a minute on any machine.
COUNT_FOR_LONG = """
    WITH RECURSIVE numbers (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1000000000
    ) SELECT count(*) AS numbers FROM numbers
"""

# Texts as they come, and texts of what a parser or an engine could take for its own.
TEXTS = st.text(max_size=60) | st.text(
    alphabet="aZ3é模型の한 \"'*-+:()^{}[]|&!<>~\\/%_$#@,.?;\x00\n", max_size=60
)

one_database_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def put(engine: Engine, paper: Paper, *summaries: Summary) -> Tables:
    with engine.transaction():
        tables = Tables(engine)
        tables.papers.add(paper)
        for summary in summaries:
            tables.summaries.put(summary)
        tables.search_index.update()
    return tables


def count_for_long(engine: Engine, tables: Tables) -> None:
    with tables.search.within(0.05):
        list(engine.query(COUNT_FOR_LONG))


def test_a_query_that_takes_too_long_is_ended_and_the_connection_is_not(engine: Engine) -> None:
    tables = put(engine, GARDEN)

    with pytest.raises(StorageSlowError):
        count_for_long(engine, tables)

    assert tables.papers.get(GARDEN.id) == GARDEN
    assert tables.search.having(IN_TITLE, [GARDEN.id]) == {GARDEN.id}


def test_a_transaction_goes_on_after_a_query_that_took_too_long(engine: Engine) -> None:
    tables = Tables(engine)
    with engine.transaction():
        tables.papers.add(GARDEN)
        with suppress(StorageSlowError):
            count_for_long(engine, tables)
        tables.search_index.update()

    assert tables.papers.get(GARDEN.id) == GARDEN
    assert tables.search.words(["gardens"]) == {"gardens": 1}


@one_database_for_all
@given(TEXTS)
def test_any_text_can_be_indexed_in_any_column(engine: Engine, text: str) -> None:
    paper = Paper(
        GARDEN.id, f"Gardens {text}", (text,), text, community_summary=text, community_keywords=(text,),
        categories=(text,),
    )  # fmt: skip
    summary = Summary(GARDEN.id, "zh-CN", Provenance(FROM_MODEL, DAY, "example-1"), (text,), text, body=text)

    tables = put(engine, paper, summary)

    assert tables.search.having(IN_TITLE, [GARDEN.id]) == {GARDEN.id}


@one_database_for_all
@given(TEXTS)
def test_any_text_can_be_asked(engine: Engine, text: str) -> None:
    tables = put(engine, GARDEN)

    for typed in (
        text,
        f'"{text}"',
        f"gardens -{text}",
        f"title:{text} author:{text}",
        f"cat:{text} lang:{text}",
    ):
        page = find(tables, read_query(typed, DAY), typed, READER)
        assert {each.entry.paper.id for each in page.found} <= {GARDEN.id}
    assert {each.entry.paper.id for each in similar(tables, [], text, READER).found} <= {GARDEN.id}
