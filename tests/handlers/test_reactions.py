"""A reaction saves the papers of a message for whoever reacts; its removal takes them off again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.records import PersonSettings, SavedIn
from tests.handlers.forging import handled
from tests.handlers.talking import hears, say
from tests.handlers.test_message_shortcut import LISTED, saved_by
from tests.handlers.test_unlisted import NAME, PAPER_ID, knowing, with_arxiv
from tests.support.stage import Stage, on_each_engine, set_stage

LINK = f"https://arxiv.org/abs/{LISTED}"


async def settled() -> None:
    """Wait until the app has handled the events that were sent."""
    for _ in range(20):
        await asyncio.sleep(0)
    await handled()


async def saved_until(
    stage: Stage, name: str, wanted: Callable[[dict[str, SavedIn | None]], bool]
) -> dict[str, SavedIn | None]:
    """Wait until the person's list is as wanted, and return where its papers were saved."""
    async with asyncio.timeout(30):
        # Nobody is told when an event is handled, so the list is looked at again and again.
        while not wanted(own := await saved_by(stage, name)):  # noqa: ASYNC110 -- see above
            await asyncio.sleep(0.01)
    return own


@on_each_engine
async def test_a_card_is_saved_by_a_reaction_and_removed_with_it(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    lin, ada = stage.person("lin"), stage.person("ada")
    card = next(each for each in lin.messages("papers") if each.get("thread_ts", each["ts"]) != each["ts"])
    before = ada.messages("papers")
    await lin.react(card, "bookmark")
    place = SavedIn(card["channel"], card["ts"], card["thread_ts"])
    own = await saved_until(stage, "lin", bool)
    await lin.unreact(card, "bookmark")
    await saved_until(stage, "lin", lambda papers: not papers)

    assert list(own.values()) == [place]
    assert all(f"arxiv.org/abs/{paper_id}" in str(card["blocks"]) for paper_id in own)
    assert await saved_by(stage, "ada") == {}
    assert [each["ts"] for each in ada.messages("papers")] == [each["ts"] for each in before]
    assert lin.direct_messages() == []


async def test_links_of_any_message_or_reply_are_saved_and_unknown_papers_fetched(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing(PAPER_ID)) as (stage, _):
        await stage.import_sample()
        ada = stage.person("ada")
        parent = await ada.message("papers", "What do we read?")
        reply = await ada.message("papers", f"{LINK} and arXiv:{PAPER_ID}", thread=parent)
        await ada.react(reply, "bookmark")
        own = await saved_until(stage, "ada", lambda papers: set(papers) == {LISTED, PAPER_ID})

    assert set(own.values()) == {SavedIn(reply["channel"], reply["ts"], parent["ts"])}


async def test_what_was_saved_otherwise_or_noted_stays(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada, lin, emmy = (stage.person(name) for name in ("ada", "lin", "emmy"))
        message = await ada.message("papers", LINK)
        await say(emmy, f"/papers save {LISTED}", "Saved")
        for person in (ada, lin, emmy):
            await person.react(message, "bookmark")
        for name in ("ada", "lin", "emmy"):
            await saved_until(stage, name, bool)
        await settled()
        await say(ada, f"/papers save {LISTED}", "Already")
        workspace, person_id = stage.bot.workspace, lin.id
        await stage.bot.storage.write(
            lambda tables: tables.saved_papers.set_tags(workspace, person_id, LISTED, ["soon"])
        )
        for person in (ada, lin, emmy):
            await person.unreact(message, "bookmark")
        await settled()
        kept = [set(await saved_by(stage, name)) for name in ("ada", "lin", "emmy")]

    assert kept == [{LISTED}] * 3


@pytest.mark.parametrize(("emoji", "setting"), [("tada", "bookmark"), ("bookmark", "none")])
async def test_another_emoji_saves_nothing(tmp_path: Path, emoji: str, setting: str) -> None:
    async with set_stage(tmp_path / "test.db", save_reaction=setting) as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await ada.react(await ada.message("papers", LINK), emoji)
        await settled()
        saved = await saved_by(stage, "ada")

    assert saved == {}


async def test_a_person_s_own_emoji_comes_first(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db") as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        settings = PersonSettings(stage.bot.workspace, ada.id, reaction="tada")
        await stage.bot.storage.write(lambda tables: tables.personal_settings.put(settings))
        await ada.react(await ada.message("papers", LINK), "tada")
        await saved_until(stage, "ada", bool)


async def test_what_could_not_be_found_is_told_to_that_person_alone(tmp_path: Path) -> None:
    async with with_arxiv(tmp_path, knowing()) as (stage, _):
        ada, lin = stage.person("ada"), stage.person("lin")
        message = await lin.message("papers", f"https://arxiv.org/abs/{PAPER_ID}")
        before = [each["ts"] for each in ada.messages("papers")]
        await ada.react(message, "bookmark")
        told = await hears(ada, "no such paper", before)
        seen = lin.everything()

    assert told.startswith("arXiv has no such paper:")
    assert ("no such paper" in seen, NAME in seen) == (False, False)


async def test_where_the_history_cannot_be_read_the_scope_is_named_and_cards_still_work(
    tmp_path: Path,
) -> None:
    config: dict[str, Any] = {"withheld_scopes": ["channels:history"]}
    async with set_stage(tmp_path / "test.db", config) as stage:
        await stage.deliver_sample(most_cards=3)
        ada = stage.person("ada")
        card = next(
            each for each in ada.messages("papers") if each.get("thread_ts", each["ts"]) != each["ts"]
        )
        message = await ada.message("papers", LINK)
        before = [each["ts"] for each in ada.messages("papers")]
        await ada.react(message, "bookmark")
        told = await hears(ada, "scope", before)
        await ada.react(card, "bookmark")
        own = await saved_until(stage, "ada", bool)

    assert "`channels:history`" in told
    assert len(own) == 1


async def test_without_the_scope_for_reactions_the_rest_works(tmp_path: Path) -> None:
    async with set_stage(tmp_path / "test.db", {"withheld_scopes": ["reactions:read"]}) as stage:
        await stage.import_sample()
        ada = stage.person("ada")
        await ada.react(await ada.message("papers", LINK), "bookmark")
        saved = await say(ada, f"/papers save {LISTED}", "Saved")

    assert saved.startswith("Saved: ")
