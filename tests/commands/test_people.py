"""What the operator can do with what is kept of one person."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.references.reader import read_references
from storage.database import connect
from storage.records import Paper
from storage.tables import Tables
from tests.support.command import run
from tests.support.tables import empty_tables

NOW = datetime(2025, 9, 29, 9, 0, tzinfo=UTC)
PERSON = "U012AB3CD"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Give a database in which one person has two papers."""
    path = empty_tables(tmp_path / "kept.db")
    with closing(connect(path)) as engine, engine.transaction():
        tables = Tables(engine)
        for number in (1, 2):
            tables.papers.add(Paper(f"2509.0000{number}", f"Garden {number}"))
            tags = ("roses",) if number == 1 else ()
            tables.saved_papers.save("T1", PERSON, f"2509.0000{number}", NOW, tags=tags, note="a note")
    return path


def test_a_list_is_written_to_a_file(kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"

    ended = run("saved", "export", "--user", PERSON, "--format", "csv", "--output", file, "--db", kept)

    assert ended.output == f"2 papers written to {file}\n"
    papers = read_references(file.read_bytes()).papers
    assert {(each.paper_id, each.tags, each.note) for each in papers} == {
        ("2509.00001", ("roses",), "a note"),
        ("2509.00002", (), "a note"),
    }


def test_a_part_of_a_list_is_printed(kept: Path) -> None:
    ended = run("saved", "export", "#roses", "--user", PERSON, "--workspace", "T1", "--db", kept)

    assert [each.paper_id for each in read_references(ended.output).papers] == ["2509.00001"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--user", "U999"), "Nothing is kept of U999."),
        (("--user", PERSON, "--workspace", "T2"), f"Nothing is kept of {PERSON} in workspace T2."),
        (("--user", PERSON, "--output", "/no/such/folder/x"), "cannot be written"),
    ],
)
def test_what_is_wrong_is_said(kept: Path, arguments: tuple[str, ...], sentence: str) -> None:
    ended = run("saved", "export", *arguments, "--db", kept)

    assert (ended.exit_code, sentence in ended.output) == (2, True)


def test_of_two_workspaces_one_is_to_be_chosen(kept: Path) -> None:
    with closing(connect(kept)) as engine, engine.transaction():
        Tables(engine).saved_papers.save("T2", PERSON, "2509.00001", NOW)

    ended = run("saved", "export", "--user", PERSON, "--db", kept)

    assert (ended.exit_code, "is known in T1, T2. Choose one with --workspace." in ended.output) == (2, True)


def test_all_of_a_person_is_removed_once_that_is_confirmed(kept: Path) -> None:
    refused = run("forget", "--user", PERSON, "--db", kept)
    removed = run("forget", "--user", PERSON, "--yes", "--db", kept)
    again = run("forget", "--user", PERSON, "--yes", "--db", kept)

    shown = f"{PERSON} in T1: 2 saved papers, 2 notes, 1 tags\n"
    assert (refused.exit_code, refused.output.startswith(shown)) == (130, True)
    assert removed.output == f"{shown}Nothing is kept of {PERSON} any more.\n"
    assert (again.exit_code, f"Nothing is kept of {PERSON}." in again.output) == (2, True)
