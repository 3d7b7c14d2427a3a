"""A summary's sentences beside those of the paper: the modal, and the marks on the card."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.entry import Entry
from bot.cards.paper import paper_card
from bot.cards.provenance import doubted_line, origin, with_marks
from bot.cards.sources import sources_modal
from bot.cards.versions import NewerVersion
from bot.locale import words_for
from storage.records import (
    FROM_MODEL,
    Doubt,
    DoubtKind,
    Evidence,
    Paper,
    PaperSentence,
    Provenance,
    Summary,
    TextRead,
)
from tests.support.card_contents import assert_taken, assert_view_taken

PAPER = Paper("2509.00001", "Gardens", abstract="Gardens grow.")
BY_MODEL = Provenance(FROM_MODEL, date(2025, 9, 29), "example-1", "4", TextRead.FULL_TEXT)
GROWN = PaperSentence("Graphs grow by 21% in gardens.", "4 Results")
EVIDENCE = (
    Evidence("tldr", "Graphs **grow** in gardens.", (GROWN, PaperSentence("Graphs | 21"))),
    Evidence("results", "They grow by 21%.", (GROWN,)),
    Evidence(
        "results",
        "They are lower than trees.",
        (GROWN,),
        doubts=(
            Doubt(DoubtKind.OTHER_DIRECTION, "lower"),
            Doubt(DoubtKind.FIGURE_ELSEWHERE, "3"),
            Doubt(DoubtKind.FIGURE_NOT_FOUND, "12%"),
        ),
    ),
    Evidence("results", "PotNet is slow.", (GROWN,), doubts=(Doubt(DoubtKind.NAME_NOT_FOUND, "PotNet"),)),
    Evidence(
        "results",
        "BedNet wilts.",
        doubts=(Doubt(DoubtKind.NO_SENTENCE), Doubt(DoubtKind.NAME_NOT_FOUND, "BedNet")),
        is_left_out=True,
    ),
    Evidence("takeaway", "Yours could grow too.", is_inference=True),
)
SUMMARY = Summary(
    PAPER.id,
    "en",
    BY_MODEL,
    tldr="Graphs **grow** in gardens.",
    results="They grow by 21%. They are lower than trees. PotNet is slow.",
    takeaway="Yours could grow too.",
    evidence=EVIDENCE,
)
ENGLISH, CHINESE = words_for("en"), words_for("zh-CN")


def said(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the text of each block, quotations after `> `."""
    return ["\n".join(_lines(block)) for block in blocks]


def _lines(block: dict[str, Any]) -> list[str]:
    if block["type"] == "context":
        return [each["text"] for each in block["elements"]]
    lines = []
    for element in block["elements"]:
        text = "".join(run["text"] for run in element.get("elements", []))
        lines.append(f"> {text}" if element["type"] == "rich_text_quote" else text)
    return lines


def test_each_sentence_stands_above_the_papers_own_with_what_is_to_be_said_of_it() -> None:
    modal = sources_modal(PAPER, SUMMARY, ENGLISH)

    assert modal["title"]["text"] == "Sources"
    assert said(modal["blocks"]) == [
        "Gardens",
        "Under each sentence of the summary are the paper's sentences that the model named for it.",
        (
            "[?] marks what a check couldn't confirm. It may still be right: compare it with the paper's "
            "sentences before you rely on it."
        ),
        (
            "In one sentence\nGraphs grow in gardens.\n> 4 Results\nGraphs grow by 21% in gardens.\n"
            "> Graphs | 21"
        ),
        "Results\nThey grow by 21%.\n> 4 Results\nGraphs grow by 21% in gardens.",
        "They are lower than trees.\n> 4 Results\nGraphs grow by 21% in gardens.",
        (
            "[?] The paper's sentences here don't say “lower”, or say the opposite.\n"
            "[?] 3 is elsewhere in the paper, not in the sentences here.\n"
            "[?] 12% wasn't found in the paper."
        ),
        "PotNet is slow.\n> 4 Results\nGraphs grow by 21% in gardens.",
        "[?] “PotNet” wasn't found in the paper.",
        "Left out of the summary: BedNet wilts.",
        "[?] The model named no sentence of the paper for this.\n[?] “BedNet” wasn't found in the paper.",
        "What it means for practitioners\nYours could grow too.",
        "The model's own inference: the paper doesn't say this.",
    ]


