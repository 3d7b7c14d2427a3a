"""Whoever looks after the bot is told what needs a hand, once a day, in their language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

from bot.delivery.connections import OneWire
from bot.delivery.operator import DATABASE_SHUT_FOR, OperatorNotices, operator_of
from bot.delivery.slack_errors import POST
from bot.errors import StorageError
from storage.nightly_backups import FAILED, HEARTBEAT
from storage.records import (
    EncryptedTokens,
    Installation,
    Listing,
    ListingState,
    Paper,
    PersonSettings,
    SummaryFailure,
)
from storage.runner import Runner
from storage.tables import Tables
from tests.support.stage import NOON, Stage, on_each_engine
from tests.support.subscribing import subscribe

T = TypeVar("T")
DAY = timedelta(days=1)
HUGGING_FACE = "Hugging Face"


@dataclass
class Shutting:
    """A database that can be read, and written for as long as nobody shuts it."""

    storage: Runner
    is_shut: bool = False

    async def read(self, call: Callable[[Tables], T]) -> T:
        return await self.storage.read(call)

    async def write(self, call: Callable[[Tables], T]) -> T:
        if self.is_shut:
            raise StorageError("The disk is full.")
        return await self.storage.write(call)

    def close(self) -> None:
        self.storage.close()


def notices(stage: Stage, storage: Runner | None = None) -> OperatorNotices:
    """Return what a worker has that has just started."""
    return OperatorNotices(
        storage or stage.bot.storage, stage.clock, stage.bot.connections, stage.bot.workspace
    )


async def looked_after_by(stage: Stage, name: str, channel: str = "papers", **preferences: Any) -> None:
    """Have a person set up a digest of Hugging Face's papers."""
    person, channel_id = stage.person(name).id, stage.workspace.channel(channel).id
    await stage.bot.storage.write(
        lambda tables: subscribe(
            tables,
            stage.bot.workspace,
            channel_id,
            created_by=person,
            begun_at=stage.clock.now(),
            sources=("huggingface",),
            **preferences,
        )
    )


async def source_fails(stage: Stage, since_hours: int) -> None:
    now = stage.clock.now()
    listing = Listing(
        "huggingface",
        date(2025, 9, 29),
        ListingState.STALLED,
        looked_at=now,
        next_look_at=now + DAY,
        trouble="Hugging Face answered 503.",
        trouble_since=now - timedelta(hours=since_hours),
    )
    await stage.bot.storage.write(lambda tables: tables.listings.put(listing))


def told(stage: Stage, name: str) -> list[str]:
    return [message["text"] for message in stage.person(name).direct_messages()]


@on_each_engine
async def test_a_source_that_is_down_for_a_day_is_told_once_a_day_by_whichever_worker(stage: Stage) -> None:
    await looked_after_by(stage, "ada")
    await source_fails(stage, since_hours=23)
    await notices(stage).tick()
    before = told(stage, "ada")
    await source_fails(stage, since_hours=24)
    for _ in range(3):
        await notices(stage).tick()
        stage.clock.advance(3600)
    first = told(stage, "ada")
    stage.clock.advance(21 * 3600)
    await notices(stage).tick()

    assert before == []
    (sentence,) = first
    assert sentence == (
        "Hugging Face has given me no list since September 28, 2025 at 12:00\u202fPM. I keep asking, and "
        "digests say what they lack. If it stays away, choose another source in the channel's settings. "
        "The reason: Hugging Face answered 503."
    )
    assert told(stage, "ada") == first * 2


@on_each_engine
async def test_a_model_that_refuses_and_a_backup_that_failed_are_told(stage: Stage) -> None:
    now, reason = stage.clock.now(), "The model refused the key. Check LLM_API_KEY."

    def fail(tables: Tables) -> None:
        tables.papers.add(Paper("2509.00001", "Gardens"))
        tables.summary_failures.put(SummaryFailure("2509.00001", "en", 0, reason, now, now))
        # One paper's own failure is retried, and needs no hand.
        tables.summary_failures.put(SummaryFailure("2509.00001", "de", 1, "It is short.", now, now + DAY))
        tables.heartbeats.beat(HEARTBEAT, now - DAY)
        tables.heartbeats.beat(FAILED, now)

    await looked_after_by(stage, "ada")
    await stage.bot.storage.write(fail)
    for _ in range(3):
        await notices(stage).tick()
        stage.clock.advance(30)

    model, backup = told(stage, "ada")
    assert model == (
        f"The model writes no summaries at the moment: {reason} Until that's fixed, cards show what the "
        "abstract says."
    )
    assert backup == (
        "The nightly backup failed on September 29, 2025 at 12:00\u202fPM. I try again every hour; the log "
        "says why. Check the disk and the folder for backups."
    )


