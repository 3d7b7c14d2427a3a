"""What of a paper a model is given to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.excerpt import LEFT_OUT, Excerpt, excerpt, tokens, was_cut
from storage.records import Paper, TextRead

ABSTRACT = "Rivers carry mud. We measure it with RiverNet."
PAPER = Paper("2509.00001", "Mud in rivers", abstract=ABSTRACT)
WITHOUT_ABSTRACT = Paper("2509.00001", "Mud in rivers")


def told(subject: str, count: int = 1) -> str:
    """Return paragraphs of 30 words each that begin with what they are about."""
    return "\n".join(f"{subject} {number}: {'mud flows on ' * 9}." for number in range(1, count + 1))


SECTIONS = {
    "1 Introduction": told("opening", 3),
    "2 Related work": told("others", 3),
    "3 RiverNet": told("design", 6),
    "3.1 Sampling": told("sampling", 6),
    "4 Experiments": told("setup", 2),
    "4.1 Sites": told("sites", 3),
    "5 Conclusion": told("closing", 2),
}
FULL = "\n".join(
    ["Mud in rivers", "Ada Lovelace, ada@example.org", "Abstract", ABSTRACT]
    + [line for heading, text in SECTIONS.items() for line in (heading, text)]
)


def cost(text: str) -> int:
    """Return the tokens of a text with a number before each of its sentences and headings."""
    return tokens(Excerpt(text, TextRead.FULL_TEXT).written)


_TELLING_SECTIONS = [name + text for name, text in SECTIONS.items() if name[0] in "145"]
TELLING = cost("\n".join([ABSTRACT, LEFT_OUT, *_TELLING_SECTIONS])) + 4
"""The budget that takes the abstract, introduction, experiments and conclusion, and no paragraph more."""


def subjects(text: str) -> set[str]:
    """Return what the paragraphs of an excerpt are about."""
    return {line.split()[0] for line in text.splitlines() if line.endswith("mud flows on .")}


def read(full_text: str | None, most_tokens: int, paper: Paper = PAPER) -> Excerpt:
    found = excerpt(paper, full_text, most_tokens)
    assert found is not None
    return found


# --- The whole -------------------------------------------------------------------------------------------


def test_a_paper_that_the_budget_takes_is_given_whole_without_its_title_page_and_its_abstract_once() -> None:
    body = [line for heading, text in SECTIONS.items() for line in (heading, text)]

    assert read(FULL, 10_000) == Excerpt("\n".join([ABSTRACT, *body]), TextRead.FULL_TEXT)


def test_without_a_full_text_it_is_the_abstract() -> None:
    assert read(None, 10_000) == Excerpt(ABSTRACT, TextRead.ABSTRACT)


def test_line_breaks_of_an_abstract_are_spaces() -> None:
    broken = Paper("2509.00001", "Mud", abstract="Rivers carry\n  mud.\n")

    assert read("", 10_000, broken) == Excerpt("Rivers carry mud.", TextRead.ABSTRACT)


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_a_paper_without_any_text_has_no_excerpt(nothing: str | None) -> None:
    assert excerpt(Paper("2509.00001", "Mud", abstract=nothing), nothing, 10_000) is None


def test_a_full_text_is_enough_where_no_abstract_is_known() -> None:
    assert read(FULL, 10_000, WITHOUT_ABSTRACT) == Excerpt(FULL, TextRead.FULL_TEXT)


def test_some_of_a_paper_is_a_part_of_it() -> None:
    found = excerpt(PAPER, FULL, 10_000, is_whole=False)

    assert found == Excerpt(read(FULL, 10_000).text, TextRead.PART)


@pytest.mark.parametrize(
    ("sent", "share", "is_cut"),
    [
        ("The rivers carry mud. " * 1_000, 1.1, False),
        ("The rivers carry mud. " * 1_000, 0.8, False),
        ("The rivers carry mud. " * 1_000, 0.6, True),
        ("The rivers carry mud. " * 1_000, 0.1, False),
        ("The rivers carry mud. " * 100, 0.1, False),
        ("Реки несут ил. " * 1_000, 0.56, False),
        ("河流携带泥沙。" * 1_000, 0.6, False),
        ("河流携带泥沙。" * 1_000, 0.4, True),
    ],
)
def test_a_count_far_below_the_estimate_shows_that_a_text_was_cut(
    sent: str, share: float, *, is_cut: bool
) -> None:
    assert was_cut(sent, round(share * tokens(sent))) is is_cut


# --- What comes first ------------------------------------------------------------------------------------


def test_the_telling_sections_come_before_the_middle() -> None:
    found = read(FULL, TELLING)

    assert subjects(found.text) == {"opening", "setup", "sites", "closing"}
    assert found.text_read is TextRead.PART


def test_what_they_leave_goes_to_the_method_and_then_to_the_work_of_others() -> None:
    telling = {"opening", "setup", "sites", "closing"}
    method = cost(SECTIONS["3 RiverNet"] + SECTIONS["3.1 Sampling"])

    assert subjects(read(FULL, TELLING + 50).text) == telling | {"design"}
    assert subjects(read(FULL, TELLING + method + 10).text) == telling | {"design", "sampling"}
    assert subjects(read(FULL, TELLING + method + 70).text) == telling | {"design", "sampling", "others"}


def test_a_long_introduction_does_not_starve_results_and_conclusion() -> None:
    long = FULL.replace(SECTIONS["1 Introduction"], told("opening", 100))

    assert subjects(read(long, TELLING).text) == {"opening", "setup", "sites", "closing"}


def test_each_gap_is_marked_and_the_order_is_the_papers_own() -> None:
    lines = read(FULL, TELLING).text.splitlines()
    kept = [line for line in lines if line != LEFT_OUT]

    assert kept == [line for line in [ABSTRACT, *FULL.splitlines()[4:]] if line in kept]
    assert lines.count(LEFT_OUT) == 1
    assert lines[lines.index(LEFT_OUT) + 1] == "4 Experiments"


def test_an_end_that_is_missing_is_marked() -> None:
    assert read(FULL, 60).text.endswith(f"\n{LEFT_OUT}")


def test_an_abstract_above_the_budget_is_cut_after_a_sentence() -> None:
    long = Paper(
        "2509.00001", "Mud", abstract=" ".join(f"Sentence {number} is short." for number in range(50))
    )

    assert read(None, 20, long) == Excerpt(
        f"Sentence 0 is short. Sentence 1 is short.\n{LEFT_OUT}", TextRead.ABSTRACT
    )


def test_a_budget_for_the_abstract_alone_reads_the_abstract_alone() -> None:
    assert read(FULL, cost(ABSTRACT) + 4).text_read is TextRead.ABSTRACT


# --- Papers of other shapes ------------------------------------------------------------------------------


def test_sections_with_roman_numbers_are_sections() -> None:
    roman = FULL
    for number, digit in enumerate(["I", "II", "III", "IV", "V"], start=1):
        roman = roman.replace(f"\n{number} ", f"\n{digit}. ")

    assert subjects(read(roman, TELLING).text) == {"opening", "setup", "sites", "closing"}


def test_sections_without_numbers_are_sections() -> None:
    headings = {"Introduction": "opening", "Methods": "design", "Results": "found", "Discussion": "closing"}
    bare = "\n".join(f"{heading}\n{told(subject, 3)}" for heading, subject in headings.items())
    without = "\n".join([ABSTRACT, *(line for line in bare.splitlines() if "design" not in line)])

    assert subjects(read(bare, cost(without)).text) == {"opening", "found", "closing"}


def test_numbered_lines_that_are_no_headings_divide_nothing() -> None:
    rows = "1 78.1 79.2\n4 Results | 5\n3 We found that the mud flows on.\nResults"
    full = FULL.replace(SECTIONS["3 RiverNet"], f"{rows}\n{told('design', 6)}")

    assert subjects(read(full, TELLING).text) == {"opening", "setup", "sites", "closing"}


def test_a_text_without_headings_is_read_from_its_ends() -> None:
    plain = "\n".join([told("opening", 8), told("design", 19), told("closing", 3)])

    assert subjects(read(plain, cost(told("opening", 11))).text) == {"opening", "closing"}


def test_an_introduction_without_a_heading_is_one() -> None:
    front = (
        FULL.replace("1 Introduction\n", "").replace("2 Related", "1 Related").replace("3 River", "2 River")
    )

    assert "opening" in subjects(read(front, TELLING).text)


@given(st.text(max_size=2_000), st.text(max_size=300), st.integers(min_value=0, max_value=400))
def test_no_text_makes_an_excerpt_above_its_budget(full_text: str, abstract: str, most_tokens: int) -> None:
    found = excerpt(Paper("2509.00001", "Mud", abstract=abstract), full_text, most_tokens)

    assert found is None or tokens(found.written) == found.tokens <= most_tokens


@given(st.integers(min_value=20, max_value=1_500))
def test_no_budget_is_passed_and_a_larger_one_is_used(most_tokens: int) -> None:
    found = read(FULL, most_tokens).tokens

    assert found <= most_tokens
    assert found > min(most_tokens, cost(FULL)) - 70 or most_tokens < 100


# --- Tokens ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known"),
    [
        # The counts are those of GPT-4o's tokenizer, o200k_base.
        ("", 0),
        ("We measure the mud of 120 rivers and find that RiverNet is 12.5% better.", 21),
        ("本文提出RiverNet来预测泥沙,误差降到2%。", 15),
        ("Model | 78.1 | 79.2", 11),
    ],
)
def test_tokens_are_estimated_within_a_fifth_of_a_tokenizers_count(text: str, known: int) -> None:
    assert abs(tokens(text) - known) <= 0.2 * known
