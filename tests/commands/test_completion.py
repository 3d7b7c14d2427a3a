"""A press of Tab in a shell, as docs/commands.md sets it up."""

import re

import pytest
from click.shell_completion import get_completion_class

from bot.commands.cli import main
from tests.support.command import run
from tests.test_readme import read

VARIABLE = "_PAPER_ROUND_COMPLETE"
SHELLS = re.findall(rf"{VARIABLE}=(\w+)_source paper-round", read("docs/commands.md"))


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_of_each_shell_prints_what_the_shell_reads(shell: str) -> None:
    made = get_completion_class(shell)
    assert made

    source = made(main, {}, "paper-round", VARIABLE).source()

    assert f"{VARIABLE}={shell}_complete" in source
    assert SHELLS == ["bash", "zsh", "fish"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("paper-round se", ["search", "setup"]),
        ("paper-round saved e", ["export"]),
        ("paper-round deliver --d", ["--date", "--db", "--dry-run"]),
    ],
)
def test_commands_and_options_are_offered(typed: str, offered: list[str]) -> None:
    words = str(len(typed.split()) - 1)

    result = run(**{VARIABLE: "zsh_complete", "COMP_WORDS": typed, "COMP_CWORD": words})

    kinds_and_values = result.stdout.splitlines()
    assert sorted(kinds_and_values[1::3]) == offered
