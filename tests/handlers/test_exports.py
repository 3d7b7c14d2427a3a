"""A person's list leaves as a file, to that person alone, and reads back as it was."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from bot.references.export import FORMATS
from bot.references.reader import ImportedPaper, read_references
from bot.references.reference import ReadingStatus as NamedStatus
from bot.sandbox import Member
from bot.sandbox.records import File
from storage.records import ReadingStatus
from storage.tables import Tables
from tests.handlers.talking import say
from tests.support.stage import NOON, Stage, set_stage

TREES, ROSES = "2509.19301", "2509.20186"
NOTE = '=SUM(A1), "quoted"\nline two: 🌳, a secret of lin'


async def fill(stage: Stage, name: str = "lin") -> None:
    """Save two papers for the person, one of them with all that can be kept of it."""
    await stage.import_sample()
    whose = (stage.bot.workspace, stage.person(name).id)

    def write(tables: Tables) -> None:
        tables.saved_papers.save(*whose, TREES, NOON, tags=("agents", "要读"), note=NOTE)
        tables.saved_papers.set_status(*whose, TREES, ReadingStatus.READING, NOON)
        tables.saved_papers.save(*whose, ROSES, NOON)

    await stage.bot.storage.write(write)


async def sent(person: Member, text: str, until: str = "saved-papers-") -> File:
    await say(person, text, until)
    message: dict[str, Any] = next(each for each in reversed(person.direct_messages()) if each["files"])
    return person.file(message["files"][0]["id"])


@pytest.mark.parametrize("format_name", FORMATS)
async def test_each_format_reads_back_as_it_was(tmp_path: Path, format_name: str) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage)
        file = await sent(stage.person("lin"), f"/papers export {format_name}")
        others = stage.person("ada").everything()

    assert file.name == f"saved-papers-2025-09-29{FORMATS[format_name]}"
    read = read_references(file.content or b"", file.name)
    assert (read.format_name, read.not_understood) == (format_name, ())
    assert set(read.papers) == {
        ImportedPaper(TREES, NamedStatus.READING, ("agents", "要读"), NOTE),
        ImportedPaper(ROSES, NamedStatus.TO_READ),
    }
    assert "secret" not in others


async def test_a_format_is_named_as_people_write_it(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage, "ada")
        ada = stage.person("ada")
        await sent(ada, "/papers export csl")
        told = ada.direct_messages()[-1]["text"]

    assert told == "Your list: 2 papers, as CSL-JSON. Only you get this file."


@pytest.mark.parametrize(
    ("text", "paper_ids"),
    [
        ("/papers 导出 #agents", [TREES]),
        ("/papers export csl-json unread", [ROSES]),
        ("/papers export reading bib", [TREES]),
        ("/papers export secret", [TREES]),
    ],
)
async def test_a_part_of_the_list_is_chosen_as_in_the_list(
    tmp_path: Path, text: str, paper_ids: list[str]
) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage)
        file = await sent(stage.person("lin"), text)

    assert [each.paper_id for each in read_references(file.content or b"").papers] == paper_ids


async def test_where_nothing_fits_a_sentence_says_so_and_no_file_is_sent(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage)
        ada = stage.person("ada")
        empty = await say(ada, "/papers export", "Nothing here yet")
        part = await say(stage.person("lin"), "/papers export #gardens", "#gardens")
        pdf = await say(ada, "/papers export pdf", "pdf")
        files = [each["files"] for each in stage.person("lin").direct_messages()]

    assert empty.startswith("Nothing here yet.")
    assert "#gardens" in part
    assert pdf == (
        "Nothing on your list matches “pdf”. The formats are BibTeX, RIS, CSL-JSON, Markdown, and CSV."
    )
    assert files == []


@pytest.mark.parametrize("scope", ["im:write", "files:write"])
async def test_a_missing_scope_is_named_and_the_rest_works(tmp_path: Path, scope: str) -> None:
    async with set_stage(tmp_path / "test.db", {"withheld_scopes": [scope]}) as stage:
        await fill(stage, "ada")
        ada = stage.person("ada")
        answer = await say(ada, "/papers export", "scope")
        listed = await say(ada, "/papers saved", "My papers · 2")

    assert answer.startswith(f"I can't do that: Slack hasn't given me the scope `{scope}`.")
    assert "quoted" in listed


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("conversations.open", "user_not_found"),
        ("files.getUploadURLExternal", "file_upload_size_restricted"),
        ("files.completeUploadExternal", "posting_to_channel_denied"),
    ],
)
async def test_what_slack_refuses_is_told(tmp_path: Path, method: str, error: str) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage, "ada")
        stage.workspace.faults.add("error", method=method, error=error)
        answer = await say(stage.person("ada"), "/papers export", "Slack didn't take")

    assert answer.startswith(f"Slack didn't take the file ({error}).")


async def test_nothing_of_a_list_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage)
        await sent(stage.person("lin"), "/papers export csv #agents")

    assert "secret" not in json.dumps(
        [[record.getMessage(), str(record.__dict__)] for record in caplog.records]
    )