def test_the_papers_sentences_stay_in_its_language() -> None:
    drawn = said(sources_modal(PAPER, SUMMARY, CHINESE)["blocks"])

    assert drawn[1:3] == [
        "总结的每句话下方，是模型给出的论文原文依据。",
        "标有 [?] 的内容未能得到证实，不一定有误；引用前请对照论文原句。",
    ]
    assert drawn[4] == "结果\nThey grow by 21%.\n> 4 Results\nGraphs grow by 21% in gardens."
    assert drawn[-1] == "这是模型的推断，论文并没有这样说。"


def test_sources_of_a_summary_from_before_a_newer_version_say_so() -> None:
    newer = NewerVersion(2, date(2025, 10, 1), datetime(2025, 10, 2, tzinfo=UTC))
    told = "This summary was written before v2 of the paper, which may say otherwise."

    assert told in said(sources_modal(PAPER, SUMMARY, ENGLISH, newer=newer)["blocks"])
    assert told not in said(sources_modal(PAPER, SUMMARY, ENGLISH)["blocks"])
    assert "写于论文 v2 发布之前" in str(sources_modal(PAPER, SUMMARY, CHINESE, newer=newer))


def test_a_card_marks_what_is_in_doubt_counts_it_and_offers_the_sources() -> None:
    card = paper_card(Entry(PAPER, SUMMARY), ENGLISH)
    line = "[?] 2 sentences in doubt; Sources says why · 1 sentence left out; Sources shows it"

    assert with_marks(SUMMARY, "results") == (
        "They grow by 21%. They are lower than trees [?]. PotNet [?] is slow."
    )
    assert doubted_line(SUMMARY, ENGLISH) == line
    assert (
        doubted_line(SUMMARY, CHINESE) == "[?] 2 句话存疑，原因见“出处” · 1 句话未写入总结，可在“出处”中查看"
    )
    assert line in card.text.splitlines()
    assert json.dumps(card.blocks).count(f'"{ids.SHOW_SOURCES}"') == 1
    assert_taken(card)


def test_a_sentence_that_is_not_found_in_its_part_marks_the_parts_end() -> None:
    other = replace(SUMMARY, results="They grow.")

    assert with_marks(other, "results") == "They grow [?]."


@pytest.mark.parametrize(
    ("prompt", "evidence", "is_told"),
    [("4", (), True), ("4", EVIDENCE, False), ("3", (), False), (None, (), False)],
)
def test_a_model_that_was_asked_for_sources_and_gave_none_is_told_of(
    prompt: str | None, evidence: tuple[Evidence, ...], *, is_told: bool
) -> None:
    summary = replace(SUMMARY, evidence=evidence, provenance=replace(BY_MODEL, prompt=prompt))
    card = json.dumps(paper_card(Entry(PAPER, summary), ENGLISH).blocks)

    assert ("no sources given" in origin(Entry(PAPER, summary), ENGLISH).split(" · ")) is is_told
    assert ("未给出出处" in origin(Entry(PAPER, summary), CHINESE).split(" · ")) is is_told
    assert (ids.SHOW_SOURCES in card) is bool(evidence)


@pytest.mark.parametrize("letter", ["a", "&", "图", "😀", "\x1f"])
@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh-CN"])
def test_two_dozen_claims_with_long_sentences_are_pages_that_slack_takes(letter: str, words: Any) -> None:
    long = PaperSentence(letter * 700, letter * 200)
    claim = Evidence(
        "results", letter * 20_000, (long,) * 5, doubts=(Doubt(DoubtKind.FIGURE_ELSEWHERE, letter * 90),) * 9
    )
    summary = replace(SUMMARY, evidence=(claim,) * 24)
    newer = NewerVersion(2, date(2025, 10, 1), datetime(2025, 10, 2, tzinfo=UTC))
    shown, page, after = 0, 0, [ids.NEXT_SOURCES]
    while ids.NEXT_SOURCES in after:
        modal = sources_modal(PAPER, summary, words, page, newer)
        assert_view_taken(modal)
        assert len(modal["blocks"]) <= 100
        assert len(json.dumps(modal)) < 250_000
        shown += sum(block["type"] == "rich_text" for block in modal["blocks"]) - 1
        after = [
            each["action_id"]
            for block in modal["blocks"][-1:]
            for each in block["elements"]
            if "value" in each
        ]
        page += 1

    assert shown == 24
    assert sources_modal(PAPER, summary, words, 99, newer) == modal
