"""Ticks over a real sandbox: what is due is opened once, whenever the ticks come."""

import asyncio
import logging
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.delivery.clockwork import Clockwork, Jobs
from bot.documents.digest_file import DigestEntry, DigestFile
from bot.documents.importer import import_into
from bot.errors import StorageError
from storage.database import connect
from storage.records import Paper
from tests.support.clocks import EndlessClock, SimulatedClock
from tests.support.stage import NOON, Stage
from tests.support.subscribing import subscribe as put_subscription
from tests.support.ticking import subscribe, tick_at, tomorrow


def parents(texts: list[str]) -> list[str]:
    return [text.splitlines()[0] for text in texts]


async def test_a_digest_comes_at_its_time_once_and_brings_the_latest_list(stage: Stage) -> None:
    await stage.import_sample()
    await subscribe(stage)
    seen = [await tick_at(stage, moment) for moment in (tomorrow(8, 59), tomorrow(9, 0), tomorrow(9, 1))]

    assert [parents(texts) for texts in seen] == [
        [],
        ["AI papers · September 30, 2025"],
        ["AI papers · September 30, 2025"],
    ]


async def test_one_that_was_missed_comes_when_the_bot_is_back_and_says_so(stage: Stage) -> None:
    await stage.import_sample()
    await subscribe(stage)
    await tick_at(stage, tomorrow(8, 0))
    seen = await tick_at(stage, tomorrow(11, 30))

    assert "late because I wasn't running" in seen[0]


async def test_one_that_comes_on_time_does_not_say_that_it_is_late(stage: Stage) -> None:
    await stage.import_sample()
    await subscribe(stage)
    await tick_at(stage, tomorrow(8, 59, day=30))
    seen = await tick_at(stage, tomorrow(9, 0))

    assert "late" not in seen[0].partition("\n1.")[0]


async def test_missed_days_are_folded_into_one_digest(stage: Stage) -> None:
    await stage.import_sample()
    await subscribe(stage)
    later = [
        DigestFile(date(2025, 9, 30 - back), (DigestEntry(Paper(f"2510.0000{back}", f"Later {back}"), None),))
        for back in (0,)
    ]
    for digest in later:
        await import_into(stage.bot.storage, digest)
    seen = await tick_at(stage, datetime(2025, 10, 3, 9, 0, tzinfo=UTC))

    assert parents(seen) == ["AI papers · October 3, 2025"]
    assert "13 papers" in seen[0]


async def test_a_paper_that_the_channel_had_does_not_come_with_the_next_digest(stage: Stage) -> None:
    await stage.import_sample()
    await subscribe(stage, says_when_nothing=True)
    await tick_at(stage, tomorrow(9))
    new = DigestFile(date(2025, 9, 30), (DigestEntry(Paper("2510.00001", "The new one"), None),))
    await import_into(stage.bot.storage, new)
    seen = await tick_at(stage, datetime(2025, 10, 1, 9, 0, tzinfo=UTC))

    assert parents(seen)[1:] == ["AI papers · October 1, 2025"]
    assert "1 paper ·" in seen[1]
    assert "The new one" in seen[1]


@pytest.mark.parametrize(
    ("says_so", "lines"), [(True, ["No new papers for September 30, 2025."]), (False, [])]
)
async def test_a_day_with_nothing_new_is_told_once_and_only_if_asked_for(
    stage: Stage, *, says_so: bool, lines: list[str]
) -> None:
    await subscribe(stage, says_when_nothing=says_so)
    await tick_at(stage, tomorrow(9))

    assert await tick_at(stage, tomorrow(10)) == lines


async def test_a_paused_channel_gets_nothing_until_its_day(stage: Stage) -> None:
    await stage.import_sample()
    subscription = await subscribe(stage)
    await stage.bot.storage.write(
        lambda tables: tables.subscriptions.pause(subscription.id, "person", date(2025, 10, 2))
    )
    seen = [await tick_at(stage, datetime(2025, 10, day, 9, 0, tzinfo=UTC)) for day in (1, 2)]

    assert [parents(texts) for texts in seen] == [[], ["AI papers · October 2, 2025"]]


