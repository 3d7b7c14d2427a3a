import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.mrkdwn import (
    bold,
    bold_runs,
    clean,
    counted,
    cut,
    cut_bytes,
    escape,
    escape_within,
    fill,
    fit,
    json_text,
    link,
    on_one_line,
    printable,
    split,
    without_bold,
)

ANY_TEXT = st.text(
    alphabet=st.sampled_from("ab &<>*_|图😀\u202e\n") | st.characters(exclude_categories=["Cs"])
)


def test_markup_from_outside_is_shown_and_not_obeyed() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert bold("a<b") == "*a&lt;b*"
    assert link("https://arxiv.org/abs/1", "a|b <c>") == "<https://arxiv.org/abs/1|a¦b &lt;c&gt;>"


def test_a_template_escapes_plain_values_once_and_keeps_links() -> None:
    filled = fill("Saved {title} for {name} & you", title=link("https://x.example", "R&D"), name="<!here>")

    assert filled == "Saved <https://x.example|R&amp;D> for &lt;!here&gt; & you"


def test_braces_in_a_value_are_text() -> None:
    assert fill("{title}", title="{0.__class__} {title}") == "{0.__class__} {title}"


def test_controls_that_disguise_words_are_dropped() -> None:
    assert clean("evil\u202etxt.exe\u200b\x00") == "eviltxt.exe"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> 90 %\n  >> b", "\u2060&gt; 90 %\n\u2060  &gt;&gt; b"),
        ("_a_ *water_all* (~5 ms~)", "_\u200aa_ *\u200awater_all* (~\u200a5 ms~)"),
        ("*_a b_*", "*\u200a_\u200aa b_*"),
        (":tada: a:b:c :+1:", ":\u2060tada: a:\u2060b:c :\u2060+1:"),
        ("`a` ```b```", "ˋaˋ ˋˋˋbˋˋˋ"),
        # These mean nothing to Slack.
        ("~5 ms, 2*3*4, a_b_c, * a *, **a**, __init__, `, a: b, 9:30, *a\nb*", None),
    ],
)
def test_marks_in_text_from_outside_are_shown_and_not_read(text: str, shown: str | None) -> None:
    assert escape(text) == (text if shown is None else shown)
    assert escape(escape(text).replace("&gt;", ">")) == escape(text)


SHOWN = r"\u001b[31m\u0007\u009b2J\b\u007f\u202e\u2066\u061c\udb40\udc41\ud800"
STEERING = "\x1b[31m\x07\x9b2J\x08\x7f\u202e\u2066\u061c\U000e0041\ud800"


def test_what_steers_a_terminal_is_left_out_of_what_is_printed() -> None:
    assert printable(f"a{STEERING}\n\tb\r\n") == f"a{SHOWN}\n\tb\n"
    assert on_one_line(f"a{STEERING}\n\tb\u2028c") == f"a{SHOWN} b c"


def test_what_steers_a_terminal_is_written_out_in_json_and_reads_back_the_same() -> None:
    written = json_text({"title": f"图 {STEERING}\n"})

    assert printable(written) == written
    assert "图" in written
    assert json.loads(written) == {"title": f"图 {STEERING}\n"}


def test_entities_and_emoji_count_as_what_slack_may_count() -> None:
    assert counted("a&图😀") == 1 + 5 + 1 + 2


def test_a_text_is_cut_with_an_ellipsis_only_where_it_is_too_long() -> None:
    assert cut("seven &", 11) == "seven &"
    assert cut("seven &", 10) == "seven…"
    assert cut_bytes("图图图", 9) == "图图图"
    assert cut_bytes("图图图", 8) == "图…"


@given(ANY_TEXT, st.integers(0, 40))
def test_no_cut_text_is_longer_than_it_may_be(text: str, limit: int) -> None:
    assert counted(cut(text, limit)) <= limit
    assert len(html.escape(cut_bytes(text, limit), quote=False).encode()) <= limit
    assert len(escape_within(text, limit).encode()) <= limit


@given(st.lists(ANY_TEXT, max_size=6), st.integers(0, 60))
def test_texts_that_share_a_limit_keep_it_and_are_only_cut_where_they_must(
    texts: list[str], limit: int
) -> None:
    fitted = fit(texts, limit)

    assert sum(map(counted, fitted)) <= limit
    if sum(map(counted, texts)) <= limit:
        assert fitted == texts


@given(ANY_TEXT, st.integers(5, 40))
def test_a_split_text_is_whole_in_pieces_that_are_short_enough(text: str, limit: int) -> None:
    pieces = list(split(text, limit))

    assert "".join(pieces) == text
    assert all(0 < counted(piece) <= limit for piece in pieces)


def test_short_texts_stay_whole_beside_a_long_one() -> None:
    assert fit(["short", "x" * 100, "tiny"], 30) == ["short", "x" * 20 + "…", "tiny"]


def test_bold_runs_are_told_apart_and_stray_marks_stay() -> None:
    assert list(bold_runs("up to **57.76**, or *so* ** more")) == [
        ("up to ", False),
        ("57.76", True),
        (", or *so* ** more", False),
    ]
    assert without_bold("**a** and b") == "a and b"


def test_what_is_left_out_is_never_among_what_is_printable() -> None:
    printable = [sign for sign in map(chr, range(0x110000)) if sign.isprintable()]

    assert clean("".join(printable) + "\n") == "".join(printable) + "\n"
