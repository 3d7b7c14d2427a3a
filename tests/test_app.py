import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import application, connection
from bot.errors import PaperRoundError, SlackUnavailableError
from bot.sandbox import Sandbox, bot_settings
from bot.settings import Settings
from storage.claims import Claims
from storage.runner import InlineRunner
from tests.support.clocks import SimulatedClock
from tests.support.command import run_beside
from tests.support.postgresql import DatabaseServer
from tests.support.stage import NOON, make_workspace, set_stage, settings_for
from tests.support.tables import empty_tables
from tests.support.web_server import refusing_address


async def refusal(settings: Settings) -> PaperRoundError:
    with pytest.raises(PaperRoundError) as caught:
        async with application(settings, SimulatedClock(NOON)):
            pass
    return caught.value


@pytest.mark.parametrize(
    ("field", "token", "sentence"),
    [
        (
            "bot_token",
            "xoxb-wrong",
            "Slack rejected the token (invalid_auth). Check SLACK_BOT_TOKEN.",
        ),
        (
            "app_token",
            "xapp-wrong",
            "Slack rejected the token (invalid_auth). Check SLACK_APP_TOKEN.",
        ),
    ],
)
async def test_a_token_that_slack_does_not_take_is_named(
    tmp_path: Path, field: str, token: str, sentence: str
) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db")
        error = await refusal(settings.model_copy(update={field: SecretStr(token)}))

    assert isinstance(error, SlackUnavailableError)
    assert str(error) == sentence


async def test_a_second_process_on_a_file_is_refused_before_it_talks_to_slack(tmp_path: Path) -> None:
    workspace, database = make_workspace(SimulatedClock(NOON)), tmp_path / "test.db"
    async with Sandbox(workspace) as sandbox:
        environment = {**bot_settings(sandbox), "SLACK_API_URL": refusing_address()}
        async with application(settings_for(workspace, sandbox, database), SimulatedClock(NOON), ticks=False):
            refused = await run_beside("run", "--db", database, **environment)
        after = await run_beside("run", "--db", database, **environment)

    sentence = f"Paper Round already runs on {database}. Stop that process, or use PostgreSQL to run several."
    assert (refused.exit_code, refused.stderr) == (1, f"Error: {sentence}\n")
    assert "Slack cannot be reached" in after.stderr


async def test_what_a_process_left_that_was_killed_on_a_file_is_free_at_the_next_start(
    tmp_path: Path,
) -> None:
    workspace, clock = make_workspace(SimulatedClock(NOON)), SimulatedClock(NOON)
    dead = InlineRunner(empty_tables(tmp_path / "test.db"))
    await Claims(dead, clock).claim("work")
    dead.close()
    async with (
        Sandbox(workspace) as sandbox,
        application(settings_for(workspace, sandbox, tmp_path / "test.db"), clock, ticks=False) as bot,
        bot.claims.held("work") as claim,
    ):
        assert claim


async def test_on_a_server_two_processes_run_and_neither_touches_the_other_s_leases(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    workspace, clock, database = (
        make_workspace(SimulatedClock(NOON)),
        SimulatedClock(NOON),
        database_server.database(),
    )
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db").model_copy(
            update={"database": database}
        )
        async with application(settings, clock, ticks=False) as one, one.claims.held("work") as first:
            async with (
                application(settings, clock, ticks=False) as other,
                other.claims.held("work") as second,
            ):
                assert (bool(first), second) == (True, None)
            async with application(settings, clock, ticks=False) as other, other.claims.held("work") as third:
                assert third is None
        async with application(settings, clock, ticks=False) as other, other.claims.held("work") as fourth:
            assert fourth
    database_server.drop(database)


async def test_a_slack_that_cannot_be_reached_is_said_with_its_address(tmp_path: Path) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db")
    error = await refusal(settings)

    assert str(error) == (
        f"Slack cannot be reached at {settings.api_url} (ClientConnectorError). Check SLACK_API_URL."
    )


async def test_a_start_warns_of_nothing_with_its_token_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    monkeypatch.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db")
        async with application(settings, SimulatedClock(NOON), ticks=False):
            pass

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []


async def test_in_socket_mode_people_are_answered_whatever_bolt_finds_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET", "SCOPES", "VERIFICATION_TOKEN"):
        monkeypatch.setenv(f"SLACK_{name}", "1.2")
    async with set_stage(tmp_path / "test.db") as stage:
        ada = stage.person("ada")
        await ada.command("papers", "/papers help")
        await ada.sees(lambda _: "/papers saved" in str(ada.messages("papers")))

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []
    assert os.environ["SLACK_CLIENT_ID"] == "1.2"


async def test_what_only_posts_needs_no_app_token(tmp_path: Path) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db").model_copy(
            update={"app_token": None}
        )
        async with connection(settings, SimulatedClock(NOON)) as bot:
            assert bot.workspace == workspace.team_id
        assert str(await refusal(settings)).startswith("The setting SLACK_APP_TOKEN is missing.")
