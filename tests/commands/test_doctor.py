"""`paper-round doctor` on installations that are broken in one way each: fault and remedy are named."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.installations.cipher import TokenCipher, new_key
from bot.manifest import app_manifest
from bot.sandbox import Sandbox, create_workspace
from storage.database import connect, run_lock
from storage.records import EncryptedTokens
from storage.runner import InlineRunner
from tests.installations.installing import KEY, installation
from tests.support.clocks import SimulatedClock
from tests.support.command import run_on
from tests.support.model_server import ModelServer, completing, error
from tests.support.postgresql import DatabaseServer
from tests.support.subscribing import subscribe
from tests.support.web_server import refusing_address, saying, serving
from tests.support.web_world import api_answer, daily_feed, hugging_face_list

PAPERS = ("2509.21240", "2509.21241")
BOT_TOKEN = "xoxb-100000000001-100000000002-sandbox"
APP_TOKEN = "xapp-1-A0000000001-100000000003-sandbox"


_OF_HTTP = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "PAPER_ROUND_URL", "PORT")


@dataclass
class Installation:
    """A bot's folder, its Slack, its sources and its model; each test breaks one of them."""

    folder: Path
    sandbox: Sandbox
    settings: dict[str, str]
    options: list[str] = field(default_factory=lambda: ["--channel", "papers", "--model"])
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(datetime.now(UTC)))

    @property
    def database(self) -> Path:
        return self.folder / "paper-round.db"

    async def doctor(self) -> tuple[int, list[dict[str, str]]]:
        """Return the command's status and all that it found, but for what is in order."""
        status, findings = await self.findings()
        return status, [each for each in findings if each["state"] in {"warning", "failed"}]

    async def findings(self) -> tuple[int, list[dict[str, str]]]:
        result = await asyncio.to_thread(
            run_on, self.clock, "doctor", "--json", *self.options, **self.settings
        )
        return result.exit_code, json.loads(result.stdout)["findings"]


