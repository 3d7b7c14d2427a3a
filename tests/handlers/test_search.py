"""Searching as people do it: by the command, by its buttons, and in the modal behind the shortcut."""

from typing import Any

from bot.cards import ids
from bot.manifest import Shortcut
from bot.sandbox import Member
from handlers.search_modal import Typings
from storage.records import Paper
from tests.handlers.talking import say, shows
from tests.support.stage import Stage

TREE = "Tree Search for LLM Agent Reinforcement Learning"
TREE_ID = "2509.21240"


def last(person: Member, channel: str = "papers") -> dict[str, Any]:
    return person.messages(channel)[-1]


async def results(stage: Stage, name: str, typed: str, until: str) -> Member:
    """Search as a person, with the sample day listed, and wait for the answer."""
    await stage.deliver_sample(most_cards=3)
    person = stage.person(name)
    await say(person, f"/papers {typed}", until)
    return person


async def test_a_search_is_answered_to_the_person_alone(stage: Stage) -> None:
    ada = await results(stage, "ada", "tree search agents", "Results for")

    headline, scope, first, *_ = last(ada)["text"].splitlines()
    assert (headline, scope) == (
        "Results for “tree search agents”",
        "1 paper, and 2 more with some of the words",
    )
    assert first.startswith(f"1. {TREE} (https://arxiv.org/abs/{TREE_ID}). ")
    assert "Results for" not in stage.person("lin").transcript("papers")


async def test_a_search_in_chinese_is_answered_in_chinese(stage: Stage) -> None:
    await stage.deliver_sample(language="zh-CN")
    lin = stage.person("lin")

    text = await say(lin, "/papers 强化学习 树搜索", "搜索结果")

    assert text.startswith("“强化学习 树搜索”的搜索结果\n")
    assert TREE in text.splitlines()[2]


async def test_a_paper_opens_in_place_and_leads_back(stage: Stage) -> None:
    ada = await results(stage, "ada", "tree search agents", "Results for")
    before = len(ada.messages("papers"))

    await ada.click(last(ada), ids.OPEN_PAPER, block_id=row_of(last(ada), 0))
    await ada.sees(shows(ids.BACK_TO_LIST))
    assert "What it means for practitioners" in str(last(ada)["blocks"])
    await ada.click(last(ada), ids.BACK_TO_LIST)
    await ada.sees(shows("Results for “tree search agents”"))

    assert len(ada.messages("papers")) == before


async def test_a_paper_is_saved_in_the_results(stage: Stage) -> None:
    ada = await results(stage, "ada", "tree search agents", "Results for")

    await ada.click(last(ada), ids.SAVE_LISTED_PAPER, block_id=row_of(last(ada), 0))
    await ada.sees(shows(ids.REMOVE_LISTED_PAPER))

    assert TREE in await say(ada, "/papers saved", "My papers · 1")


async def test_similar_papers_open_from_a_card_and_lead_back(stage: Stage) -> None:
    ada = await results(stage, "ada", TREE_ID, TREE)

    await ada.click(last(ada), ids.SHOW_SIMILAR)
    await ada.sees(shows("Shares:"))
    await ada.click(last(ada), ids.REOPEN_PAPER)
    await ada.sees(shows("What it means for practitioners"))


async def test_pages_turn_in_place_to_the_end_and_back(stage: Stage) -> None:
    ada = await results(stage, "ada", "the", "Results for")
    before = len(ada.messages("papers"))

    first = last(ada)["text"]
    await ada.click(last(ada), ids.NEXT_PAGE)
    await ada.sees(lambda _: last(ada)["text"] != first)
    second = last(ada)["text"]
    await ada.click(last(ada), ids.PREVIOUS_PAGE)
    await ada.sees(lambda _: last(ada)["text"] == first)

    assert [[line.split(".")[0] for line in text.splitlines()[2:3]] for text in (first, second)] == [
        ["1"],
        ["11"],
    ]
    assert len(ada.messages("papers")) == before


async def test_pages_of_similar_papers_turn_in_place(stage: Stage) -> None:
    gardens = [
        Paper(f"2509.{number:05}", f"Garden {number}", abstract="Agents grow gardens of roses and hedges.")
        for number in range(15)
    ]
    await stage.bot.storage.write(lambda tables: [tables.papers.add(each) for each in gardens])
    ada = await results(stage, "ada", f"similar {gardens[0].id}", "1–10 of 14")

    await ada.click(last(ada), ids.NEXT_PAGE)
    await ada.sees(lambda _: "\n11. " in last(ada)["text"])
    await ada.click(last(ada), ids.PREVIOUS_PAGE)
    await ada.sees(lambda _: "\n1. " in last(ada)["text"])


async def test_papers_similar_to_several_and_to_a_text_are_found(stage: Stage) -> None:
    ada = await results(stage, "ada", f"similar {TREE_ID} 2509.21268", "Similar papers")
    several = last(ada)["text"]
    text = await say(ada, "/papers similar robots that learn from demonstrations of people", "Shares:")

    assert (TREE in several, "MMR1" in several, "Shares: " in several) == (False, False, True)
    assert text.splitlines()[0] == "Similar papers"


async def test_a_suggestion_is_searched_in_place(stage: Stage) -> None:
    ada = await results(stage, "ada", "aboue zzzz", "Did you mean: above zzzz")

    await ada.click(last(ada), ids.SEARCH_AGAIN[0])
    await ada.sees(lambda _: last(ada)["text"].startswith("Results for “above zzzz”"))


