"""A person's own list in Slack: filtered, marked, edited, removed and put back, in messages and on Home."""

import json
from functools import partial
from typing import Any

from bot.cards import ids
from bot.cards.ids import Edited, EditField, Listed, Page
from bot.sandbox import Member
from storage.records import ReadingStatus, SavedIn, SavedPaper
from storage.tables import Tables
from tests.handlers.forging import Forger, with_value
from tests.handlers.talking import hears, last_with, opened, say, shows
from tests.support.stage import NOON, Stage, on_each_engine

TREE = "Tree Search for LLM Agent Reinforcement Learning"
PAPER, OTHER = "2509.21240", "2509.20868"


async def list_of(stage: Stage, person: Member) -> list[SavedPaper]:
    """Return what is stored of a person's list."""
    saved = await stage.bot.storage.read(
        lambda tables: tables.saved_papers.page(stage.bot.workspace, person.id, offset=0, limit=99)
    )
    return list(saved)


async def noted(stage: Stage, person: Member) -> list[tuple[str, str, tuple[str, ...], str]]:
    return [(each.paper.id, each.status, each.tags, each.note) for each in await list_of(stage, person)]


def edits(status: str = "unread", tags: str | None = None, note: str | None = None) -> dict[str, Any]:
    """Return what is entered in the form."""
    values = {EditField.STATUS: status, EditField.TAGS: tags, EditField.NOTE: note}
    return {str(field): {str(field): value} for field, value in values.items() if value is not None}


