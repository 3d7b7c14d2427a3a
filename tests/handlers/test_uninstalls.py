"""The end of the only workspace of a bot with one token, over the connection that tells of it."""

from typing import Any

import pytest

from bot.delivery.slack_errors import closes_workspace
from tests.handlers.forging import Forger, handled
from tests.handlers.talking import say, subscribe
from tests.support.stage import Stage, on_each_engine


@on_each_engine
@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U0"]}}]
)
async def test_digests_stop_until_somebody_resumes_them(stage: Stage, event: dict[str, Any]) -> None:
    ada = stage.person("ada")
    await subscribe(ada)
    assert await reasons(stage) == [None]

    await tell(stage, event)

    [reason] = await reasons(stage)
    assert closes_workspace(reason)
    await say(ada, "/papers resume", "resume")
    assert await reasons(stage) == [None]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "tokens_revoked"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}},
        {"type": "tokens_revoked", "tokens": []},
        {"type": "team_access_revoked", "team_ids": "?"},
        {"type": "team_access_granted", "team_ids": [None]},
    ],
)
async def test_what_ends_nothing_stops_nothing(stage: Stage, event: dict[str, Any]) -> None:
    await subscribe(stage.person("ada"))

    await tell(stage, event)

    assert await reasons(stage) == [None]


async def tell(stage: Stage, event: dict[str, Any]) -> None:
    """Have Slack send the bot an event of the workspace."""
    about = {
        "team_id": stage.workspace.team_id,
        "api_app_id": stage.workspace.app_id,
        "type": "event_callback",
    }
    await Forger(stage, "ada").send({**about, "event": event, "event_time": 1 << 70}, "events_api")
    await handled()


async def reasons(stage: Stage) -> list[str | None]:
    return await stage.bot.storage.read(
        lambda tables: [each.paused_reason for each in tables.subscriptions.all()]
    )
