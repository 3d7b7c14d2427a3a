import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.commands.cli import main
from tests.support.command import run
from tests.support.web_server import refusing_address

COMMANDS = main.lazy_commands

ENGLISH = Path(__file__).parents[2] / "bot" / "documents" / "sample" / "2025-09-29.en.md"
CHINESE = Path(__file__).parents[2] / "bot" / "documents" / "sample" / "2025-09-29.zh-CN.md"


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PAPER_ROUND_DB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_import_tells_what_is_new_and_the_second_time_nothing_is() -> None:
    results = [run("import", ENGLISH, CHINESE), run("import", ENGLISH)]

    assert [(result.output, result.exit_code) for result in results] == [
        (
            "2025-09-29: 12 papers (12 new), 12 summaries\n2025-09-29: 12 papers (0 new), 12 summaries\n",
            0,
        ),
        ("2025-09-29: 12 papers (0 new), 12 summaries\n", 0),
    ]


def test_import_goes_on_after_a_file_that_is_no_digest_and_ends_with_status_1(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Shopping\n\nBread.\n")
    result = run("import", notes, ENGLISH)

    assert result.exit_code == 1
    assert result.stdout == "2025-09-29: 12 papers (12 new), 12 summaries\n"
    assert result.stderr.startswith(f"Error: {notes}: Line 1 of a digest file should be")
    assert '"# Shopping"' in result.stderr


def test_without_a_model_summarise_leaves_no_database_behind(tmp_path: Path) -> None:
    result = run("summarise")

    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr == "Error: Set LLM_MODEL to the name of the model that should write summaries.\n"


def test_import_goes_on_after_a_file_that_does_not_exist_and_ends_with_status_1(tmp_path: Path) -> None:
    result = run("import", "nowhere.md", ENGLISH, tmp_path)

    assert (result.exit_code, result.stdout) == (1, "2025-09-29: 12 papers (12 new), 12 summaries\n")
    assert result.stderr == (
        "Error: nowhere.md cannot be read: No such file or directory.\n"
        f"Error: {tmp_path} cannot be read: Is a directory.\n"
    )


def test_import_names_the_line_of_a_malformed_entry_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "digest.md"
    path.write_text(
        "\n\n# Papers for 2025-09-30\n\n## 0.[No id](https://example.org/x)\nsummary:A.\n\n"
        "## 1.[Rivers](https://arxiv.org/pdf/2509.00002)\nsummary:They flow.\n"
    )
    result = run("import", path)

    assert result.exit_code == 0
    assert result.stdout == "2025-09-30: 1 paper (1 new), 1 summary\n"
    assert result.stderr.startswith(f"{path}, line 5: ")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "picture.md"
    path.write_bytes(b"\x89PNG\r\n")
    result = run("import", path)

    assert result.exit_code == 1
    assert result.stderr == f"Error: {path}: this is not UTF-8 text (byte 0).\n"


def test_one_bad_byte_in_a_digest_file_costs_itself_and_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "digest.md"
    path.write_bytes(
        b"\n\n# Papers for 2025-09-30\n\n## 0.[Caf\xe9s](https://arxiv.org/pdf/2509.00001)\nsummary:A.\n"
    )
    result = run("import", path)

    assert (result.exit_code, result.stdout) == (0, "2025-09-30: 1 paper (1 new), 1 summary\n")
    assert result.stderr == f"{path}, line 5: This line has bytes that are not UTF-8; they were replaced.\n"
    assert "1. Caf\ufffds" in run("digest", "2025-09-30").output


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_digest_file_is_read_as_windows_writes_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "digest.md"
    path.write_text(CHINESE.read_text(encoding="utf-8"), encoding=encoding)

    assert run("import", path).output == "2025-09-29: 12 papers (12 new), 12 summaries\n"


def test_where_a_character_cannot_be_shown_the_rest_is(tmp_path: Path) -> None:
    run("import", CHINESE)
    command = [sys.executable, "-m", "bot", "digest", "2025-09-29", "--db", str(tmp_path / "paper-round.db")]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    result = subprocess.run(
        command, capture_output=True, encoding="latin-1", check=False, env=environment, cwd=ENGLISH.parents[3]
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("AI ?? ")


def test_a_digest_is_printed_as_text_markdown_or_json() -> None:
    run("import", CHINESE)
    text, markdown, as_json = (
        run("digest", "2025-09-29", "--format", layout).output for layout in ("text", "markdown", "json")
    )

    assert text.startswith("AI 论文 · 2025年9月29日\n\n1. MMR1")
    assert markdown == CHINESE.read_text(encoding="utf-8")
    assert len(json.loads(as_json)["papers"]) == 12


def test_the_database_is_the_option_s_else_the_setting_s_else_one_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("import", ENGLISH)
    monkeypatch.setenv("PAPER_ROUND_DB", str(tmp_path / "setting.db"))
    run("import", ENGLISH)
    run("import", ENGLISH, "--db", tmp_path / "option.db")

    assert sorted(path.name for path in tmp_path.glob("*.db")) == [
        "option.db",
        "paper-round.db",
        "setting.db",
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (
            ["digest", "2025-09-29"],
            1,
            "Error: Nothing is set up yet: I found no database at paper-round.db. To try the bot first, use ",
        ),
        (["digest", "29.9.2025"], 2, "Error: Invalid value for 'DATE'"),
        (
            ["run"],
            2,
            "Error: The settings SLACK_BOT_TOKEN and SLACK_APP_TOKEN are missing.",
        ),
        (
            ["sandbox", "--port", "abc"],
            2,
            "Error: Invalid value for '--port': 'abc' is not a valid whole number.",
        ),
        (["deliverr"], 2, "Error: No such command 'deliverr'. Did you mean 'deliver'?"),
        (["xyzzy"], 2, "Error: No such command 'xyzzy'."),
        (
            ["import", str(ENGLISH), "--db", "nowhere/test.db"],
            1,
            (
                "Error: The folder of the database nowhere/test.db does not exist. "
                "Create it, or choose another with --db."
            ),
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], status: int, sentence: str) -> None:
    result = run(*arguments)

    assert result.exit_code == status
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_token_of_the_wrong_kind_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-secret")
    result = run("run")

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The setting SLACK_BOT_TOKEN must start with xoxb-; this is an app-level token.\n",
    )


def test_run_says_which_settings_count_before_it_fails_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_SIGNING_SECRET": "hush",
        "SLACK_API_URL": refusing_address(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = run("run")

    assert (result.exit_code, result.stdout) == (
        1,
        "The settings for HTTP count for nothing, as SLACK_APP_TOKEN is set.\n",
    )


def test_a_day_without_papers_names_its_neighbours() -> None:
    run("import", ENGLISH)
    result = run("digest", "2025-09-28")

    assert result.exit_code == 1
    assert (
        result.stderr
        == "Error: Nothing is listed for 2025-09-28. The nearest days with papers: 2025-09-29.\n"
    )


def test_help_imports_none_of_what_the_commands_need() -> None:
    script = (
        "import sys; from bot.commands.cli import main; main(['--help'], standalone_mode=False);"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "Connect the bot to your Slack" in result.stdout
    heavy = {"aiohttp", "babel", "httpx", "pydantic", "slack_bolt", "slack_sdk", "sqlite_utils", "storage"}
    assert heavy & set(result.stderr.split()) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_each_command_says(name: str) -> None:
    command, lazy = COMMANDS[name].load(), COMMANDS[name]

    assert command.name == name
    assert (command.help or "").splitlines()[0] == f"{lazy.short_help}."
    assert len(lazy.short_help) < 70


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    result = run("delivr")

    assert result.exit_code == 2
    assert "deliver" in result.stderr


def test_the_version_is_the_installed_one() -> None:
    assert run("--version").output == f"paper-round, version {version('paper-round')}\n"