async def test_what_works_again_is_not_told(stage: Stage) -> None:
    now = stage.clock.now()

    def mend(tables: Tables) -> None:
        tables.heartbeats.beat(FAILED, now)
        tables.heartbeats.beat(HEARTBEAT, now + timedelta(minutes=1))

    await looked_after_by(stage, "ada")
    await stage.bot.storage.write(mend)
    await notices(stage).tick()

    assert told(stage, "ada") == []


async def test_whoever_set_up_the_latest_digest_is_told_in_the_language_that_they_chose(stage: Stage) -> None:
    await looked_after_by(stage, "ada")
    stage.clock.advance(60)
    await looked_after_by(stage, "lin", "random", zone="Asia/Shanghai")
    chosen = PersonSettings(stage.bot.workspace, stage.person("lin").id, "zh-CN")
    await stage.bot.storage.write(lambda tables: tables.personal_settings.put(chosen))
    await source_fails(stage, since_hours=24)
    await notices(stage).tick()

    (sentence,) = told(stage, "lin")
    assert sentence.startswith("Hugging Face 自2025年9月28日 20:01起一直没有给出列表。")
    assert told(stage, "ada") == []


@on_each_engine
async def test_whoever_installed_the_bot_is_told_before_all_others(stage: Stage) -> None:
    workspace, lin = stage.bot.workspace, stage.person("lin").id
    installation = Installation(
        workspace, "A1", "B1", "U9", lin, NOON, EncryptedTokens("encrypted", "key"), team_name="Sandbox"
    )
    await looked_after_by(stage, "ada")
    await stage.bot.storage.write(lambda tables: tables.installations.put(installation))
    found = await stage.bot.storage.read(lambda tables: operator_of(tables, workspace))

    assert found is not None
    assert (found.person, found.language) == (lin, "en")


async def test_a_notice_that_slack_puts_off_is_sent_at_the_next_tick(stage: Stage) -> None:
    await looked_after_by(stage, "ada")
    await source_fails(stage, since_hours=24)
    stage.workspace.faults.add("status", method=POST, status=429, seconds=1)
    await notices(stage).tick()
    before = told(stage, "ada")
    await notices(stage).tick()

    assert (len(before), len(told(stage, "ada"))) == (0, 1)


async def test_a_notice_that_slack_refuses_is_not_tried_again_at_each_tick(stage: Stage) -> None:
    await looked_after_by(stage, "ada")
    await source_fails(stage, since_hours=24)
    stage.workspace.faults.add("error", method=POST, times=9, error="account_inactive")
    for _ in range(3):
        await notices(stage).tick()

    assert [call.method for call in stage.workspace.calls].count(POST) == 1


async def test_a_database_that_stays_shut_is_told_and_one_that_opens_again_is_not(stage: Stage) -> None:
    await looked_after_by(stage, "ada")
    storage = Shutting(stage.bot.storage)
    worker = notices(stage, storage)
    await worker.tick()
    minutes = int(DATABASE_SHUT_FOR.total_seconds()) // 60
    for is_shut in [*[True] * minutes, False, *[True] * minutes]:
        storage.is_shut = is_shut
        await worker.tick()
        stage.clock.advance(60)
    before = told(stage, "ada")
    for _ in range(2):
        await worker.tick()

    assert before == []
    assert told(stage, "ada") == [
        "I can't write to my database: The disk is full. Until that's fixed, I post and save nothing."
    ]


async def test_what_is_of_the_whole_bot_is_told_to_nobody_where_it_has_many_workspaces(stage: Stage) -> None:
    now = stage.clock.now()
    await looked_after_by(stage, "ada")
    await stage.bot.storage.write(lambda tables: tables.heartbeats.beat(FAILED, now))
    await source_fails(stage, since_hours=24)
    wires = OneWire(await stage.bot.connections.wire(stage.bot.workspace))
    await OperatorNotices(stage.bot.storage, stage.clock, wires, None).tick()

    (sentence,) = told(stage, "ada")
    assert sentence.startswith(HUGGING_FACE)


@pytest.mark.parametrize(("error", "count"), [("token_revoked", 1), ("is_archived", 2)])
async def test_a_closed_workspace_is_told_once_and_a_closed_channel_for_itself(
    stage: Stage, error: str, count: int
) -> None:
    ada = stage.person("ada")
    first = await stage.open_sample("papers", created_by=ada.id)
    second = await stage.open_sample("random", created_by=ada.id)
    for channel in (first, second):
        stage.workspace.faults.add("error", method=POST, error=error)
        await stage.bot.deliverer.run(channel)
        stage.clock.advance(30)

    assert len(ada.direct_messages()) == count


async def test_who_set_up_no_digest_by_hand_hears_of_one_from_the_command_line(stage: Stage) -> None:
    await looked_after_by(stage, "lin", "random")
    delivery_id = await stage.open_sample("papers")
    stage.workspace.faults.add("error", method=POST, error="is_archived")
    await stage.bot.deliverer.run(delivery_id)

    (sentence,) = told(stage, "lin")
    assert "is archived, so its digests are paused" in sentence
