"""A digest file is read entry by entry; what is malformed is told and costs nothing else."""

from datetime import date

import pytest

from bot.documents.digest_file import DigestEntry, DigestFile, Problem, parse, render
from bot.errors import NotADigestError
from storage.records import FROM_DIGEST_FILE, Paper, Provenance, Summary

DAY = date(2025, 9, 29)


def papers(text: str) -> list[tuple[str, str]]:
    return [(entry.paper.id, entry.paper.title) for entry in parse(text).entries]


def test_a_file_holds_its_day_and_its_papers_in_order() -> None:
    digest = parse(
        "\n\n# Papers for 2025-09-29\n\n"
        "## 0.[Slow Rivers](https://arxiv.org/pdf/2509.00002)\n"
        "summary:**核心关键词**：河流, 沉积  **一句话核心摘要**：本文测量了慢速河流。\n\n"
        "## 1.[Fast Rivers](https://arxiv.org/pdf/2509.00001)\n\n"
    )

    assert digest == DigestFile(
        DAY,
        (
            DigestEntry(
                Paper("2509.00002", "Slow Rivers"),
                Summary(
                    "2509.00002",
                    "zh-CN",
                    Provenance(FROM_DIGEST_FILE, DAY),
                    keywords=("河流", "沉积"),
                    tldr="本文测量了慢速河流。",
                ),
            ),
            DigestEntry(Paper("2509.00001", "Fast Rivers"), None),
        ),
    )


def test_a_day_without_papers_is_valid() -> None:
    assert parse("\n\n# Papers for 2025-10-01\n\n") == DigestFile(date(2025, 10, 1), ())
    assert parse("# Papers for 2025-10-01") == DigestFile(date(2025, 10, 1), ())
    assert parse("# Papers for 2025–10–01.") == DigestFile(date(2025, 10, 1), ())


def test_older_headings_are_read_too() -> None:
    assert papers(
        "# Papers for 2025-09-29\n"
        "title:[Half a Bracket](https://arxiv.org/pdf/2509.00001\nsummary:河流。\n\n"
        "## [No Number](https://arxiv.org/abs/2509.00002v3)\n\n"
        "## 7. [Spaces](https://arxiv.org/pdf/2509.00003v1.pdf)\n\n"
        "## 8.[Before 2007](http://arxiv.org/abs/hep-th/9901001)\n"
    ) == [
        ("2509.00001", "Half a Bracket"),
        ("2509.00002", "No Number"),
        ("2509.00003", "Spaces"),
        ("hep-th/9901001", "Before 2007"),
    ]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A [Very] Bracketed [Title]", "A [Very] Bracketed [Title]"),
        ("Half [open](and shut", "Half [open](and shut"),
        ("Wide   gaps  everywhere ", "Wide gaps everywhere"),
        ("a | b < c > d & e * f _ g", "a | b < c > d & e * f _ g"),
        (
            r"Bounds of $\mathcal{O}(n^2)$ in \emph{practice}",
            r"Bounds of $\mathcal{O}(n^2)$ in \emph{practice}",
        ),
        ("🌊 Waves: 3.14 (2509.99999) **bold**", "🌊 Waves: 3.14 (2509.99999) **bold**"),
    ],
)
def test_a_title_may_hold_anything(written: str, title: str) -> None:
    assert papers(f"# Papers for 2025-09-29\n## 0.[{written}](https://arxiv.org/pdf/2509.00001)\n") == [
        ("2509.00001", title)
    ]


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference() -> None:
    text = (
        "# Papers for 2025-09-29\n\n## 0.[Rivers](https://arxiv.org/pdf/2509.00001)\n"
        "summary:**Keywords**: rivers, mud  **Problem**: Mud settles.\n"
    )

    assert parse("\ufeff" + text.replace("\n", "\r\n")) == parse(text)


def test_a_summary_over_several_lines_loses_none_of_them() -> None:
    digest = parse(
        "# Papers for 2025-09-29\n\n## 0.[Rivers](https://arxiv.org/pdf/2509.00001)\n"
        "summary:**Keywords**: rivers\n## Problem\nMud settles\nin the bend.\n\n- **Method**: We dig.\n"
    )

    assert digest.problems == ()
    assert digest.entries[0].summary == Summary(
        "2509.00001",
        "en",
        Provenance(FROM_DIGEST_FILE, DAY),
        keywords=("rivers",),
        problem="Mud settles in the bend.",
        method="We dig.",
    )


def test_text_that_only_mentions_a_summary_keeps_the_word() -> None:
    heading = "# Papers for 2025-09-29\n## 0.[R](https://arxiv.org/pdf/2509.00001)\n"
    unmarked = parse(f"{heading}Mud settles, a summary: it sinks.\n").entries[0].summary
    labelled = parse(f"{heading}summary:\nKeywords: mud\nSummary: it sinks.\n").entries[0].summary

    provenance = Provenance(FROM_DIGEST_FILE, DAY)
    assert unmarked == Summary("2509.00001", "en", provenance, tldr="Mud settles, a summary: it sinks.")
    assert labelled == Summary("2509.00001", "en", provenance, keywords=("mud",), tldr="it sinks.")


