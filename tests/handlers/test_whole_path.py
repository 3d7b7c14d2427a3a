"""Commands and clicks over a real Socket Mode connection, as the people in the channel see them."""

from dataclasses import replace
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.ids import Listed, Page
from bot.sandbox import Member
from tests.support.stage import SAMPLE_DAY, Stage, on_each_engine

TREE_SEARCH = "Tree Search for LLM Agent Reinforcement Learning"


def last_lines(person: Member, channel: str, count: int) -> list[str]:
    return [line.strip() for line in person.transcript(channel).splitlines()[-count:]]


def is_there(text: str) -> Any:
    return lambda view: text in str(view)


async def ask(person: Member, text: str, until: str) -> None:
    """Say a command and wait for its answer, which is a new message."""
    before = [message["ts"] for message in person.messages("papers")]
    await person.command("papers", text)
    await person.sees(
        lambda _: any(until in str(each) for each in person.messages("papers") if each["ts"] not in before)
    )


async def thread_of_digest(person: Member) -> list[dict[str, Any]]:
    parent = person.messages("papers")[0]
    return person.thread(parent)


@on_each_engine
async def test_command_save_list_remove_are_seen_by_that_person_alone(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    before = emmy.everything()

    await ask(ada, "/papers arXiv:2509.21240v1", until="Worth trying when")
    await ada.click(ada.messages("papers")[-1], ids.SAVE_OPENED_PAPER)
    await ada.sees(is_there("Remove"))
    await ask(ada, "/papers saved", until="My papers · 1")
    listed = last_lines(ada, "papers", 6)
    await ada.click(ada.messages("papers")[-1], ids.REMOVE_LISTED_PAPER)
    await ada.sees(is_there("My papers · 0"))

    assert listed == [
        "Paper Round (only visible to you):",
        "My papers · 1",
        "[All · 1] [To read · 1] [Reading · 0] [Read · 0]",
        TREE_SEARCH,
        "2509.21240 · Saved today",
        "[Open] [Read] [Reading] [Edit] [Remove]",
    ]
    assert last_lines(ada, "papers", 5) == [
        "Paper Round (only visible to you):",
        "My papers · 0",
        f"Removed from your list: {TREE_SEARCH}",
        "[Undo]",
        "Nothing here yet. Press Save on any paper to keep it here. Only you can see this list.",
    ]
    assert emmy.everything() == before


async def test_save_on_a_card_is_answered_in_its_thread_to_the_one_who_clicked(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    parent, *cards = await thread_of_digest(ada)

    await ada.click(cards[1], ids.SAVE_PAPER)
    await ada.sees(is_there("Saved: "))
    answer = (await thread_of_digest(ada))[-1]

    assert (answer["thread_ts"], answer["ephemeral"]) == (parent["ts"], True)
    assert answer["text"] == f"Saved: {TREE_SEARCH} (https://arxiv.org/abs/2509.21240)"
    assert await thread_of_digest(emmy) == [parent, *cards]


@on_each_engine
async def test_my_papers_under_a_digest_shows_each_person_their_own_list_in_their_language(
    stage: Stage,
) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, lin = stage.person("ada"), stage.person("lin")
    parent = ada.messages("papers")[0]
    await ask(ada, "/papers save 2509.21240", until="Saved: ")

    await ada.click(parent, ids.MY_PAPERS)
    await lin.click(parent, ids.MY_PAPERS)
    await ada.sees(is_there("My papers · 1"))
    await lin.sees(is_there("我的收藏 · 0 篇"))

    assert TREE_SEARCH in last_lines(ada, "papers", 3)[0]
    assert last_lines(lin, "papers", 3)[-1].startswith("这里还是空的")


@on_each_engine
async def test_a_listing_can_be_paged_and_saved_from_in_place(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ask(ada, "/papers", until="1–10 of 12")
    count = len(ada.messages("papers"))

    await ada.click(ada.messages("papers")[-1], ids.NEXT_PAGE)
    await ada.sees(is_there("11–12 of 12"))
    second = last_lines(ada, "papers", 11)
    first = ids.listed_value(Listed("2509.20868", Page(10, SAMPLE_DAY)))
    await ada.click(ada.messages("papers")[-1], ids.SAVE_LISTED_PAPER, value=first)
    await ada.sees(is_there("Remove"))
    after = last_lines(ada, "papers", 11)
    await ada.click(ada.messages("papers")[-1], ids.PREVIOUS_PAGE)
    await ada.sees(is_there("1–10 of 12"))

    assert [line for line in second if line.startswith("[")] == [
        "[Open] [Save]",
        "[Open] [Save]",
        "[← Previous]",
    ]
    assert [line for line in after if line.startswith("[")] == [
        "[Open] [Remove]",
        "[Open] [Save]",
        "[← Previous]",
    ]
    assert second[1] == "12 papers · Digest file 11–12 of 12"
    assert len(ada.messages("papers")) == count


@on_each_engine
async def test_the_home_tab_is_the_person_s_own_list_and_changes_in_place(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await ask(ada, "/papers save 2509.21240", until="Saved: ")

    await ada.open_home()
    await ada.sees(is_there("My papers · 1"))
    home = ada.home()
    assert home
    await ada.click(home, ids.REMOVE_LISTED_PAPER)
    await ada.sees(is_there("My papers · 0"))


async def test_the_abstract_opens_in_a_modal_where_there_is_one(stage: Stage) -> None:
    await stage.import_sample()
    await stage.bot.storage.write(
        lambda tables: tables.papers.add(
            replace(tables.papers.of_ids(["2509.21240"])[0], abstract="We climb <trees>.")
        )
    )
    ada = stage.person("ada")

    await ask(ada, "/papers 2509.21240", until="Abstract")
    await ada.click(ada.messages("papers")[-1], ids.SHOW_ABSTRACT)
    await ada.sees(lambda view: view["modals"])

    assert "We climb <trees>." in str(ada.modals()[0]["blocks"])


async def test_a_failure_is_told_with_a_reference_that_the_log_has_too(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.bot.storage.close()
    ada = stage.person("ada")

    await ask(ada, "/papers saved", until="Something went wrong")

    answer = str(ada.messages("papers")[-1]["text"])
    reference = answer.partition("noted as ")[2].partition(".")[0]
    assert reference in caplog.text
    assert "Traceback" in caplog.text
