"""A workspace that no longer lets the bot work: everything pauses, and people are told once they can be."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import application
from bot.delivery.deliverer import Progress
from bot.delivery.pauses import resume_workspace
from bot.delivery.slack_errors import POST, UPDATE
from bot.installations.changes import UNINSTALLED, InstallationChanges
from bot.sandbox import Sandbox
from storage.records import PAUSED_BY_PERSON, DeliveryState
from storage.tables import Tables
from tests.delivery.test_card_updates import left, summary_comes, text_of, updating
from tests.installations.installing import installation
from tests.support.clocks import SimulatedClock
from tests.support.stage import NOON, Stage, make_workspace, on_each_engine, settings_for
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


async def two_cards_to_update(stage: Stage) -> list[str]:
    """Deliver the sample and have a summary come for two of its papers; return the `ts` of both cards."""
    delivery_id = await stage.deliver_sample(most_cards=4)
    return [await summary_comes(stage, delivery_id, position) for position in (1, 2)]


async def updates_after(stage: Stage, seconds: float = 0) -> int:
    """Update cards after some seconds, and return how often Slack was asked to."""
    stage.clock.advance(seconds)
    before = asked(stage)
    await updating(stage).tick()
    return asked(stage) - before


def asked(stage: Stage) -> int:
    return [call.method for call in stage.workspace.calls].count(UPDATE)


def have_followed(stage: Stage, cards: list[str]) -> list[bool]:
    return ["A model wrote this later." in text_of(stage, ts) for ts in cards]


async def paused_for(stage: Stage) -> list[str | None]:
    every = await stage.bot.storage.read(lambda tables: tables.subscriptions.all())
    return [each.paused_reason for each in every]


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked", "invalid_auth"])
@on_each_engine
async def test_cards_of_a_closed_workspace_wait_with_its_digests_and_follow_once_these_are_resumed(
    stage: Stage, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    cards = await two_cards_to_update(stage)
    stage.workspace.faults.add("error", method=UPDATE, times=99, error=code)
    calls = [await updates_after(stage, seconds) for seconds in (0, 3600, 3600)]
    (said,) = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]

    assert (calls, await left(stage)) == ([1, 0, 0], 2)
    assert await paused_for(stage) == [code]
    assert said == (
        f"Slack no longer lets the bot work in workspace {stage.bot.workspace} ({code}), so all its digests "
        "are paused. Check SLACK_BOT_TOKEN and the app's installation, then run `paper-round resume`."
    )

    stage.workspace.faults.clear()
    now = stage.clock.now()
    await stage.bot.storage.write(lambda tables: resume_workspace(tables, stage.bot.workspace, now))
    assert (await updates_after(stage), await left(stage)) == (2, 0)
    assert have_followed(stage, cards) == [True, True]


@on_each_engine
async def test_cards_that_are_due_while_the_bot_is_not_installed_follow_when_it_is_again(
    stage: Stage,
) -> None:
    workspace = stage.bot.workspace
    changes = InstallationChanges(stage.bot.storage, stage.clock)
    cards = await two_cards_to_update(stage)
    await changes.uninstall(workspace)
    stage.workspace.faults.add("error", method=UPDATE, times=99, error=UNINSTALLED)
    calls = [await updates_after(stage, seconds) for seconds in (0, 3600)]
    assert (calls, await left(stage), have_followed(stage, cards)) == ([0, 0], 2, [False, False])

    stage.workspace.faults.clear()
    await changes.install(replace(installation(workspace), installed_at=stage.clock.now()))
    assert (await updates_after(stage), await left(stage)) == (2, 0)
    assert (await paused_for(stage), have_followed(stage, cards)) == ([None], [True, True])


async def test_cards_of_a_channel_that_a_person_paused_ask_a_closed_workspace_every_five_minutes(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    cards = await two_cards_to_update(stage)
    channel = stage.workspace.channel("papers").id

    def pause(tables: Tables) -> None:
        subscription = tables.subscriptions.of_channel(stage.bot.workspace, channel)
        assert subscription
        tables.subscriptions.pause(subscription.id, PAUSED_BY_PERSON)

    await stage.bot.storage.write(pause)
    stage.workspace.faults.add("error", method=UPDATE, times=99, error="token_revoked")
    updater = updating(stage)
    for seconds in (0, 60, 240, 200):
        stage.clock.advance(seconds)
        await updater.tick()
    assert (asked(stage), await left(stage), await paused_for(stage)) == (2, 2, [PAUSED_BY_PERSON])
    assert len([each for each in caplog.records if each.levelname == "ERROR"]) == 1

    stage.workspace.faults.clear()
    assert (await updates_after(stage, 200), await left(stage)) == (2, 0)
    assert have_followed(stage, cards) == [True, True]
