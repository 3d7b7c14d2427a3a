"""Whatever shape a summary has, its text ends in the part it belongs to."""

from dataclasses import asdict
from datetime import date

import pytest

from bot.documents.digest_file import read_summary
from storage.records import FROM_DIGEST_FILE, SUMMARY_PARTS, Provenance

SIX = {
    "keywords": ("泥沙", "水位 (m, cm)", "RiverNet"),
    "tldr": "本文提出RiverNet来预测泥沙。",
    "problem": "旧方法太慢。",
    "method": "它每天测量一次。",
    "results": "误差降到2%。",
    "takeaway": "工程师可以直接使用。",
}
ENGLISH_SIX = {
    "keywords": ("mud", "water level (m, cm)", "RiverNet"),
    "tldr": "RiverNet predicts mud.",
    "problem": "Old methods are slow.",
    "method": "It measures once a day.",
    "results": "Errors fall to 2%.",
    "takeaway": "Engineers can use it today.",
}


def read(text: str) -> dict[str, object]:
    """Return the parts that a summary's line has."""
    summary = read_summary(text, "2509.00001", "en", Provenance(FROM_DIGEST_FILE, date(2025, 9, 29)))
    assert summary is not None
    parts = asdict(summary)
    return {part: parts[part] for part in (*SUMMARY_PARTS, "body") if parts[part]}


CHINESE_LABELS = (
    "核心关键词",
    "一句话核心摘要",
    "主要研究问题或目标",
    "关键方法论",
    "主要成果",
    "对AI从业者的主要启示",
)
OLDER_LABELS = (
    "核心关键字",
    "单句核心摘要",
    "主要研究问题/目标",
    "使用的关键方法",
    "主要研究结果",
    "对 AI 从业者的启示",
)
ENGLISH_LABELS = (
    "Core Keywords",
    "1-Sentence Core Summary",
    "Main Research Question or Objective",
    "Key Methodology",
    "Primary Results",
    "Principal Implication for AI Practitioners",
)
PLAIN_LABELS = (
    "KEYWORDS",
    "One-sentence summary",
    "Problem",
    "Method",
    "Results",
    "What it means for practitioners",
)


@pytest.mark.parametrize("labels", [CHINESE_LABELS, OLDER_LABELS, ENGLISH_LABELS, PLAIN_LABELS])
@pytest.mark.parametrize(
    "shape",
    [
        "**{}**：",
        "**{}**: ",
        "**{}：**",
        "**{}:** ",
        "**{}** ",
        "**{}**\n",
        "{}：",
        "{}: ",
        "- **{}**: ",
        "1. {}: ",
    ],
)
def test_every_way_of_writing_a_label_is_read(labels: tuple[str, ...], shape: str) -> None:
    texts = ("泥沙, 水位 (m, cm), RiverNet", *list(SIX.values())[1:])

    assert (
        read("  ".join(shape.format(label) + str(text) for label, text in zip(labels, texts, strict=True)))
        == SIX
    )


def test_letters_that_pass_for_an_i_do_no_harm() -> None:
    assert read("**Fındıngs**: good.") == {"results": "good."}
    assert read("ı) Mud settles.") == {"tldr": "ı) Mud settles."}


def test_labels_may_be_counted_with_roman_numerals() -> None:
    assert read(
        "i) 论文总结 本文提出RiverNet来预测泥沙。  ii) 主要研究问题或目标：旧方法太慢。"
        "  iii) 使用的关键方法 它每天测量一次。  iv) 主要结果 误差降到2%。"
        "  v) 对AI从业者的主要启示 工程师可以直接使用。"
    ) == {part: text for part, text in SIX.items() if part != "keywords"}


def test_roman_numerals_tell_the_part_where_no_label_does() -> None:
    assert read(
        "i) 本文提出RiverNet来预测泥沙。  ii) 旧方法太慢。"
        "  iii) 它每天测量一次。  iv) 误差降到2%。  v) 工程师可以直接使用。"
    ) == {part: text for part, text in SIX.items() if part != "keywords"}


def test_a_summary_that_repeats_itself_keeps_the_repetition_apart() -> None:
    assert read("i) 泥沙下沉。  ii) 旧方法慢。  vi) i) 泥沙下沉。  ii) 旧方法慢。") == {
        "tldr": "泥沙下沉。",
        "problem": "旧方法慢。",
        "body": "vi) i) 泥沙下沉。 ii) 旧方法慢。",
    }


