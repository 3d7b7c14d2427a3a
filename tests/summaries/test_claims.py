"""One sentence of a summary, checked against the paper's sentences that it names."""

import time

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from bot.summaries.claims import ClaimVerdict, check_claim
from bot.summaries.evidence import Claim, NumberedSentence, NumberedText
from bot.summaries.figures import stated_figures
from bot.summaries.grades import Grade, GradedFigure
from bot.summaries.grounding import SourceText

SENTENCES = (
    (1, 1, "We present RiverNet, a network of sparse attention that reads 5% of the gauges."),
    (2, 2, "On SiltBench RiverNet outperforms HydroLSTM and lowers the error from 23.4% to 14.9%."),
    (3, 2, "Training takes 40 minutes, three times less than HydroLSTM, without any labelled data."),
    (4, 3, "The corpus has 90,704 readings and 18,622 days of rain: 400 English and 400 Chinese reports."),
    (5, 4, "Accuracy rises to 57.8 on lakes, 2.7 points above HydroLSTM."),
    (6, 5, "The agreement of 12 annotators was 61.5% on dams and 72.5% on weirs."),
    (7, 6, "During floods RiverNet is no better than persistence."),
    (8, 7, "Large language models (LLMs) were given 97,455 questions by Kara Stone."),
    (9, 8, "Existing networks often fail on dams, as their errors grow with depth."),
    (10, 9, "RiverNet is a robust and accurate model of rivers, within a limited budget."),
    (11, 10, "It requires only pictures of rivers."),
    (
        12,
        11,
        "One of the 14 lakes [ 27 ] dried in 38 days, 12 wells in 25 and 96.2% (95% CI: 91.4-98.7) later.",
    ),
)
GIVEN = NumberedText(
    tuple(NumberedSentence(number, text, "", paragraph) for number, paragraph, text in SENTENCES)
)
PAPER = SourceText("\n\n".join(text for _, _, text in SENTENCES))


def verdict(text: str, *numbers: int, language: str = "en", part: str = "results") -> ClaimVerdict:
    return check_claim(Claim(part, text, numbers, is_inference=False), GIVEN, PAPER, language)


def graded(text: str, *numbers: int, language: str = "en") -> list[tuple[str, Grade]]:
    return [(each.text, each.grade) for each in verdict(text, *numbers, language=language).figures]


def test_a_sentence_that_says_what_the_named_ones_say_has_nothing_against_it() -> None:
    found = verdict("On SiltBench RiverNet cuts HydroLSTM's error from 23.4% to 14.9%.", 2)

    assert found == ClaimVerdict((GradedFigure("23.4%", Grade.NEAR), GradedFigure("14.9%", Grade.NEAR)))


def test_a_figure_is_near_elsewhere_or_not_in_the_paper() -> None:
    text = "Training takes 40 minutes, on 57.8 lakes and 33 rivers."

    assert graded(text, 3) == [
        ("40", Grade.NEAR),
        ("57.8", Grade.ELSEWHERE),
        ("33", Grade.NOT_IN_PAPER),
    ]
    assert graded(text) == [
        ("40", Grade.ELSEWHERE),
        ("57.8", Grade.ELSEWHERE),
        ("33", Grade.NOT_IN_PAPER),
    ]
    assert graded(text, 99) == graded(text)


def test_a_neighbour_in_the_same_paragraph_counts_and_the_next_paragraph_does_not() -> None:
    assert graded("Training takes 40 minutes.", 2) == [("40", Grade.NEAR)]
    assert graded("It reads 90,704 readings.", 3) == [("90,704", Grade.ELSEWHERE)]


