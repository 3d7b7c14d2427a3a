"""No text is lost in reading, and what is written reads back the same."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.digest_file import (
    DigestEntry,
    DigestFile,
    parse,
    read_pieces,
    read_summary,
    render,
)
from bot.documents.digest_format import LABELS, PARTS, decoded
from storage.records import FROM_DIGEST_FILE, Paper, Provenance, Summary

DIGESTS = Path(__file__).parents[2].parent / "shared" / "data" / "digests"
REAL = ("2025-09-20-old-shape", "2025-09-23", "2025-09-29")
DAY = date(2025, 9, 29)
DROPPED = frozenset("*,，、;；:：.。")

needs_real_files = pytest.mark.skipif(not DIGESTS.exists(), reason="the recorded digests are not here")

SPELLINGS = [name for spellings in LABELS.values() for ours in spellings.values() for name in ours]

names = st.sampled_from(SPELLINGS)
labels = st.builds(
    str.format,
    st.sampled_from(
        [
            "**{}**：",
            "**{}**: ",
            "**{}：**",
            "**{}**",
            "{}：",
            "{}",
            "ii) {} ",
            "1. {}: ",
            "**{}: x**",
            "## {}",
        ]
    ),
    names,
)
marks = st.sampled_from(
    [
        *("**", "*", ":", "：", "  ", " ", "\n", "\n\n", "##", "summary:", "(", ")", "（", "）", "[", "]("),
        *(",", "，", "、", ";", "。", ". ", ".", "i)", "ii) ", "vi) ", "1. ", "1.  ", "- ", "&#44;", "&#"),
    ]
)
sentences = st.sampled_from(
    [
        *(
            "泥沙会下沉。",
            "该研究旨在解决慢的问题。",
            "核心方法是测量，",
            "实验结果表明，好。",
            "对AI从业者有用。",
        ),
        *("Mud settles. ", "It aims to dig", "Results show 2%. ", "a, b", "**a**, **b** ", "本文 "),
    ]
)
lines = st.lists(st.one_of(labels, marks, sentences, st.text(max_size=6)), max_size=14).map("".join)
texts = lines.map(lambda line: " ".join(line.split()))
keywords = st.lists(texts.filter(bool), max_size=4).map(tuple)
summaries = st.builds(
    Summary,
    st.just("2509.00001"),
    st.sampled_from(["zh-CN", "zh", "en", "fr"]),
    st.just(Provenance(FROM_DIGEST_FILE, DAY)),
    keywords,
    texts,
    texts,
    texts,
    texts,
    texts,
    texts,
).filter(lambda summary: bool(summary.keywords) or any(getattr(summary, part) for part in PARTS[1:]))


def ink(text: str) -> str:
    """Return what of a text may not be lost: all but white space and the marks of bold, lists and labels."""
    return "".join(character for character in text if not character.isspace() and character not in DROPPED)


def read(line: str) -> Summary | None:
    return read_summary(line, "2509.00001", "en", Provenance(FROM_DIGEST_FILE, DAY))


def assert_nothing_is_lost(line: str) -> None:
    pieces = list(read_pieces(line))
    assert ink("".join(piece.label + piece.text for piece in pieces)) == ink(line)

    summary = read(line)
    kept = [getattr(summary, part) for part in PARTS[1:]] + list(summary.keywords) if summary else []
    assert Counter(ink("".join(kept))) == Counter(ink("".join(decoded(piece.text) for piece in pieces)))


@given(lines)
def test_no_text_is_lost_in_reading(line: str) -> None:
    assert_nothing_is_lost(line)


@given(lines)
def test_only_names_of_parts_and_numbers_are_taken_for_labels(line: str) -> None:
    name = "|".join("".join(re.findall(r"\w", spelling)) for spelling in SPELLINGS)
    for piece in read_pieces(line):
        words = "".join(re.findall(r"\w", piece.label))
        assert re.fullmatch(rf"(?:[ivx]{{1,4}}|[0-9]{{1,2}})?(?:{name}){{0,2}}", words, re.IGNORECASE), piece


@given(summaries)
def test_a_summary_that_is_written_reads_back_the_same(summary: Summary) -> None:
    digest = DigestFile(DAY, (DigestEntry(Paper("2509.00001", "Rivers"), summary),))

    assert parse(render(digest), language=summary.language) == digest


@pytest.mark.parametrize(
    "keyword",
    [
        *(
            "rivers: 1)",
            "rivers… -",
            "a, b",
            "Results: good",
            "**Results**: good",
            "ii) Results",
            "1,000",
            "A*",
        ),
        *(
            "(open",
            "shut)",
            "e.g. mud",
            "泥沙。河流",
            "&#44;",
            "std::",
            "summary: mud",
            "## 0.[a](b)",
            "x  y",
        ),
    ],
)
def test_a_keyword_that_looks_like_a_mark_reads_back_the_same(keyword: str) -> None:
    words = ("mud", " ".join(keyword.split()))
    written = Summary("2509.00001", "en", Provenance(FROM_DIGEST_FILE, DAY), words, tldr="Mud settles.")
    digest = DigestFile(DAY, (DigestEntry(Paper("2509.00001", "Rivers"), written),))

    assert parse(render(digest), language="en") == digest


titles = (
    st.lists(
        st.one_of(
            st.text(max_size=8), st.sampled_from(["[", "](", ")", "](https://x.org)", "#", "**", "2509.1"])
        )
    )
    .map(lambda words: " ".join("".join(words).split()))
    .filter(bool)
)


@given(st.lists(titles, max_size=5))
def test_titles_and_order_read_back_the_same(written: list[str]) -> None:
    papers = [Paper(f"2509.{number:05}", title) for number, title in enumerate(written)]
    digest = DigestFile(DAY, tuple(DigestEntry(paper, None) for paper in papers))

    assert parse(render(digest)) == digest


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    parse(f"# Papers for 2025-09-29\n{text}")


def summary_lines(name: str) -> list[str]:
    text = (DIGESTS / f"{name}.md").read_text(encoding="utf-8")
    return [line.removeprefix("summary:") for line in text.split("\n") if line.startswith("summary:")]


@needs_real_files
@pytest.mark.parametrize("name", REAL)
def test_no_text_of_a_real_summary_is_lost(name: str) -> None:
    for line in summary_lines(name):
        assert_nothing_is_lost(line)


@needs_real_files
@pytest.mark.parametrize(("name", "count"), [(REAL[0], 20), (REAL[1], 15), (REAL[2], 35)])
def test_every_real_entry_has_all_its_parts(name: str, count: int) -> None:
    digest = parse((DIGESTS / f"{name}.md").read_text(encoding="utf-8"))
    summaries_of = [entry.summary for entry in digest.entries if entry.summary]

    assert digest.problems == ()
    assert len(summaries_of) == count
    assert {summary.language for summary in summaries_of} == {"zh-CN"}
    wanted = PARTS[1:6] if "old" in name else PARTS[:6]
    assert [
        (summary.paper_id, part) for summary in summaries_of for part in wanted if not getattr(summary, part)
    ] == []
    assert [summary.paper_id for summary in summaries_of if summary.body] == (
        ["2509.09307"] if "old" in name else []
    )
    assert all(len(word) < 45 for summary in summaries_of for word in summary.keywords)


@needs_real_files
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_that_is_written_again_reads_back_the_same(name: str) -> None:
    digest = parse((DIGESTS / f"{name}.md").read_text(encoding="utf-8"))

    assert parse(render(digest)) == digest


@needs_real_files
def test_a_real_empty_day_is_written_byte_for_byte() -> None:
    text = (DIGESTS / "2025-10-01.md").read_text(encoding="utf-8")

    assert render(parse(text)) == text
