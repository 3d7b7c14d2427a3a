import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from bot.cards.entry import Entry
from bot.cards.topic_effects import NOTHING_MOVED, Moved
from bot.delivery.selection import Why, select
from storage.records import Filters, Order, Paper, Preferences, Provenance, Summary, Topic

PROVENANCE = Provenance("digest-file", date(2025, 9, 29))
EVERYTHING = Preferences("en", ("digest-file",))

GARDENS = Entry(Paper("2509.00001", "Gardens of Graphs", votes=3, categories=("cs.LG", "cs.AI")), None, 1)
RIVERS = Entry(Paper("2509.00002", "Rivers", abstract="How ROBOTS swim.", votes=40), None, 2)
CLOUDS = Entry(
    Paper("2509.00003", "Clouds", categories=("cs.CV",)),
    Summary("2509.00003", "en", PROVENANCE, keywords=("diffusion",), tldr="Rain."),
    3,
)
ALL = (GARDENS, RIVERS, CLOUDS)


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.paper.title for entry in entries]


def test_without_filters_all_listed_papers_come_in_their_order_and_numbered() -> None:
    selection = select(ALL, frozenset(), EVERYTHING)

    assert [(entry.number, entry.paper.title) for entry in selection.cards] == [
        (1, "Gardens of Graphs"),
        (2, "Rivers"),
        (3, "Clouds"),
    ]
    assert selection.rest == ()


def test_what_the_channel_has_had_does_not_come_again_and_numbers_close_up() -> None:
    selection = select(ALL, frozenset({GARDENS.paper.id}), EVERYTHING)

    assert [(entry.number, entry.paper.title) for entry in selection.cards] == [(1, "Rivers"), (2, "Clouds")]


def test_a_paper_on_two_lists_comes_once() -> None:
    assert ids(select((*ALL, GARDENS), frozenset(), EVERYTHING).cards) == [
        "Gardens of Graphs",
        "Rivers",
        "Clouds",
    ]


def test_by_votes_the_most_liked_come_first_and_unknown_votes_last() -> None:
    preferences = Preferences("en", ("digest-file",), order=Order.VOTES)

    assert ids(select(ALL, frozenset(), preferences).cards) == ["Rivers", "Gardens of Graphs", "Clouds"]


def test_more_papers_than_cards_are_listed_in_short() -> None:
    preferences = Preferences("en", ("digest-file",), most_cards=1)
    selection = select(ALL, frozenset(), preferences)

    assert (ids(selection.cards), ids(selection.rest)) == (["Gardens of Graphs"], ["Rivers", "Clouds"])


MORE_RAIN, LESS_GRAPHS, NO_SWIMMING = Topic("rain", 1), Topic("graphs", -1), Topic("swimming", -2)


def test_topics_put_the_largest_sum_of_weights_first_and_leave_nothing_out() -> None:
    topics = {"2509.00001": (LESS_GRAPHS,), "2509.00003": (MORE_RAIN,)}
    selection = select(ALL, frozenset(), EVERYTHING, topics)

    assert [(entry.number, entry.paper.title) for entry in selection.cards] == [
        (1, "Clouds"),
        (2, "Rivers"),
        (3, "Gardens of Graphs"),
    ]
    assert selection.moved == Moved(1, ("rain",), 1, ("graphs",))


def test_papers_of_equal_weight_keep_the_order_of_votes() -> None:
    preferences = Preferences("en", ("digest-file",), order=Order.VOTES)
    topics = {each.paper.id: (LESS_GRAPHS,) for each in (GARDENS, RIVERS)}
    selection = select(ALL, frozenset(), preferences, topics)

    assert ids(selection.cards) == ["Clouds", "Rivers", "Gardens of Graphs"]
    assert selection.moved == Moved(down=2, down_by=("graphs",))


def test_a_paper_that_has_its_place_anyway_is_not_said_to_have_moved() -> None:
    topics = {"2509.00001": (MORE_RAIN,), "2509.00003": (LESS_GRAPHS,)}
    selection = select(ALL, frozenset(), EVERYTHING, topics)

    assert (ids(selection.cards), selection.moved) == (
        ["Gardens of Graphs", "Rivers", "Clouds"],
        NOTHING_MOVED,
    )


def test_topics_that_outweigh_each_other_move_nothing_and_the_others_name_what_decided() -> None:
    topics = {"2509.00001": (MORE_RAIN, LESS_GRAPHS), "2509.00002": (MORE_RAIN, NO_SWIMMING)}
    selection = select(ALL, frozenset(), EVERYTHING, topics)

    assert ids(selection.cards) == ["Gardens of Graphs", "Clouds", "Rivers"]
    assert selection.moved == Moved(down=1, down_by=("swimming",))


