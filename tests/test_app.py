from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import application
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
