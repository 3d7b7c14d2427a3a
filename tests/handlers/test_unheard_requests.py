"""What no listener is for is acknowledged, so that Slack does not tell people that the app failed."""

import logging
from typing import Any

import pytest

from tests.support.stage import Stage

NOTHING_ANSWERS = "Slack sent a request that nothing here answers ({}); it is acknowledged and left alone"


@pytest.mark.parametrize(
    "kind", ["interactive_message", "dialog_submission", "workflow_step_edit", "a_new_type"]
)
async def test_a_request_of_an_unknown_type_is_acknowledged_and_logged_in_one_line(
    stage: Stage, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = await request(stage, "interactive", {"type": kind})

    assert answer is None
    assert caplog.messages == [NOTHING_ANSWERS.format(kind)]


async def test_another_command_is_told_which_one_to_type(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = await request(stage, "slash_commands", {"command": "/news"})

    assert answer == {"text": "I answer to /papers here."}
    assert caplog.messages == [NOTHING_ANSWERS.format("/news")]


async def request(stage: Stage, kind: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    team, ada = stage.workspace.team_id, stage.workspace.person("ada").id
    by = {"team_id": team, "user_id": ada, "team": {"id": team}, "user": {"id": ada}}
    return await stage.sandbox.socket_mode.request(kind, {**by, **fields})
