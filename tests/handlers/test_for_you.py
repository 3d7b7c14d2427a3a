"""What the Home tab picks for a person out of a day: by what they saved, with the reason, for them alone."""

from typing import Any

from bot.cards import ids
from bot.sandbox import Member
from tests.handlers.talking import opened, say
from tests.support.stage import Stage, on_each_engine

TREE, TREE_TITLE = "2509.21240", "Tree Search for LLM Agent Reinforcement Learning"
MMR, MMR_TITLE = "2509.21268", "MMR1: Enhancing Multimodal Reasoning"


async def home_of(person: Member, until: str) -> list[dict[str, Any]]:
    """Open the Home tab, and return its blocks once it shows the text."""
    await person.open_home()
    await person.sees(lambda _: until in str(person.home()))
    return blocks_of(person)


def blocks_of(person: Member) -> list[dict[str, Any]]:
    home = person.home()
    assert home
    return list(home["blocks"])


def picked(drawn: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
    """Return the blocks of the part with this title, up to the next."""
    headers = [place for place, each in enumerate(drawn) if each["type"] == "header"]
    first = next(place for place in headers if drawn[place]["text"]["text"] == title)
    return drawn[first : min((place for place in headers if place > first), default=len(drawn))]


def text_of(block: dict[str, Any]) -> str:
    [paragraph] = block["elements"]
    return "".join(each["text"] for each in paragraph["elements"])


def reasons(drawn: list[dict[str, Any]], because: str) -> list[str]:
    texts = [text_of(each) for each in drawn if each["type"] == "rich_text"]
    return [text for text in texts if text.startswith(because)]


def first_value(drawn: list[dict[str, Any]], action_id: str) -> str:
    elements = (element for block in drawn for element in block.get("elements", []))
    return str(next(each["value"] for each in elements if each.get("action_id") == action_id))


async def save_two(person: Member, saved: str = "Saved: ") -> None:
    for paper_id in (TREE, MMR):
        await say(person, f"/papers save {paper_id}", saved)


@on_each_engine
async def test_the_papers_of_the_day_most_like_the_saved_ones_come_with_their_reason(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await save_two(ada)

    part = picked(await home_of(ada, "For you"), "For you")

    assert str(part[1]).count("From the papers of September 29, 2025") == 1
    assert [text_of(each) for each in part[2:] if each["type"] == "rich_text"] == [
        "Interactive Recommendation Agent with Active User Commands",
        f"Because you saved {TREE_TITLE}",
        "TrustJudge: Inconsistencies of LLM-as-a-Judge and How to Alleviate Them",
        f"Because you saved {TREE_TITLE}",
    ]
    assert [each["type"] for each in part[2:]] == ["rich_text", "rich_text", "actions"] * 2


async def test_what_a_person_muted_is_not_picked(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await save_two(ada)
    await say(ada, "/papers mute recommendation", "recommendation")

    part = picked(await home_of(ada, "For you"), "For you")

    assert "Interactive Recommendation Agent" not in str(part)
    assert "TrustJudge" in str(part)


async def test_a_chinese_reader_is_told_in_chinese(stage: Stage) -> None:
    await stage.deliver_sample(language="zh-CN")
    lin = stage.person("lin")
    await save_two(lin, "已收藏")

    part = picked(await home_of(lin, "为你推荐"), "为你推荐")

    assert "选自 2025年9月29日的论文" in str(part[1])
    assert reasons(part, "因为你收藏了") == [f"因为你收藏了《{TREE_TITLE}》"] * 2
    assert "多推荐这类" in str(part[-1])
    assert "少推荐这类" in str(part[-1])


async def test_without_a_channel_it_is_the_latest_list(stage: Stage) -> None:
    await stage.import_sample()
    ada = stage.person("ada")
    await save_two(ada)

    part = picked(await home_of(ada, "For you"), "For you")

    assert reasons(part, "Because you saved ") == [f"Because you saved {TREE_TITLE}"] * 2


async def test_with_one_saved_paper_it_says_that_there_is_no_order_yet(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await say(ada, f"/papers save {TREE}", "Saved: ")

    part = picked(await home_of(ada, "For you"), "For you")

    assert len(part) == 2
    assert "Until then, they are in the channel's order." in str(part[1])


@on_each_engine
async def test_a_paper_of_which_fewer_are_wanted_goes_until_that_is_undone(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await save_two(ada)
    before = picked(await home_of(ada, "For you"), "For you")
    title = text_of(before[2])

    await ada.click(ada.home() or {}, ids.FEWER_LIKE, value=first_value(before, ids.FEWER_LIKE))
    await ada.sees(lambda _: "You want fewer like " in str(ada.home()))
    after = picked(blocks_of(ada), "For you")
    await ada.click(ada.home() or {}, ids.TAKE_OPINION_BACK)
    await ada.sees(lambda _: "You want fewer like " not in str(ada.home()))

    assert reasons(after, "You want fewer like ") == [f"You want fewer like {title}"]
    assert title not in [text_of(each) for each in after[2:-2:3]]
    assert picked(blocks_of(ada), "For you") == before


async def test_a_paper_of_which_more_are_wanted_is_named_and_not_picked_again(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await save_two(ada)
    before = picked(await home_of(ada, "For you"), "For you")
    title = text_of(before[2])

    await ada.click(ada.home() or {}, ids.MORE_LIKE, value=first_value(before, ids.MORE_LIKE))
    await ada.sees(lambda _: "You want more like " in str(ada.home()))

    after = picked(blocks_of(ada), "For you")
    assert reasons(after, "You want more like ") == [f"You want more like {title}"]
    assert title not in [text_of(each) for each in after[2:-2:3]]


async def test_a_picked_paper_can_be_opened_and_saved(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada = stage.person("ada")
    await save_two(ada)
    part = picked(await home_of(ada, "For you"), "For you")
    title = text_of(part[2])

    await ada.click(ada.home() or {}, ids.OPEN_PAPER, value=first_value(part, ids.OPEN_PAPER))
    await opened(ada, title)
    await ada.close(ada.modals()[-1])
    await ada.click(ada.home() or {}, ids.SAVE_LISTED_PAPER, value=first_value(part, ids.SAVE_LISTED_PAPER))
    await ada.sees(lambda _: "My papers · 3" in str(ada.home()))

    assert title not in [text_of(each) for each in picked(blocks_of(ada), "For you")[2::3]]


async def test_nobody_sees_another_s_reasons(stage: Stage) -> None:
    await stage.deliver_sample(most_cards=3)
    ada, emmy = stage.person("ada"), stage.person("emmy")
    await save_two(ada)
    for paper_id in ("2509.20868", "2509.20427"):
        await say(emmy, f"/papers save {paper_id}", "Saved: ")
    of_ada = picked(await home_of(ada, "For you"), "For you")
    await ada.click(ada.home() or {}, ids.MORE_LIKE, value=first_value(of_ada, ids.MORE_LIKE))
    await ada.sees(lambda _: "You want more like " in str(ada.home()))

    of_emmy = picked(await home_of(emmy, "For you"), "For you")

    assert "You want more like " not in str(of_emmy)
    because = reasons(of_emmy, "Because you saved ")
    assert because
    assert not any(TREE_TITLE in each or MMR_TITLE in each for each in because)
