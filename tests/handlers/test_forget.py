"""A person sees what is kept of them, and has all of it removed; a leaver's goes after a time."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.cards import ids
from bot.cards.erasure import kept_message
from bot.locale import words_for
from storage.records import PersonalData, PersonSettings
from storage.retention import LEAVERS_KEPT_FOR, Retention
from storage.tables import Tables
from tests.handlers.forging import Forger, handled, with_value
from tests.handlers.talking import last_with, say, shows
from tests.handlers.test_exports import fill
from tests.support.card_contents import assert_taken
from tests.support.stage import NOON, Stage, on_each_engine, set_stage


async def kept_of(stage: Stage, name: str, workspace: str = "") -> PersonalData:
    person, where = stage.person(name).id, workspace or stage.bot.workspace
    return await stage.bot.storage.read(lambda tables: tables.people.what_is_kept(where, person))


async def changed(stage: Stage, name: str, *, deleted: bool) -> None:
    """Tell the bot that Slack deactivated the person, or that they are back."""
    workspace, forger = stage.workspace, Forger(stage, name)
    event = {"type": "user_change", "user": {"id": forger.person.id, "deleted": deleted}}
    about = {"team_id": workspace.team_id, "api_app_id": workspace.app_id, "type": "event_callback"}
    await forger.send({**about, "event": event}, "events_api")
    await handled()


@on_each_engine
async def test_all_of_one_person_goes_after_they_confirm_it(stage: Stage) -> None:
    for name in ("ada", "lin"):
        await fill(stage, name)
    settings = PersonSettings(stage.bot.workspace, stage.person("ada").id)
    await stage.bot.storage.write(lambda tables: tables.personal_settings.put(settings))
    ada = stage.person("ada")
    before = await kept_of(stage, "lin")

    shown = await say(ada, "/papers forget me", "This is what I keep")
    await ada.click(last_with(ada, ids.FORGET_ME), ids.FORGET_ME)
    await ada.sees(shows("Done. Nothing about you is kept here any more."))
    again = await say(ada, "/papers forget me", "nothing")

    assert shown.splitlines()[:5] == [
        "This is what I keep about you:",
        "• 2 papers on your list",
        "• 1 note",
        "• 2 tags",
        "• your settings",
    ]
    assert again == "I keep nothing about you."
    assert (await kept_of(stage, "ada")).is_nothing
    assert await kept_of(stage, "lin") == before


async def test_it_is_said_in_chinese(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await fill(stage)
        lin = stage.person("lin")
        shown = await say(lin, "/papers 忘记我", "我保存着")
        await lin.click(last_with(lin, ids.FORGET_ME), ids.FORGET_ME)
        await lin.sees(shows("已全部删除。这里不再有你的任何数据。"))

    assert "• 收藏的 2 篇论文" in shown


async def test_the_button_asks_first_and_whatever_it_carries_is_ignored(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        for name in ("ada", "lin"):
            await fill(stage, name)
        ada, channel = stage.person("ada"), stage.workspace.channel("papers")
        await say(ada, "/papers forget me", "This is what I keep")
        answer = list(channel.messages.values())[-1]
        button = answer.blocks[-1]["elements"][0] if answer.blocks else {}
        forged = with_value(ids.FORGET_ME, stage.person("lin").id)
        await Forger(stage, "ada").send_all([Forger(stage, "ada").on_message(channel, answer, forged)])
        kept = [(await kept_of(stage, name)).saved_papers for name in ("ada", "lin")]

    assert button["confirm"]["title"]["text"] == "Remove everything?"
    assert "value" not in button
    assert kept == [0, 2]


async def test_a_leaver_s_list_is_kept_for_ninety_days(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        for name in ("ada", "lin", "emmy"):
            await fill(stage, name)
        await changed(stage, "ada", deleted=True)
        await changed(stage, "lin", deleted=True)
        await changed(stage, "lin", deleted=False)
        retention = Retention(stage.bot.storage, stage.clock, timedelta(hours=72))
        counts = []
        for waited in (LEAVERS_KEPT_FOR - timedelta(days=1), timedelta(days=2)):
            stage.clock.advance(waited.total_seconds())
            await retention.tick()
            counts.append([(await kept_of(stage, name)).saved_papers for name in ("ada", "lin", "emmy")])

    assert counts == [[2, 2, 2], [0, 2, 2]]


async def test_of_who_never_used_it_nothing_is_noted(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await changed(stage, "ada", deleted=True)
        person = stage.person("ada").id
        noted = await stage.bot.storage.read(
            lambda tables: tables.people.is_deactivated(stage.bot.workspace, person)
        )

    assert noted is False


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_any_numbers_can_be_shown(language: str) -> None:
    kept = PersonalData(10_000, 10_000, 10_000, 10_000, 1, 10_000, 10_000, 10_000, 1, 10_000, 20)

    assert_taken(kept_message(kept, words_for(language)))


def test_what_is_noted_of_a_leaver_goes_with_the_rest(tables: Tables) -> None:
    tables.people.note_deactivated("T1", "U1", NOON)

    tables.people.forget("T1", "U1")

    assert not tables.people.is_deactivated("T1", "U1")
