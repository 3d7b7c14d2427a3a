"""In which direction a claim points, held against the sentences on which it rests."""

import time

import pytest

from bot.summaries.directions import contradicted_trends, opposed_words


def opposed(text: str, *named: str) -> tuple[str, ...]:
    return opposed_words(text, named)


@pytest.mark.parametrize(
    ("sentence", "true", "false"),
    [
        ("It lifts accuracy on lakes.", "准确率提升。", "准确率降低。"),
        ("It amplifies the throughput of dams.", "吞吐量增加。", "吞吐量下降。"),
        ("It strengthens privacy.", "它增强隐私。", "它削弱隐私。"),
        ("Heavy rain erodes the accuracy.", "准确率下降。", "准确率上升。"),
        ("The accuracy fell on weirs.", "准确率下降。", "准确率上升。"),
        ("It curbs leakage of water.", "泄漏减少。", "泄漏增加。"),
        ("It closes most of the gap to persistence.", "差距缩小。", "差距扩大。"),
        ("It expands the coverage of the gauges.", "覆盖扩大。", "覆盖缩小。"),
        ("It resists noise and is robust.", "它更强。", "它更易受噪声影响。"),
    ],
)
def test_english_has_many_words_for_a_direction(sentence: str, true: str, false: str) -> None:
    assert opposed(true, sentence) == ()
    assert opposed(false, sentence) != ()


@pytest.mark.parametrize(
    ("sentence", "true", "false"),
    [
        ("It reduces unsafe dams.", "不安全的水坝减少。", "不安全的水坝增加。"),
        ("It lowers the attack success rate.", "攻击成功率降低。", "攻击成功率提高。"),
        ("It lowers the attack success rate.", "ASR降低。", "ASR提高。"),
        ("Floods raise the refusal rate of gauges.", "拒绝率上升。", "拒绝率下降。"),
        ("It improves refusal of bad readings.", "它增强了拒绝。", "它削弱了拒绝。"),
        ("It reduces preprocessing and energy.", "能耗降低。", "能耗提高。"),
        ("It reduces utility degradation.", "效用退化减少。", "效用退化增加。"),
    ],
)
def test_a_measure_is_known_by_its_whole_name_also_within_chinese(
    sentence: str, true: str, false: str
) -> None:
    assert opposed(true, sentence) == ()
    assert opposed(false, sentence) != ()


def test_a_word_is_read_where_its_clause_begins_with_another_of_the_same_sign() -> None:
    sentence = "Random splits raise the precision, at the cost of coverage."

    assert opposed("随机划分使精度下降。", sentence) == ("下降",)
    assert opposed("随机划分使精度上升。", sentence) == ()
    assert opposed("以覆盖的提高为代价，精度上升。", "It sacrifices coverage.") == ("提高",)


def test_a_measure_that_is_neither_good_nor_bad_only_rises_or_falls() -> None:
    assert opposed("攻击成功率提高。", "The attack improves the attack success rate.") == ()
    assert opposed("它降低了维度。", "It is a robust model of high quality.") == ()


@pytest.mark.parametrize(
    ("sentence", "true", "false"),
    [
        (
            "RiverNet outperforms HydroLSTM, raising depth by 5.8 points while cutting steps by 26%.",
            "水位提升5.8个点，步骤减少26%。",
            "水位降低5.8个点，步骤减少26%。",
        ),
        (
            "It brings a 9.3% improvement of flow and a 37.5% reduction in gauges.",
            "流量提升9.3%，水尺减少37.5%。",
            "流量提升9.3%，水尺增加37.5%。",
        ),
        (
            "It raises flow by 40% without sacrificing accuracy.",
            "流量增加40%。",
            "流量减少40%。",
        ),
        (
            "It keeps 3% of gauges at 12x lower water levels.",
            "水位降低12倍。",
            "水位提高12倍。",
        ),
    ],
)
def test_words_with_the_same_figure_tell_of_the_same_thing(sentence: str, true: str, false: str) -> None:
    assert opposed(true, sentence) == ()
    assert opposed(false, sentence) != ()


