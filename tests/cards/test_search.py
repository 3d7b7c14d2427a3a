"""Pages of what a search found, and of similar papers, as a person reads them."""

from datetime import date
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.entry import Entry
from bot.cards.found import Correction, Found, FoundPage, Piece
from bot.cards.ids import Listed, Opened, Page, SimilarTo
from bot.cards.search import Results, search_page, similar_page
from bot.cards.search_modal import search_modal
from bot.locale import words_for
from storage.records import Paper

WORDS = words_for("en")
DAY = date(2025, 9, 29)
TREE = Found(
    Entry(Paper("2509.21240", "Tree Search for Agents", votes=12)),
    DAY,
    (Piece("A "), Piece("tree", is_match=True), Piece(" beats a chain.")),
)
CHAIN = Found(Entry(Paper("2509.21302", "Chains")), missing=("tree", "agents"), is_saved=True)


def lines(shown: Message | Block) -> list[str]:
    """Return what each block shows: rich text with `*` around bold and backticks around code."""
    drawn = shown.blocks if isinstance(shown, Message) else shown["blocks"]
    return [line for block in drawn for line in _lines(block)]


def _lines(block: Any) -> list[str]:
    match block["type"]:
        case "rich_text":
            return ["".join(map(_run, paragraph["elements"])) for paragraph in block["elements"]]
        case "context":
            return [" | ".join(each["text"] for each in block["elements"])]
        case "actions":
            return [" ".join(f"[{each['text']['text']}]" for each in block["elements"])]
        case "input":
            return [f"<{block['label']['text']}>"]
        case _:
            return [block["text"]["text"]]


def _run(run: Any) -> str:
    mark = {"bold": "*", "code": "`"}.get(next(iter(run.get("style", {})), ""), "")
    return f"{mark}{run['text']}{mark}"


def values(shown: Message, action_id: str) -> list[str]:
    buttons = [each for block in shown.blocks if block["type"] == "actions" for each in block["elements"]]
    return [each.get("value", each.get("url")) for each in buttons if each["action_id"] == action_id]


def test_a_page_of_results_marks_the_words_and_says_which_are_missing() -> None:
    found = FoundPage("tree agents", (TREE, CHAIN), total=2)

    page = search_page(Results(found), "/papers", WORDS)

    assert lines(page) == [
        "Results for “tree agents”",
        "2 papers",
        "*1. **Tree Search for Agents*\nA *tree* beats a chain.",
        "September 29, 2025 · ▲ 12 votes · 2509.21240",
        "[Open] [Save]",
        "*2. **Chains*",
        "2509.21302 | Without: tree, agents",
        "[Open] [Remove]",
    ]
    assert page.text == (
        "Results for “tree agents”\n2 papers\n"
        "1. Tree Search for Agents (https://arxiv.org/abs/2509.21240). A tree beats a chain.\n"
        "2. Chains (https://arxiv.org/abs/2509.21302). Without: tree, agents"
    )


def test_the_buttons_of_a_row_carry_the_paper_and_the_page_to_come_back_to() -> None:
    found = FoundPage("树搜索 agents", (TREE,), offset=20, total=21)

    page = search_page(Results(found), "/papers", WORDS)

    here = Page(20, search="树搜索 agents")
    assert [ids.read_listed(value) for value in values(page, ids.OPEN_PAPER)] == [Listed("2509.21240", here)]
    assert [ids.read_listed(value) for value in values(page, ids.SAVE_LISTED_PAPER)] == [
        Listed("2509.21240", here)
    ]
    assert [ids.read_page(value) for value in values(page, ids.PREVIOUS_PAGE)] == [here.previous]
    assert values(page, ids.NEXT_PAGE) == []


@pytest.mark.parametrize(
    ("total", "is_more", "scope", "turns"),
    [
        (1, False, "1 paper", []),
        (12, False, "12 papers | 1–10 of 12", ["[Next →]"]),
        (200, True, "more than 200 papers | 1–10 of 200+", ["[Next →]"]),
    ],
)
def test_how_many_there_are_is_said_as_far_as_they_were_counted(
    total: int, scope: str, turns: list[str], *, is_more: bool
) -> None:
    found = FoundPage("tree", (TREE,) * min(total, 10), total=total, is_more=is_more)

    shown = lines(search_page(Results(found), "/papers", WORDS))

    assert shown[1] == scope
    assert [line for line in shown if "Next" in line] == turns


def test_nothing_leads_past_the_last_paper_that_was_counted() -> None:
    found = FoundPage("tree", (TREE,) * 10, offset=190, total=200, is_more=True)

    shown = lines(search_page(Results(found), "/papers", WORDS))

    assert shown[1] == "more than 200 papers | 191–200 of 200+"
    assert shown[-1] == "[← Previous]"


