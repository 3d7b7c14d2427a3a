"""Papers are found by words, on both engines alike."""

from dataclasses import replace

import pytest

from bot.cards.found import Correction, FoundPage, Piece
from bot.lookup.search import find
from bot.lookup.similar import similar
from bot.lookup.typed_query import read_query
from storage.engines.engine import Engine
from storage.records import Paper
from storage.tables import Tables
from tests.lookup.shelf import FIRST, PAPERS, READER, SECOND, fill
from tests.support.stage import NOON

TREE, ROSES, LAWN, HEDGES = (paper.id for paper in PAPERS)


@pytest.fixture
def shelf(engine: Engine) -> Tables:
    """Give tables with a small shelf of papers, on each engine in turn."""
    with engine.transaction():
        fill(Tables(engine))
    return Tables(engine)


def page_of(tables: Tables, typed: str, offset: int = 0) -> FoundPage:
    return find(tables, read_query(typed, READER.today), typed, READER, offset)


def found(tables: Tables, typed: str) -> list[str]:
    """Return the ids of what has all that is looked for."""
    return [each.entry.paper.id for each in page_of(tables, typed).found if not each.missing]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("tree search agents", [TREE]),
        ("gardens agent searching", [TREE]),
        ("the roses", [ROSES]),
        ("leng", [TREE]),
        ("author:LÉNG", [TREE]),
        ("author:rose", [ROSES]),
        ("qwen3", [LAWN]),
        ("Qwen 3 8b", [LAWN]),
        ("qwen3-8b", [LAWN]),
        ("gpt4o", [LAWN]),
        ("GPT 4o", [LAWN]),
        ("pi0.5", [LAWN]),
        ("π_0.5", [LAWN]),
        ("R1", [LAWN]),
        ("finetuned", [LAWN]),
        ("fine-tuning", [LAWN]),
        ("tree mind", [HEDGES]),
        ("optimized", [HEDGES]),
        ("topiary", [HEDGES]),
        ("ＱＷＥＮ３", [LAWN]),
        ("强化学习", [ROSES]),
        ("浇水", [ROSES]),
        ("湿度", [ROSES]),
        ("关于强化学习的论文", [ROSES]),
        ("修剪 树篱", [HEDGES]),
        ("玫瑰roses", [ROSES]),
        ("水", [ROSES]),
        ('"tree search"', [TREE]),
        ('"agents in gardens"', [TREE]),
        ('"agent in garden"', []),
        ('"search tree"', []),
        ("prune", [TREE, ROSES]),
        ("prune -search", [ROSES]),
        ("garden*", [TREE]),
        ("title:tree", [TREE, HEDGES]),
        ("cat:cs.AI", [TREE]),
        ("cat:cs.*", [ROSES, LAWN, TREE]),
        ("has:code", [TREE]),
        ("lang:zh", [HEDGES, ROSES]),
        ("on:2025-09-26", [TREE]),
        ("on:2025-10-01", [TREE]),
        ("prune after:2025-09-27", [TREE, ROSES]),
        ("prune before:2025-09-27", [TREE]),
        ("prune sort:votes", [ROSES, TREE]),
        ("prune sort:new", [ROSES, TREE]),
        ("-tree", [LAWN]),
    ],
)
def test_papers_are_found_as_people_type(shelf: Tables, typed: str, ids: list[str]) -> None:
    assert sorted(found(shelf, typed)) == sorted(ids)


def test_the_best_match_is_first_and_has_it_in_its_title(shelf: Tables) -> None:
    assert found(shelf, "prune") == [TREE, ROSES]
    assert found(shelf, "roses") == [ROSES]


def test_an_order_that_is_asked_for_is_kept(shelf: Tables) -> None:
    assert found(shelf, "prune sort:votes") == [ROSES, TREE]
    assert found(shelf, "prune sort:new") == [ROSES, TREE]


def test_what_has_some_of_the_words_follows_and_says_what_it_lacks(shelf: Tables) -> None:
    page = page_of(shelf, "prune search water")

    assert {each.entry.paper.id: each.missing for each in page.found} == {
        TREE: ("water",),
        ROSES: ("search",),
    }


def test_a_slip_of_typing_is_mended_and_told(shelf: Tables) -> None:
    page = page_of(shelf, "reinforcemnt roses")

    assert page.corrections == (Correction("reinforcemnt", "reinforcement"),)
    assert [each.entry.paper.id for each in page.found] == [ROSES]


def test_an_author_is_only_mended_to_an_author(shelf: Tables) -> None:
    mended = page_of(shelf, "author:hoper")
    other = page_of(shelf, "author:hedge")

    assert (mended.corrections, [each.entry.paper.id for each in mended.found]) == (
        (Correction("hoper", "hopper"),),
        [LAWN],
    )
    assert (other.corrections, other.found) == ((), ())


@pytest.mark.parametrize(
    ("typed", "ids", "missing"),
    [
        ("强化学习训练火箭", [ROSES], ("训练火箭",)),
        ("有没有关于强化学习的论文", [ROSES], ()),
        ("用强化学习做浇水", [ROSES], ()),
        # In quotes it is meant as a whole, whatever stands beside it.
        ('"强化学习训练火箭"', [], ()),
        ('"㐀\'0"', [], ()),
    ],
)
def test_chinese_that_no_paper_has_whole_is_cut_into_what_papers_have(
    shelf: Tables, typed: str, ids: list[str], missing: tuple[str, ...]
) -> None:
    page = page_of(shelf, typed)

    assert [(each.entry.paper.id, each.missing) for each in page.found] == [(each, missing) for each in ids]


