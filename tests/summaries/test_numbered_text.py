"""The numbers by which a model names the sentences of a paper."""

from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.evidence import NumberedSentence
from bot.summaries.excerpt import LEFT_OUT, excerpt
from bot.summaries.numbered_text import Stretch, numbered, written
from storage.records import Paper

PAPER = Paper("2509.00001", "Mud", abstract="Rivers carry mud. We measure it with RiverNet.")
FULL = """\
1 Introduction
Mud is slow, see Fig. 3 and Mori et al. for more. It settles.
2 Results
2.1 Rivers
Model | Error | Speed
RiverNet | 14.9 | 3
As issue #7 tells, the error falls to 14.9.
L = -log p(x | z) + b, the loss.
"""


def test_each_sentence_and_row_of_a_paper_has_a_number_and_headings_have_none() -> None:
    found = excerpt(PAPER, FULL, 10_000)
    assert found is not None

    assert found.written.splitlines() == [
        "#1 Rivers carry mud. #2 We measure it with RiverNet.",
        "1 Introduction",
        "#3 Mud is slow, see Fig. 3 and Mori et al. for more. #4 It settles.",
        "2 Results",
        "2.1 Rivers",
        "#5 Model | Error | Speed",
        "#6 RiverNet | 14.9 | 3",
        "#7 As issue # 7 tells, the error falls to 14.9.",
        "#8 L = -log p(x | z) + b, the loss.",
    ]
    assert found.numbered.sentences[4:7] == (
        NumberedSentence(5, "Model | Error | Speed", "2.1 Rivers", 3),
        NumberedSentence(6, "RiverNet | 14.9 | 3", "2.1 Rivers", 4),
        NumberedSentence(7, "As issue #7 tells, the error falls to 14.9.", "2.1 Rivers", 5),
    )
    assert found.numbered.sentences[0].section == "Abstract"


def test_neighbours_are_of_the_same_paragraph() -> None:
    found = excerpt(PAPER, FULL, 10_000)
    assert found is not None

    assert [each.number for each in found.numbered.neighbours(3)] == [4]
    assert [each.number for each in found.numbered.neighbours(2)] == [1]
    assert found.numbered.neighbours(6) == found.numbered.neighbours(99) == ()
    assert found.numbered.named([4, 99, 4, 0, 1]) == (found.numbered.find(4), found.numbered.find(1))


def test_a_gap_has_its_mark_and_no_number() -> None:
    found = excerpt(PAPER, FULL, 24)
    assert found is not None

    assert found.written == f"#1 Rivers carry mud. #2 We measure it with RiverNet.\n{LEFT_OUT}"


def test_a_heading_in_the_words_of_a_paper_has_no_number_of_ours() -> None:
    assert written([Stretch("Mud.", "#1 Mud", "#1 Mud")]) == "# 1 Mud\n#1 Mud."


@given(st.text(max_size=2_000), st.text(max_size=300))
def test_numbers_count_from_one_and_name_the_papers_own_words(full_text: str, abstract: str) -> None:
    found = excerpt(Paper("2509.00001", "Mud", abstract=abstract), full_text, 5_000)
    if found is None:
        return
    given = found.numbered.sentences
    own = "".join(f"{abstract}{full_text}".split())

    assert [each.number for each in given] == list(range(1, len(given) + 1))
    assert all("".join(each.text.split()) in own for each in given)
    assert all(f"#{each.number} " in found.written for each in given)
    assert numbered(found.stretches) == found.numbered
