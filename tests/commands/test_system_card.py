"""`paper-round system-card`, and the card in the repository."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import ENGLISH, ROOT
from tests.support.clocks import SimulatedClock
from tests.support.command import run, run_on


def test_the_card_in_the_repository_is_the_example() -> None:
    kept = (ROOT / "docs" / "system-card.md").read_text(encoding="utf-8")

    # Where they differ: paper-round system-card --example > docs/system-card.md
    assert run("system-card", "--example").output == kept


def test_the_example_is_the_same_whatever_is_set_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    plain = run("system-card", "--example", "--json")
    told = run("system-card", "--example", "--json", LLM_MODEL="example-1")

    assert plain.exit_code == 0
    assert told.output == plain.output


def test_the_card_of_an_installation_tells_what_is_set_and_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: SimulatedClock
) -> None:
    monkeypatch.chdir(tmp_path)
    run("import", ENGLISH)
    settings = {
        "LLM_MODEL": "example-1",
        "LLM_BASE_URL": "https://llm.example.org/v1/",
        "LLM_API_KEY": "sk-secret-of-a-test",
    }

    words = run_on(clock, "system-card", **settings).output
    told = json.loads(run_on(clock, "system-card", "--json", **settings).output)

    assert "**example-1**, at llm.example.org, is asked with version" in words
    assert told["made_at"] == clock.now().isoformat()
    assert [(each["source"], each["language"], each["summaries"]) for each in told["models"]["stored"]] == [
        ("digest-file", "en", 12)
    ]
    assert "sk-secret" not in words + json.dumps(told)


def test_without_a_database_it_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    result = run("system-card")

    assert result.exit_code == 1
    assert "Nothing is set up yet" in result.output