async def test_a_card_shows_its_other_language(stage: Stage) -> None:
    await stage.deliver_sample("论文", language="zh-CN")
    ada = await results(stage, "ada", TREE_ID, TREE)

    await ada.click(last(ada), ids.SHOW_LANGUAGE[0])
    await ada.sees(lambda _: "树" in str(last(ada)["blocks"]))
    assert "no English summary yet" not in str(last(ada)["blocks"])
    await ada.click(last(ada), ids.SHOW_LANGUAGE[0])
    await ada.sees(lambda _: "What it means for practitioners" in str(last(ada)["blocks"]))


async def test_a_paper_is_shared_from_a_direct_message_into_a_chosen_channel(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, lin = stage.person("ada"), stage.person("lin")
    direct = stage.workspace.direct(ada.id).id
    await say(ada, f"/papers {TREE_ID}", TREE, direct)

    await ada.click(last(ada, direct), ids.SHARE_PAPER)
    form = (await ada.sees(lambda view: view["modals"]))[-1]
    channel = stage.workspace.channel("papers").id
    errors = await ada.submit(form, {ids.SHARE_CHANNEL: {ids.SHARE_CHANNEL: channel}})
    await lin.sees(lambda _: [each for each in lin.messages("papers") if f"<@{ada.id}>" in str(each)])

    assert errors == {}


async def test_a_paper_is_saved_in_the_modal_and_pages_turn_there(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ada.shortcut(Shortcut.SEARCH)
    await ada.sees(lambda view: view["modals"])
    await ada.submit(ada.modals()[-1], typed("the"))
    await ada.sees(lambda view: ids.NEXT_PAGE in str(view["modals"]))

    await ada.click(ada.modals()[-1], ids.NEXT_PAGE)
    await ada.sees(lambda view: ids.PREVIOUS_PAGE in str(view["modals"]))
    await ada.click(ada.modals()[-1], ids.SAVE_LISTED_PAPER, block_id=row_of(ada.modals()[-1], 0))
    await ada.sees(lambda view: ids.REMOVE_LISTED_PAPER in str(view["modals"]))
    await ada.close(ada.modals()[-1])

    assert "My papers · 1" in await say(ada, "/papers saved", "My papers")


async def test_a_shared_card_says_who_shared_it(stage: Stage) -> None:
    ada = await results(stage, "ada", TREE_ID, TREE)

    await ada.click(last(ada), ids.SHARE_PAPER)
    lin = stage.person("lin")
    shared = await lin.sees(
        lambda _: [each for each in lin.messages("papers") if f"<@{ada.id}>" in str(each)]
    )

    assert [TREE in str(each["blocks"]) for each in shared] == [True]


async def test_a_channel_that_the_bot_is_not_in_is_told_to_the_person_alone(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ada.command("random", f"/papers {TREE_ID}")
    await ada.sees(lambda _: TREE in ada.transcript("random"))

    await ada.click(last(ada, "random"), ids.SHARE_PAPER)
    await ada.sees(lambda _: "/invite" in ada.transcript("random"))

    assert TREE not in stage.person("lin").transcript("random")


async def test_the_shortcut_searches_as_one_types_and_leaves_no_trace(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    before = ada.transcript("papers")

    await ada.shortcut(Shortcut.SEARCH)
    await ada.sees(lambda view: view["modals"])
    assert await ada.submit(ada.modals()[-1], typed("tree search agents")) == {}
    await ada.sees(lambda view: TREE in str(view["modals"]))
    await ada.click(ada.modals()[-1], ids.OPEN_PAPER, block_id=row_of(ada.modals()[-1], 0))
    await ada.sees(lambda view: "What it means for practitioners" in str(view["modals"]))

    assert ada.transcript("papers") == before


def test_only_the_answer_to_the_newest_text_is_shown() -> None:
    typings = Typings()
    typing = typings.of("V1")
    typing.newest = "2"
    newest = [typings.is_newest("V1", typing, each) for each in ("1", "2")]
    typings.submitted("V1")

    assert (newest, typings.is_newest("V1", typing, "2")) == ([False, True], False)
    # What was typed before is older still.
    assert typings.of("V1").newest == "2"


async def test_nothing_found_leads_on(stage: Stage) -> None:
    ada = await results(stage, "ada", "zzzz qqqq", "I found no paper for this.")

    assert "https://arxiv.org/search/?query=zzzz+qqqq" in str(last(ada)["blocks"])


async def test_a_slip_of_typing_is_mended_and_told(stage: Stage) -> None:
    ada = await results(stage, "ada", "reinforcemnt learning", "Results for")

    assert "reinforcement" in last(ada)["text"].splitlines()[2]


def typed(text: str) -> dict[str, dict[str, Any]]:
    return {ids.SEARCH_WORDS: {ids.SEARCH_WORDS: text}}


def row_of(place: dict[str, Any], number: int) -> str:
    """Return the id of the block with the buttons of a row."""
    rows = [
        block["block_id"]
        for block in place["blocks"]
        if any(each.get("action_id") == ids.OPEN_PAPER for each in block.get("elements", ()))
    ]
    return str(rows[number])


async def test_the_modal_searches_for_nothing_where_nothing_can_be_looked_for(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await ada.shortcut(Shortcut.SEARCH)
    await ada.sees(lambda view: view["modals"])
    shown = []
    for text in ('"', "🎉", "find tree search"):
        assert await ada.submit(ada.modals()[-1], typed(text)) == {}
        shown.append(
            [block["text"]["text"] for block in ada.modals()[-1]["blocks"] if block["type"] == "header"]
        )

    assert shown == [[], [], ["Results for “tree search”"]]
