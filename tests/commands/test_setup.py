"""`paper-round setup`, in a pseudo-terminal and without one, against a real sandbox."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.manifest import OPTIONAL_SCOPES, SCOPES, app_manifest
from bot.sandbox import Sandbox, create_workspace
from tests.support.command import run_beside
from tests.support.model_server import ModelServer, completing, error
from tests.support.terminal import ROOT, Terminal, in_terminal
from tests.support.waiting import PATIENCE

BOT_QUESTION = "Bot token (xoxb-…), not shown as you paste it: "
APP_QUESTION = "App-level token (xapp-…), not shown as you paste it: "
MODEL_QUESTION = "You can set one later [y/N]: "
HELLO_QUESTION = "Empty for none: "


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(create_workspace(app_manifest())) as started_sandbox:
        yield started_sandbox


WRONG_BOT_TOKENS = {
    "xoxp-1-2-3": "This is a user token, and the bot needs a bot token here.",
    "xapp-1-A0000000001-100000000003-sandbox": (
        "This is an app-level token, and the bot needs a bot token here."
    ),
    "0123456789abcdef0123456789abcdef": "This is a signing secret or a client secret, and the bot needs",
    "xoxe.xoxp-1-Mi0yLTEy": "This is an app configuration token, and the bot needs",
    "A0000000001": "This is the app's id, and the bot needs",
    "hello": "This is no token of Slack's, and the bot needs",
    "xoxb-1-2-cut": "Slack doesn't take it: Slack doesn't know it; perhaps a part is missing (invalid_auth).",
}
WRONG_APP_TOKENS = {
    "xoxb-100000000001-100000000002-sandbox": (
        "This is a bot token, and the bot needs an app-level token here."
    ),
    "0123456789abcdef0123456789abcdef": "This is a signing secret or a client secret, and the bot needs",
    "xapp-1-A0000000009-1-other": "It belongs to another app (A0000000009) than the bot token (A0000000001)",
    "xapp-1-A0000000001-1-cut": "Slack doesn't take it: Slack doesn't know it; perhaps a part is missing",
}


async def test_each_mistake_is_named_at_once_and_the_run_ends_with_a_bot_that_answers(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    workspace = sandbox.workspace
    async with ModelServer(
        [error(404, "The model `tiny` does not exist", code="model_not_found"), completing("yes")]
    ) as server:

        def talk() -> str:
            with in_terminal(tmp_path, "setup", SLACK_API_URL=sandbox.api_url) as terminal:
                terminal.until("[/papers]: ")
                terminal.type("papers")
                terminal.until("must be one word that starts with a slash")
                terminal.type("")
                assert "https://api.slack.com/apps?new_app=1&manifest_json=%7B" in terminal.until(
                    BOT_QUESTION
                )
                for token, sentence in WRONG_BOT_TOKENS.items():
                    terminal.type(token)
                    assert sentence in terminal.until(BOT_QUESTION)
                terminal.type(f' "{workspace.bot_token}" ')
                assert "bot token: Sandbox (T0000000001)" in terminal.until(APP_QUESTION)
                for token, sentence in WRONG_APP_TOKENS.items():
                    terminal.type(token)
                    assert sentence in terminal.until(APP_QUESTION)
                terminal.type(f"SLACK_APP_TOKEN={workspace.app_token}")
                terminal.until(MODEL_QUESTION)
                _set_model(terminal, server.base_url, "tiny", "Check LLM_MODEL")
                _set_model(terminal, server.base_url, "small", "ok           model: small-model-2026 answers")
                terminal.until(HELLO_QUESTION)
                terminal.type("nowhere")
                terminal.until("nowhere: ")
                terminal.until(HELLO_QUESTION)
                terminal.type("#general")
                assert terminal.ended() == 0
                return terminal.shown

        shown = await asyncio.to_thread(talk)

    assert "I said hello in #general." in shown
    assert "sk-secret" not in shown
    assert workspace.bot_token not in shown
    assert (tmp_path / ".env").read_text().splitlines() == [
        f"SLACK_BOT_TOKEN={workspace.bot_token}",
        f"SLACK_APP_TOKEN={workspace.app_token}",
        f"LLM_BASE_URL={server.base_url}",
        "LLM_API_KEY=sk-secret",
        "LLM_MODEL=small",
    ]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert "set up" in sandbox.person("ada").transcript("general").lower()
    await _answers(sandbox, tmp_path)


def _set_model(terminal: Terminal, url: str, name: str, sentence: str) -> None:
    terminal.type("y")
    terminal.until("https://api.openai.com/v1/]: ")
    terminal.type(url)
    terminal.until("empty for none: ")
    terminal.type("sk-secret")
    terminal.until("The model's name: ")
    terminal.type(name)
    terminal.until(sentence)


async def _answers(sandbox: Sandbox, folder: Path) -> None:
    """Start the bot in the folder, and ask it something in Slack."""

    def start_and_ask() -> None:
        with in_terminal(folder, "run", SLACK_API_URL=sandbox.api_url) as terminal:
            terminal.until("Connected to workspace T0000000001.")
            asyncio.run_coroutine_threadsafe(ask(), loop).result(PATIENCE)
            assert terminal.interrupted() == 0

    async def ask() -> None:
        ada = sandbox.person("ada")
        await ada.command("papers", "/papers help")
        await ada.sees(lambda _: "/papers subscribe" in ada.transcript("papers"))

    loop = asyncio.get_running_loop()
    await asyncio.to_thread(start_and_ask)


async def test_ctrl_c_at_any_question_leaves_the_file_as_it_was(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nPAPER_ROUND_CONTACT=a@example.org\n")

    def talk(answers: list[tuple[str, str]]) -> tuple[int, str]:
        with in_terminal(tmp_path, "setup", SLACK_API_URL=sandbox.api_url) as terminal:
            for question, answer in answers[:-1]:
                terminal.until(question)
                terminal.type(answer)
            terminal.until(answers[-1][0])
            return terminal.interrupted(), (tmp_path / ".env").read_text()

    questions = [
        ("[/papers]: ", ""),
        (BOT_QUESTION, sandbox.workspace.bot_token),
        (APP_QUESTION, sandbox.workspace.app_token),
        (MODEL_QUESTION, ""),
    ]
    # One that hides what is typed, and the last before anything is written.
    ends = [await asyncio.to_thread(talk, questions[:asked]) for asked in (2, 4)]

    assert ends == [(130, "# mine\nPAPER_ROUND_CONTACT=a@example.org\n")] * 2
    assert names_in(tmp_path) == [".env"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Path:
    """The working directory of a command that nobody answers, with the sandbox as its Slack."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "LLM_MODEL", "LLM_API_KEY", "PAPER_ROUND_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLACK_API_URL", sandbox.api_url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_script_sets_the_bot_up_from_files_and_the_environment(
    sandbox: Sandbox, folder: Path
) -> None:
    workspace = sandbox.workspace
    (folder / "token").write_text(f"{workspace.bot_token}\r\n")
    (folder / ".env").write_text("# mine\nPAPER_ROUND_CONTACT=a@example.org\nSLACK_BOT_TOKEN=old\n")

    result = await run_beside(
        *("setup", "--bot-token", "token", "--no-model", "--channel", "general", "--command", "/reading"),
        SLACK_APP_TOKEN=workspace.app_token,
    )

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "ok           bot token: Sandbox (T0000000001), bot @paperround.\n"
        "ok           scopes: All that the bot needs, and no others.\n"
        "ok           app token: Slack opens connections for it, app A0000000001.\n"
        f"Written to {folder / '.env'}, which only you can read.\n"
        "I said hello in #general.\n"
        "Start the bot with `paper-round run`, and leave it running. Then type `/reading subscribe` in "
        "#general. Where something does not work, `paper-round doctor` says what and why.\n"
    )
    assert (folder / ".env").read_text() == (
        "# mine\n"
        "PAPER_ROUND_CONTACT=a@example.org\n"
        f"SLACK_BOT_TOKEN={workspace.bot_token}\n"
        "PAPER_ROUND_COMMAND=/reading\n"
        f"SLACK_APP_TOKEN={workspace.app_token}\n"
    )
    assert workspace.bot.id in workspace.channel("general").members


