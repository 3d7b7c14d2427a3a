"""No control character of a stranger reaches a terminal or a log, whichever command prints it."""

import json
import logging
import re
from ast import Call, unparse, walk
from ast import parse as parse_python
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.logs import LogFormatter
from storage.database import connect, prepare
from storage.records import (
    Figure,
    Filters,
    Grounding,
    Listing,
    ListingState,
    MistakeReport,
    Paper,
    Provenance,
    Summary,
    SummaryFailure,
)
from storage.tables import Tables
from tests.commands.conftest import ROOT
from tests.support.command import run, run_beside
from tests.support.subscribing import subscribe
from tests.support.web_server import serving

DAY = date(2025, 9, 29)
NOW = datetime.now(UTC)
STEERING = "\x1b[31mred\x1b]0;title\x07\x9b2J\x08\x7f\r\u202eevil\u2066\x00"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
PAPER_ID = "2509.00001"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a database in which all that strangers write tries to steer a terminal."""
    monkeypatch.chdir(tmp_path)
    text = f"Zq {STEERING} Zq"
    paper = Paper(PAPER_ID, text, authors=(text,), abstract=text, votes=1, organisation=text)
    parts: dict[str, Any] = dict.fromkeys(("tldr", "problem", "method", "results", "takeaway", "body"), text)
    figures = (Figure("7", "tldr", Grounding.NOT_FOUND, text),)
    summary = Summary(PAPER_ID, "en", Provenance("model", DAY, text), (text,), figures=figures, **parts)
    prepare(tmp_path / "test.db")
    connected = connect(tmp_path / "test.db")
    tables = Tables(connected)
    with connected.transaction():
        subscribe(tables, filters=Filters(words=("red",)))
        tables.papers.add(paper)
        tables.papers.add(Paper("2509.00002", f"\n{text}\n", abstract=text))
        tables.summaries.put(summary)
        for source in ("digest-file", "huggingface"):
            listing = Listing(source, DAY, ListingState.COMPLETE, (PAPER_ID, "2509.00002"), trouble=text)
            tables.listings.put(listing)
        tables.summary_failures.put(SummaryFailure(PAPER_ID, "en", 1, text, NOW, NOW))
        tables.mistake_reports.add(
            MistakeReport("T1", "U1", PAPER_ID, "en", NOW, text, "model", DAY),
        )
    connected.close()
    return str(tmp_path / "test.db")


@pytest.mark.parametrize(
    "arguments",
    [
        ["digest", "2025-09-29"],
        ["digest", "2025-09-29", "--format", "markdown"],
        ["digest", "2025-09-29", "--format", "json"],
        ["digest", "2025-09-29", "--source", f"arxiv:{STEERING}"],
        ["deliver", "--dry-run"],
        ["subscriptions"],
        ["status"],
        ["status", "--json"],
        ["summarise", PAPER_ID, f"9{STEERING}"],
    ],
    ids=lambda arguments: " ".join(arguments).partition("\x1b")[0],
)
def test_no_command_prints_what_steers_a_terminal(database: str, arguments: list[str]) -> None:
    output = run(*arguments, "--db", database, LLM_MODEL="example-1").output

    assert output
    assert STEERS.findall(output) == []


def test_json_keeps_what_a_stranger_wrote(database: str) -> None:
    output = run("digest", "2025-09-29", "--format", "json", "--db", database).output

    assert json.loads(output)["papers"][0]["title"] == f"Zq {STEERING} Zq".replace("\0", "")


def test_a_days_file_holds_nothing_that_steers_a_terminal(database: str, tmp_path: Path) -> None:
    run("archive", str(tmp_path / "days"), "--db", database)
    written = (tmp_path / "days" / "2025" / "09" / "29.md").read_text("utf-8")

    assert "Zq" in written
    assert STEERS.findall(written) == []


def test_a_days_page_and_feed_hold_nothing_that_steers_a_terminal(database: str, tmp_path: Path) -> None:
    formats = ["--format", "html", "--format", "atom", "--url", "https://papers.example.org/"]
    run("archive", str(tmp_path / "days"), *formats, "--db", database)

    for name in ("2025/09/29.html", "feed.xml"):
        text = (tmp_path / "days" / name).read_text("utf-8")
        assert "Zq" in text
        assert STEERS.findall(text) == []


def test_what_is_wrong_with_a_digest_file_is_told_without_what_steers_a_terminal(tmp_path: Path) -> None:
    heading = f"## 0.[Zq {STEERING}](https://x.example/{STEERING})\n"
    (tmp_path / "day.md").write_text(
        f"# Papers for 2025-09-29\n\n{heading}summary: Zq\n", "utf-8", newline=""
    )
    (tmp_path / "no.md").write_text(f"# {STEERING}\n", "utf-8", newline="")

    result = run(
        "import", str(tmp_path / "day.md"), str(tmp_path / "no.md"), "--db", str(tmp_path / "test.db")
    )

    assert "Zq" in result.output
    assert STEERS.findall(result.output) == []


@pytest.mark.parametrize(
    "body",
    [
        lambda: [{"paper": {"id": PAPER_ID, "title": STEERING}}, {"paper": {"id": STEERING, "title": "x"}}],
        lambda: [{"paper": {"id": STEERING, "title": "x"}}],
        lambda: {STEERING: STEERING},
    ],
    ids=["papers", "no readable one", "no list"],
)
async def test_what_a_source_answers_is_told_without_what_steers_a_terminal(
    tmp_path: Path, body: Callable[[], Any]
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body())

    database = str(tmp_path / "test.db")
    async with serving({"/api/daily_papers": answer}) as service:
        where = dict.fromkeys(("HF_BASE_URL", "ARXIV_API_URL", "ARXIV_FEED_URL"), f"{service.address}/")
        gate = {"PAPER_ROUND_ARXIV_GATE": str(tmp_path / "gate")}
        fetched = await run_beside(
            *("-v", "fetch", "--date", "2025-09-26", "--no-full-text", "--db", database), **where, **gate
        )
    listed = await run_beside("status", "--db", database)

    assert fetched.output
    assert STEERS.findall(fetched.output) == []
    assert STEERS.findall(listed.output) == []


def test_a_log_line_stays_one_line_and_holds_nothing_that_steers_a_terminal() -> None:
    try:
        date.fromisoformat(STEERING)
    except ValueError as error:
        record = logging.getLogger("x").makeRecord(
            *("x", logging.ERROR, "x.py", 1, "Skipped %s", (f"a\n{STEERING}\u2028b",)),
            (ValueError, ValueError(f"{error}{STEERING}"), error.__traceback__),
            extra={"title": f"Zq\n{STEERING}"},
        )

    line, *traceback = LogFormatter("%(levelname)s %(message)s%(fields)s").format(record).split("\n")

    assert line.startswith(r"ERROR Skipped a \u001b[31mred")
    assert "b title=" in line
    assert traceback[0] == "    Traceback (most recent call last):"
    assert STEERS.findall("\n".join([line, *traceback])) == []


def test_commands_print_through_the_one_function_that_leaves_out_what_steers_a_terminal() -> None:
    """Only words of ours are printed without it: progress on one line, and an interruption."""
    printed = {
        f"{path.stem}: {unparse(node)}"
        for path in (ROOT / "bot" / "commands").glob("*.py")
        for node in walk(parse_python(path.read_text("utf-8")))
        if isinstance(node, Call) and unparse(node.func) in {"click.echo", "click.secho", "print"}
    }

    assert {each.partition("(")[0] for each in printed} == {
        "terminal: click.echo",
        "demo: click.echo",
        "endings: click.echo",
    }
    assert len(printed) == len(["terminal.say", "demo's progress", "endings.Interrupted"])
