"""The recap of a channel's week over a real sandbox: its day and time, its ranking, its thread, once."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.cards.trouble import trouble_message
from bot.delivery import pauses
from bot.delivery.recaps import open_recap
from bot.locale import words_for
from bot.subscriptions.due import Slot
from bot.subscriptions.preferences import save_preferences
from storage.records import (
    NOTHING_NEW,
    PARENT_DELETED,
    TOO_LATE,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Reading,
    Recap,
    Subscription,
)
from storage.tables import Tables
from tests.support.stage import Stage, on_each_engine
from tests.support.ticking import subscribe, tick_at

FRIDAY_AT_FOUR = Recap(weekday=4, at=time(16, 0))
WEEK = words_for("en").days(date(2025, 9, 27), date(2025, 10, 3))
TREE, MMR, SIM = "2509.21240", "2509.21268", "2509.21317"


def at(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


async def week(stage: Stage, **preferences: Any) -> Subscription:
    """Have a channel that wants recaps on Fridays at four, and its digest of Tuesday."""
    await stage.import_sample()
    wanted = {"recap": FRIDAY_AT_FOUR, "reading": Reading.COUNTED, "most_cards": 4, **preferences}
    subscription = await subscribe(stage, **wanted)
    await tick_at(stage, at(30, 9, month=9))
    return subscription


async def choose(
    stage: Stage, *, readers: Sequence[tuple[str, int]] = (), saves: Sequence[tuple[str, int]] = ()
) -> None:
    """Have so many people of the channel say that they will read each paper, or save it."""
    workspace, channel = stage.bot.workspace, stage.workspace.channel("papers").id

    def write(tables: Tables) -> None:
        for paper_id, people in readers:
            for person in range(people):
                tables.readers.add(
                    workspace, channel, f"U{person}", paper_id, stage.clock.now(), is_named=False
                )
        for paper_id, people in saves:
            for person in range(people):
                tables.saved_papers.save(workspace, f"U{person}", paper_id, stage.clock.now())

    await stage.bot.storage.write(write)


async def recaps(stage: Stage) -> list[Delivery]:
    """Return the recaps that were opened on the days of two weeks."""
    days = [at(1, 0).date() + timedelta(days=ahead) for ahead in range(14)]

    def read(tables: Tables) -> list[Delivery]:
        found = (tables.deliveries.of_day(1, DeliveryKind.RECAP, day) for day in days)
        return [each for each in found if each]

    return await stage.bot.storage.read(read)


def titles(text: str) -> list[str]:
    return [line.partition(" (")[0] for line in text.splitlines() if line[:1].isdigit() and ". " in line]


@on_each_engine
async def test_it_ranks_the_week_by_readers_then_saves_with_a_card_for_each(stage: Stage) -> None:
    await week(stage)
    await choose(stage, readers=[(MMR, 2), (TREE, 1)], saves=[(TREE, 3), (SIM, 4)])
    before, now = await tick_at(stage, at(3, 15, 59)), await tick_at(stage, at(3, 16))

    recap = now[-1]
    assert (len(before), len(now)) == (1, 2)
    assert recap.splitlines()[0] == f"Recap · {WEEK}"
    assert [line.rpartition(". ")[2] for line in recap.splitlines() if line[:2] in {"1.", "2.", "3."}] == [
        "2 people will read it",
        "1 person will read it · saved by 3 people here",
        "saved by 4 people here",
    ]
    ada = stage.person("ada")
    thread = ada.thread(ada.messages("papers")[-1])
    assert [each["text"].partition(" (")[0] for each in thread[1:]] == titles(recap)


@on_each_engine
async def test_two_savers_are_too_few_to_rank_a_paper_or_to_be_told_of(stage: Stage) -> None:
    await week(stage)
    await choose(stage, saves=[(TREE, 2)])

    assert len(await tick_at(stage, at(3, 16))) == 1
    [recap] = await recaps(stage)
    assert (recap.state, recap.reason) == (DeliveryState.DONE, NOTHING_NEW)


async def test_a_week_without_a_choice_is_silent_or_one_line_where_the_channel_wants_it(stage: Stage) -> None:
    await week(stage, says_when_nothing=True)
    await tick_at(stage, at(3, 9))
    seen = await tick_at(stage, at(3, 16))

    assert seen[-1] == f"{WEEK}: nobody here chose or discussed a paper."


async def test_it_comes_once_a_week_and_a_paper_of_it_does_not_come_again(stage: Stage) -> None:
    await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    counts = [
        len(await tick_at(stage, moment))
        for moment in (at(3, 16), at(3, 16, 1), at(4, 9), at(9, 16), at(10, 16))
    ]

    assert counts == [2, 2, 2, 2, 2]
    assert [each.day.day for each in await recaps(stage)] == [3, 10]


async def test_a_channel_that_wants_none_gets_none(stage: Stage) -> None:
    await week(stage, recap=None)
    await choose(stage, readers=[(TREE, 1)])
    await tick_at(stage, at(3, 16))

    assert await recaps(stage) == []


async def test_readers_do_not_count_where_the_channel_does_not_read_together(stage: Stage) -> None:
    await week(stage, reading=Reading.OFF)
    await choose(stage, readers=[(TREE, 5)])
    await tick_at(stage, at(3, 16))

    assert [each.reason for each in await recaps(stage)] == [NOTHING_NEW]


async def test_one_that_was_missed_comes_within_a_day_and_says_so(stage: Stage) -> None:
    await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    await tick_at(stage, at(3, 15))
    seen = await tick_at(stage, at(4, 15, 59))

    assert "This recap is late because I wasn't running." in seen[-1]


async def test_a_later_one_is_skipped_and_the_log_says_why(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    await tick_at(stage, at(3, 15))
    seen = await tick_at(stage, at(4, 16, 1))

    assert len(seen) == 1
    assert [(each.day.day, each.reason) for each in await recaps(stage)] == [(3, TOO_LATE)]
    assert "is skipped, as the bot was not running" in caplog.text


async def test_a_time_that_is_set_after_it_has_passed_brings_none_of_the_days_before(stage: Stage) -> None:
    subscription = await week(stage, recap=None)
    await choose(stage, readers=[(TREE, 1)])
    await tick_at(stage, at(4, 8))
    wanted = replace(subscription.preferences, recap=FRIDAY_AT_FOUR)
    await stage.bot.storage.write(
        lambda tables: save_preferences(
            tables, subscription.workspace, subscription.channel, wanted, stage.clock.now(), created_by=None
        )
    )
    await tick_at(stage, at(4, 9))

    assert await recaps(stage) == []


async def test_it_is_told_in_the_channels_language(stage: Stage) -> None:
    await week(stage, language="zh-CN")
    await choose(stage, readers=[(TREE, 1)])
    seen = await tick_at(stage, at(3, 16))

    assert seen[-1].startswith("一周回顾 · ")
    assert "1 人要读" in seen[-1]


async def test_a_recap_that_somebody_deletes_is_told_of_as_such(stage: Stage) -> None:
    ada = stage.person("ada")
    await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    await tick_at(stage, at(3, 16))
    [recap] = await recaps(stage)
    message = trouble_message(recap, PARENT_DELETED, words_for("en"))

    assert message.text == (
        f"Someone deleted the recap or reminder of October 3, 2025 in <#{recap.channel}>, "
        "so I stopped posting it."
    )
    assert ada.direct_messages() == []


async def test_a_paused_channel_gets_none(stage: Stage) -> None:
    subscription = await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    await stage.bot.storage.write(lambda tables: tables.subscriptions.pause(subscription.id, "asked", None))
    await tick_at(stage, at(3, 16))

    assert await recaps(stage) == []


@pytest.mark.parametrize(("hours", "arrives"), [(5, True), (25, False)])
async def test_one_that_a_pause_stopped_comes_when_the_channel_is_resumed_within_a_day(
    stage: Stage, hours: int, *, arrives: bool
) -> None:
    subscription = await week(stage)
    await choose(stage, readers=[(TREE, 1)])
    stage.clock.advance((at(3, 16) - stage.clock.now()).total_seconds())
    slot, now = Slot(at(3, 16).date(), at(3, 16)), stage.clock.now()

    def open_and_pause(tables: Tables) -> int | None:
        recap = open_recap(tables, subscription, slot, now, is_late=False, has_model=False)
        pauses.pause(tables, subscription, None)
        return recap

    recap = await stage.bot.storage.write(open_and_pause)
    assert recap
    stage.bot.deliverer.start(recap)
    await stage.bot.deliverer.join()
    assert len(await tick_at(stage, at(3, 16) + timedelta(hours=hours))) == 1

    resumed_at = stage.clock.now()
    resumed = await stage.bot.storage.write(lambda tables: pauses.resume(tables, subscription, resumed_at))
    told = await tick_at(stage, resumed_at)

    assert [each.id for each in resumed.others] == [recap] * arrives
    assert [titles(each) for each in told[1:]] == [
        ["1. Tree Search for LLM Agent Reinforcement Learning"]
    ] * arrives


async def test_no_hour_of_the_week_is_left_out_when_summer_time_ends(stage: Stage) -> None:
    """In Berlin the clocks go back on October 26, 2025: that week has 169 hours."""
    await stage.import_sample()
    await subscribe(
        stage,
        zone="Europe/Berlin",
        at=time(16, 30),
        weekdays=frozenset({4}),
        recap=FRIDAY_AT_FOUR,
        reading=Reading.COUNTED,
    )
    await tick_at(stage, at(24, 14))
    [digest] = await tick_at(stage, at(24, 14, 30))
    await choose(stage, readers=[(TREE, 1)])
    during = await tick_at(stage, at(31, 14, 59))
    *_, recap = await tick_at(stage, at(31, 15))

    assert during == [digest]
    assert titles(recap) == ["1. Tree Search for LLM Agent Reinforcement Learning"]
