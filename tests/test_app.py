from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import application, connection
from bot.errors import PaperRoundError, SlackUnavailableError
from bot.sandbox import Sandbox
from bot.settings import Settings
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, make_workspace, settings_for


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


async def test_what_only_posts_needs_no_app_token(tmp_path: Path) -> None:
    workspace = make_workspace(SimulatedClock(NOON))
    async with Sandbox(workspace) as sandbox:
        settings = settings_for(workspace, sandbox, tmp_path / "test.db").model_copy(
            update={"app_token": None}
        )
        async with connection(settings, SimulatedClock(NOON)) as bot:
            assert bot.workspace == workspace.team_id
        assert str(await refusal(settings)).startswith("The setting SLACK_APP_TOKEN is missing.")