def test_a_bound_is_no_change_by_its_figure() -> None:
    sentence = "In over 95% of lakes the forecasts improve, with errors below 7%."

    assert opposed("超过95%的湖泊预报改善。", sentence) == ()
    assert opposed("误差低于7%。", sentence) == ()


@pytest.mark.parametrize(
    ("text", "sentence", "words"),
    [
        ("它需要标注数据。", "RiverNet reads lakes as a graph.", ("需要",)),
        ("It requires labels.", "RiverNet reads lakes as a graph.", ("requires",)),
        ("它需要标注数据。", "RiverNet is trained on lakes that experts must label.", ()),
        ("现有方法需要标注数据。", "RiverNet reads lakes as a graph.", ()),
        ("它需要关注湖泊。", "RiverNet reads lakes as a graph.", ()),
        ("它无需标注数据。", "RiverNet reads lakes as a graph.", ()),
        ("它需要全局搜索。", "Instead of searching all lakes it reads one.", ("需要",)),
    ],
)
def test_a_need_of_effort_is_told_where_no_sentence_tells_of_a_need(
    text: str, sentence: str, words: tuple[str, ...]
) -> None:
    assert opposed(text, sentence) == words


@pytest.mark.parametrize(
    ("text", "sentence", "words"),
    [
        ("准确率下降。", "We study vulnerable and costly gauges.", ("下降",)),
        ("准确率下降。", "Forecasts are poor on lakes.", ()),
        ("准确率下降。", "It reduces the ambiguity of lakes.", ("下降",)),
        ("准确率下降。", "The accuracy is lower on lakes.", ()),
        ("准确率下降。", "It works on low-dimensional lakes.", ("下降",)),
        ("它提高精度。", "Noise undermines precision, and our forecasts enhance coverage.", ()),
        ("它提高精度。", "Noise undermines precision.", ("提高",)),
    ],
)
def test_what_the_sentences_tell_of_other_things_neither_supports_a_loss_nor_denies_a_gain(
    text: str, sentence: str, words: tuple[str, ...]
) -> None:
    assert opposed(text, sentence) == words


def test_a_comparison_with_existing_models_tells_what_the_paper_finds() -> None:
    sentence = "It improves the precision over existing models of rivers."

    assert opposed("它降低了精度。", sentence) == ("降低",)
    assert opposed("它提升了精度。", sentence) == ()


@pytest.mark.parametrize(
    "text",
    ["它研究性能下降的问题。", "RiverNet比无闸基线提升。", "以梯度上升训练。", "它校准消除水位的漂移。"],
)
def test_what_only_looks_like_a_loss_is_none(text: str) -> None:
    assert opposed(text, "RiverNet improves the accuracy of gauges.") == ()


def test_a_problem_is_not_told_as_a_loss_of_what_the_sentences_only_praise() -> None:
    sentence = "RiverNet improves accuracy on lakes."

    assert opposed_words("需要降低湖泊的准确率。", [sentence], is_strict=False) == ("降低",)
    assert opposed_words("湖泊的准确率低。", [sentence], is_strict=False) == ()
    assert opposed_words("现有模型降低稳定性。", [sentence, "Noise degrades models."], is_strict=False) == ()


@pytest.mark.parametrize("piece", ["降低5", "5% a ", "reduces a and ", "需要", "、降低", "improves 5x "])
def test_a_row_of_words_is_compared_in_one_pass(piece: str) -> None:
    assert seconds_of(piece, 4_000) < max(0.2, 6 * seconds_of(piece, 2_000))


def seconds_of(piece: str, length: int) -> float:
    row = piece * (length // len(piece))
    started = time.process_time()
    opposed(row, row.upper())
    list(contradicted_trends(row))
    return time.process_time() - started