@pytest.mark.parametrize("colon", ["：", ": "])
def test_labels_may_stand_inside_one_paragraph(colon: str) -> None:
    assert (
        read(
            f"**Core Keywords**{colon}泥沙, 水位 (m, cm), RiverNet"
            f" **一句话核心摘要**{colon}本文提出RiverNet来预测泥沙。 **主要研究问题**{colon}旧方法太慢。"
            f"**关键方法**{colon}它每天测量一次。 **主要成果**{colon}误差降到2%。"
            f" **对AI从业者的启示**{colon}工程师可以直接使用。"
        )
        == SIX
    )


def test_bold_words_that_are_no_label_stay_in_their_part() -> None:
    assert read("**方法**：先用 **问题** 分类，再看 **结果**：很好。  **结果**：好。") == {
        "method": "先用 **问题** 分类，再看",
        "results": "很好。 **结果**：好。",
    }
    assert read("**Results** show that mud settles.") == {"tldr": "**Results** show that mud settles."}


def test_six_parts_without_labels_are_read_by_their_place() -> None:
    keywords = "**泥沙**，**水位 (m, cm)**，**RiverNet**"
    texts = [str(text) for part, text in SIX.items() if part != "keywords"]

    assert read("  ".join((keywords, *texts))) == SIX
    assert read("  ".join(("泥沙, 水位 (m, cm), RiverNet", *texts))) == SIX
    assert read(f"**泥沙, 水位 (m, cm), RiverNet** {' '.join(texts)}") == SIX


def test_lines_that_are_broken_anywhere_are_no_parts() -> None:
    assert read("Keywords: mud,\nwater level\nRiverNet predicts\nmud. It aims\nto be fast.\n") == {
        "keywords": ("mud", "water level"),
        "tldr": "RiverNet predicts mud.",
        "problem": "It aims to be fast.",
    }
    assert read("RiverNet, a net,\npredicts mud.") == {"tldr": "RiverNet, a net, predicts mud."}


def test_keywords_may_come_last() -> None:
    assert read("RiverNet predicts mud. It aims to be fast. Keywords: mud, water level.") == {
        "tldr": "RiverNet predicts mud.",
        "problem": "It aims to be fast.",
        "keywords": ("mud", "water level"),
    }
    everything = "摘要：好。  问题：慢。  方法：快。  结果：好。  启示：用。"
    assert read(f"论文速读  关键词：泥沙, 水位  {everything}")["body"] == "论文速读"


def test_five_parts_without_labels_and_keywords_are_read_by_their_place() -> None:
    english = [str(text) for part, text in ENGLISH_SIX.items() if part != "keywords"]

    assert read("  ".join(english)) == {
        part: text for part, text in ENGLISH_SIX.items() if part != "keywords"
    }


def test_parts_without_labels_fill_the_places_between_labelled_ones() -> None:
    assert read(
        "**关键词**: 泥沙, 水位  本文提出RiverNet。  **关键方法**: 测量。  误差降到2%。  工程师可以直接使用。"
    ) == {
        "keywords": ("泥沙", "水位"),
        "tldr": "本文提出RiverNet。",
        "method": "测量。",
        "results": "误差降到2%。",
        "takeaway": "工程师可以直接使用。",
    }


def test_the_sentences_of_one_paragraph_are_told_by_their_cues() -> None:
    assert read(
        "**泥沙**、**水位**  本文提出RiverNet，旨在预测泥沙。该研究旨在解决旧方法太慢的问题。"
        "它也很贵。其核心方法是每天测量。此外还要挖掘。实验结果表明，误差降到2%。所有河流都如此。这项研究对AI从业者的启示是可以直接使用。"
    ) == {
        "keywords": ("泥沙", "水位"),
        "tldr": "本文提出RiverNet，旨在预测泥沙。",
        "problem": "该研究旨在解决旧方法太慢的问题。它也很贵。",
        "method": "其核心方法是每天测量。此外还要挖掘。",
        "results": "实验结果表明，误差降到2%。所有河流都如此。",
        "takeaway": "这项研究对AI从业者的启示是可以直接使用。",
    }