async def test_what_is_set_up_is_checked_and_kept_when_it_is_run_again(
    sandbox: Sandbox, folder: Path
) -> None:
    workspace = sandbox.workspace
    before = f"SLACK_APP_TOKEN='{workspace.app_token}' # Ada's\nSLACK_BOT_TOKEN={workspace.bot_token}\n"
    (folder / ".env").write_text(before)

    result = await run_beside("setup", "--no-model", "--no-hello")

    assert result.exit_code == 0
    assert (folder / ".env").read_text() == before


async def test_tokens_come_on_lines_of_standard_input_too(sandbox: Sandbox, folder: Path) -> None:
    workspace = sandbox.workspace
    options = ("--bot-token", "-", "--app-token", "-", "--no-model", "--no-hello")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "setup", *options),
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"},
    )
    await process.communicate(f"{workspace.bot_token}\n{workspace.app_token}\n".encode())

    assert process.returncode == 0
    assert (folder / ".env").read_text() == (
        f"SLACK_BOT_TOKEN={workspace.bot_token}\nSLACK_APP_TOKEN={workspace.app_token}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        ([], {}, "SLACK_BOT_TOKEN is missing. Set it, or name the file that has it: --bot-token FILE"),
        ([], {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN cannot be used; the lines above say why."),
        (["--bot-token", "xoxb-1-2-3"], {}, "anybody on this machine can read in the list of processes"),
        (["--command", "papers"], {}, "must be one word that starts with a slash"),
    ],
)
async def test_what_a_script_lacks_or_has_wrong_is_named_and_nothing_is_written(
    folder: Path, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    result = await run_beside("setup", *arguments, **environment)

    assert (result.exit_code, sentence in result.stderr.replace("\n", " ")) == (2, True), result.stderr
    assert names_in(folder) == []


async def test_missing_scopes_are_named_with_what_will_not_work(folder: Path) -> None:
    withheld = ("users:read", "files:write", "channels:history", "groups:history", "channels:join")
    workspace = create_workspace(app_manifest(), config={"withheld_scopes": withheld})
    async with Sandbox(workspace) as sandbox:
        result = await run_beside(
            *("setup", "--no-model", "--channel", "random"),
            SLACK_API_URL=sandbox.api_url,
            SLACK_BOT_TOKEN=workspace.bot_token,
            SLACK_APP_TOKEN=workspace.app_token,
        )

    told = [line for line in result.stdout.splitlines() if line.startswith("warning")]
    people, joining = SCOPES["users:read"], OPTIONAL_SCOPES["channels:join"]
    history = (
        "looking for a message that Slack never confirmed, and reading one that somebody saves, "
        "or will read, by a reaction"
    )
    assert told == [
        f"warning      scopes: users:read is missing, which is for {people}.",
        "warning      scopes: files:write is missing, which is for sending you your list as a file.",
        f"warning      scopes: channels:history is missing, which is for {history}.",
        f"warning      scopes: groups:history is missing, which is for {history}.",
        f"warning      scopes: channels:join is missing, which is for {joining}.",
    ]
    assert result.exit_code == 2
    assert "/invite @Paper Round" in result.stderr


async def test_a_model_that_does_not_answer_is_not_set(sandbox: Sandbox, folder: Path) -> None:
    async with ModelServer([error(401, "Incorrect API key provided")]) as server:
        result = await run_beside(
            *("setup", "--no-hello", "--model", "small", "--model-url", server.base_url),
            SLACK_BOT_TOKEN=sandbox.workspace.bot_token,
            SLACK_APP_TOKEN=sandbox.workspace.app_token,
            LLM_API_KEY="sk-secret",
        )

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The model cannot be used; the line above says why.\n",
    )
    assert "Check LLM_API_KEY" in result.stdout
    assert "sk-secret" not in result.output
    assert names_in(folder) == []


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
