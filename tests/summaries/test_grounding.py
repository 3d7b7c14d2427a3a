import pytest

from bot.summaries.grounding import SourceText, grounded
from storage.records import Figure, Grounding

PAPER = """RiverNet: Forecasting Silt with Sparse Attention

Rivers carry silt to the sea, and forecasts of it are slow. We present RiverNet, which attends to 5\\% of the
gauges of 12 rivers. On SiltBench it lowers the error from 23.4% to 14.9% and needs 0.92 of the energy.
Training takes 40 minutes on one GPU; HydroLSTM takes 120 minutes of training on the same GPU.
The gauges measure every $1{,}800$ seconds. Our annotators agreed on 612 of 800 photographs of dams.

Table 2: Accuracy on lakes and dams
Method | Lakes | Dams
HydroLSTM | 55.1 | 61.0
RiverNet | 57.8 | 63.2
"""


def grounding(text: str, language: str = "en") -> list[tuple[str, Grounding]]:
    return [
        (figure.text, figure.grounding) for figure in grounded({"results": text}, language, SourceText(PAPER))
    ]


@pytest.mark.parametrize(
    ("claim", "language"),
    [
        ("The error on SiltBench falls to 14.9%.", "en"),
        ("The error on SiltBench falls to about 15%.", "en"),
        ("The error on SiltBench falls to 15%.", "en"),
        ("在SiltBench上误差降到14.9%。", "zh-CN"),
        ("在SiltBench上误差降到１４．９％。", "zh-CN"),
        ("SiltBenchの誤差は14.9%に低減した。", "ja"),
        ("SiltBench의 오류는 14.9%로 감소했다.", "ko"),
        ("Auf SiltBench sinkt der Fehler auf 14,9 %.", "de"),
        ("Sur SiltBench, l'erreur tombe à 14,9 %.", "fr"),
        ("En SiltBench, el error baja a 14,9 %.", "es"),
        ("RiverNet achieves 57.8 on lakes.", "en"),
        ("RiverNet needs 92% of the energy.", "en"),
        ("The gauges measure every 1,800 seconds.", "en"),
        ("测站每1800秒测量一次。", "zh-CN"),
        ("About 58 on lakes for RiverNet.", "en"),
    ],
)
def test_a_figure_is_supported_in_whatever_language_and_notation(claim: str, language: str) -> None:
    assert [found for _, found in grounding(claim, language)] == [Grounding.SUPPORTED]


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("On SiltBench the error falls by 8.5 points.", Grounding.DERIVED),
        ("在SiltBench上误差下降8.5个百分点。", Grounding.DERIVED),
        ("RiverNet trains 3x as fast as HydroLSTM, which takes minutes on a GPU.", Grounding.DERIVED),
        ("Training takes 80 minutes less on the GPU.", Grounding.DERIVED),
        ("The gap between lakes and dams is 5.4 for RiverNet.", Grounding.DERIVED),
        ("The gap on lakes between both methods is 2.7.", Grounding.NOT_FOUND),
        ("Silt is carried 8.5 miles to the sea by rivers.", Grounding.NOT_FOUND),
    ],
)
def test_what_two_numbers_of_one_sentence_give_is_derived_where_it_is_about_the_same(
    claim: str, found: Grounding
) -> None:
    assert [each for _, each in grounding(claim)] == [found]


@pytest.mark.parametrize(
    "claim",
    [
        "The error on SiltBench falls to 14.8%.",
        "The error on SiltBench falls to 14.95%.",
        "The error on SiltBench falls to 14.9.",
        "The error on SiltBench falls to 14.9 points.",
        "The error on SiltBench falls to 14.9 times.",
        "RiverNet scores 58 on lakes.",
        "The error on SiltBench falls 41 times.",
        "On SiltBench the error falls from 23.4% by 612%.",
    ],
)
def test_what_the_text_does_not_have_there_is_not_found(claim: str) -> None:
    assert Grounding.NOT_FOUND in [found for _, found in grounding(claim)]


def test_a_number_that_stands_elsewhere_for_something_else_is_no_support() -> None:
    claim = "RiverNet lowers the error on SiltBench with 612 annotations less than HydroLSTM."

    assert grounding(claim) == [("612", Grounding.NOT_FOUND)]


def test_where_nothing_can_be_compared_the_number_alone_decides() -> None:
    assert grounding("涵盖612条。", "zh-CN") == [("612", Grounding.SUPPORTED)]


def test_a_range_is_as_well_founded_as_its_worse_end() -> None:
    claim = "The error on SiltBench is 14.9–23.4%, not 14.9–25.1%."

    assert grounding(claim) == [
        ("14.9–23.4%", Grounding.SUPPORTED),
        ("14.9–25.1%", Grounding.NOT_FOUND),
    ]


def test_a_figure_that_is_said_twice_in_a_part_is_told_once() -> None:
    figures = grounded(
        {"tldr": "5% of the gauges; again, 5%.", "method": "5% of the gauges."}, "en", SourceText(PAPER)
    )
    nearest = "We present RiverNet, which attends to 5\\% of the gauges of 12 rivers."

    assert figures == (
        Figure("5%", "tldr", Grounding.SUPPORTED, nearest),
        Figure("5%", "method", Grounding.SUPPORTED, nearest),
    )


def test_nothing_is_found_in_an_empty_text() -> None:
    assert grounded({"tldr": "It takes 5 days."}, "en", SourceText("")) == (
        Figure("5", "tldr", Grounding.NOT_FOUND, ""),
    )
