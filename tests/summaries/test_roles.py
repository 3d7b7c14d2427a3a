"""Figures of a claim that stand for other things than the paper's sentence has them for."""

from collections.abc import Callable, Iterator

import pytest

from bot.summaries.figures import StatedFigure, stated_figures
from bot.summaries.roles import exceeding_wholes, exchanged, fractions_of_things, misplaced, repeated

COUNTS = "RiverNet was read by 12 annotators on 340 images from five rivers."
LISTED = "It reaches accuracies of 81.2% and 64.7% on lakes and dams, respectively."
MEASURED = "RiverNet has a high sensitivity (0.91) and a fair specificity (0.68)."
NAMED = "RiverNet achieved an AUROC of 0.91, above HydroLSTM alone (0.68)."
REDUCED = "It achieves a 62% reduction in error when it keeps the 15% surest readings."


def texts(found: Iterator[StatedFigure]) -> list[str]:
    return [figure.text for figure in found]


@pytest.mark.parametrize(
    ("text", "language", "sentence", "found"),
    [
        ("灵敏度0.91，特异性0.68。", "zh-CN", MEASURED, []),
        ("0.68的灵敏度和0.91的特异性。", "zh-CN", MEASURED, ["0.68", "0.91"]),
        ("A specificity of 0.91 and a sensitivity of 0.68.", "en", MEASURED, ["0.91", "0.68"]),
        ("AUROC为0.91，HydroLSTM（0.68）。", "zh-CN", NAMED, []),
        ("0.68的AUROC优于HydroLSTM（0.91）。", "zh-CN", NAMED, ["0.68", "0.91"]),
        ("保留最可靠的15%时，误差降低62%。", "zh-CN", REDUCED, []),
        ("保留最可靠的62%时，误差降低15%。", "zh-CN", REDUCED, ["62%", "15%"]),
        ("在湖泊和水坝上准确率分别为81.2%和64.7%。", "zh-CN", LISTED, []),
        ("在湖泊和水坝上分别达到81.2%和64.7%的准确率。", "zh-CN", LISTED, []),
        ("在湖泊和水坝上分别达到64.7%和81.2%的准确率。", "zh-CN", LISTED, ["64.7%", "81.2%"]),
        ("Accuracies of 64.7% and 81.2% on lakes and dams.", "en", LISTED, ["64.7%", "81.2%"]),
    ],
)
def test_figures_in_each_others_place_are_told_by_what_stands_beside_them(
    text: str, language: str, sentence: str, found: list[str]
) -> None:
    assert texts(exchanged(text, stated_figures(text, language), [sentence])) == found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("12名标注者阅读了340张图像。", "zh-CN", []),
        ("340名标注者阅读了图像。", "zh-CN", ["340"]),
        ("图像共12张。", "zh-CN", ["12"]),
        ("12张图像。", "zh-CN", ["12"]),
        ("340 experts read the images.", "en", ["340"]),
        ("12 experts read 340 pictures.", "en", []),
        ("It has 340 layers.", "en", []),
        ("12名专家的图像。", "zh-CN", []),
    ],
)
def test_a_count_of_another_thing_is_misplaced_where_the_sentence_counts_this_one_otherwise(
    text: str, language: str, found: list[str]
) -> None:
    assert texts(misplaced(text, stated_figures(text, language), [COUNTS])) == found


@pytest.mark.parametrize(
    ("look", "text", "language", "found"),
    [
        (exceeding_wholes, "共98条河流，其中46条干涸。", "zh-CN", []),
        (exceeding_wholes, "共46条河流，其中98条干涸。", "zh-CN", ["46", "98"]),
        (exceeding_wholes, "46 rivers, of which 98 are dry.", "en", ["46", "98"]),
        (exceeding_wholes, "It leads in 17 of 19 tasks.", "en", []),
        (exceeding_wholes, "It leads in 19 out of 17 tasks.", "en", ["19", "17"]),
        (exceeding_wholes, "在17个任务中，它在19个任务上领先。", "zh-CN", ["17", "19"]),
        (exceeding_wholes, "在17个任务中，它读取19张图像。", "zh-CN", []),
        (fractions_of_things, "在0.97个样本上，R为502。", "zh-CN", ["0.97"]),
        (fractions_of_things, "早4.8个月，提高0.5个百分点，共1.7万个样本。", "zh-CN", []),
    ],
)
def test_a_part_above_its_whole_and_a_fraction_of_a_thing_are_told(
    look: Callable[[str, list[StatedFigure]], Iterator[StatedFigure]],
    text: str,
    language: str,
    found: list[str],
) -> None:
    assert texts(look(text, stated_figures(text, language))) == found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("340张图像，12名标注者。", "zh-CN", []),
        ("12条曲线，12名标注者。", "zh-CN", ["12", "12"]),
        ("12 curves by 12 annotators.", "en", ["12", "12"]),
        ("12名标注者，即12名专家。", "zh-CN", []),
        ("7条曲线，7名标注者。", "zh-CN", []),
    ],
)
def test_a_number_that_the_sentence_has_once_is_not_said_of_two_things(
    text: str, language: str, found: list[str]
) -> None:
    assert texts(repeated(text, stated_figures(text, language), [COUNTS])) == found


def test_rows_of_figures_are_not_told_apart_by_what_stands_beside_them() -> None:
    text = f"{COUNTS[:-1]} by 12 teams."
    row = f"{' '.join(f'{number} lakes,' for number in range(50, 100))} {COUNTS}"

    assert texts(repeated(text, stated_figures(text, "en"), [COUNTS])) == ["12", "12"]
    assert texts(repeated(text, stated_figures(text, "en"), [row])) == []
    assert texts(misplaced(text, stated_figures(text, "en"), [row])) == []
