"""Figures of a claim that stand for other things than the paper's sentence has them for."""

from collections.abc import Callable, Iterator

import pytest

from bot.summaries.figures import StatedFigure, stated_figures
from bot.summaries.roles import (
    contradicted_comparisons,
    exceeding_wholes,
    exchanged,
    fractions_of_things,
    misplaced,
    repeated,
    turned_changes,
    turned_fractions,
    turned_trends,
)

COUNTS = "RiverNet was read by 12 annotators on 340 images from five rivers."
LISTED = "It reaches accuracies of 81.2% and 64.7% on lakes and dams, respectively."
MEASURED = "RiverNet has a high sensitivity (0.91) and a fair specificity (0.68)."
NAMED = "RiverNet achieved an AUROC of 0.91, above HydroLSTM alone (0.68)."
IN_TURN = "It yields accuracy, F1 score and river kappa at 71.5%, 62.5% and 53.5%, respectively."
BRACKETED = "It has a mean river precision (mRP) of 0.72 and a mean dam precision (mDP) of 0.31."
PLACES = "RiverNet attains 71.5% on LakeSet and 62.5% on DamSet 2021, ahead of others."
SPREAD = "HydroLSTM reaches 0.61 +/- 0.02 on LakeSet and 0.47 +/- 0.03 on DamSet."
TRAINED = "It was trained on 48 rivers."
TESTED = "The external test is on 27 unseen rivers."
RANGES = "The refusal rate stays at 7-14%, and the error rate lies within a range of 28-85%."
OF_MODELS = "It gains +5.8 pp on Lake3.5-27B and +4.8 pp on Dam-4-26B-it."
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
        ("准确率为71.5%，F1为62.5%，kappa为53.5%。", "zh-CN", IN_TURN, []),
        ("准确率为71.5%，F1为53.5%，kappa为62.5%。", "zh-CN", IN_TURN, ["53.5%", "62.5%"]),
        ("mRP为0.72，mDP为0.31。", "zh-CN", BRACKETED, []),
        ("mRP为0.31，mDP为0.72。", "zh-CN", BRACKETED, ["0.31", "0.72"]),
        ("LakeSet上71.5%和DamSet上62.5%的准确率。", "zh-CN", PLACES, []),
        ("LakeSet上62.5%和DamSet上71.5%的准确率。", "zh-CN", PLACES, ["62.5%", "71.5%"]),
        ("在LakeSet和DamSet上分别达到71.5%和62.5%。", "zh-CN", PLACES, []),
        ("在LakeSet和DamSet上分别达到62.5%和71.5%。", "zh-CN", PLACES, ["62.5%", "71.5%"]),
        ("LakeSet上0.61，DamSet上0.47。", "zh-CN", SPREAD, []),
        ("LakeSet上0.47，DamSet上0.61。", "zh-CN", SPREAD, ["0.47", "0.61"]),
        ("拒绝率为7-14%，错误28-85%。", "zh-CN", RANGES, []),
        ("拒绝率为28-85%，错误7-14%。", "zh-CN", RANGES, ["28-85%", "7-14%"]),
        ("Lake3.5-27B提升5.8pp，Dam-4-26B提升4.8pp。", "zh-CN", OF_MODELS, []),
        ("Lake3.5-27B提升4.8pp，Dam-4-26B提升5.8pp。", "zh-CN", OF_MODELS, ["4.8pp", "5.8pp"]),
    ],
)
def test_figures_in_each_others_place_are_told_by_what_stands_beside_them(
    text: str, language: str, sentence: str, found: list[str]
) -> None:
    assert texts(exchanged(text, stated_figures(text, language), [sentence])) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("在48条河流上训练，在27条未见河流上测试。", []),
        ("在27条河流上训练，在48条未见河流上测试。", ["27", "48"]),
        ("共48条河流和27条未见河流。", []),
    ],
)
def test_figures_of_two_sentences_are_told_by_what_sets_these_apart(text: str, found: list[str]) -> None:
    assert texts(exchanged(text, stated_figures(text, "zh-CN"), [TRAINED, TESTED])) == found


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
        (turned_fractions, "计算量降至1/40。", "zh-CN", []),
        (turned_fractions, "计算量降至40/1。", "zh-CN", ["40", "1"]),
        (turned_fractions, "10/1/0.1 of it, 8/1-bit, in 40/2 rivers.", "en", []),
        (turned_trends, "F1为0.47，微调后提升至0.61。", "zh-CN", []),
        (turned_trends, "F1为0.61，微调后提升至0.47。", "zh-CN", ["0.61", "0.47"]),
        (turned_trends, "F1为0.47，但后来降至0.61。", "zh-CN", ["0.47", "0.61"]),
        (turned_trends, "F1为0.61，召回率提升至0.47。", "zh-CN", []),
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("漂移从-18.6改善至-1.9。", []),
        ("漂移从-1.9改善至-18.6。", ["1.9", "18.6"]),
        ("准确率从78.0%提升至93.1%。", []),
        ("准确率从93.1%变为78.0%。", ["93.1%", "78.0%"]),
        ("准确率93.1%→78.0%。", ["93.1%", "78.0%"]),
        ("准确率78.0%，漂移-1.9。", []),
    ],
)
def test_a_change_from_one_figure_to_another_is_told_where_the_sentence_has_it_the_other_way_round(
    text: str, found: list[str]
) -> None:
    sentence = "It improves drift from -18.6 to -1.9 and raises accuracy from 78.0% to 93.1%."

    assert texts(turned_changes(text, stated_figures(text, "zh-CN"), [sentence])) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("拒绝率仅7-14%，远低于此前方法的28-85%。", []),
        ("拒绝率达28-85%，远低于此前方法的7-14%。", ["28-85%", "7-14%"]),
        ("准确率98.3%，超过HydroLSTM（86.6%）。", []),
        ("准确率86.6%，超过HydroLSTM（98.3%）。", ["86.6%", "98.3%"]),
        ("准确率提升3.1%，超过此前的85.2%。", []),
    ],
)
def test_what_is_told_to_be_lower_than_a_smaller_figure_contradicts_itself(
    text: str, found: list[str]
) -> None:
    assert texts(contradicted_comparisons(text, stated_figures(text, "zh-CN"))) == found
