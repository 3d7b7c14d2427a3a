"""Papers are found from the command line, and the index is made anew."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import connect
from storage.tables import Tables
from tests.lookup.shelf import fill
from tests.support.command import run
from tests.support.tables import empty_tables


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Give a database with a small shelf of papers."""
    path = empty_tables(tmp_path / "shelf.db")
    with closing(connect(path)) as engine, engine.transaction():
        fill(Tables(engine))
    return path


def test_papers_are_printed_the_best_match_first(shelf: Path) -> None:
    assert run("search", "tree", "search", "agents", "--limit", "1", "--db", str(shelf)).output == (
        "Tree Search for Gardening Agents\n"
        "  2509.00001 · 2025-09-26\n"
        "  Their tree search prunes what bears no fruit.\n"
    )


def test_scripts_get_one_object(shelf: Path) -> None:
    printed = run("search", "prune search water", "--json", "--limit", "1", "--db", str(shelf)).output

    assert json.loads(printed) == {
        "query": "prune search water",
        "papers": [
            {
                "id": "2509.00002",
                "title": "Watering Roses by Reinforcement Learning",
                "date": "2025-09-29",
                "snippet": "Roses are watered by an agent.",
                "missing": ["search"],
            }
        ],
    }


def test_nothing_found_says_so(shelf: Path) -> None:
    assert run("search", "zzzz", "--db", str(shelf)).output == "No paper found.\n"
    assert json.loads(run("search", "zzzz", "--json", "--db", str(shelf)).output) == {
        "query": "zzzz",
        "papers": [],
    }


def test_a_slip_and_an_operator_that_cannot_be_read_are_told(shelf: Path) -> None:
    lines = run("search", "reinforcemnt", "after:soon", "--db", str(shelf)).output.splitlines()

    assert lines[:3] == [
        "reinforcemnt: searched for reinforcement instead",
        "after:soon can't be read",
        "Watering Roses by Reinforcement Learning",
    ]


def test_a_personal_list_is_nobodys_on_the_command_line(shelf: Path) -> None:
    ended = run("search", "roses", "is:saved", "--db", str(shelf))

    assert (ended.exit_code, "Only people in Slack have a list" in ended.output) == (2, True)


@pytest.mark.parametrize("typed", ["", " ", '"', "🎉"])
def test_what_says_nothing_is_refused_and_not_everything_listed(shelf: Path, typed: str) -> None:
    ended = run("search", typed, "--db", str(shelf))

    assert (ended.exit_code, "There is nothing to look for" in ended.output) == (2, True)


def test_a_paper_that_is_not_indexed_yet_is_told_and_found_after_reindex(shelf: Path) -> None:
    with closing(connect(shelf)) as engine, engine.transaction():
        Tables(engine).search_index.begin_anew()

    before = run("search", "roses", "--db", str(shelf))
    again = run("reindex", "--db", str(shelf))
    after = run("search", "roses", "--db", str(shelf))

    assert before.output == "4 papers not indexed yet. Run paper-round reindex.\nNo paper found.\n"
    assert again.output == "4 papers indexed\n"
    assert after.output.startswith("Watering Roses")