def test_english_sentences_have_cues_too() -> None:
    assert read(
        "**mud**, **water level** This paper presents RiverNet, a predictor of mud. It aims to replace slow "
        "methods, e.g. Old ones. The core idea is to measure once a day. Digging helps. Experiments on 3 "
        "rivers show that errors fall to 2%. All agree. For practitioners, it is ready to use."
    ) == {
        "keywords": ("mud", "water level"),
        "tldr": "This paper presents RiverNet, a predictor of mud.",
        "problem": "It aims to replace slow methods, e.g. Old ones.",
        "method": "The core idea is to measure once a day. Digging helps.",
        "results": "Experiments on 3 rivers show that errors fall to 2%. All agree.",
        "takeaway": "For practitioners, it is ready to use.",
    }


def test_what_nothing_tells_stays_as_body() -> None:
    assert read("泥沙会下沉。河水很冷。实验结果表明，误差降到2%。") == {
        "tldr": "泥沙会下沉。",
        "body": "河水很冷。",
        "results": "实验结果表明，误差降到2%。",
    }


def test_an_opening_that_states_the_problem_is_the_problem() -> None:
    assert read("该研究旨在解决旧方法太慢的问题。核心方法是每天测量。") == {
        "problem": "该研究旨在解决旧方法太慢的问题。",
        "method": "核心方法是每天测量。",
    }


def test_a_label_says_more_than_a_cue() -> None:
    assert read("摘要：旨在解决旧方法太慢的问题。  核心方法是挖掘。  结果：好。") == {
        "tldr": "旨在解决旧方法太慢的问题。",
        "method": "核心方法是挖掘。",
        "results": "好。",
    }


def test_a_list_within_a_part_belongs_to_it() -> None:
    nested = "分两步： 1.  **挖掘**：往下挖。 2.  **测量**：量一量。"

    assert read(f"**关键方法**： {nested}  **主要成果**： 好。") == {
        "method": "分两步： 1. **挖掘**：往下挖。 2. **测量**：量一量。",
        "results": "好。",
    }
    assert read(f"河流。  旧方法慢。  {nested}  误差小。  可用。")["method"] == nested.replace("  ", " ")
    assert read("Method:\n- dig\n- measure\n\nResults: good.") == {
        "method": "- dig - measure",
        "results": "good.",
    }


@pytest.mark.parametrize(
    ("written", "keywords"),
    [
        ("a, b，c、d; e；f", ("a", "b", "c", "d", "e", "f")),
        ("**a**，**b (c, d)**, **e**", ("a", "b (c, d)", "e")),
        ("**a, b, c**", ("a", "b", "c")),
        ("**a** **b**  ", ("a", "b")),
        ("： a: , **b：**", ("a", "b")),
        ("A* 搜索（快，准）, 1,000 rivers, c++.", ("A* 搜索（快，准）", "1,000 rivers", "c++")),
        ("an (open, parenthesis", ("an (open", "parenthesis")),
        ("a&#44; b, c", ("a, b", "c")),
    ],
)
def test_keywords_are_split_at_separators_and_lose_their_marks(
    written: str, keywords: tuple[str, ...]
) -> None:
    assert read(f"**关键词**：{written}") == {"keywords": keywords}


@pytest.mark.parametrize(
    "written",
    [
        "**Core Keywords**: **泥沙**, **水位** RiverNet每天测量，很快。",
        "**Core Keywords**: **泥沙, 水位** RiverNet每天测量，很快。",
        "**Core Keywords**: 泥沙, 水位 RiverNet每天测量，很快。",
        "**Core Keywords**: 泥沙, 水位。RiverNet每天测量，很快。",
        "**Core Keywords: 泥沙, 水位** RiverNet每天测量，很快。",
        "**Core Keywords**: 泥沙, 水位  RiverNet每天测量，很快。",
    ],
)
def test_a_sentence_that_runs_on_after_the_keywords_is_none_of_them(written: str) -> None:
    assert read(written) == {"keywords": ("泥沙", "水位"), "tldr": "RiverNet每天测量，很快。"}


def test_bold_stays_within_a_part_and_white_space_is_one_space() -> None:
    assert read("**Results**:\t**3.7** times\u00a0 faster,\n**twice** as good.") == {
        "results": "**3.7** times faster, **twice** as good."
    }
