"""A card says where its summary comes from, and which figures the paper does not have."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.digest import digest_parent, sentence
from bot.cards.entry import Digest, Entry
from bot.cards.paper import paper_card
from bot.cards.provenance import origin, with_marks
from bot.cards.summaries import figures_modal
from bot.cards.versions import NewerVersion
from bot.locale import words_for
from storage.records import (
    FROM_ABSTRACT,
    FROM_COMMUNITY,
    FROM_DIGEST_FILE,
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    Figure,
    Grounding,
    ListingState,
    Paper,
    Provenance,
    Summary,
    TextRead,
)

DAY = date(2025, 9, 29)
PAPER = Paper("2509.00001", "Gardens", abstract="Gardens grow.")
BY_MODEL = Provenance(FROM_MODEL, DAY, "example-1", "1", TextRead.FULL_TEXT)
SUPPORTED = Figure("12%", "results", Grounding.SUPPORTED)
DERIVED = Figure("3 times", "results", Grounding.DERIVED)
MISSING = Figure("57.8%", "results", Grounding.NOT_FOUND, "Trees grew by 58.7%.")


def summary_of(provenance: Provenance, *figures: Figure, language: str = "en") -> Summary:
    return Summary("2509.00001", language, provenance, figures=figures)


def origin_of(summary: Summary | None, language: str = "en", paper: Paper = PAPER) -> str:
    return origin(Entry(paper, summary), words_for(language))


@pytest.mark.parametrize(
    ("seen_at", "made_at", "read", "line"),
    [
        (datetime(2025, 9, 30, 0, 1, tzinfo=UTC), DAY, None, "written before v2"),
        (datetime(2025, 9, 29, 23, 59, tzinfo=UTC), DAY, None, None),
        (datetime(2025, 9, 30, tzinfo=UTC), None, None, None),
        # Where it is known which version was read, no date counts.
        (datetime(2025, 9, 29, tzinfo=UTC), DAY, 1, "written before v2"),
        (datetime(2025, 9, 30, tzinfo=UTC), DAY, 2, None),
        (datetime(2025, 9, 30, tzinfo=UTC), DAY, 3, None),
    ],
)
def test_a_summary_from_before_a_newer_version_says_so(
    seen_at: datetime, made_at: date | None, read: int | None, line: str | None
) -> None:
    newer = NewerVersion(2, date(2025, 9, 1), seen_at)
    provenance = replace(BY_MODEL, made_at=made_at, version=read)
    entry = Entry(PAPER, summary_of(provenance), newer=newer)
    says = origin(entry, words_for("en")).split(" · ")

    assert [each for each in says if "before" in each] == ([line] if line else [])
    assert ("成文早于 v2" in origin(entry, words_for("zh-CN")).split(" · ")) is bool(line)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "⚠️ This paper has been withdrawn. arXiv says: “Lemma 2 is wrong <@U1>”"),
        ("zh-CN", "⚠️ 这篇论文已撤稿。arXiv 上的说明：“Lemma 2 is wrong <@U1>”"),
    ],
)
def test_a_withdrawn_paper_says_so_and_offers_neither_its_pdf_nor_a_new_summary(
    language: str, line: str
) -> None:
    withdrawn = replace(PAPER, withdrawal="Lemma 2 is wrong <@U1>")
    card = paper_card(Entry(withdrawn, summary_of(BY_MODEL)), words_for(language))
    drawn = json.dumps(card.blocks, ensure_ascii=False)

    assert line in drawn
    assert ids.OPEN_PDF not in drawn
    assert words_for(language)("button.again") not in drawn
    assert words_for(language)("button.report") in drawn
    assert sentence(Entry(withdrawn, summary_of(BY_MODEL)), words_for(language), 100) == line


def test_keywords_in_english_beside_others_are_not_drawn() -> None:
    plain = replace(summary_of(BY_MODEL, MISSING, language="zh-CN"), keywords=("花园",), tldr="花园生长。")
    named = replace(plain, english_keywords=("garden", "growth"))
    words, english = words_for("zh-CN"), words_for("en")

    assert paper_card(Entry(PAPER, named), words) == paper_card(Entry(PAPER, plain), words)
    assert paper_card(Entry(PAPER, named), english) == paper_card(Entry(PAPER, plain), english)
    assert figures_modal(PAPER, named, words) == figures_modal(PAPER, plain, words)


@pytest.mark.parametrize(
    ("provenance", "english", "chinese"),
    [
        (
            BY_MODEL,
            "Summary by example-1 · from the full text · September 29, 2025 · in English",
            "总结由 example-1 生成 · 依据全文 · 2025年9月29日 · 英语（暂无中文总结）",
        ),
        (
            replace(BY_MODEL, text_read=TextRead.PART),
            "Summary by example-1 · from part of the full text · September 29, 2025 · in English",
            "总结由 example-1 生成 · 依据部分全文 · 2025年9月29日 · 英语（暂无中文总结）",
        ),
        (
            replace(BY_MODEL, model=None, text_read=TextRead.ABSTRACT),
            "Summary by a language model · from the abstract only · September 29, 2025 · in English",
            "总结由语言模型生成 · 仅依据摘要 · 2025年9月29日 · 英语（暂无中文总结）",
        ),
        (
            Provenance(FROM_DIGEST_FILE, DAY),
            "Summary from a digest file · September 29, 2025 · in English",
            "总结来自日报文件 · 2025年9月29日 · 英语（暂无中文总结）",
        ),
        (
            Provenance(FROM_DIGEST_FILE, DAY, "example-2"),
            "Summary by example-2, from a digest file · September 29, 2025 · in English",
            "总结由 example-2 生成，来自日报文件 · 2025年9月29日 · 英语（暂无中文总结）",
        ),
        (
            Provenance(FROM_COMMUNITY, None),
            "Summary from Hugging Face · in English",
            "总结来自 Hugging Face · 英语（暂无中文总结）",
        ),
        (
            Provenance(FROM_ABSTRACT, None),
            "Taken from the abstract (no AI summary) · in English",
            "摘自论文摘要（非 AI 总结） · 英语（暂无中文总结）",
        ),
    ],
)
def test_the_origin_tells_who_made_it_of_what_when_and_in_which_language(
    provenance: Provenance, english: str, chinese: str
) -> None:
    summary = summary_of(provenance)

    assert origin_of(summary) == english
    assert origin_of(summary, "zh-CN") == chinese


@pytest.mark.parametrize(
    ("language", "asked", "told"),
    [
        ("zh-CN", "zh-TW", "簡體中文"),
        ("ja", "ja", "in Japanese"),
        ("en", "pt-BR", "in English (no Portuguese summary yet)"),
        ("x-klingon", "x-klingon", "in x-klingon"),
    ],
)
def test_a_reader_of_another_language_is_told_that_theirs_is_not_there(
    language: str, asked: str, told: str
) -> None:
    summary = summary_of(BY_MODEL, language=language)

    assert origin_of(summary, asked).split(" · ")[-1] == told


def test_a_summary_that_was_chosen_over_another_does_not_say_that_there_is_none() -> None:
    entry = Entry(PAPER, summary_of(BY_MODEL, language="zh-CN"))

    assert origin(entry, words_for("en"), ["ja", "en"]).split(" · ")[-1] == "in Chinese"
    assert origin(entry, words_for("en"), ["ja"]).endswith("in Chinese (no English summary yet)")


def test_without_a_summary_the_card_says_what_it_shows_instead() -> None:
    assert origin_of(None) == "No summary yet; this is the abstract"
    assert origin_of(None, paper=replace(PAPER, abstract=None)) == "No summary yet"


@pytest.mark.parametrize(
    ("figures", "english", "chinese"),
    [
        ((SUPPORTED,), "its one figure found in the paper", "1 个数字均见于论文"),
        ((SUPPORTED, SUPPORTED), "all 2 figures found in the paper", "2 个数字均见于论文"),
        (
            (SUPPORTED, DERIVED),
            "all 2 figures found in the paper, 1 by calculation",
            "2 个数字均见于论文（其中 1 个由计算得出）",
        ),
    ],
)
def test_that_all_figures_were_found_is_said(figures: tuple[Figure, ...], english: str, chinese: str) -> None:
    summary = summary_of(BY_MODEL, *figures)

    assert origin_of(summary).split(" · ")[-1] == english
    assert origin_of(summary, "zh-CN").split(" · ")[-1] == chinese


def test_where_no_figure_was_looked_up_nothing_is_said_of_any() -> None:
    assert "figure" not in origin_of(summary_of(BY_MODEL))


@pytest.mark.parametrize(
    ("read", "language", "line"),
    [
        (TextRead.FULL_TEXT, "en", "[?] 1 figure not found in the paper"),
        (TextRead.ABSTRACT, "en", "[?] 1 figure not found in the abstract"),
        (TextRead.PART, "en", "[?] 1 figure not found in the part of the paper that was read"),
        (TextRead.PART, "zh-CN", "[?] 1 个数字在已读的部分论文中未找到"),
        (TextRead.FULL_TEXT, "zh-CN", "[?] 1 个数字在论文中未找到"),
        (TextRead.ABSTRACT, "zh-CN", "[?] 1 个数字在论文摘要中未找到"),
    ],
)
def test_figures_that_were_not_found_are_counted_and_can_be_looked_at(
    read: TextRead, language: str, line: str
) -> None:
    summary = summary_of(replace(BY_MODEL, text_read=read), SUPPORTED, MISSING)
    card = paper_card(Entry(PAPER, summary), words_for(language))
    sections = [block for block in card.blocks if block["type"] == "section"]

    assert [section["text"]["text"] for section in sections] == [line]
    assert sections[0]["accessory"]["action_id"] == ids.SHOW_FIGURES
    assert line in card.text.splitlines()
    assert "found" not in origin_of(summary)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("It grows by 57.8% a year.", "It grows by 57.8% [?] a year."),
        ("从 12% 提升到57.8%，", "从 12% 提升到57.8% [?]，"),
        ("**57.8%**, then 57.8%", "**57.8% [?]**, then 57.8% [?]"),
        ("It grows by **57.8**% and 57.**8%**.", "It grows by **57.8**% [?] and 57.**8% [?]**."),
        ("157.8%, 1.57.8% and v57.8%", "157.8%, 1.57.8% and v57.8%"),
    ],
)
def test_a_figure_that_was_not_found_bears_a_mark_where_it_stands(text: str, marked: str) -> None:
    assert with_marks(replace(summary_of(BY_MODEL, MISSING), results=text), "results") == marked


def test_asterisks_of_a_name_are_its_own_and_a_row_of_them_takes_no_time() -> None:
    names = ("f*g", "*" * 200)
    doubts = tuple(Doubt(DoubtKind.NAME_NOT_FOUND, words=each) for each in names)
    evidence = Evidence("tldr", "f*g", doubts=doubts)
    summary = replace(summary_of(BY_MODEL), evidence=(evidence,))

    assert with_marks(replace(summary, tldr="**f*g** grows."), "tldr") == "**f*g [?]** grows."
    assert with_marks(replace(summary, tldr="*" * 399), "tldr") == f"{'*' * 200} [?]{'*' * 199}"
    assert with_marks(replace(summary, tldr="*" * 199 + "."), "tldr") == "*" * 199 + "."


def test_a_version_that_is_not_found_bears_one_mark_with_its_name() -> None:
    evidence = Evidence("results", "Gemma 5 grows.", doubts=(Doubt(DoubtKind.NAME_NOT_FOUND, "Gemma 5"),))
    summary = replace(summary_of(BY_MODEL, replace(MISSING, text="5")), evidence=(evidence,))

    assert with_marks(replace(summary, results="Gemma 5 grows."), "results") == "Gemma 5 [?] grows."


def test_of_two_sentences_that_read_alike_only_the_doubted_one_bears_a_mark() -> None:
    doubts = (Doubt(DoubtKind.UNSUPPORTED, "grow"),)
    evidence = (Evidence("tldr", "Trees grow."), Evidence("tldr", "Trees grow.", doubts=doubts))
    summary = replace(summary_of(BY_MODEL), tldr="Trees grow. Trees grow.", evidence=evidence)

    assert with_marks(summary, "tldr") == "Trees grow. Trees grow [?]."
    assert with_marks(replace(summary, evidence=evidence[::-1]), "tldr") == "Trees grow [?]. Trees grow."
    assert with_marks(replace(summary, tldr="Trees gr…"), "tldr") == "Trees gr… [?]"


def test_a_mark_stands_behind_the_longest_figure_and_only_in_its_part() -> None:
    short = replace(MISSING, text="5")
    long = replace(MISSING, text="5.5")
    summary = replace(
        summary_of(BY_MODEL, short, long), results="From 5 to 5.5 and 5.", tldr="From 5 to 5.5."
    )

    assert with_marks(summary, "results") == "From 5 [?] to 5.5 [?] and 5 [?]."
    assert with_marks(summary, "tldr") == "From 5 to 5.5."


def test_the_one_sentence_bears_its_marks_in_lists_too() -> None:
    missing = replace(MISSING, part="tldr")
    summary = replace(summary_of(BY_MODEL, missing), tldr="Trees grow **57.8%** taller, and 12% wider.")
    entry = Entry(PAPER, summary, 1)

    assert sentence(entry, words_for("en"), 100) == "Trees grow 57.8% [?] taller, and 12% wider."
    parent = digest_parent(Digest(DAY, "huggingface", ListingState.COMPLETE, (entry,)), words_for("en"))
    assert "57.8% [?] taller" in parent.text
    assert "57.8% [?] taller" in str(parent.blocks)


def test_each_missing_figure_stands_beside_the_nearest_sentence_of_the_paper() -> None:
    lone = Figure("9x", "tldr", Grounding.NOT_FOUND)
    modal = figures_modal(PAPER, summary_of(BY_MODEL, SUPPORTED, MISSING, lone), words_for("en"))

    assert texts_in(modal["blocks"][1:]) == [
        ("I couldn't find these 2 figures in the paper. Below each is the closest sentence."),
        "57.8%",
        " · Results",
        "Trees grew by 58.7%.",
        "9x",
        " · In one sentence",
        "No sentence comes close.",
    ]


def test_many_missing_figures_are_shown_in_part_and_counted_whole() -> None:
    missing = (replace(MISSING, nearest="图" * 5000),) * 300
    modal = figures_modal(PAPER, summary_of(BY_MODEL, *missing), words_for("en"))

    assert len(modal["blocks"]) == 33
    assert texts_in(modal["blocks"])[-1] == "…and 270 more."


def test_the_end_of_a_long_card_is_never_cut_off_its_spoken_text() -> None:
    bare = summary_of(BY_MODEL, MISSING, language="zh-CN")
    summary = replace(bare, method="图&" * 3000, results="57.8%")
    card = paper_card(Entry(PAPER, summary), words_for("zh-CN"))

    assert len(card.text.encode()) <= 3800
    assert card.text.splitlines()[-2:] == [
        "[?] 1 个数字在论文中未找到",
        "总结由 example-1 生成 · 依据全文 · 2025年9月29日 · 中文",
    ]


@pytest.mark.parametrize(
    ("shown", "asked", "anew"),
    [("en", "en-US", "en"), ("zh-CN", "zh-TW", "zh-CN"), ("en", "zh-CN", "zh-CN"), ("ja", "ja", "ja")],
)
def test_anew_a_summary_is_made_in_the_language_of_the_readers(shown: str, asked: str, anew: str) -> None:
    card = paper_card(Entry(PAPER, summary_of(BY_MODEL, language=shown)), words_for(asked))

    choices = [ids.read_choice(option["value"]) for option in menu_of(card.blocks)["options"]]

    # A mistake is reported in the summary that the person sees.
    assert choices == [
        ids.SummaryChoice(ids.SummaryAct.REGENERATE, PAPER.id, anew),
        ids.SummaryChoice(ids.SummaryAct.REPORT, PAPER.id, shown),
    ]


def test_missing_figures_open_for_the_summary_that_is_shown() -> None:
    card = paper_card(Entry(PAPER, summary_of(BY_MODEL, MISSING, language="zh-CN")), words_for("en"))
    button = next(block["accessory"] for block in card.blocks if "accessory" in block)

    assert ids.read_choice(button["value"]) == ids.SummaryChoice(ids.SummaryAct.FIGURES, PAPER.id, "zh-CN")


def test_a_card_without_a_summary_has_no_menu_for_one() -> None:
    card = paper_card(Entry(PAPER), words_for("en"))

    assert ids.SUMMARY_MENU not in str(card.blocks)


def menu_of(blocks: tuple[Any, ...]) -> Any:
    return next(each for each in blocks[-1]["elements"] if each["type"] == "overflow")


def texts_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else texts_in(value.get("text"))
    return own + texts_in(value.get("elements"))
