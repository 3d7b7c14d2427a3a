"""Papers ranked for a person: what is like what they saved comes first, and says like which."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.lookup.for_you import Ranked, Taste, Vector, candidates, ranked, vector
from bot.lookup.similar import word_counts
from storage.records import Paper, Topic

HALF = math.sqrt(0.5)
ROBOTS: Vector = {"robot": 1.0}
AGENTS: Vector = {"agent": 1.0}
BOTH: Vector = {"robot": HALF, "agent": HALF}
IMAGES: Vector = {"imag": 1.0}
DAY = candidates({"images": IMAGES, "both": BOTH, "agents": AGENTS, "robots": ROBOTS})


def rounded(found: Iterable[Ranked]) -> list[Ranked]:
    return [replace(each, score=round(each.score, 9)) for each in found]


def test_the_score_is_the_sum_of_squares_and_the_largest_is_the_reason() -> None:
    near = {"robot": 0.8, "agent": 0.6}

    found = ranked(DAY, Taste({"A": near, "B": AGENTS}, {}))

    assert rounded(found) == [
        Ranked("both", 1.48, "A"),
        Ranked("agents", 1.36, "B"),
        Ranked("robots", 0.64, "A"),
        Ranked("images", 0.0, None),
    ]


def test_what_is_like_an_unwanted_paper_moves_down() -> None:
    found = ranked(DAY, Taste({"A": ROBOTS, "B": AGENTS}, {"C": AGENTS}))

    assert rounded(found) == [
        Ranked("robots", 1.0, "A"),
        Ranked("both", 0.5, "A"),
        Ranked("images", 0.0, None),
        Ranked("agents", 0.0, "B"),
    ]


def test_known_and_muted_papers_are_left_out() -> None:
    found = ranked(DAY, Taste({"agents": AGENTS, "B": ROBOTS}, {"images": IMAGES}), without={"both"})

    assert found == (Ranked("robots", 1.0, "B"),)


def test_of_one_saved_paper_no_order_is_made() -> None:
    found = ranked(DAY, Taste({"robots": ROBOTS}, {}))

    assert found == (
        Ranked("images", 0.0, None),
        Ranked("both", 0.0, None),
        Ranked("agents", 0.0, None),
    )


def test_a_faint_likeness_is_no_reason() -> None:
    faint = {"robot": 0.09, "imag": math.sqrt(1 - 0.09**2)}

    found = ranked(candidates({"robots": ROBOTS}), Taste({"A": faint, "B": AGENTS}, {}))

    assert found == (Ranked("robots", 0.09**2, None),)


def test_a_word_weighs_by_how_often_a_paper_has_it_and_how_few_papers_do() -> None:
    counts = {"robots": 1, "robot": 2, "agents": 1, "unheard": 1}
    of_robot, of_agent = (1 + math.log(3)) * math.log(101 / 10), math.log(101 / 50)
    length = math.hypot(of_robot, of_agent)

    assert vector(counts, {"robots": 5, "robot": 10, "agents": 50}, most=100) == {
        "robot": pytest.approx(of_robot / length),
        "agent": pytest.approx(of_agent / length),
    }


def test_a_paper_without_telling_words_is_like_none() -> None:
    assert vector(word_counts(Paper("2509.00001", "On it")), {"on": 7}, most=100) == {}


def test_the_words_of_the_title_count_three_times() -> None:
    paper = Paper("2509.00001", "Robots plan", abstract="We let robots 42 walk.")

    assert word_counts(paper) == Counter({"robots": 4, "plan": 3, "let": 1, "walk": 1})


def test_topics_add_their_weight_and_the_largest_addend_is_the_reason() -> None:
    near = {"robot": 0.8, "agent": 0.6}
    asked = {
        "images": (Topic("pictures", 2), Topic("art", 1)),
        "agents": (Topic("agents", -2),),
        "robots": (Topic("robots", 1),),
    }

    found = ranked(DAY, Taste({"A": near, "B": AGENTS}, {}), asked=asked)

    assert rounded(found) == [
        Ranked("both", 1.48, "A"),
        Ranked("agents", 1.16, "B"),
        Ranked("robots", 0.74, "A"),
        Ranked("images", 0.3, None, "pictures"),
    ]


def test_without_a_known_taste_the_topics_alone_count() -> None:
    asked = {"images": (Topic("pictures", -1),), "robots": (Topic("robots", 1),)}

    assert rounded(ranked(DAY, Taste({"A": ROBOTS}, {}), asked=asked)) == [
        Ranked("robots", 0.1, None, "robots"),
        Ranked("both", 0.0, None),
        Ranked("agents", 0.0, None),
        Ranked("images", -0.1, None),
    ]