@asynccontextmanager
async def installed(folder: Path, config: Mapping[str, Any] | None = None) -> AsyncIterator[Installation]:
    """Install a bot that lacks nothing, with a digest in #papers."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    answers = {
        "/api/daily_papers": saying(hugging_face_list(PAPERS)),
        "/cs.CL": saying(daily_feed(yesterday, PAPERS)),
        "/query": saying(api_answer(PAPERS[:1])),
    }
    workspace = create_workspace(app_manifest(), config=config)
    async with (
        Sandbox(workspace) as sandbox,
        serving(answers) as web,
        ModelServer(otherwise=completing("yes")) as model,
    ):
        settings = {
            "SLACK_API_URL": sandbox.api_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "HF_BASE_URL": web.address,
            "ARXIV_API_URL": web.address,
            "ARXIV_FEED_URL": web.address,
            "PAPER_ROUND_DB": str(folder / "paper-round.db"),
            "PAPER_ROUND_ARXIV_GATE": str(folder / "gate"),
            "PAPER_ROUND_COMMAND": "/papers",
            **dict.fromkeys(_OF_HTTP, ""),
            "LLM_BASE_URL": model.base_url,
            "LLM_MODEL": "small",
            "LLM_API_KEY": "sk-secret",
        }
        await _subscribed(folder / "paper-round.db", workspace.channel("papers").id)
        yield Installation(folder, sandbox, settings)


async def _subscribed(database: Path, channel: str) -> None:
    with closing(InlineRunner(database)) as storage:
        await storage.write(
            lambda tables: subscribe(
                tables,
                "T0000000001",
                channel,
                sources=("huggingface", "arxiv:cs.CL"),
                since=date(2025, 9, 29),
                begun_at=datetime(2025, 9, 29, tzinfo=UTC),
            )
        )


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    monkeypatch.chdir(tmp_path)
    async with installed(tmp_path) as installation:
        yield installation


IN_ORDER = [
    ("command", "not checked"),
    ("database", "ok"),
    ("disk", "ok"),
    ("files", "ok"),
    ("process", "ok"),
    ("arxiv:cs.CL", "ok"),
    ("huggingface", "ok"),
    ("arXiv's API", "ok"),
    ("model", "ok"),
    ("clock", "ok"),
    ("time zones", "ok"),
    ("channels", "ok"),
    ("read back", "ok"),
]
"""What is found, however the bot runs, where nothing is wrong."""


async def test_a_bot_that_lacks_nothing_is_found_so_and_left_as_it_was(bot: Installation) -> None:
    before = bot.sandbox.person("ada").transcript("papers")
    status, findings = await bot.findings()

    assert [(each["part"], each["state"]) for each in findings] == [
        ("settings", "ok"),
        ("bot token", "ok"),
        ("scopes", "ok"),
        ("app token", "ok"),
        *IN_ORDER,
    ]
    assert status == 0
    assert bot.sandbox.person("ada").transcript("papers") == before


WHERE_BOT = (
    "At api.slack.com/apps, choose your app, then Install App: copy the Bot User OAuth Token, which starts "
    "with xoxb-."
)
WHERE_APP = (
    "At api.slack.com/apps, choose your app, then Basic Information, App-Level Tokens: generate one with the "
    "scope connections:write; it starts with xapp-."
)
INSTALL_ANEW = (
    "At api.slack.com/apps, choose your app, then App Manifest: paste what `paper-round manifest` prints, "
    "and under Install App install it again."
)
NTP = "Set it, and have it kept by NTP: digests come by it."


def finding(part: str, state: str, what: str, remedy: str) -> dict[str, str]:
    return {"part": part, "state": state, "what": what, "remedy": remedy}


# --- Slack ------------------------------------------------------------------------------------------------


async def test_a_token_of_the_wrong_kind(bot: Installation) -> None:
    bot.settings["SLACK_BOT_TOKEN"] = "xoxp-1-2-secret"

    assert await bot.doctor() == (
        1,
        [
            finding(
                "settings",
                "failed",
                "SLACK_BOT_TOKEN must start with xoxb-; this is a user token.",
                "Change it in the environment or in .env; docs/settings.md lists all settings.",
            )
        ],
    )


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("token_revoked", "it was revoked (token_revoked)"),
        ("account_inactive", "the app was removed from the workspace (account_inactive)"),
        ("invalid_auth", "Slack doesn't know it; perhaps a part is missing (invalid_auth)"),
    ],
)
async def test_a_token_that_slack_does_not_take(bot: Installation, code: str, what: str) -> None:
    bot.sandbox.workspace.faults.add("error", error=code, method="auth.test")

    assert await bot.doctor() == (
        1,
        [finding("bot token", "failed", f"Slack doesn't take it: {what}.", WHERE_BOT)],
    )


async def test_a_slack_that_cannot_be_reached(bot: Installation) -> None:
    bot.settings["SLACK_API_URL"] = address = f"{refusing_address()}api/"
    remedy = "Check this machine's connection, its proxy (HTTPS_PROXY) and SLACK_API_URL, then try again."
    what = f"Slack cannot be reached at {address} (ClientConnectorError)."

    assert await bot.doctor() == (
        1,
        [finding("bot token", "failed", what, remedy), finding("app token", "failed", what, remedy)],
    )


async def test_no_app_token(bot: Installation) -> None:
    bot.settings["SLACK_APP_TOKEN"] = ""

    what = "There is none; the bot needs an app-level token."
    assert await bot.doctor() == (1, [finding("app token", "failed", what, WHERE_APP)])


async def test_an_app_token_of_another_app(bot: Installation) -> None:
    bot.settings["SLACK_APP_TOKEN"] = "xapp-1-A0000000009-1-other"

    assert await bot.doctor() == (
        1,
        [
            finding(
                "app token",
                "failed",
                "It belongs to another app (A0000000009) than the bot token (A0000000001): the bot would "
                "post, but hear nothing.",
                f"{WHERE_APP} Take both tokens from the same app.",
            )
        ],
    )


@pytest.mark.parametrize(
    ("scope", "state", "what"),
    [
        ("files:write", "warning", "files:write is missing, which is for sending you your list as a file."),
        ("commands", "warning", "commands is missing, which is for /papers and the shortcuts."),
    ],
)
async def test_a_missing_scope(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str, state: str, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with installed(tmp_path, {"withheld_scopes": (scope,)}) as bot:
        assert await bot.doctor() == (0, [finding("scopes", state, what, INSTALL_ANEW)])


async def test_an_app_that_may_not_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with installed(tmp_path, {"withheld_scopes": ("chat:write",)}) as bot:
        status, findings = await bot.doctor()

    assert status == 1
    assert findings[0] == finding(
        "scopes", "failed", "chat:write is missing, so nothing can be posted.", INSTALL_ANEW
    )


async def test_an_app_that_may_not_read_what_it_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with installed(tmp_path, {"withheld_scopes": ("channels:history",)}) as bot:
        status, (scope, read_back) = await bot.doctor()
        channel = bot.sandbox.workspace.channel("papers").id
        seen = bot.sandbox.person("ada").transcript("papers")

    history = (
        "looking for a message that Slack never confirmed, and reading one that somebody saves, "
        "or will read, by a reaction"
    )
    assert status == 0
    assert scope["what"] == f"channels:history is missing, which is for {history}."
    assert read_back == finding(
        "read back",
        "warning",
        f"What was posted in {channel} can't be read (missing_scope).",
        "Without it a message that Slack never confirms stays uncertain. Give the app channels:history and "
        "groups:history, and install it again.",
    )
    assert "checking" not in seen


async def test_an_app_with_more_scopes_than_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = app_manifest()
    manifest["oauth_config"]["scopes"]["bot"] += ["channels:manage", "users:read.email"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tests.commands.test_doctor.app_manifest", lambda: manifest)
    async with installed(tmp_path) as bot:
        status, (found,) = await bot.doctor()

    assert status == 0
    assert found["what"] == "The app has more than it needs: channels:manage, users:read.email."
    assert found["remedy"].startswith("Take them away unless you added them for something else.")


async def test_a_command_that_another_app_may_have_too(bot: Installation) -> None:
    bot.settings["PAPER_ROUND_COMMAND"] = "/reading"
    _, findings = await bot.findings()

    assert [each for each in findings if each["part"] == "command"] == [
        finding(
            "command",
            "not checked",
            "Slack tells nobody whether another app has /reading too; of two, the one installed last "
            "gets it.",
            "Type /reading help in Slack. If another app answers, or none, set PAPER_ROUND_COMMAND to "
            "another name, and give the app the manifest that `paper-round manifest` prints. --config-token "
            "compares the app with that.",
        )
    ]


async def test_a_bot_that_was_taken_out_of_its_channel(bot: Installation) -> None:
    await bot.sandbox.person("ada").remove("papers")
    channel = bot.sandbox.workspace.channel("papers").id

    assert await bot.doctor() == (
        0,
        [
            finding(
                "channels",
                "warning",
                "#papers has a digest, and the bot can't post there.",
                "I'm not in this channel and can't join on my own. Invite me with /invite @Paper Round and "
                "try again.",
            ),
            finding(
                "read back",
                "warning",
                f"Nothing can be posted in {channel} (not_in_channel).",
                "Type /invite @Paper Round there.",
            ),
        ],
    )


async def test_a_channel_that_is_not_there(bot: Installation) -> None:
    bot.options = ["--channel", "nowhere"]
    what = "The bot sees no channel nowhere."

    assert await bot.doctor() == (
        0,
        [finding("read back", "warning", what, "Give its id, or invite the bot.")],
    )


def without_command(app: dict[str, Any]) -> None:
    app["features"]["slash_commands"][0]["command"] = "/old"


def without_event(app: dict[str, Any]) -> None:
    app["settings"]["event_subscriptions"]["bot_events"].remove("reaction_added")


def without_shortcut(app: dict[str, Any]) -> None:
    del app["features"]["shortcuts"][1]


def without_socket_mode(app: dict[str, Any]) -> None:
    app["settings"]["socket_mode_enabled"] = False


def as_it_should_be(_app: dict[str, Any]) -> None:
    """Change nothing."""


@pytest.mark.parametrize(
    ("spoil", "whats"),
    [
        (as_it_should_be, []),
        (without_command, ["The app lacks the commands /papers; it has /old."]),
        (without_event, ["The app lacks the events reaction_added."]),
        (without_shortcut, ["The app lacks the shortcuts save_from_message."]),
        (without_socket_mode, ["Socket Mode is off, and should be on."]),
    ],
)
async def test_an_app_in_slack_that_differs_from_its_manifest(
    bot: Installation, spoil: Callable[[dict[str, Any]], None], whats: list[str]
) -> None:
    manifest = json.loads(json.dumps(app_manifest()))
    spoil(manifest)
    bot.sandbox.workspace.written_manifest = manifest
    (bot.folder / "token").write_text(bot.sandbox.workspace.config.configuration_token)
    bot.options = ["--config-token", "token"]

    assert await bot.doctor() == (0, [finding("app", "warning", what, INSTALL_ANEW) for what in whats])


async def test_another_token_in_place_of_a_configuration_token(bot: Installation) -> None:
    (bot.folder / "token").write_text(BOT_TOKEN)
    bot.options = ["--config-token", "token"]

    _, findings = await bot.findings()

    (found,) = [each for each in findings if each["part"] == "app"]
    assert found["what"] == "This is a bot token, and the app's manifest takes an app configuration token."
    assert BOT_TOKEN not in str(findings)


async def test_settings_that_count_for_nothing_are_named(bot: Installation) -> None:
    bot.settings |= {"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "secret"}

    what = "The settings for HTTP count for nothing, as SLACK_APP_TOKEN is set."
    remedy = "To run over HTTP, in many workspaces, set no SLACK_APP_TOKEN."
    assert await bot.doctor() == (0, [finding("way to run", "warning", what, remedy)])


# --- Over HTTP --------------------------------------------------------------------------------------------


@pytest.fixture
async def served(bot: Installation) -> AsyncIterator[Installation]:
    """The bot for many workspaces, one of which has installed it, with a server at its public address."""
    async with serving({"/healthz": saying("alive")}) as web:
        bot.settings |= {
            "SLACK_BOT_TOKEN": "",
            "SLACK_APP_TOKEN": "",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "secret",
            "SLACK_SIGNING_SECRET": "secret",
            "PAPER_ROUND_URL": web.address,
            "PAPER_ROUND_TOKEN_KEYS": KEY,
            "PORT": "8080",
        }
        with closing(InlineRunner(bot.database)) as storage:
            here = replace(installation("T0000000001", BOT_TOKEN), bot_id="B0000000001")
            await storage.write(lambda tables: tables.installations.put(here))
        yield bot


async def test_a_bot_for_many_workspaces_that_lacks_nothing_is_found_so(served: Installation) -> None:
    status, findings = await served.findings()

    assert (status, [(each["part"], each["state"]) for each in findings]) == (
        0,
        [
            ("settings", "ok"),
            ("public address", "ok"),
            ("Gardens", "ok"),
            ("Gardens", "ok"),
            *IN_ORDER,
        ],
    )


@pytest.mark.parametrize(
    ("setting", "value", "status", "part", "what", "remedy"),
    [
        (
            *("PORT", str, 1, "way to run", "To run over HTTP, set PORT too."),
            "To run in Socket Mode instead, set SLACK_APP_TOKEN and SLACK_BOT_TOKEN.",
        ),
        (
            *("PAPER_ROUND_TOKEN_KEYS", str, 1, "token keys"),
            "The setting PAPER_ROUND_TOKEN_KEYS is missing, with which the tokens of many workspaces are",
            "Keep it as safe as a password, and apart from the database.",
        ),
        (
            *("PAPER_ROUND_TOKEN_KEYS", new_key, 1, "token keys"),
            "A stored token cannot be decrypted with any key in PAPER_ROUND_TOKEN_KEYS.",
            "after the others, or have the app installed there again.",
        ),
        (
            *(
                "PAPER_ROUND_URL",
                refusing_address,
                0,
                "public address",
                "Nobody answers at http://127.0.0.1",
            ),
            "Start the bot, and check that PAPER_ROUND_URL leads to its port 8080.",
        ),
    ],
)
async def test_what_is_wrong_with_a_bot_for_many_workspaces(
    served: Installation,
    setting: str,
    value: Callable[[], str],
    status: int,
    part: str,
    what: str,
    remedy: str,
) -> None:
    served.options = []
    served.settings[setting] = value()

    found_status, (found,) = await served.doctor()

    assert (found_status, found["part"]) == (status, part)
    assert found["what"].startswith(what)
    assert found["remedy"].endswith(remedy)


async def test_a_token_that_no_key_reads_is_named_beside_those_that_can_be_read(served: Installation) -> None:
    served.options = []
    with closing(InlineRunner(served.database)) as storage:
        tokens = EncryptedTokens(TokenCipher([new_key()]).encrypt(BOT_TOKEN), "another key")
        there = replace(installation("T0000000002"), team_name="Woods", tokens=tokens)
        await storage.write(lambda tables: tables.installations.put(there))

    what = "A stored token cannot be decrypted with any key in PAPER_ROUND_TOKEN_KEYS."
    remedy = (
        "Add the key that it was encrypted with, after the others, or have the app installed there again."
    )
    assert await served.doctor() == (0, [finding("Woods", "warning", what, remedy)])


async def test_a_workspace_that_removed_the_app_is_named_beside_the_others(served: Installation) -> None:
    served.options = []
    # The first call has no token: it asks Slack for the time.
    served.sandbox.workspace.faults.add("error", error="account_inactive", method="auth.test", skip=1)

    what = "Slack doesn't take it: the app was removed from the workspace (account_inactive)."
    remedy = f"Open {served.settings['PAPER_ROUND_URL']}/slack/install and install the bot there again."
    assert await served.doctor() == (0, [finding("Gardens", "warning", what, remedy)])


# --- The machine ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "state", "what"),
    [
        (timedelta(hours=2), "failed", "It is 2 h ahead."),
        (timedelta(hours=-2, minutes=-3), "failed", "It is 2 h 3 min behind."),
        (timedelta(minutes=3), "warning", "It is 3 min ahead."),
    ],
)
async def test_a_clock_that_is_off(bot: Installation, off: timedelta, state: str, what: str) -> None:
    bot.clock.advance(off.total_seconds())

    status, findings = await bot.doctor()

    assert findings == [finding("clock", state, what, NTP)]
    assert status == int(state == "failed")


async def test_a_disk_that_is_nearly_full(bot: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(bot.folder)._replace(free=5 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)

    assert await bot.doctor() == (
        1,
        [
            finding(
                "disk",
                "failed",
                f"{bot.folder} has 5 MiB left.",
                "Free some space: without any, nothing is delivered.",
            )
        ],
    )


def read_only(path: Path) -> None:
    """Give it a version of the format that SQLite writes no more: https://www.sqlite.org/fileformat.html"""
    content = bytearray(path.read_bytes())
    content[18] = 3
    path.write_bytes(content)


def damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:9000] + b"\xff" * (len(content) - 9000))


def damaged_within(path: Path) -> None:
    """Spoil one page in the midst, where opening does not look."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(content)


def newer(path: Path) -> None:
    with closing(connect(path)) as engine:
        engine.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('paper-round', 'm999_more', '2030-01-01')"
        )


def no_database(path: Path) -> None:
    path.write_text("hello")


@pytest.mark.parametrize(
    ("spoil", "what", "remedy"),
    [
        (
            read_only,
            "cannot be written: it, its folder or its disk is read-only.",
            "Allow writing, or choose another with --db.",
        ),
        (damaged, "is damaged (", "estore it from a backup"),
        (damaged_within, "is damaged (", "estore it from a backup"),
        (
            newer,
            "was changed by a newer version of Paper Round.",
            "Install that version, or choose another database with --db.",
        ),
        (no_database, "is not a database of Paper Round.", "Choose another with --db."),
    ],
)
async def test_a_database_that_cannot_be_used(
    bot: Installation, spoil: Callable[[Path], None], what: str, remedy: str
) -> None:
    spoil(bot.database)
    before = bot.database.read_bytes()

    status, (found,) = await bot.doctor()

    assert (status, found["part"], found["state"]) == (1, "database", "failed")
    assert what in found["what"]
    assert remedy in found["remedy"]
    assert bot.database.read_bytes() == before


async def test_a_database_on_a_server_is_looked_at_too(
    bot: Installation, database_server: DatabaseServer
) -> None:
    address = database_server.database()
    bot.settings["PAPER_ROUND_DB"] = address.conninfo
    bot.options = []
    status, findings = await bot.findings()
    database_server.drop(address)

    assert status == 0
    assert [each["part"] for each in findings if each["state"] == "warning"] == []
    (database,) = [each for each in findings if each["part"] == "database"]
    assert database["what"].startswith(f"{address} is whole: PostgreSQL ")


async def test_files_that_others_may_read(bot: Installation) -> None:
    bot.database.chmod(0o644)
    (bot.folder / ".env").touch(0o644)

    status, (settings, files) = await bot.doctor()

    assert status == 0
    assert settings == finding(
        "settings", "warning", "Others on this machine may read the tokens in .env.", "chmod go= .env"
    )
    assert files == finding(
        "files",
        "warning",
        "Others on this machine may read what people save.",
        f"chmod go= {bot.database}",
    )


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells whose a lock is")
async def test_a_bot_that_runs_is_found_to_run(bot: Installation) -> None:
    with run_lock(bot.database):
        status, findings = await bot.findings()

    assert status == 0
    assert finding("process", "ok", f"The bot is running, as process {os.getpid()}.", "") in findings


async def test_a_malformed_setting_beside_others(bot: Installation) -> None:
    bot.settings |= {"PAPER_ROUND_MESSAGES_A_MINUTE": "many", "PAPER_ROUND_COMMAND": "papers"}

    status, findings = await bot.doctor()

    assert status == 1
    assert [each["what"] for each in findings] == [
        "PAPER_ROUND_COMMAND must be one word that starts with a slash, such as /papers.",
        "PAPER_ROUND_MESSAGES_A_MINUTE must be a whole number.",
    ]


async def test_a_file_of_settings_that_cannot_be_read(bot: Installation) -> None:
    (bot.folder / ".env").write_text('A=1\nSLACK_BOT_TOKEN="xoxb-secret\n')

    status, (found,) = await bot.doctor()

    assert (status, found["part"], found["state"]) == (1, "settings", "failed")
    assert found["what"].startswith("Line 2 of the file .env cannot be read.")
    assert "secret" not in str(found)


# --- Outside ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("HF_BASE_URL", "huggingface"),
        ("ARXIV_FEED_URL", "arxiv:cs.CL"),
        ("ARXIV_API_URL", "arXiv's API"),
    ],
)
async def test_a_source_that_cannot_be_reached(bot: Installation, setting: str, part: str) -> None:
    bot.settings[setting] = refusing_address()

    assert await bot.doctor() == (
        0,
        [
            finding(
                part,
                "warning",
                "127.0.0.1 cannot be reached: All connection attempts failed.",
                "Check this machine's connection and its proxy (HTTPS_PROXY), and the setting "
                f"{setting}. The bot asks again by itself.",
            )
        ],
    )


async def test_no_model(bot: Installation) -> None:
    bot.settings["LLM_MODEL"] = ""
    status, findings = await bot.findings()

    assert status == 0
    assert (
        finding(
            "model",
            "not checked",
            "No model is set, so cards show what the abstract says.",
            "For AI summaries set LLM_MODEL and LLM_API_KEY.",
        )
        in findings
    )


@pytest.mark.parametrize(
    ("answer", "what", "remedy"),
    [
        (
            error(404, "The model `small` does not exist", code="model_not_found"),
            "The model `small` does not exist",
            "Check LLM_MODEL: the endpoint does not offer this model.",
        ),
        (
            error(401, "Incorrect API key provided"),
            "Incorrect API key provided",
            "Check LLM_API_KEY: it is missing, wrong or not accepted there.",
        ),
    ],
)
async def test_a_model_that_does_not_answer(bot: Installation, answer: Any, what: str, remedy: str) -> None:
    async with ModelServer([answer]) as server:
        bot.settings["LLM_BASE_URL"] = server.base_url
        status, (found,) = await bot.doctor()

    assert (status, found["part"], found["state"], found["remedy"]) == (0, "model", "warning", remedy)
    assert what in found["what"]
    assert "sk-secret" not in str(found)


async def test_a_time_zone_that_this_machine_does_not_know(bot: Installation) -> None:
    with closing(connect(bot.database)) as engine:
        engine.execute("UPDATE subscriptions SET zone = 'Mars/Olympus'")

    status, (found,) = await bot.doctor()

    assert (status, found["part"], found["state"]) == (0, "digests", "warning")
    assert "the column zone of the table subscriptions holds 'Mars/Olympus'" in found["what"]
    assert found["remedy"] == "Correct it there, or restore a backup."


async def test_in_a_terminal_each_finding_is_a_line_with_its_remedy_below(bot: Installation) -> None:
    bot.settings["SLACK_APP_TOKEN"] = "xapp-1-A0000000001-1-cut"
    result = await asyncio.to_thread(run_on, bot.clock, "doctor", **bot.settings)

    assert result.exit_code == 1
    assert result.stderr == ("Error: The bot cannot run; the lines above that begin with “failed” say why.\n")
    lines = result.stdout.splitlines()
    failed = lines.index(
        "failed       app token: Slack doesn't take it: Slack doesn't know it; perhaps a part is missing "
        "(invalid_auth)."
    )
    assert lines[failed + 1] == f"             → {WHERE_APP}"
    assert APP_TOKEN not in result.output