async def test_a_channel_that_shut_the_bot_out_is_paused_and_who_set_it_up_is_told(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    subscription = await subscribe(stage, created_by=ada.id)
    await ada.remove("papers")
    await tick_at(stage, tomorrow(9))
    kept = await stage.bot.storage.read(lambda tables: tables.subscriptions.get(subscription.id))

    assert kept is not None
    assert kept.paused_reason == "not_in_channel"
    assert "its digests are paused" in ada.direct_messages()[-1]["text"]


async def test_each_tick_leaves_a_heartbeat(stage: Stage) -> None:
    await tick_at(stage, tomorrow(9))

    assert await stage.bot.storage.read(lambda tables: tables.heartbeats.last("tick")) == tomorrow(9)


async def test_one_subscription_that_cannot_be_looked_at_does_not_keep_back_the_others(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.import_sample()
    await stage.bot.storage.write(
        lambda tables: [
            put_subscription(tables, stage.bot.workspace, channel) for channel in ("C0ZONE", "C0OPENED")
        ]
    )
    await subscribe(stage)
    with closing(connect(tmp_path / "test.db")) as database:
        database.execute("UPDATE subscriptions SET zone = 'Moon/Base' WHERE channel = 'C0ZONE'")
        database.execute(
            "INSERT INTO deliveries (key, subscription_id, workspace, channel, kind, day, state, opened_at)"
            " SELECT 'key', id, workspace, channel, 'asked', '2025-09-01', 'done', 'x' FROM subscriptions"
            " WHERE channel = 'C0OPENED'"
        )
    seen = await tick_at(stage, tomorrow(9))
    caplog.clear()
    clockwork = Clockwork(stage.bot.storage, stage.clock, stage.bot.deliverer)
    for _ in range(3):
        await clockwork.tick()

    assert parents(seen) == ["AI papers · September 30, 2025"]
    assert caplog.messages == ["Subscription 2 could not be checked"]


async def test_a_clock_that_once_ran_far_ahead_does_not_silence_a_channel(stage: Stage) -> None:
    await stage.import_sample()
    subscription = await subscribe(stage)
    await stage.bot.deliverer.open_scheduled(subscription, date(2030, 1, 1))
    await import_into(
        stage.bot.storage, DigestFile(date(2025, 9, 30), (DigestEntry(Paper("2510.00001", "New"), None),))
    )
    seen = await tick_at(stage, tomorrow(9))

    assert "AI papers · September 30, 2025" in parents(seen)


async def test_who_set_it_up_is_told_once_even_if_slack_lets_that_happen_only_later(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await subscribe(stage, created_by=ada.id)
    await ada.remove("papers")
    stage.workspace.faults.add("status", method="chat.postMessage", skip=1, status=429)
    await tick_at(stage, tomorrow(9))
    at_first = list(ada.direct_messages())
    for minute in (1, 2):
        await tick_at(stage, tomorrow(9, minute))

    assert at_first == []
    assert len(ada.direct_messages()) == 1


async def test_a_job_under_way_when_the_bot_stops_comes_to_its_end() -> None:
    has_begun, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def job() -> None:
        has_begun.set()
        await may_end.wait()
        done.append("job")

    jobs = Jobs({"job": job}, EndlessClock(NOON))
    jobs.start()
    await has_begun.wait()
    closing = asyncio.create_task(jobs.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    may_end.set()
    await closing

    assert done == ["job"]


async def test_one_that_takes_longer_is_cancelled_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    has_begun, has_ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            has_ended.set()

    jobs = Jobs({"job": job}, SimulatedClock(NOON))
    jobs.start()
    await has_begun.wait()
    await jobs.aclose()

    assert has_ended.is_set()
    assert caplog.messages == []


async def test_a_job_that_failed_and_works_again_says_so(caplog: pytest.LogCaptureFixture) -> None:
    clock, results = SimulatedClock(NOON), [StorageError("The disk is full."), None]

    async def job() -> None:
        if (error := results.pop(0)) is not None:
            raise error

    jobs = Jobs({"digests": job}, clock)
    with caplog.at_level(logging.INFO, "bot"):
        await jobs.tick("digests", job)
        clock.advance(90)
        await jobs.tick("digests", job)

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "The job digests failed"),
        ("INFO", "The job digests works again, after 0:01:30 (h:mm:ss)."),
    ]
