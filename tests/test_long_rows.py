"""Text from outside is read in one pass: a row of any sign ends soon, and with the right value.

Each of these rows was once read again from each of its signs, which took from seconds to hours.
"""

import json
from collections.abc import Callable

import pytest

from bot.documents.digest_file import Piece, read_pieces
from bot.documents.digest_format import labels_in
from bot.references.reader import ImportedPaper, NotUnderstood, read_references
from bot.sources.broken_xml import read_feed
from bot.sources.extracted_text import PaperText, is_other_file
from bot.summaries.almost_json import AlmostJsonError, read_object
from bot.summaries.answers import read_completion
from bot.summaries.directions import contradicted_trends, opposed_words
from bot.summaries.escapes import with_latex
from bot.summaries.events import body_of_events
from bot.summaries.markup import without_markup
from bot.summaries.names import NameIndex, names_in
from bot.summaries.sentences import sentences
from bot.summaries.without_model import draw
from bot.text.mrkdwn import escape_within, still
from bot.text.notation.latex import readable
from bot.text.terms import Term
from storage.records import Paper

LONG = 40_000
ATOM = "{http://www.w3.org/2005/Atom}"
REFERENCE = "TY  - JOUR\nUR  - https://arxiv.org/abs/2509.00001\n"
IMPORTED = (ImportedPaper("2509.00001"),)
ABSTRACT = " ".join(f"{letter * 5} gardens" for letter in "abcdefghijklmnopqrstuvwxyz")


def row(unit: str, length: int = LONG, *, end: str = "") -> str:
    """Return the unit again and again, and then the end."""
    return unit * (length // len(unit)) + end


@pytest.mark.parametrize("text", [row("*a "), row("a_"), row("*"), row("~ "), row(">a ")])
def test_a_row_of_mrkdwns_marks_is_plain_text(text: str) -> None:
    assert still(text) == text.replace(">a", "\u2060>a", text.startswith(">"))


def test_a_row_of_marks_is_cut_to_the_bytes_of_a_block() -> None:
    assert escape_within(row("*a "), 3_000) == row("*a ", 2_997).rstrip() + "…"


@pytest.mark.parametrize(
    "text",
    [
        row("a:\\1", end="{"),
        row(r"\\a\b", end="{"),
        row(r"aa\b.", end="{"),
        row(r"\("),
        row(r"\[a"),
        row(r"\sqrt{"),
        row("{", end="a"),
        row("$a{"),
        row("``a "),
    ],
)
def test_a_row_of_latex_that_does_not_end_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize("joint", ["-", " ", "- "])
def test_a_term_that_begins_with_a_joint_is_looked_for_once_in_a_row_of_them(joint: str) -> None:
    assert not Term("-a").is_in(row(joint))
    assert Term("-a").is_in(row(joint, end="-a"))


def test_spaces_between_the_words_of_a_summary_are_one_gap() -> None:
    spaces = row(" ")

    assert labels_in(f"a{spaces}b") == []
    assert labels_in(row("Method ")) == []
    assert list(read_pieces(f"a{spaces}\n{spaces}b")) == [Piece("tldr", "a\nb")]


def test_what_a_model_writes_in_a_row_is_no_object() -> None:
    for text in (row("/*"), row('\\"'), row("{"), row('{"a":[', end="1"), row(', "a"'), row("„a")):
        with pytest.raises(AlmostJsonError):
            read_object(f'{{"tldr": {text}}}', ["tldr"])


def test_a_row_of_commands_in_a_models_json_is_latex() -> None:
    assert with_latex(f'"a {row("x$nu x")}"'.replace("$", "\\")) == f'"a {row("x$nu x")}"'.replace("$", "\\")


def test_pieces_of_an_answer_are_put_together_in_one_pass() -> None:
    calls = [{"index": number, "function": {"arguments": "a"}} for number in range(4_000)]
    deltas = [{"content": "b", "reasoning": "c", "tool_calls": [call]} for call in calls]
    stream = "".join(f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n" for delta in deltas)

    answer = read_completion(body_of_events(stream.encode()))

    assert (answer.text, answer.arguments) == ("b" * 4_000, "\n".join("a" * 4_000))


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda: without_markup(row("<a " + "=" * 1_000, 20_000))[1], ()),
        (lambda: list(names_in(row("a@"))), []),
        (lambda: NameIndex(row("ab1")).foreign_names(row("A1b", 99)), (row("A1b", 99),)),
        (lambda: NameIndex(row("ab1")).foreign_names(row("A1b", 900)), ()),
        (lambda: sentences(row("a. ")), [row("a. ").strip()]),
        (lambda: list(contradicted_trends(row("a"))), []),
        (lambda: opposed_words(row("1 ", end="降低"), [row("1 ", end="raises")]), ("降低",)),
        (lambda: opposed_words(row("需要"), [row("reduces ")]), ()),
        (lambda: (drawn := draw(Paper("2509.00001", row("1"), abstract=row("1.")))) and drawn.keywords, ()),
    ],
)
def test_a_row_in_a_summary_or_an_abstract_is_read_once(read: Callable[[], object], expected: object) -> None:
    assert read() == expected


def test_a_papers_text_of_other_digits_is_read_once() -> None:
    assert is_other_file(PaperText(row("\u0661a")), Paper("2509.00001", "Trees", abstract=ABSTRACT))


@pytest.mark.parametrize(
    "text", [row("<![CDATA["), row("&"), row("<entry"), row("<entry", 100, end=row(" ")), row("</entry")]
)
def test_a_feed_with_a_row_in_a_title_is_mended(text: str) -> None:
    feed = f'<feed xmlns="{ATOM[1:-1]}"><entry><title>{text}</title></entry></feed>'

    assert [each.element is None for each in read_feed(feed.encode(), f"{ATOM}entry").parts] == [False]


@pytest.mark.parametrize(
    ("text", "count"),
    [(row("@a()", 8_000), 2_000), (row("[a](http://"), 1), (row("@a{a "), 1), (row(" ", end="x"), 1)],
)
def test_a_row_of_references_without_an_id_is_not_understood(text: str, count: int) -> None:
    read = read_references(text)

    assert (read.papers, len(read.not_understood)) == ((), count)
    assert isinstance(read.not_understood[0], NotUnderstood)


@pytest.mark.parametrize(
    "text",
    [REFERENCE + row("UR  - \n", 300_000, end="ER  - \n"), row(f"{REFERENCE}ER  - \n", 100_000)],
)
def test_fields_and_references_that_are_repeated_are_one_paper(text: str) -> None:
    assert read_references(text).papers == IMPORTED
