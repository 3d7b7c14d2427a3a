"""Whether real summaries are told from those of other papers."""

import json
from pathlib import Path

import pytest

from bot.summaries.likeness import is_about
from storage.records import Paper, Summary
from tests.summaries.changing import parts_of, published_summaries

RIVERS = Paper(
    "2509.00001",
    "Forecasting silt in large rivers",
    abstract="We forecast silt with sparse attention over gauges, and find it both faster and better.",
)


def known(shared_data: Path) -> dict[str, Paper]:
    papers: dict[str, Paper] = {}
    for path in sorted((shared_data / "hf").glob("20*.json")):
        for item in json.loads(path.read_text("utf-8")):
            paper = item["paper"]
            title = " ".join(paper["title"].split())
            papers[paper["id"]] = Paper(paper["id"], title, abstract=paper["summary"])
    return papers


def said(summary: Summary) -> str:
    return " ".join(parts_of(summary).values())


@pytest.mark.parametrize("one_in", [5, pytest.param(1, marks=pytest.mark.benchmark)])
def test_each_real_summary_is_of_its_own_paper_and_hardly_one_of_another(
    shared_data: Path, one_in: int
) -> None:
    """Of the other papers' summaries, one in so many is looked at."""
    papers = known(shared_data)
    summaries = published_summaries(shared_data)
    own = [summary for summary in summaries if summary.paper_id in papers]
    of_other = [
        is_about(said(other), papers[summary.paper_id], papers[summary.paper_id].abstract or "")
        for summary in own
        for other in summaries[::one_in]
        if other.paper_id != summary.paper_id
    ]

    assert len(own) >= 26
    assert [
        summary.paper_id
        for summary in own
        if not is_about(said(summary), papers[summary.paper_id], papers[summary.paper_id].abstract or "")
    ] == []
    assert sum(of_other) / len(of_other) < 0.08


def test_the_title_tells_where_no_name_is() -> None:
    assert is_about("The paper forecasts silt of rivers.", RIVERS, RIVERS.abstract or "")
    assert not is_about("The paper paints faces of actors from speech.", RIVERS, RIVERS.abstract or "")


def test_a_summary_in_other_characters_without_any_name_is_let_pass() -> None:
    assert is_about("该研究用稀疏注意力预测河流泥沙，更快也更准。", RIVERS, RIVERS.abstract or "")


def test_a_summary_in_other_characters_with_names_of_another_paper_is_not() -> None:
    paper = Paper(
        "2509.00002", "RiverNet: Forecasting Silt", abstract="RiverNet forecasts silt on SiltBench."
    )

    assert is_about("RiverNet用于预测泥沙。", paper, "")
    assert not is_about("该研究提出CloudCast，在RainBench上优于MetNet。", paper, paper.abstract or "")


def test_an_english_summary_of_other_words_is_refused_even_with_a_name_in_common() -> None:
    said = (
        "TinyGauge paints faces of actors from their speech, with masks, lips, make-up, studio lights, "
        "cameras, microphones and a director who rehearses every scene."
    )
    about = (
        "TinyGauge measures silt in rivers and lakes. Sensors along a bank send depth, flow, colour "
        "and temperature each hour; a linear filter smooths what ice, weeds or boats disturb, and "
        "corrects drift between visits by technicians. Over two winters, errors against bottled "
        "samples fell below those of optical probes at every station but one, whose mud clogged pumps"
        " after storms. Batteries lasted nine months without sun, so remote valleys need fewer trips."
    )
    paper = Paper("2509.00003", "Silt in rivers", abstract=about)

    assert not is_about(said, paper, "")
    assert is_about("TinyGauge measures how much silt rivers carry.", paper, "")


def test_words_tell_nothing_where_the_text_has_only_a_few() -> None:
    said = (
        "TinyGauge follows what currents carry past a bank each hour, so that keepers of harbours and "
        "valleys may plan when to dredge, sail or wait."
    )
    paper = Paper("2509.00003", "Silt in rivers", abstract="TinyGauge measures silt in rivers and lakes.")

    assert is_about(said, paper, "")


def test_a_summary_most_of_whose_names_are_foreign_is_refused() -> None:
    text = "TinyGauge measures silt in rivers with a small network of gauges."
    paper = Paper("2509.00003", "Silt in rivers", abstract=text)

    assert is_about("TinyGauge measures silt in rivers with a network.", paper, text)
    assert not is_about("TinyGauge measures silt in rivers with MudNet and SandNet.", paper, text)