@pytest.mark.parametrize(
    ("text", "number", "language"),
    [
        ("语料有9万多条读数。", 4, "zh-CN"),
        ("语料有近10万条读数。", 4, "zh-CN"),
        ("语料有9万余条读数。", 4, "zh-CN"),
        ("语料有超过9万条读数。", 4, "zh-CN"),
        ("语料约有9.1万条读数。", 4, "zh-CN"),
        ("语料覆盖1.8万天。", 4, "zh-CN"),
        ("语料覆盖1.9万天。", 4, "zh-CN"),
        ("语料有800份报告。", 4, "zh-CN"),
        ("语料约有10.9万条记录。", 4, "zh-CN"),
        ("The corpus has over 109,000 records.", 4, "en"),
        ("The corpus has over 90,000 readings.", 4, "en"),
        ("The corpus has 90,000+ readings.", 4, "en"),
        ("The corpus has at least 18,000 days.", 4, "en"),
        ("The models got over 97,000 questions.", 8, "en"),
        ("The models got up to 97,500 questions.", 8, "en"),
        ("The models got nearly 97,500 questions.", 8, "en"),
        ("误差降低了8.5个百分点。", 2, "zh-CN"),
        ("误差降低8.5百分点。", 2, "zh-CN"),
        ("The error falls by 8.5 points.", 2, "en"),
        ("Accuracy rises by 2.7 percentage points.", 5, "en"),
        ("Agreement was 61.5 to 72.5%.", 6, "en"),
        ("一致性从61.5到72.5%。", 6, "zh-CN"),
    ],
)
def test_a_figure_as_people_write_it_is_near(text: str, number: int, language: str) -> None:
    assert [grade for _, grade in graded(text, number, language=language)] == [Grade.NEAR] * len(
        graded(text, number, language=language)
    )
    assert graded(text, number, language=language)


@pytest.mark.parametrize("text", ["准确率提升3.9%。", "准确率提升3.9个百分点。", "耗时减少87.5%。"])
def test_an_absolute_per_cent_and_a_factor_say_the_same_as_points_and_per_cent(text: str) -> None:
    sentence = "Accuracy rises by 3.9% absolute, and training is 8x faster."
    given = NumberedText((NumberedSentence(1, sentence, "", 1),))
    claim = Claim("results", text, (1,), is_inference=False)

    assert check_claim(claim, given, SourceText(sentence), "zh-CN").figures_of(Grade.NOT_IN_PAPER) == ()


@pytest.mark.parametrize(
    ("text", "number", "language"),
    [
        ("语料有8万多条读数。", 4, "zh-CN"),
        ("语料有近9万条读数。", 4, "zh-CN"),
        ("语料有超过10万条读数。", 4, "zh-CN"),
        ("The corpus has over 91,000 readings.", 4, "en"),
        ("The corpus has 801 reports.", 4, "en"),
        ("Agreement on dams was 61.5.", 6, "en"),
        ("Agreement on dams was 61.5 points.", 6, "en"),
        ("Agreement on dams was 61.5 times.", 6, "en"),
        ("水坝的一致性为61.5个百分点。", 6, "zh-CN"),
        ("Accuracy rises by 2.7%.", 5, "en"),
        ("It reads 5 of the gauges.", 2, "en"),
        ("27个湖泊。", 12, "zh-CN"),
        ("1个湖泊干涸。", 12, "zh-CN"),
        ("It reads 1 lake.", 12, "en"),
        ("Wells dried faster by 13 days than 38.", 12, "en"),
        ("共63天。", 12, "zh-CN"),
        ("一致性为98.7。", 12, "zh-CN"),
        ("Agreement was 91.4.", 12, "en"),
    ],
)
def test_another_figure_or_another_unit_is_not_near(text: str, number: int, language: str) -> None:
    assert [grade for _, grade in graded(text, number, language=language)] != [Grade.NEAR]


@pytest.mark.parametrize(
    "text", ["二者一一对应。", "它在第4章。", "它在第 4 章。", "其R²更高。", "以E²R训练。"]
)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert graded(text, 4, language="zh-CN") == []


def test_figures_in_each_others_place_are_not_near() -> None:
    assert graded("Agreement was 72.5% on dams and 61.5% on weirs.", 6) == [
        ("72.5%", Grade.ELSEWHERE),
        ("61.5%", Grade.ELSEWHERE),
    ]
    assert graded("语料有18,622条读数，覆盖90,704天。", 4, language="zh-CN") == [
        ("18,622", Grade.ELSEWHERE),
        ("90,704", Grade.ELSEWHERE),
    ]
    assert graded("语料覆盖18,622天的90,704条读数。", 4, language="zh-CN") == [
        ("18,622", Grade.NEAR),
        ("90,704", Grade.NEAR),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RiverNet与HydroLSTM在SiltBench上比较。", ()),
        ("River-Net is compared on Silt Bench.", ()),
        ("LLM被问及问题。", ()),
        ("大语言模型（LLMs）由Stone提问。", ()),
        ("LakeNet在SiltBench上优于基线。", ("LakeNet",)),
        ("On LakeBench RiverNet is compared with GPT-4.", ("LakeBench", "GPT-4")),
        ("RiverNet-2 is compared.", ("RiverNet-2",)),
        ("Rivers are slow, and Training is not.", ()),
    ],
)
def test_a_name_that_the_paper_does_not_have_is_foreign(text: str, names: tuple[str, ...]) -> None:
    assert verdict(text, 2).foreign_names == names