@on_each_engine
async def test_saving_with_tags_and_a_note_says_what_was_saved_and_can_be_undone(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    before = emmy.everything()

    answer = await say(ada, f"/papers save {PAPER} #RL #花园 “for Friday” & more", "Saved: ")
    kept = await noted(stage, ada)
    button = str(last_with(ada, ids.UNDO_SAVE)["blocks"])
    again = await say(ada, f"/papers save https://arxiv.org/abs/{PAPER} #agents", "Already on your list")
    await ada.click(last_with(ada, ids.UNDO_SAVE), ids.UNDO_SAVE)
    await ada.sees(shows("Removed from your list: "))
    undone = await noted(stage, ada)
    await ada.click(last_with(ada, ids.RESTORE_PAPER), ids.RESTORE_PAPER)
    await hears(ada, "Saved: ", [each["ts"] for each in ada.messages("papers")][:0])

    assert answer.splitlines() == [
        f"Saved: {TREE} (https://arxiv.org/abs/{PAPER})",
        "Tags: #rl #花园",
        "Your note is saved, too.",
    ]
    assert ("Edit note and tags of" in button, "Add note" in button) == (True, False)
    assert again.splitlines()[1:] == ["Tags: #agents"]
    assert kept == [(PAPER, "unread", ("rl", "花园"), "“for Friday” & more")]
    assert undone == []
    assert await noted(stage, ada) == [(PAPER, "unread", ("agents", "rl", "花园"), "“for Friday” & more")]
    assert emmy.everything() == before


async def test_a_list_is_narrowed_by_status_tag_and_words_in_place(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER} #rl", "Saved: ")
    await say(ada, f"/papers save {OTHER} wonderful", "Saved: ")

    await say(ada, "/papers saved", "My papers · 2")
    listed = last_with(ada, ids.SHOW_SAVED[None])["ts"]
    await ada.click(last_with(ada, ids.SHOW_SAVED[None]), ids.SHOW_SAVED[ReadingStatus.READ])
    await ada.sees(shows("Nothing on your list matches “is:read”."))
    await ada.select(last_with(ada, ids.CHOOSE_TAG), ids.CHOOSE_TAG, "#rl")
    await ada.sees(shows("My papers · 1 that matches"))
    by_tag = last_with(ada, ids.SHOW_SAVED[None])
    by_word = await say(ada, "/papers saved wonderful unread", "My papers · 1 that matches")

    assert by_tag["ts"] == listed
    assert "Searched your list" not in str(by_tag["blocks"])
    assert "Searched your list for “wonderful is:unread”." in by_word
    assert TREE in str(by_tag["blocks"])
    assert TREE not in by_word
    assert "wonderful" in by_word


@on_each_engine
async def test_a_status_is_set_with_one_click_where_the_list_is(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await say(ada, "/papers saved", "My papers · 1")

    await ada.click(last_with(ada, ids.SHOW_SAVED[None]), ids.MARK_PAPER[ReadingStatus.READING])
    await ada.sees(shows("Reading · 1"))
    await ada.open_home()
    await ada.sees(lambda _: ada.home())
    home = ada.home()
    assert home
    await ada.click(home, ids.MARK_PAPER[ReadingStatus.READ])
    await ada.sees(shows("Read · 1"))

    assert await noted(stage, ada) == [(PAPER, "read", (), "")]


@on_each_engine
async def test_what_is_edited_on_home_is_shown_there_at_once(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await ada.open_home()
    await ada.sees(lambda _: ada.home())
    home = ada.home()
    assert home

    await ada.click(home, ids.EDIT_LISTED_PAPER)
    form = await opened(ada, "Only you can see it")
    errors = await ada.submit(form, edits("reading", "#RL, 花园", "= a <note>\nof two lines"))
    await ada.sees(lambda _: "= a <note> of two lines" in str(ada.home()))

    assert errors == {}
    assert ada.modals() == []
    assert await noted(stage, ada) == [(PAPER, "reading", ("rl", "花园"), "= a <note>\nof two lines")]


async def test_a_form_with_too_many_tags_says_so_and_keeps_nothing(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await ada.click(last_with(ada, ids.EDIT_PAPER), ids.EDIT_PAPER)
    form = await opened(ada, "Only you can see it")

    errors = await ada.submit(form, edits(tags=" ".join(f"#tag{number}" for number in range(21))))
    kept = await noted(stage, ada)
    await ada.submit(ada.modals()[-1], edits(tags="#one"))
    await opened(ada, "Kept with ")

    assert errors == {EditField.TAGS: "A paper takes at most 20 tags. Remove some."}
    assert kept == [(PAPER, "unread", (), "")]
    assert await noted(stage, ada) == [(PAPER, "unread", ("one",), "")]


async def test_a_removed_paper_is_put_back_on_home_with_all_that_was_noted(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await say(ada, f"/papers save {PAPER} #rl Read this.", "Saved: ")
    before = await list_of(stage, ada)
    await ada.open_home()
    await ada.sees(lambda _: ada.home())

    home = ada.home()
    assert home
    await ada.click(home, ids.REMOVE_LISTED_PAPER)
    await ada.sees(shows("Removed from your list: "))
    gone = await list_of(stage, ada)
    home = ada.home()
    assert home
    await ada.click(home, ids.RESTORE_LISTED_PAPER)
    await ada.sees(lambda _: "Read this." in str(ada.home()))

    assert gone == []
    assert await list_of(stage, ada) == before


async def test_a_paper_saved_from_a_card_links_back_to_its_message(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    parent = ada.messages("papers")[0]
    _, first, *_ = ada.thread(parent)
    await ada.click(first, ids.SAVE_PAPER)
    await ada.sees(shows("Saved: "))
    listed = await say(ada, "/papers saved", "My papers · 1")
    channel = stage.workspace.channel("papers").id

    [saved] = await list_of(stage, ada)
    workspace = await stage.bot.connections.of(stage.bot.workspace)
    url = (
        f"{workspace.url}archives/{channel}/p{first['ts'].replace('.', '')}"
        f"?thread_ts={parent['ts']}&cid={channel}"
    )
    assert listed
    assert saved.saved_in == SavedIn(channel, first["ts"], parent["ts"])
    assert url in str(last_with(ada, ids.SHOW_SAVED[None])["blocks"])


async def test_a_forged_value_names_nobody_s_list_but_that_of_who_acts(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await say(ada, f"/papers save {PAPER} #rl Mine.", "Saved: ")
    await emmy.open_home()
    await emmy.sees(lambda _: emmy.home())
    forger = Forger(stage, "emmy")
    home = forger.person.home
    assert home
    value = ids.listed_value(Listed(PAPER, Page(0)))
    of_ada = json.dumps({**json.loads(value), "person": ada.id, "workspace": "T2"})
    before = await list_of(stage, ada)

    for action_id in (*ids.MARK_PAPER.values(), ids.EDIT_LISTED_PAPER):
        await forger.send(forger.in_view(home, with_value(action_id, of_ada)))
        await opened(emmy, "Not on your list: ")
        await emmy.close(emmy.modals()[-1])
    await forger.send(forger.in_view(home, with_value(ids.REMOVE_LISTED_PAPER, of_ada)))
    unknown = ids.listed_value(Listed("2501.99999", Page(0)))
    await forger.send(forger.in_view(home, with_value(ids.REMOVE_LISTED_PAPER, unknown)))
    await opened(emmy, "2501.99999 hasn't been on any list here.")

    assert (await list_of(stage, ada), await list_of(stage, emmy)) == (before, [])


async def test_a_form_about_a_paper_that_is_not_on_the_list_changes_nothing(stage: Stage) -> None:
    await stage.import_sample()
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await say(ada, f"/papers save {PAPER}", "Saved: ")
    await say(emmy, f"/papers save {OTHER}", "Saved: ")
    await emmy.click(last_with(emmy, ids.EDIT_PAPER), ids.EDIT_PAPER)
    await opened(emmy, "Only you can see it")
    forger = Forger(stage, "emmy")
    form = forger.person.views[-1]
    answers = [
        await forger.send(forger.form(form, private_metadata=ids.edited_value(Edited(paper_id, Page(0)))))
        for paper_id in (PAPER, "2501.99999")
    ]

    assert "Not on your list: " in str(answers[0])
    assert "2501.99999 hasn't been on any list here." in str(answers[1])
    assert [each.paper.id for each in await list_of(stage, emmy)] == [OTHER]


async def test_a_card_tells_how_many_saved_it_from_three_on_and_never_who(stage: Stage) -> None:
    await stage.import_sample()
    ada, workspace = stage.person("ada"), stage.bot.workspace
    told = []
    for number in range(1, 5):
        await stage.bot.storage.write(partial(save_as, workspace=workspace, person=f"U{number}"))
        await say(ada, f"/papers {PAPER}", TREE)
        told.append("people here" in str(last_with(ada, ids.SAVE_OPENED_PAPER)["blocks"]))

    assert told == [False, False, True, True]
    assert "saved by 4 people here" in str(last_with(ada, ids.SAVE_OPENED_PAPER)["blocks"])
    assert "U1" not in str(last_with(ada, ids.SAVE_OPENED_PAPER)["blocks"])


def save_as(tables: Tables, workspace: str, person: str) -> None:
    tables.saved_papers.save("T-other", person, PAPER, NOON)
    tables.saved_papers.save(workspace, person, PAPER, NOON)