def test_what_moved_down_is_in_brief_where_cards_are_few_and_never_gone() -> None:
    preferences = Preferences("en", ("digest-file",), most_cards=1)
    selection = select(ALL, frozenset(), preferences, {"2509.00001": (NO_SWIMMING,)})

    assert (ids(selection.cards), ids(selection.rest)) == (["Rivers"], ["Clouds", "Gardens of Graphs"])


@pytest.mark.parametrize(
    ("filters", "verdicts"),
    [
        (
            Filters(words=("robots", "diffusion")),
            [(False, Why.NO_WORD, ""), (True, Why.WORD, "robots"), (True, Why.WORD, "diffusion")],
        ),
        (
            Filters(categories=("cs.AI",)),
            [(True, Why.CATEGORY, "cs.AI"), (False, Why.NO_CATEGORY, ""), (False, Why.NO_CATEGORY, "")],
        ),
        (
            Filters(words=("robots",), categories=("cs.CV",)),
            [(False, Why.NO_WORD, ""), (True, Why.WORD, "robots"), (True, Why.CATEGORY, "cs.CV")],
        ),
        (
            Filters(least_votes=10),
            [(False, Why.FEW_VOTES, "10"), (True, Why.LISTED, ""), (False, Why.FEW_VOTES, "10")],
        ),
        (
            Filters(never_words=("Graphs", "rain")),
            [(False, Why.NEVER_WORD, "Graphs"), (True, Why.LISTED, ""), (False, Why.NEVER_WORD, "rain")],
        ),
    ],
)
def test_why_each_paper_is_in_or_not_can_be_told(
    filters: Filters, verdicts: list[tuple[bool, Why, str]]
) -> None:
    preferences = Preferences("en", ("digest-file",), filters=filters)
    selection = select(ALL, frozenset(), preferences)

    assert [(verdict.is_in, verdict.why, verdict.what) for verdict in selection.verdicts] == verdicts


@pytest.mark.parametrize(
    ("filters", "what"),
    [
        (Filters(words=("graph",)), "graph"),
        (Filters(words=("GRAPHS",)), "GRAPHS"),
        (Filters(words=("“Gardens  of Graphs”",)), "Gardens  of Graphs"),
        (Filters(words=("garden*",)), "garden*"),
        (Filters(categories=("cs.lg",)), "cs.LG"),
        (Filters(categories=("cs",)), "cs.*"),
        (Filters(categories=("CS.*",)), "cs.*"),
        (Filters(categories=("cs.new", "cs.AI")), "cs.AI"),
    ],
)
def test_a_filter_means_the_same_however_it_was_typed_and_saved(filters: Filters, what: str) -> None:
    preferences = Preferences("en", ("digest-file",), filters=filters)

    verdict = select((GARDENS,), frozenset(), preferences).verdicts[0]
    assert (verdict.is_in, verdict.what) == (True, what)


@pytest.mark.parametrize(
    "filters",
    [Filters(words=("Graph of", "den", "raph")), Filters(words=("*",)), Filters(categories=("cs.L", "stat"))],
)
def test_what_is_only_part_of_a_word_or_of_a_category_lets_nothing_in(filters: Filters) -> None:
    preferences = Preferences("en", ("digest-file",), filters=filters)

    assert select((GARDENS,), frozenset(), preferences).cards == ()


def test_a_category_of_two_archives_lets_in_the_papers_of_both_names() -> None:
    control = Entry(Paper("2509.00004", "Control", categories=("eess.SY", "math.OC")), None, 4)
    preferences = Preferences("en", ("digest-file",), filters=Filters(categories=("cs.SY",)))

    assert ids(select((*ALL, control), frozenset(), preferences).cards) == ["Control"]


def test_a_never_word_keeps_what_only_contains_it() -> None:
    preferences = Preferences("en", ("digest-file",), filters=Filters(never_words=("rain", "loud")))

    assert ids(select(ALL, frozenset(), preferences).cards) == ["Gardens of Graphs", "Rivers"]


def test_a_month_of_abstracts_has_the_papers_that_are_about_a_short_word(shared_data: Path) -> None:
    with gzip.open(shared_data / "corpus" / "arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    listed = [Entry(Paper(each["id"], each["title"], abstract=each["summary"])) for each in records]

    counts = {}
    for word in ("RAG", "RL", "AI"):
        preferences = Preferences("en", ("digest-file",), filters=Filters(words=(word,)))
        counts[word] = len(select(listed, frozenset(), preferences).cards)

    assert counts == {"RAG": 255, "RL": 300, "AI": 1162}


def test_a_paper_that_was_had_is_not_judged_further() -> None:
    preferences = Preferences("en", ("digest-file",), filters=Filters(words=("nothing",)))

    verdict = select((GARDENS,), frozenset({GARDENS.paper.id}), preferences).verdicts[0]
    assert (verdict.is_in, verdict.why) == (False, Why.HAD)
