"""The search index says at any time what the tables say, on both engines."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.text.full_text import Match, Phrase, Term
from bot.text.stems import stem
from storage.database import connect, prepare
from storage.engines.engine import Engine
from storage.records import FROM_MODEL, Listing, ListingState, Paper, Provenance, Summary
from storage.search import HitOrder, Scope
from storage.tables import Tables

EARLY, DAY, LATE = date(2025, 9, 1), date(2025, 9, 29), date(2025, 10, 1)
GARDEN = Paper("2509.00001", "Growing gardens", ("Ada Rose",), "Water the soil.", categories=("cs.CL",))
POND = Paper("2509.00002", "Digging ponds", abstract="Water in a garden.", published=EARLY)
SUMMARY = Summary(
    GARDEN.id,
    "zh-CN",
    Provenance(FROM_MODEL, DAY, "example-1"),
    ("花园",),
    "给花园浇水。",
    english_keywords=("yards",),
)

Change = Callable[[Tables], object]


def listed(day: date, *paper_ids: str) -> Listing:
    return Listing("huggingface", day, ListingState.COMPLETE, paper_ids)


def listings(*several: Listing) -> Change:
    def put(tables: Tables) -> None:
        for each in several:
            tables.listings.put(each)

    return put


def new_and_listed(tables: Tables) -> None:
    tables.papers.add(Paper("2509.00003", "Hedges"))
    tables.listings.put(listed(LATE, "2509.00003"))


def summarised_and_renamed(tables: Tables) -> None:
    tables.summaries.put(replace(SUMMARY, tldr="修剪树篱。"))
    tables.papers.add(replace(GARDEN, title="Mowing lawns"))


CHANGES: dict[str, Change] = {
    "nothing": lambda _: None,
    "the same paper again": lambda tables: tables.papers.add(GARDEN),
    "a new paper": lambda tables: tables.papers.add(Paper("2509.00003", "Hedges and gardens")),
    "another title": lambda tables: tables.papers.add(replace(GARDEN, title="Mowing lawns")),
    "two other titles": lambda tables: [
        tables.papers.add(replace(GARDEN, title=title)) for title in ("Mowing lawns", "Pruning hedges")
    ],
    "another title and back": lambda tables: [
        tables.papers.add(replace(GARDEN, title=title)) for title in ("Mowing lawns", GARDEN.title)
    ],
    "another abstract": lambda tables: tables.papers.add(replace(GARDEN, abstract="Weeds. Weeds.")),
    "code": lambda tables: tables.papers.add(replace(GARDEN, code_url="https://github.com/example/x")),
    "another category": lambda tables: tables.papers.add(replace(GARDEN, categories=("cs.RO", "math.AG"))),
    "authors that were missing": lambda tables: tables.papers.fill(replace(POND, authors=("Bo Birch",))),
    "a date that was missing": lambda tables: tables.papers.fill(replace(GARDEN, published=LATE)),
    "votes": lambda tables: tables.papers.add(replace(GARDEN, votes=7)),
    "a summary in its place": lambda tables: tables.summaries.put(replace(SUMMARY, tldr="修剪树篱。")),
    "a summary in another language": lambda tables: tables.summaries.put(
        replace(SUMMARY, language="de", tldr="Gärten gießen.")
    ),
    "a summary and a title": summarised_and_renamed,
    "a listing on an earlier day": listings(listed(EARLY, GARDEN.id)),
    "a listing on a later day": listings(listed(LATE, GARDEN.id)),
    "a first listing": listings(listed(LATE, POND.id)),
    "a listing on two days": listings(listed(LATE, POND.id), listed(EARLY, POND.id)),
    "a paper and its listing": new_and_listed,
}


def fill(engine: Engine) -> None:
    def put(tables: Tables) -> None:
        tables.papers.add(GARDEN)
        tables.papers.add(POND)
        tables.summaries.put(SUMMARY)
        tables.listings.put(listed(DAY, GARDEN.id))

    change(engine, put)


def change(engine: Engine, call: Change) -> None:
    """Make a change as a runner does."""
    with engine.transaction():
        tables = Tables(engine)
        call(tables)
        tables.search_index.update()


def index_all(engine: Engine) -> None:
    with engine.transaction():
        Tables(engine).search_index.begin_anew()
    while True:
        with engine.transaction():
            if not Tables(engine).search_index.index_outdated(1):
                return


def found(engine: Engine, *tokens: str) -> list[str]:
    """Return the ids of the papers that have these tokens in a row."""
    match = Match(every=(Term((Phrase(tokens),)),))
    return sorted(hit.paper_id for hit in Tables(engine).search.best(match, Scope(), HitOrder.MATCH, 100))


def index_of(engine: Engine) -> dict[str, Any]:
    """Return all that the index says, whatever numbers it has given to papers."""
    papers = list(engine.query("SELECT paper_id, day, is_listed, rules FROM search_papers ORDER BY paper_id"))
    words = {row["word"]: row["papers"] for row in engine.query("SELECT word, papers FROM search_words")}
    ever = {*words, "gardens", "growing", "weeds", "mowing", "lawns"}
    facets = [f"\ue001{each}" for each in ("hascode", "archivecs", "archivemath", "primaryzh", "primaryde")]
    return {
        "papers": papers,
        "words": words,
        "found": {word: found(engine, stem(word)) for word in ever},
        "facets": {facet: found(engine, facet) for facet in facets},
        "in Chinese": [found(engine, "花园"), found(engine, "树篱")],
    }


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_the_index_is_as_one_made_anew(engine: Engine, name: str) -> None:
    fill(engine)

    change(engine, CHANGES[name])
    after_change = index_of(engine)
    index_all(engine)

    assert after_change == index_of(engine)


def test_the_words_of_an_earlier_title_are_forgotten(engine: Engine) -> None:
    fill(engine)
    assert Tables(engine).search.words(["growing", "ponds"]) == {"growing": 1, "ponds": 1}

    change(engine, CHANGES["another title"])

    assert Tables(engine).search.words(["growing", "ponds", "lawns"]) == {"ponds": 1, "lawns": 1}
    assert (found(engine, "grow"), found(engine, "lawn")) == ([], [GARDEN.id])


def test_a_change_that_is_undone_is_not_indexed(engine: Engine) -> None:
    fill(engine)
    before = index_of(engine)

    def undone(tables: Tables) -> None:
        CHANGES["another title"](tables)
        tables.search_index.update()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(engine, undone)

    assert index_of(engine) == before


def test_what_is_not_indexed_yet_is_found_once_it_is_the_first_listed_first(engine: Engine) -> None:
    fill(engine)
    change(engine, CHANGES["a listing on an earlier day"])
    index = Tables(engine).search_index

    assert (index.begin_anew(), index.outdated()) == (2, 2)
    assert found(engine, "garden") == []
    assert (index.index_outdated(1), index.outdated()) == (1, 1)
    assert found(engine, "garden") == [GARDEN.id]
    assert (index.index_outdated(5), index.outdated(), index.index_outdated(5)) == (1, 0, 0)
    assert found(engine, "garden") == [GARDEN.id, POND.id]


def test_a_paper_of_earlier_rules_that_changes_is_indexed_once(engine: Engine) -> None:
    fill(engine)
    Tables(engine).search_index.begin_anew()

    change(engine, CHANGES["another title"])

    assert Tables(engine).search_index.outdated() == 1
    assert Tables(engine).search_index.index_outdated(5) == 1
    after_both = index_of(engine)
    index_all(engine)
    assert index_of(engine) == after_both


def test_an_index_of_an_old_sqlite_keeps_the_texts_and_is_in_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engines.sqlite_full_text.sqlite3.sqlite_version_info", (3, 40, 1))
    prepare(tmp_path / "old.db")
    with closing(connect(tmp_path / "old.db")) as engine:
        fill(engine)
        for each in CHANGES.values():
            change(engine, each)
        after_changes = index_of(engine)
        kept = list(engine.query("SELECT title FROM search_texts WHERE search_texts MATCH 'hedg'"))
        index_all(engine)

        assert index_of(engine) == after_changes
        assert len(kept) > 0


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"{chr(97 + number % 26)}word{number}" for number in range(4_000)),
        "".join(map(chr, range(0x4E00, 0x9FFF))),
        "x" * 30_000,
        "é" * 30_000,
        "7" * 30_000,
        "Ab" * 15_000,
        "a-" * 15_000,
    ],
    ids=["words", "Chinese", "one word", "one accented word", "one number", "one name", "hyphens"],
)
def test_a_text_of_any_length_is_indexed(engine: Engine, text: str) -> None:
    paper = Paper("2509.00009", f"Garden {text}", (text,), text, community_summary=text, categories=(text,))

    change(engine, lambda tables: tables.papers.add(paper))

    assert found(engine, "garden") == [paper.id]