def test_what_was_read_in_another_way_is_said_before_the_results() -> None:
    found = FoundPage(
        "tree reinforcment after:soon colour:red",
        (TREE,),
        total=1,
        corrections=(Correction("reinforcment", "reinforcement"),),
        unreadable=("after:soon", "colour:red"),
        is_cut=True,
    )

    page = search_page(Results(found, meant="settings"), "/papers", WORDS)

    assert lines(page)[2:7] == [
        "Searched for *reinforcement* instead of reinforcment.",
        "I couldn't read “after:soon”, so I left it out. Write it like `after:2025-09-01`.",
        "I couldn't read “colour:red”, so I left it out. To search for it as text, put it in quotes.",
        "This search took too long, so some papers may be missing. More words make it faster.",
        "Looking for the command `/papers settings`?",
    ]
    assert "Searched for reinforcement instead of reinforcment." in page.text


def test_where_nothing_is_found_nearer_spellings_and_arxiv_are_offered() -> None:
    found = FoundPage("tre serch & <b>", suggestions=("tree search", 'tree -"b"'))

    page = search_page(Results(found, arxiv_words="tre serch & 树"), "/papers", WORDS)

    assert lines(page) == [
        "Results for “tre serch & <b>”",
        "I found no paper for this.",
        "Did you mean:",
        '[tree search] [tree -"b"]',
        "[Search arXiv]",
    ]
    again = [ids.read_page(value) for action_id in ids.SEARCH_AGAIN for value in values(page, action_id)]
    assert again == [Page(search="tree search"), Page(search='tree -"b"')]
    assert values(page, ids.SEARCH_ARXIV) == [
        "https://arxiv.org/search/?query=tre+serch+%26+%E6%A0%91&searchtype=all"
    ]


def test_where_no_paper_has_all_words_that_is_said_and_arxiv_is_offered() -> None:
    found = FoundPage("tree agents", (CHAIN,), total=1, partial=1)

    shown = lines(search_page(Results(found, arxiv_words="tree agents"), "/papers", WORDS))

    assert shown[1] == "No paper has all of these words; 1 paper with some of them"
    assert shown[-1] == "[Search arXiv]"


def test_a_page_in_chinese_reads_as_a_chinese_product() -> None:
    found = FoundPage("树搜索", (TREE, CHAIN), total=2, partial=1, unreadable=("after:soon",))

    assert lines(search_page(Results(found), "/papers", words_for("zh-CN")))[:6] == [
        "“树搜索”的搜索结果",
        "1 篇论文，另有 1 篇包含部分关键词",
        "看不懂“after:soon”，已忽略。请写作 `after:2025-09-01` 。",
        "*1. **Tree Search for Agents*\nA *tree* beats a chain.",
        "2025年9月29日 · ▲ 12 票 · 2509.21240",
        "[打开] [收藏]",
    ]


def test_similar_papers_name_the_terms_that_they_share_and_lead_back_to_the_paper() -> None:
    origin = Page(10, search="tree")
    here = Page(similar=SimilarTo(("2509.21240",), origin=origin))
    other = Found(CHAIN.entry, shared=("tree search", "rollouts"))

    page = similar_page(FoundPage("", (other,), total=1), here, [TREE.entry.paper], WORDS)

    assert lines(page) == [
        "Papers similar to “Tree Search for Agents”",
        "*1. **Chains*",
        "2509.21302 | Shares: tree search, rollouts",
        "[Open] [Save]",
        "[← Back to the paper]",
    ]
    assert [ids.read_opened(value) for value in values(page, ids.REOPEN_PAPER)] == [
        Opened("2509.21240", origin)
    ]
    assert [ids.read_listed(value) for value in values(page, ids.OPEN_PAPER)] == [Listed("2509.21302", here)]


def test_papers_similar_to_several_or_to_a_text_have_no_paper_to_go_back_to() -> None:
    several = Page(similar=SimilarTo(("2509.21240", "2509.21302")))
    papers = [TREE.entry.paper, CHAIN.entry.paper]

    assert lines(similar_page(FoundPage(""), several, papers, WORDS)) == [
        "Similar papers",
        "I know of no similar paper yet.",
    ]


def test_the_modal_says_what_can_be_typed_until_there_are_results() -> None:
    results = search_page(Results(FoundPage("tree", (TREE,), total=1)), "/papers", WORDS)

    assert lines(search_modal(WORDS))[0] == "<Search all papers ever listed>"
    assert "`author:lecun`" in lines(search_modal(WORDS))[1]
    assert lines(search_modal(WORDS, results)) == ["<Search all papers ever listed>", *lines(results)]


def test_what_was_typed_fits_into_a_button_whatever_it_is() -> None:
    for character in ("a", '"', "\\", "树", "😀", "\x01", "\u2028", "\ud800"):
        typed = ids.carried_text("a" + character * 5000)
        about = SimilarTo(("2509.21240",) * ids.MOST_SIMILAR_TO, origin=Page(999_990, search=typed))
        value = ids.opened_value(Opened("cond-mat/0309136", Page(10, similar=about), "zh-Hant-TW"))

        assert ids.read_page(ids.page_value(Page(search=typed))).search == typed
        assert len(value.encode("utf-16-le", "surrogatepass")) // 2 <= 2000


def test_what_is_too_long_for_a_button_is_cut_between_words() -> None:
    typed = ids.carried_text("after:2025-09-01 " * 100)

    assert set(typed.split()) == {"after:2025-09-01"}
    assert len(typed) > ids.CARRIED_CHARACTERS - 50