@pytest.mark.parametrize("text", ["以Schrödinger方程训练。", "用mpMRI训练。", "Schrodinger's equation."])
def test_a_name_is_found_with_its_accents_and_with_its_small_letters_as_a_word(text: str) -> None:
    paper = SourceText("It solves the Schrödinger equation on multiparametric MRI.")

    assert paper.names.foreign_names(text) == ()
    assert paper.names.foreign_names("用fMRI训练。") == ("fMRI",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RiverNet优于HydroLSTM。", ()),
        ("RiverNet优于HydroLSTM和SiltBench。", ()),
        ("RiverNet优于HydroLSTM和Stone。", ("Stone",)),
        ("与Kara Stone相比，RiverNet更准。", ()),
        ("相较于Kara Stone，RiverNet更准。", ("Kara", "Stone")),
        ("RiverNet比Stone更准。", ("Stone",)),
        ("RiverNet outperforms HydroLSTM and Stone.", ("Stone",)),
        ("RiverNet is better than Stone on SiltBench.", ("Stone",)),
        ("RiverNet reads Stone.", ()),
        ("RiverNet优于LakeNet。", ()),
    ],
)
def test_a_baseline_that_only_another_sentence_has_is_told(text: str, names: tuple[str, ...]) -> None:
    assert verdict(text, 2).unnamed_baselines == names
    assert verdict(text).unnamed_baselines == ()


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("RiverNet outperforms HydroLSTM.", 2, ()),
        ("RiverNet underperforms HydroLSTM.", 2, ("underperforms",)),
        ("RiverNet优于HydroLSTM。", 2, ()),
        ("RiverNet劣于HydroLSTM。", 2, ("劣于",)),
        ("RiverNet不如HydroLSTM。", 2, ("不如",)),
        ("RiverNet降低了误差。", 2, ()),
        ("RiverNet提高了误差。", 2, ("提高",)),
        ("RiverNet不仅优于HydroLSTM。", 2, ()),
        ("它无需标注数据。", 3, ()),
        ("它需要标注数据。", 3, ("需要",)),
        ("During floods RiverNet is better than persistence.", 7, ("better",)),
        ("During floods RiverNet is not better than persistence.", 7, ()),
        ("准确率上升。", 5, ()),
        ("准确率最高降低5.1。", 5, ("降低",)),
        ("准确率最低仅需5.1。", 5, ()),
        ("准确率下滑。", 5, ("下滑",)),
        ("误差的度量精度上升。", 5, ()),
        ("它取非退化的河流。", 5, ()),
        ("它解决了预测不鲁棒等问题。", 10, ()),
        ("它以更低误差实现更优的精度。", 2, ()),
        ("准确率下降。", 5, ("下降",)),
        ("RiverNet劣于HydroLSTM。", 4, ("劣于",)),
        ("RiverNet优于HydroLSTM。", 4, ()),
        ("RiverNet outperforms HydroLSTM.", 9, ()),
        ("RiverNet underperforms HydroLSTM.", 9, ()),
        ("RiverNet underperforms HydroLSTM.", 10, ("underperforms",)),
        ("RiverNet提升了准确率。", 10, ()),
        ("RiverNet降低了准确率。", 10, ("降低",)),
        ("RiverNet并不优于HydroLSTM。", 10, ()),
        ("它只需河流图像。", 11, ()),
        ("它无需标注数据。", 11, ()),
        ("It requires no labels.", 11, ()),
        ("它需要标注数据。", 11, ("需要",)),
        ("它须先标注数据。", 3, ("须",)),
        ("它缓解了误差。", 2, ()),
        ("它加剧了误差。", 2, ("加剧",)),
        ("误差由14.9%降至23.4%。", 2, ("由14.9%降至23.4%",)),
        ("误差从14.9%降至23.4%。", 2, ("从14.9%降至23.4%",)),
        ("误差从0.3-0.6降至0.01-0.02。", 4, ()),
        ("误差从23.4%降低到14.9%。", 2, ()),
        ("误差从14.9%降低到23.4%。", 2, ("从14.9%降低到23.4%",)),
        ("It lowers the error from 14.9% to 23.4%.", 2, ("It lowers the error from 14.9% to 23.4%",)),
    ],
)
def test_a_direction_against_the_named_sentences_is_told(
    text: str, number: int, words: tuple[str, ...]
) -> None:
    assert verdict(text, number).opposed == words