def test_other_words_that_a_slip_may_stand_for_are_suggested(engine: Engine) -> None:
    with engine.transaction():
        tables = Tables(engine)
        fill(tables)
        tables.papers.add(Paper("2509.00005", "Hedge, ledge and wedge", abstract="A hedge and a ledge."))
        tables.papers.add(Paper("2509.00006", "A hedge"))
        tables.search_index.update()

    page = page_of(Tables(engine), "edgge tractor")

    assert (page.corrections, page.suggestions) == ((), ())
    page = page_of(Tables(engine), "ledgee hopper")
    assert page.corrections == (Correction("ledgee", "ledge"),)
    page = page_of(Tables(engine), "zedge hopper")
    assert page.corrections == (Correction("zedge", "hedge"),)
    assert page.suggestions == ("ledge hopper", "wedge hopper")
    page = page_of(Tables(engine), "zedge zedgehopper")
    assert page.suggestions == ("ledge zedgehopper", "wedge zedgehopper")


def test_a_search_cut_short_keeps_what_papers_must_have_and_must_not_have(
    shelf: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.lookup.search._SECONDS", 0)
    monkeypatch.setattr("bot.lookup.search._SECONDS_MORE", 60)

    pages = [
        page_of(shelf, typed) for typed in ("tree", "tree -gardening", "tree cat:cs.RO", "roses has:code")
    ]

    assert [(page.is_cut, [each.entry.paper.id for each in page.found]) for page in pages] == [
        (True, [HEDGES, TREE]),
        (True, [HEDGES]),
        (True, []),
        (True, []),
    ]


def test_what_takes_too_long_to_explain_is_left_out(shelf: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.lookup.search._SECONDS_MORE", 0)

    page = page_of(shelf, "prune search water")

    assert {each.entry.paper.id: each.missing for each in page.found} == {TREE: (), ROSES: ()}


def test_the_sentence_shown_has_what_was_looked_for_marked(shelf: Tables) -> None:
    [first, *_] = page_of(shelf, "tree search fruit").found

    assert (first.day, first.snippet) == (
        FIRST,
        (
            Piece("Their "),
            Piece("tree", is_match=True),
            Piece(" "),
            Piece("search", is_match=True),
            Piece(" prunes what bears no "),
            Piece("fruit", is_match=True),
            Piece("."),
        ),
    )


def test_the_sentence_shown_is_in_the_readers_language(shelf: Tables) -> None:
    chinese = replace(READER, language="zh-CN")

    [only] = find(shelf, read_query("强化学习", READER.today), "强化学习", chinese).found

    assert (only.day, only.snippet) == (
        SECOND,
        (Piece("用"), Piece("强化学习", is_match=True), Piece("给玫瑰浇水。")),
    )


@pytest.mark.parametrize("typed", ["zzzz", "zzzz qqqq", "不存在的词汇表", "cat:math.AG"])
def test_nothing_is_found_of_what_no_paper_has(shelf: Tables, typed: str) -> None:
    assert page_of(shelf, typed) == FoundPage(typed)


def test_an_offset_past_the_end_gives_the_last_page(shelf: Tables) -> None:
    assert page_of(shelf, "tree", offset=990) == page_of(shelf, "tree")


def test_a_person_searches_their_own_list_and_nobody_elses(shelf: Tables) -> None:
    shelf.saved_papers.save("T1", "U1", TREE, NOON)
    shelf.saved_papers.save("T1", "U2", ROSES, NOON)
    shelf.saved_papers.save("T2", "U1", HEDGES, NOON)

    assert found(shelf, "is:saved") == [TREE]
    assert found(shelf, "prune is:saved") == [TREE]
    assert [each.is_saved for each in page_of(shelf, "prune").found] == [True, False]


def test_a_paper_is_found_by_what_it_says_now(engine: Engine) -> None:
    with engine.transaction():
        tables = Tables(engine)
        fill(tables)
        tables.papers.add(replace(PAPERS[0], title="Ponds"))
        tables.search_index.update()
    tables = Tables(engine)

    assert found(tables, "title:pond") == [TREE]
    assert found(tables, "title:tree") == [HEDGES]


def test_similar_papers_say_what_they_share(engine: Engine) -> None:
    with engine.transaction():
        tables = Tables(engine)
        fill(tables)
        tables.papers.add(Paper("2509.00005", "Orchard agents", abstract="Agents search a tree for fruit."))
        tables.search_index.update()
    [first, *others] = similar(Tables(engine), [TREE], "", READER).found

    assert (first.entry.paper.id, set(first.shared) <= {"agents", "fruit", "search", "tree"}) == (
        "2509.00005",
        True,
    )
    assert len(first.shared) == 3
    assert {each.entry.paper.id for each in others} <= {ROSES, HEDGES}


def test_papers_like_a_chinese_text_are_found_by_its_terms(shelf: Tables) -> None:
    page = similar(shelf, [], "本文用强化学习的方法给树篱修剪，再用强化学习浇水。", READER)

    assert {each.entry.paper.id: set(each.shared) for each in page.found} == {
        ROSES: {"强化学习", "浇水"},
        HEDGES: {"修剪", "树篱"},
    }


def test_similar_papers_that_take_too_long_are_given_up_and_told(
    shelf: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.lookup.similar._SECONDS", 0)

    assert similar(shelf, [TREE], "", READER) == FoundPage(TREE, is_cut=True)


def test_papers_like_a_text_are_found(shelf: Tables) -> None:
    page = similar(shelf, [], "Who prunes a tree, and for what?", READER)

    assert {each.entry.paper.id for each in page.found} == {TREE, ROSES}


def test_nothing_is_similar_to_what_says_nothing(shelf: Tables) -> None:
    assert similar(shelf, ["2509.99999"], "", READER) == FoundPage("2509.99999")
