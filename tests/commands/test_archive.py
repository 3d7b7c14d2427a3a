from pathlib import Path

import pytest

from tests.commands.conftest import ENGLISH
from tests.support.command import run

URL = "https://papers.example.org"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "test.db"
    assert run("import", ENGLISH, "--db", path).exit_code == 0
    return path


def test_days_are_digest_files_where_nothing_else_is_asked_for(database: Path, tmp_path: Path) -> None:
    result = run("archive", tmp_path / "days", "--db", database)

    path = tmp_path / "days/2025/09/29.md"
    assert result.output == f"{path}: 12 papers, 12 summaries\n1 written, 0 unchanged\n"
    assert [each for each in (tmp_path / "days").rglob("*") if each.is_file()] == [path]


def test_pages_a_feed_and_digest_files_are_written_together_and_once(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    formats = ["--format", "markdown", "--format", "html", "--format", "atom", "--url", URL]
    first, second = (run("archive", folder, *formats, "--db", database) for _ in range(2))

    assert first.output.splitlines() == [
        f"{folder}/2025/09/29.md: 12 papers, 12 summaries",
        f"{folder}/2025/09/29.html: 12 papers, 12 summaries",
        f"{folder}/index.html",
        f"{folder}/2025/index.html",
        f"{folder}/feed.xml",
        "5 written, 0 unchanged",
    ]
    assert second.output == "0 written, 5 unchanged\n"
    assert f"<id>{URL}/feed.xml</id>" in (folder / "feed.xml").read_text()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--format", "atom"], "give --url, such as https://papers.example.org/."),
        (
            ["--format", "html", "--url", "papers.example.org"],
            "must be an address that starts with https://.",
        ),
        (["--format", "atom", "--url", f"{URL}/?a=1"], "without a password, a question mark or a hash."),
    ],
)
def test_an_address_that_is_missing_or_wrong_is_wrong_usage(
    database: Path, tmp_path: Path, options: list[str], complaint: str
) -> None:
    result = run("archive", tmp_path / "site", *options, "--db", database)

    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())
    assert not (tmp_path / "site").exists()


def test_a_page_that_cannot_be_written_is_named(database: Path, tmp_path: Path) -> None:
    (tmp_path / "2025").write_text("a file where a folder is wanted")
    result = run("archive", tmp_path, "--format", "html", "--db", database)

    assert result.exit_code == 1
    assert f"{tmp_path}/2025/09/29.html cannot be written" in result.stderr
