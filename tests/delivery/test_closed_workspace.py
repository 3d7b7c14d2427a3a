"""A workspace that no longer lets the bot work: everything pauses, and people are told once they can be."""

from pathlib import Path

import pytest

from bot.app import application
from bot.delivery.deliverer import Progress
from bot.delivery.pauses import resume_workspace
from bot.delivery.slack_errors import POST
from bot.sandbox import Sandbox
from storage.records import PAUSED_BY_PERSON, DeliveryState
from storage.tables import Tables
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, Stage, make_workspace, settings_for
from tests.support.subscribing import subscribe


async def test_all_digests_pause_but_for_those_that_a_person_paused(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = stage.bot.workspace

    def subscribe_others(tables: Tables) -> None:
        subscribe(tables, workspace, "C0OTHER")
        subscribe(tables, "T0ELSEWHERE", "C0ELSEWHERE")
        paused = subscribe(tables, workspace, "C0PAUSED")
        tables.subscriptions.pause(paused.id, PAUSED_BY_PERSON)

    await stage.bot.storage.write(subscribe_others)
    stage.workspace.faults.add("error", method=POST, skip=3, error="token_revoked")
    progress = await stage.bot.deliverer.progress(await stage.deliver_sample())
    every = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())

    assert progress == Progress(2, 12, DeliveryState.FAILED, "token_revoked")
    assert {each.channel: each.paused_reason for each in every} == {
        stage.workspace.channel("papers").id: "token_revoked",
        "C0OTHER": "token_revoked",
        "C0PAUSED": PAUSED_BY_PERSON,
        "C0ELSEWHERE": None,
    }
    (said,) = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert said == (
        f"Slack no longer lets the bot work in workspace {workspace} (token_revoked), so all its digests are "
        "paused. Check SLACK_BOT_TOKEN and the app's installation, then run `paper-round resume`."
    )


async def test_whoever_set_a_digest_up_is_told_when_the_token_is_taken_again(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON)
    workspace = make_workspace(clock)
    async with Sandbox(workspace) as sandbox:
        ada = sandbox.person("ada")
        settings = settings_for(workspace, sandbox, tmp_path / "test.db")
        workspace.faults.add("error", method=POST, times=99, error="invalid_auth")
        async with application(settings, clock, ticks=False) as bot:
            await Stage(sandbox, workspace, bot, clock).deliver_sample(created_by=ada.id)
            for _ in range(3):
                await bot.deliverer.start_all()
                await bot.deliverer.join()
        tried = [call for call in workspace.calls if call.method == POST]

        workspace.faults.clear()
        async with application(settings, clock, ticks=False) as bot:
            await bot.deliverer.start_all()
            await bot.deliverer.join()

    # The parent, and one notification.
    assert len(tried) == 2
    assert "(invalid_auth)" in ada.direct_messages()[-1]["text"]


async def test_resuming_the_workspace_resumes_what_it_paused_and_nothing_else(stage: Stage) -> None:
    workspace = stage.bot.workspace

    def subscribe_others(tables: Tables) -> None:
        subscribe(tables, workspace, "C0OTHER")
        for channel, reason in (("C0PAUSED", PAUSED_BY_PERSON), ("C0GONE", "not_in_channel")):
            tables.subscriptions.pause(subscribe(tables, workspace, channel).id, reason)
        elsewhere = subscribe(tables, "T0ELSEWHERE", "C0ELSEWHERE")
        tables.subscriptions.pause(elsewhere.id, "token_revoked")

    await stage.bot.storage.write(subscribe_others)
    stage.workspace.faults.add("error", method=POST, skip=3, error="token_revoked")
    delivery_id = await stage.deliver_sample()
    now = stage.clock.now()
    resumed = await stage.bot.storage.write(lambda tables: resume_workspace(tables, workspace, now))
    again = await stage.bot.storage.write(lambda tables: resume_workspace(tables, workspace, now))
    progress = await stage.bot.deliverer.run(delivery_id)
    every = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())

    assert {each.subscription.channel: each.digest.id if each.digest else None for each in resumed} == {
        stage.workspace.channel("papers").id: delivery_id,
        "C0OTHER": None,
    }
    assert again == ()
    assert progress == Progress(12, 12, DeliveryState.DONE)
    assert {each.channel: each.paused_reason for each in every if each.paused_reason} == {
        "C0PAUSED": PAUSED_BY_PERSON,
        "C0GONE": "not_in_channel",
        "C0ELSEWHERE": "token_revoked",
    }
