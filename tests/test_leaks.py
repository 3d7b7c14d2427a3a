"""The whole suite's log is searched for secrets and for what people typed; a run with a leak fails."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import pytest

from tests.handlers.talking import hears, say
from tests.support import leaks
from tests.support.leaks import LOG, PLANTED
from tests.support.stage import Stage, on_each_engine
from tests.support.waiting import PATIENCE

NOTE = "for the board, confidential until Friday"
WORDS = "who else reads about orchids and moss"

_TESTS = """
import logging
from tests.support.leaks import plant

def test_one_that_logs_what_a_person_typed():
    plant("my secret orchid garden")
    logging.getLogger("bot.x").warning("Saved {}", extra={{"about": "It says: {}."}})

def test_one_that_logs_nothing():
    pass
"""


def test_a_leak_is_found_in_sentences_fields_and_escaped_texts_and_is_hidden() -> None:
    lines = [
        '{"message": "a quiet line"}',
        '{"fields": {"about": "my \\"secret\\" garden"}}',
        "xoxb-1-abc",
        "xoxb-…",
    ]

    assert leaks.leaks(lines, ['my "secret" garden']) == ['{"fields": {"about": "▮▮▮"}}', "▮▮▮"]


@pytest.mark.parametrize(
    ("workers", "typed", "status"),
    [("0", "my secret orchid garden", 1), ("1", "my secret orchid garden", 1), ("0", "nothing of it", 0)],
)
async def test_a_run_fails_that_logs_what_a_person_typed(
    tmp_path: Path, workers: str, typed: str, status: int
) -> None:
    (tmp_path / "test_some.py").write_text(_TESTS.format("it", typed))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "tests.support.leaks", "-n", workers, "-c", os.devnull),
        *("--rootdir", str(tmp_path), str(tmp_path)),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)

    assert process.returncode == status, output.decode()
    assert "2 passed" in output.decode()
    assert ("It says: ▮▮▮." in output.decode()) is (status == 1)


@on_each_engine
async def test_whatever_fails_while_people_write_notes_and_search_nothing_of_it_is_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ada = stage.person("ada")
    with caplog.at_level(logging.INFO):
        await stage.deliver_sample()
        await say(ada, f"/papers save 2509.21240 #board {NOTE}", "Saved")
        await say(ada, f"/papers {WORDS}", "")
        before = [message["ts"] for message in ada.messages("papers")]
        await ada.message("papers", f"{WORDS}: {NOTE}")
        stage.bot.storage.close()
        await ada.command("papers", f"/papers save 2509.21240 #board {NOTE}")
        await hears(ada, "wrong", before)

    assert any("Failed as" in line for line in LOG.lines)
    assert any(NOTE in text for text in PLANTED)
    assert leaks.leaks(LOG.lines, PLANTED) == []
    assert leaks.leaks([record.getMessage() for record in caplog.records], [NOTE, WORDS]) == []