def test_without_a_named_sentence_neither_direction_nor_terms_are_judged() -> None:
    found = verdict("RiverNet underperforms HydroLSTM.")

    assert (found.opposed, found.shares_nothing) == ((), False)


def test_a_sentence_that_speaks_of_something_else_shares_nothing() -> None:
    text = "During floods the network of sparse attention is no better than persistence of rivers."

    assert verdict(text, 7).shares_nothing is False
    assert verdict(text, 8).shares_nothing is True


@generated(
    st.text(alphabet="RiverNet优于不12.%多近 从至、，。-误差AB", max_size=40),
    st.lists(st.integers(-1, 10), max_size=4),
)
def test_any_claim_gets_a_verdict_whose_words_are_its_own(text: str, numbers: list[int]) -> None:
    found = verdict(text, *numbers, language="zh-CN")

    assert all(figure.text in text for figure in found.figures)
    assert all(name in text for name in found.foreign_names)


@generated(st.integers(11, 99_999), st.sampled_from(["", "%", "个百分点", "倍"]))
def test_a_figure_that_stands_in_the_named_sentence_as_it_is_written_is_near(value: int, unit: str) -> None:
    sentence = f"它提高了 {value}{unit}。"
    given = NumberedText((NumberedSentence(1, sentence, "", 1),))
    found = check_claim(
        Claim("results", sentence, (1,), is_inference=False), given, SourceText(sentence), "zh-CN"
    )

    assert {figure.grade for figure in found.figures} <= {Grade.NEAR}


@pytest.mark.parametrize("piece", ["@", "a@", "@@a", "$1", "\\a", "A-", "(", "不"])
def test_a_sentence_of_one_piece_alone_does_not_take_the_third_power_of_its_length(piece: str) -> None:
    assert seconds_of(piece, 1_600) < max(0.2, 6 * seconds_of(piece, 800))


