"""A channel plans a discussion from its recap, is reminded of it, and keeps what its people found."""

from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

import pytest

from bot.cards import ids
from bot.delivery.discussions import reminder_key
from bot.locale import words_for
from bot.sandbox import Member
from storage.records import (
    TOO_LATE,
    DeliveryKind,
    Discussion,
    DiscussionState,
    Reading,
    Recap,
    VerdictCounts,
)
from storage.tables import Tables
from tests.handlers.forging import Forger, with_value
from tests.handlers.talking import hears, last_with, opened, press, say, shows
from tests.support.stage import Stage, on_each_engine
from tests.support.ticking import subscribe, tick_at

TREE, TITLE = "2509.21240", "Tree Search for LLM Agent Reinforcement Learning"
WEDNESDAY = date(2025, 10, 8)
RECAP = Recap(weekday=4, at=time(16, 0))


def at(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


async def recap(stage: Stage, **preferences: Any) -> None:
    """Have a recap in the channel, in which there is one paper that ada and emmy will read."""
    await stage.import_sample()
    wanted = {"recap": RECAP, "reading": Reading.NAMED, "most_cards": 3}
    await subscribe(stage, **{**wanted, **preferences})
    await tick_at(stage, at(30, 9, month=9))
    workspace, channel = stage.bot.workspace, stage.workspace.channel("papers").id

    def read_it(tables: Tables) -> None:
        for name in ("ada", "emmy"):
            tables.readers.add(
                workspace, channel, stage.person(name).id, TREE, stage.clock.now(), is_named=True
            )

    await stage.bot.storage.write(read_it)
    await tick_at(stage, at(3, 16))


def entered(day: date, presenter: str = "nobody") -> dict[str, dict[str, str]]:
    return {
        ids.DISCUSSION_DAY: {ids.DISCUSSION_DAY: day.isoformat()},
        ids.DISCUSSION_PRESENTER: {ids.DISCUSSION_PRESENTER: presenter},
    }


async def plan(person: Member, day: date = WEDNESDAY, presenter: str = "nobody") -> str:
    """Press the recap's button, fill the form in, and return what the channel is told."""
    before = [message["ts"] for message in person.messages("papers")]
    await person.click(last_with(person, ids.PLAN_DISCUSSION), ids.PLAN_DISCUSSION)
    view = await opened(person, "Who presents")
    assert await person.submit(view, entered(day, presenter)) == {}
    await person.sees(shows("Done."))
    await person.close(person.modals()[-1])
    return await hears(person, "we'll discuss", before)


def moved(tables: Tables, workspace: str, day: date) -> None:
    tables.discussions.change(workspace, 1, day, None)


async def discussion(stage: Stage) -> Discussion | None:
    workspace, channel = stage.bot.workspace, stage.workspace.channel("papers").id
    return await stage.bot.storage.read(lambda tables: tables.discussions.of_paper(workspace, channel, TREE))


async def readers(stage: Stage) -> tuple[str, ...]:
    workspace, channel = stage.bot.workspace, stage.workspace.channel("papers").id
    return await stage.bot.storage.read(lambda tables: tables.readers.of_paper(workspace, channel, TREE))


async def verdicts(stage: Stage) -> VerdictCounts:
    found = await stage.bot.storage.read(lambda tables: tables.discussions.verdict_counts([1]))
    return found.get(1, VerdictCounts())


def reminders(stage: Stage) -> list[dict[str, Any]]:
    return [each for each in stage.person("ada").messages("papers") if "Discussion on" in each["text"]]


@on_each_engine
async def test_the_whole_way_from_the_recap_to_the_verdict(stage: Stage) -> None:
    await recap(stage)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    told = await plan(ada)
    presented = await press(emmy, ids.PRESENT_DISCUSSION, f"<@{emmy.id}> presents.")
    early = await tick_at(stage, at(7, 8, 59))
    seen = await tick_at(stage, at(7, 9))
    later = await tick_at(stage, at(8, 9))
    worth = await press(ada, ids.FOUND_WORTH, "Noted: worth it.")
    await press(emmy, ids.FOUND_WORTH, "Noted: worth it.")
    await press(ada, ids.FOUND_SKIP, "Noted: skip it.")
    await stage.bot.jobs["cards"]()
    [reminder] = reminders(stage)

    assert told.splitlines() == [
        "Nobody presents yet.",
        f"On Wed, October 8 we'll discuss {TITLE} (https://arxiv.org/abs/{TREE})",
    ]
    assert presented.startswith(f"<@{emmy.id}> presents.")
    assert [len(each) for each in (early, seen, later)] == [4, 5, 5]
    assert seen[-1].splitlines()[:2] == [f"<@{emmy.id}> presents.", "Discussion on October 8, 2025"]
    assert "1. The problem: “" in seen[-1]
    assert "Worth it: 0 · Skip it: 0" in seen[-1]
    assert worth.endswith("press the other button to change yours.")
    assert "Worth it: 1 · Skip it: 1" in reminder["text"]
    assert [each["text"].splitlines()[0].startswith(TITLE) for each in ada.thread(reminder)[1:]] == [True]
    known = await discussion(stage)
    assert known is not None
    assert (known.presenter, known.opened_ts) == (emmy.id, reminder["ts"])
    assert ada.id not in str([each["text"] for each in ada.messages("papers")])


async def test_the_form_names_other_readers_only_to_who_is_among_them(stage: Stage) -> None:
    await recap(stage)
    seen = []
    for name in ("ada", "lin"):
        person = stage.person(name)
        await person.click(last_with(person, ids.PLAN_DISCUSSION), ids.PLAN_DISCUSSION)
        seen.append(str(await opened(person, "2025-10-10")))
    emmy = stage.person("emmy").id

    assert [emmy in each for each in seen] == [True, False]


async def test_the_form_names_nobody_where_the_channel_only_counts(stage: Stage) -> None:
    await recap(stage, reading=Reading.COUNTED)
    ada = stage.person("ada")
    await ada.click(last_with(ada, ids.PLAN_DISCUSSION), ids.PLAN_DISCUSSION)

    assert stage.person("emmy").id not in str(await opened(ada, "Who presents"))


@on_each_engine
async def test_who_is_forgotten_counts_no_more_and_is_named_no_more(stage: Stage) -> None:
    await recap(stage)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await plan(ada, presenter="me")
    await tick_at(stage, at(7, 9))
    await press(ada, ids.FOUND_WORTH, "Noted: worth it.")
    await press(emmy, ids.FOUND_SKIP, "Noted: skip it.")
    await stage.bot.jobs["cards"]()
    [before] = reminders(stage)
    workspace = stage.bot.workspace
    await stage.bot.storage.write(lambda tables: tables.people.forget(workspace, ada.id))
    await stage.bot.jobs["cards"]()
    [after] = reminders(stage)

    assert before["text"].splitlines()[0] == f"<@{ada.id}> presents."
    assert "Worth it: 1 · Skip it: 1" in before["text"]
    assert after["text"].splitlines()[0] == "Nobody presents yet."
    assert "Worth it: 0 · Skip it: 1" in after["text"]


async def test_the_status_names_the_next_recap_and_the_next_discussion(stage: Stage) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await plan(ada)
    shown = await say(ada, "/papers status", "Next recap")

    assert "Next recap: October 10 at 12:00" in shown
    assert f"Next discussion: {TITLE}, Wednesday." in shown


@pytest.mark.parametrize(
    ("day", "error"),
    [
        (date(2025, 10, 2), "Choose today or a later day."),
        (date(2027, 1, 1), "Choose a day within a year."),
    ],
)
async def test_a_day_that_cannot_be_planned_is_refused_beside_the_field(
    stage: Stage, day: date, error: str
) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await ada.click(last_with(ada, ids.PLAN_DISCUSSION), ids.PLAN_DISCUSSION)
    view = await opened(ada, "Who presents")

    assert await ada.submit(view, entered(day)) == {ids.DISCUSSION_DAY: error}
    assert await discussion(stage) is None


async def test_whoever_plans_can_present_and_withdraw_and_the_date_can_change(stage: Stage) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await plan(ada, presenter="me")
    first = await discussion(stage)
    before = [message["ts"] for message in ada.messages("papers")]
    await ada.click(last_with(ada, ids.CHANGE_DISCUSSION), ids.CHANGE_DISCUSSION)
    view = await opened(ada, "Who presents")
    assert await ada.submit(view, entered(date(2025, 10, 9))) == {}
    told = await hears(ada, "The plan has changed", before)
    second = await discussion(stage)

    assert first is not None
    assert second is not None
    assert (first.presenter, first.planned_for) == (ada.id, WEDNESDAY)
    assert (second.presenter, second.planned_for) == (None, date(2025, 10, 9))
    assert told.startswith("Nobody presents yet.")


async def test_nobody_takes_a_presentation_from_another(stage: Stage) -> None:
    await recap(stage)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await plan(ada, presenter="me")
    before = [message["ts"] for message in emmy.messages("papers")]
    await emmy.click(last_with(emmy, ids.CHANGE_DISCUSSION), ids.CHANGE_DISCUSSION)
    view = await opened(emmy, "Leave as it is")
    assert view["submit"]["text"] == "Save"
    assert await emmy.submit(view, entered(date(2025, 10, 9))) == {}
    await hears(emmy, "The plan has changed", before)
    known = await discussion(stage)

    assert known is not None
    assert known.presenter == ada.id


async def test_a_form_that_was_opened_before_takes_no_presentation_from_another(stage: Stage) -> None:
    await recap(stage)
    lin, emmy = stage.person("lin"), stage.person("emmy")
    await plan(stage.person("ada"))
    await lin.click(last_with(lin, ids.CHANGE_DISCUSSION), ids.CHANGE_DISCUSSION)
    view = await opened(lin, "主讲人")
    await press(emmy, ids.PRESENT_DISCUSSION, f"<@{emmy.id}> presents.")
    before = [message["ts"] for message in lin.messages("papers")]
    assert await lin.submit(view, entered(date(2025, 10, 9), "me")) == {}
    told = await hears(lin, "The plan has changed", before)
    known = await discussion(stage)

    assert known is not None
    assert (known.presenter, known.planned_for) == (emmy.id, date(2025, 10, 9))
    assert told.startswith(f"<@{emmy.id}> presents.")
    assert lin.id not in await readers(stage)


async def test_who_would_present_what_was_dropped_meanwhile_is_no_reader_of_it(stage: Stage) -> None:
    await recap(stage)
    lin = stage.person("lin")
    await plan(stage.person("ada"))
    await lin.click(last_with(lin, ids.CHANGE_DISCUSSION), ids.CHANGE_DISCUSSION)
    view = await opened(lin, "主讲人")
    await press(stage.person("emmy"), ids.DROP_DISCUSSION, "is off the plan")
    assert await lin.submit(view, entered(WEDNESDAY, "me")) == {}
    await lin.sees(shows("这次讨论已经不在计划里了。"))

    assert lin.id not in await readers(stage)


async def test_the_channel_is_told_once_who_presents(stage: Stage) -> None:
    await recap(stage)
    emmy = stage.person("emmy")
    await plan(emmy)
    announcement = last_with(emmy, ids.PRESENT_DISCUSSION)
    await press(emmy, ids.PRESENT_DISCUSSION, f"<@{emmy.id}> presents.")
    told = len(stage.person("ada").messages("papers"))
    before = [message["ts"] for message in emmy.messages("papers")]
    await emmy.click(announcement, ids.PRESENT_DISCUSSION)
    await hears(emmy, "You present this already.", before)

    assert len(stage.person("ada").messages("papers")) == told


async def test_what_is_dropped_is_not_reminded_of_and_its_old_buttons_say_so(stage: Stage) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await plan(ada)
    announcement = last_with(ada, ids.DROP_DISCUSSION)
    told = await press(ada, ids.DROP_DISCUSSION, "is off the plan")
    before = [message["ts"] for message in ada.messages("papers")]
    await ada.click(announcement, ids.PRESENT_DISCUSSION)
    answer = await hears(ada, "no longer on the plan", before)
    await tick_at(stage, at(7, 9))
    known = await discussion(stage)

    assert told == f"The discussion on Wed, October 8 is off the plan: {TITLE} (https://arxiv.org/abs/{TREE})"
    assert answer == "This discussion is no longer on the plan."
    assert reminders(stage) == []
    assert known is not None
    assert known.state is DiscussionState.DROPPED


async def test_a_reminder_says_that_its_discussion_was_taken_off_the_plan_since(stage: Stage) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await plan(ada, presenter="me")
    await tick_at(stage, at(7, 9))
    await press(ada, ids.DROP_DISCUSSION, "is off the plan")
    await stage.bot.jobs["cards"]()
    [reminder] = reminders(stage)

    assert reminder["text"].splitlines()[:2] == [
        "This discussion is no longer on the plan.",
        "Discussion on October 8, 2025",
    ]
    assert [block for block in reminder["blocks"] if block["type"] == "actions"] == []


async def test_a_discussion_of_today_is_reminded_of_at_once_and_ends_with_its_day(stage: Stage) -> None:
    await recap(stage)
    await plan(stage.person("ada"), date(2025, 10, 3))
    await tick_at(stage, at(3, 16, 1))
    during = await discussion(stage)
    await tick_at(stage, at(4, 0))
    after = await discussion(stage)

    assert len(reminders(stage)) == 1
    assert during is not None
    assert after is not None
    assert (during.state, after.state) == (DiscussionState.PLANNED, DiscussionState.DISCUSSED)


async def test_where_digests_ended_nothing_is_planned_and_the_answer_says_why(stage: Stage) -> None:
    await recap(stage)
    clock = stage.clock
    await stage.bot.storage.write(lambda tables: tables.subscriptions.end(1, clock.now()))

    told = await press(stage.person("ada"), ids.PLAN_DISCUSSION, "daily digest")

    assert told == "This channel has no daily digest. Set one up with `/papers subscribe`."


async def test_a_reminder_whose_day_is_over_is_skipped(stage: Stage) -> None:
    await recap(stage)
    await plan(stage.person("ada"))
    await tick_at(stage, at(9, 0))
    delivery = await stage.bot.storage.read(
        lambda tables: tables.deliveries.of_day(1, DeliveryKind.DISCUSSION, WEDNESDAY)
    )

    assert reminders(stage) == []
    assert delivery is not None
    assert delivery.reason == TOO_LATE


async def test_another_date_is_reminded_of_anew_and_the_same_never_twice(stage: Stage) -> None:
    await recap(stage)
    await plan(stage.person("ada"))
    await tick_at(stage, at(7, 9))
    workspace = stage.bot.workspace
    counts = []
    for day in (9, 8, 9):
        await stage.bot.storage.write(partial(moved, workspace=workspace, day=date(2025, 10, day)))
        await tick_at(stage, at(8, 9, day))
        counts.append(len(reminders(stage)))

    assert counts == [2, 2, 2]


async def test_a_channel_reads_it_all_in_its_own_language(stage: Stage) -> None:
    await recap(stage, language="zh-CN")
    ada = stage.person("ada")
    before = [message["ts"] for message in ada.messages("papers")]
    await ada.click(last_with(ada, ids.PLAN_DISCUSSION), ids.PLAN_DISCUSSION)
    assert await ada.submit(await opened(ada, "Who presents"), entered(WEDNESDAY)) == {}
    told = await hears(ada, "一起讨论", before)
    seen = await tick_at(stage, at(7, 9))

    assert told.splitlines()[0] == "还没有人主讲。"
    assert seen[-1].splitlines()[1] == f"{words_for('zh-CN').date(WEDNESDAY)}讨论"
    assert "可以从这三个问题谈起：" in seen[-1]


async def test_a_verdict_counts_only_where_the_button_is(stage: Stage) -> None:
    await recap(stage)
    ada = stage.person("ada")
    await plan(ada)
    await tick_at(stage, at(7, 9))
    known = await discussion(stage)
    assert known is not None
    elsewhere = stage.workspace.channel("random").id
    other = await stage.bot.storage.write(
        lambda tables: tables.discussions.plan(
            *(stage.bot.workspace, elsewhere, TREE, WEDNESDAY),
            presenter=None,
            planned_by=ada.id,
            now=stage.clock.now(),
        )
    )
    assert other is not None
    before = [message["ts"] for message in ada.messages("papers")]
    channel = stage.workspace.channel("papers")
    message = channel.messages[last_with(ada, ids.FOUND_WORTH)["ts"]]
    forger = Forger(stage, "ada")
    await forger.send(forger.on_message(channel, message, with_value(ids.FOUND_WORTH, str(other.id))))
    await hears(ada, "no longer on the plan", before)

    assert await verdicts(stage) == VerdictCounts()
    assert reminder_key(known) != reminder_key(other)