def test_the_language_that_is_given_wins_over_the_script() -> None:
    text = "# Papers for 2025-09-29\n## 0.[R](https://arxiv.org/pdf/2509.00001)\nsummary:Mud settles.\n"

    assert [entry.summary.language for entry in parse(text).entries if entry.summary] == ["en"]
    assert [entry.summary.language for entry in parse(text, language="de").entries if entry.summary] == ["de"]


def test_an_empty_summary_is_none() -> None:
    text = "# Papers for 2025-09-29\n## 0.[R](https://arxiv.org/pdf/2509.00001)\nsummary:  \n"

    assert parse(text).entries == (DigestEntry(Paper("2509.00001", "R"), None),)


GOOD = "## 1.[Good](https://arxiv.org/pdf/2509.00009)\nsummary:河流。\n"


@pytest.mark.parametrize(
    ("malformed", "line", "sentence"),
    [
        ("## 0.[No Id](https://example.org/paper)", 3, "links to no arXiv id"),
        ("## 0.No Link 2509.00001\nsummary:泥。", 3, "should look like"),
        ("## 0.[ ](https://arxiv.org/pdf/2509.00001)", 3, "no title"),
        ("\nsummary:泥沙沉积。", 4, 'No heading stands above "泥沙沉积。"'),
        ("Some words before the first paper.", 3, "No heading stands above"),
    ],
)
def test_a_malformed_entry_is_told_with_its_line_and_the_others_stay(
    malformed: str, line: int, sentence: str
) -> None:
    digest = parse(f"# Papers for 2025-09-29\n\n{malformed}\n\n{GOOD}")

    assert [entry.paper.id for entry in digest.entries] == ["2509.00009"]
    assert [problem.line for problem in digest.problems] == [line]
    assert sentence in digest.problems[0].sentence


def test_a_paper_that_is_listed_twice_is_kept_once() -> None:
    again = "## 2.[Again](https://arxiv.org/abs/2509.00009v2)\nsummary:又一次。\n"
    digest = parse(f"# Papers for 2025-09-29\n{GOOD}{again}")

    assert [entry.paper.title for entry in digest.entries] == ["Good"]
    assert digest.problems == (Problem(4, "2509.00009 is in line 2 already, which was kept."),)


def test_a_summary_whose_heading_is_missing_goes_to_no_other_paper() -> None:
    digest = parse(f"# Papers for 2025-09-29\n{GOOD}\nsummary:泥沙。\n")

    assert [entry.summary.tldr for entry in digest.entries if entry.summary] == ["河流。"]
    assert digest.problems == (Problem(5, 'No heading stands above "泥沙。".'),)


def test_a_second_day_in_the_file_is_left_out_and_told() -> None:
    digest = parse(
        f"# Papers for 2025-09-29\n{GOOD}# Papers for 2025-09-30\n## 0.[Next](https://arxiv.org/abs/2509.1)\n"
    )

    assert len(digest.entries) == 1
    assert [problem.line for problem in digest.problems] == [4]
    assert "second day" in digest.problems[0].sentence


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("\n\n# Notes on rivers\n", 3, 'it is "# Notes on rivers"'),
        ("# Papers for 2025-02-30", 1, '"2025-02-30" is no date'),
        (" \n\n", 1, "the file is empty"),
        ("x" * 500, 1, f'it is "{"x" * 79}…"'),
    ],
)
def test_what_is_no_digest_is_refused_with_what_was_expected(text: str, line: int, found: str) -> None:
    with pytest.raises(NotADigestError) as refused:
        parse(text)

    expected = f'Line {line} of a digest file should be "# Papers for" and a date as YYYY-MM-DD'
    assert str(refused.value) == f"{expected}, but {found}."


def test_a_digest_is_written_in_the_known_shape() -> None:
    chinese = Summary(
        "2509.00002",
        "zh-CN",
        Provenance(FROM_DIGEST_FILE, DAY),
        ("河流", "沉积"),
        "测量河流。",
        takeaway="可以动手。",
        body="附言。",
    )
    english = Summary(
        "2509.00001", "fr", Provenance(FROM_DIGEST_FILE, DAY), ("boue",), results="Deux fois plus."
    )
    digest = DigestFile(
        DAY,
        (
            DigestEntry(Paper("2509.00002", "Slow Rivers"), chinese),
            DigestEntry(Paper("2509.00001", "Fast Rivers"), english),
            DigestEntry(Paper("2509.00003", "No Rivers"), None),
        ),
    )

    assert render(digest) == (
        "\n\n# Papers for 2025-09-29\n\n"
        "## 0.[Slow Rivers](https://arxiv.org/pdf/2509.00002)\n"
        "summary:**核心关键词**：河流, 沉积  **一句话核心摘要**：测量河流。"
        "  **对AI从业者的主要启示**：可以动手。  **其他内容**：附言。\n\n"
        "## 1.[Fast Rivers](https://arxiv.org/pdf/2509.00001)\n"
        "summary:**Keywords**: boue  **Results**: Deux fois plus.\n\n"
        "## 2.[No Rivers](https://arxiv.org/pdf/2509.00003)\n\n"
    )


def test_an_empty_day_is_written_as_a_heading_alone() -> None:
    assert render(DigestFile(date(2025, 10, 1), ())) == "\n\n# Papers for 2025-10-01\n\n"
