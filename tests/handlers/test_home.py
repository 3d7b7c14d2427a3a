"""The Home tab: for who never used it, for who reads, and for who has channels; settings and reminders."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards import ids
from bot.cards.ids import SettingsField
from bot.cards.my_settings import REMINDER
from bot.sandbox import Member
from handlers.people import People
from handlers.reminders import Reminders, next_reminder
from storage.records import PersonSettings, ReadingStatus
from tests.handlers.talking import opened, say, shows
from tests.support.stage import Stage, on_each_engine

TREE = "Tree Search for LLM Agent Reinforcement Learning"
PAPER = "2509.21240"


async def home_of(person: Member, until: str) -> str:
    """Open the Home tab and return it once it shows the text."""
    await person.open_home()
    await person.sees(lambda _: until in str(person.home()))
    return str(person.home())


async def press(person: Member, action_id: str) -> None:
    home = person.home()
    assert home
    await person.click(home, action_id)


def reminders_of(stage: Stage) -> Reminders:
    bot = stage.bot
    people = People(stage.clock, bot.storage)
    return Reminders(bot.storage, stage.clock, bot.connections, people, bot.workspace)


async def remind_from(stage: Stage, settings: PersonSettings) -> None:
    await stage.bot.storage.write(lambda tables: tables.personal_settings.put(settings))


async def test_who_never_used_it_is_told_what_it_is_for(stage: Stage) -> None:
    await stage.import_sample()
    ada, lin = stage.person("ada"), stage.person("lin")

    home = await home_of(ada, "Keep the papers you want to read")
    chinese = await home_of(lin, "把想读的论文收在这里")
    await press(ada, ids.SHOW_HELP)
    await opened(ada, "Start here:")
    await ada.close(ada.modals()[-1])
    await press(ada, ids.SHOW_LATEST)
    await opened(ada, "AI papers · September 29, 2025")

    assert "My papers" not in home
    assert "看看我能做什么" in chinese


@on_each_engine
async def test_new_papers_of_one_s_channels_can_be_saved_there(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    channel = stage.workspace.channel("papers").id

    home = await home_of(ada, "New for you")
    await ada.click(ada.home() or {}, ids.SAVE_LISTED_PAPER, value=_first_value(ada.home()))
    await ada.sees(lambda _: "My papers · 1" in str(ada.home()))

    assert home.count(ids.SAVE_LISTED_PAPER) == 3
    assert f"<#{channel}>" in home
    assert str(ada.home()).count(ids.SAVE_LISTED_PAPER) == 2


def _first_value(home: Any) -> str:
    values = [
        element["value"]
        for block in home["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == ids.SAVE_LISTED_PAPER
    ]
    return str(values[0])


async def test_a_channel_that_the_person_is_not_in_is_not_named(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    channel = stage.workspace.channel("papers")
    channel.members.discard(emmy.id)

    of_ada = await home_of(ada, "Digests come to")
    of_emmy = await home_of(emmy, "Keep the papers")

    assert f"<#{channel.id}>" in of_ada
    assert channel.id not in of_emmy
    assert "New for you" not in of_emmy


async def test_old_digests_are_not_new(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    stage.clock.advance(timedelta(days=3).total_seconds())

    assert "New for you" not in await home_of(ada, "Digests come to")


async def test_what_is_being_read_comes_first(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await home_of(ada, "My papers · 1")

    await press(ada, ids.MARK_PAPER[ReadingStatus.READING])
    await ada.sees(lambda _: "Continue reading" in str(ada.home()))

    assert str(ada.home()).count(TREE) > 1


def reaction(name: str) -> dict[str, dict[str, Any]]:
    return {SettingsField.REACTION: {SettingsField.REACTION: name}}


@on_each_engine
async def test_a_person_s_settings_hold_at_once_and_for_them_alone(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await home_of(ada, "My settings")
    await press(ada, ids.OPEN_MY_SETTINGS)
    form = await opened(ada, "The language of my Slack")

    entered: dict[str, dict[str, Any]] = {
        SettingsField.LANGUAGE: {SettingsField.LANGUAGE: "zh-CN"},
        SettingsField.REMINDER: {SettingsField.REMINDER: [REMINDER]},
    }
    refused = await ada.submit(form, entered | reaction("two words"))
    errors = await ada.submit(form, entered | reaction(":Eyes:"))
    await ada.sees(lambda _: "每周一 9:00 提醒你还有哪些未读。" in str(ada.home()))

    assert refused == {SettingsField.REACTION: "Write the name of an emoji, such as bookmark."}
    assert errors == {}
    assert "我的收藏" in await say(ada, "/papers saved", "我的收藏")
    assert "My papers" in await say(emmy, "/papers saved", "My papers")
    kept = await stage.bot.storage.read(
        lambda tables: [tables.personal_settings.get(stage.bot.workspace, each.id) for each in (ada, emmy)]
    )
    assert kept[0]
    assert (kept[0].language, kept[0].next_reminder_at is not None, kept[1]) == ("zh-CN", True, None)
    assert kept[0].reaction == "eyes"


@on_each_engine
async def test_a_reminder_comes_once_a_week_to_who_wants_it(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await say(emmy, f"/papers save {PAPER}", "Saved: ")
    due = stage.clock.now() + timedelta(hours=1)
    settings = PersonSettings(stage.bot.workspace, ada.id, next_reminder_at=due)
    await remind_from(stage, settings)

    await reminders_of(stage).tick()
    early = ada.direct_messages()
    stage.clock.advance(3_700)
    for _ in range(3):
        await reminders_of(stage).tick()
    await ada.sees(shows("1 paper on your list is still to read."))
    once = len(ada.direct_messages())
    stage.clock.advance(timedelta(days=7).total_seconds())
    await reminders_of(stage).tick()

    assert (early, once, len(ada.direct_messages())) == ([], 1, 2)
    assert TREE in str(ada.direct_messages()[0]["blocks"])
    assert emmy.direct_messages() == []


async def test_no_reminder_comes_of_nothing_or_long_after_its_time(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await say(emmy, f"/papers save {PAPER}", "Saved: ")
    due = {ada: timedelta(hours=1), emmy: timedelta(hours=13)}
    for person, since in due.items():
        at = stage.clock.now() - since
        await remind_from(stage, PersonSettings(stage.bot.workspace, person.id, next_reminder_at=at))

    await reminders_of(stage).tick()

    assert (ada.direct_messages(), emmy.direct_messages()) == ([], [])


@pytest.mark.parametrize(
    ("zone", "now", "at"),
    [
        ("UTC", "2025-09-29T08:59", "2025-09-29T09:00"),
        ("UTC", "2025-09-29T09:00", "2025-10-06T09:00"),
        ("UTC", "2025-09-30T00:00", "2025-10-06T09:00"),
        ("Asia/Shanghai", "2025-09-28T23:00", "2025-09-29T01:00"),
        ("America/Los_Angeles", "2025-09-29T12:00", "2025-09-29T16:00"),
        # Summer time ends there in between.
        ("Europe/Berlin", "2025-10-20T08:00", "2025-10-27T08:00"),
    ],
)
def test_the_next_reminder_is_on_monday_at_nine_where_the_person_is(zone: str, now: str, at: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert next_reminder(ZoneInfo(zone), moment) == datetime.fromisoformat(at).replace(tzinfo=UTC)