def seconds_of(piece: str, length: int) -> float:
    started = time.process_time()
    verdict(piece * (length // len(piece)), 2)
    return time.process_time() - started


@pytest.mark.parametrize(
    ("text", "sentence", "grade"),
    [
        ("准确率提升3%。", "A three-part gate improves accuracy.", Grade.NOT_IN_PAPER),
        ("准确率提升80%。", "Accuracy improves on 80 lakes.", Grade.NOT_IN_PAPER),
        ("速度提升3倍。", "It is faster by a factor of 3.", Grade.NEAR),
        (
            "准确率从51.7%升至67.7%。",
            "It raises accuracy by 51.0 to 67.7% after 0.7% more data.",
            Grade.NOT_IN_PAPER,
        ),
        ("邀请41名专家。", "We ask 31 experts from 10 countries.", Grade.ELSEWHERE),
        ("邀请41名专家。", "We ask 31 experts and 10 students.", Grade.NEAR),
        ("优于1个基线。", "It beats 4 of 5 baselines.", Grade.NOT_IN_PAPER),
        ("延迟25-35秒。", "Latency is 25--35,s on 7 lakes.", Grade.NEAR),
        ("延迟35-35秒。", "Latency is 25--35,s on 7 lakes.", Grade.ELSEWHERE),
        ("延迟7-35秒。", "Latency is 25--35,s on 7 lakes.", Grade.ELSEWHERE),
        ("超过95%的湖泊。", "Over 95% of the lakes.", Grade.NEAR),
        ("超过94%的湖泊。", "Over 95% of the lakes.", Grade.NOT_IN_PAPER),
        ("配备1290+文档。", "It has 1,290+ documents.", Grade.NEAR),
        ("配备1990+文档。", "It has 1,290+ documents.", Grade.NOT_IN_PAPER),
        ("共1041名患者。", "They are 1 ,041 patients.", Grade.NEAR),
        ("共1名患者。", "They are 1 ,041 patients.", Grade.NOT_IN_PAPER),
        ("提升15.3%。", "A gain of ↑15 .3 % was seen.", Grade.NEAR),
        ("干预0.01的神经元。", "Acting on 0.01–0.04% of the neurons.", Grade.NOT_IN_PAPER),
        ("越狱率降低21个百分点。", "J. of Lakes 21(4):310–319.", Grade.NOT_IN_PAPER),
        ("污染1时。", "At AUROC = 1.000 it detects all.", Grade.NOT_IN_PAPER),
        ("F1高1.6个百分点。", "F1 is 0.483, above 0.467.", Grade.NEAR),
    ],
)
def test_a_figure_is_near_only_where_the_number_counts_the_same_kind_of_thing(
    text: str, sentence: str, grade: Grade
) -> None:
    given = NumberedText((NumberedSentence(1, sentence, "", 1),))
    claim = Claim("results", text, (1,), is_inference=False)
    found = check_claim(claim, given, SourceText(sentence), "zh-CN").figures

    assert found[0].grade is grade


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("以Gemma 5测试。", ("Gemma 5",)),
        ("以Gemma 4测试。", ()),
        ("以Llama 3测试。", ()),
        ("以Llama 2测试。", ("Llama 2",)),
        ("在ISIC 2019上测试。", ()),
        ("在ISIC 2017上测试。", ("ISIC 2017",)),
        ("在BraTS 2021上测试。", ()),
        ("Adam 3个变体。", ()),
        ("AUC 93。", ()),
        ("DRIFT 90.4，优于其他方法。", ()),
    ],
)
def test_a_name_with_another_version_than_the_papers_is_foreign(text: str, names: tuple[str, ...]) -> None:
    paper = SourceText("Gemma 4, Llama-3.1, Adam 2, ISIC 2018, 2019 and 2020, BraTS'21. AUC 92. DRIFT 89.6.")

    assert paper.names.foreign_names(text) == names


VERSIONED = SourceText(
    "Llama-3.1-8B, Claude-3.5-Sonnet, Llama2, RTX-4090, SAM2, DINOv2, MATH-500, Mixtral-8x7B, CIFAR-10/100, "
    "CO2."
)


@pytest.mark.parametrize(
    "text",
    [
        "以Llama 3.1和Claude 3.5 Sonnet测试。",
        "以Llama 3.1 8B测试。",
        "在RTX 4090上训练SAM 2与DINO v2。",
        "在MATH 500和CIFAR-10/100上，Mixtral 8x7B更好。",
        "Llama\u20113.1优于Claude\u20113.5。",
        "减少CO₂。",
        "用五分之一的数据。",
    ],
)
def test_a_version_is_near_where_the_paper_writes_it_as_one_with_its_name(text: str) -> None:
    given = NumberedText((NumberedSentence(1, "It is better.", "", 1),))
    claim = Claim("results", text, (1,), is_inference=False)
    found = check_claim(claim, given, VERSIONED, "zh-CN")

    assert {each.grade for each in found.figures} <= {Grade.NEAR}
    assert found.foreign_names == ()


def test_a_figure_after_a_name_that_the_paper_does_not_have_with_it_stays_one() -> None:
    text = "在RTX上提升4090，Llama 5%。"

    assert [each.text for each in VERSIONED.names.without_versions(text, stated_figures(text, "zh-CN"))] == [
        "4090",
        "5%",
    ]


def test_a_well_known_acronym_is_found_where_its_words_stand_once() -> None:
    paper = SourceText(
        "We train a graph neural network by direct preference optimization. Rivers bend softly."
    )

    assert paper.names.foreign_names("以DPO训练GNN，AUC更高，RBS更低。") == ("RBS",)
