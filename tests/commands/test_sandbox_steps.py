"""The steps of docs/sandbox.md with the local Slack, typed as they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.support.command import run

ROOT = Path(__file__).parents[2]

# Posting takes the time that Slack's pace takes.
POSTING = "deliver"


def steps() -> list[tuple[list[str], str]]:
    """Return the commands of the walk-through, each with what it prints there."""
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    typed = re.findall(r"^\$ \.venv/bin/paper-round (.*)\n((?:[^$].*\n)*)", block, re.MULTILINE)
    return [(shlex.split(command), printed) for command, printed in typed]


@pytest.mark.usefixtures("channel")
def test_each_step_prints_what_the_page_says() -> None:
    every = steps()
    assert [command[0] for command, _ in every] == ["import", "subscribe", POSTING]

    for command, printed in every:
        arguments = [str(ROOT / each) if each.endswith(".md") else each for each in command]
        if command[0] != POSTING:
            assert run(*arguments, "--db", "steps.db").output == printed
