import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.markup import without_markup

LIVE = re.compile(
    r"https?://|\bwww\.\w|\bmailto:\S|\]\(|<[@#!]|[@＠](?:channel|here|everyone)\b|```|</?(?:b|a|script|div)\b[^<>=]*>",
    re.IGNORECASE,
)
PIECES = st.sampled_from(
    [
        *"<>[]()!@#*`_&\\|:/.-＠\n\u200b\u202e 　",
        *"** *** ``` ~~ &lt; &amp;lt; &#64; channel here everyone <!channel> <@U1> <#C1|x> https:// http://".split(),
        *"www. a.com/b mailto:x [a](b) ![a](b) <b> </b> <script> <!-- word 57.76% 中文".split(),
        "<a href=x>",
    ]
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain words stay as they are: 3 < 5, A>B>C, x_i, a*b*c, pass@1", None),
        ("**bold** stays", None),
        ("**half bold", "half bold"),
        ("***both*** and *one*", "**both** and one"),
        ("see [the code](https://x.example/y) here", "see the code here"),
        ("![plot](https://x.example/y.png) shows", "plot shows"),
        ("at https://x.example/y?z=1, and www.x.example", "at and"),
        ("at github.com/some/thing now", "at now"),
        ("<https://x.example|label> it", "label it"),
        ("<!channel> <@U123> <#C1|general> <!subteam^S1|x> hear", "hear"),
        ("&lt;!channel&gt; and &amp;lt;!here&amp;gt;", "and"),
        ("<<!channel>!channel> and @<!here>channel", "< channel> and @ channel"),
        ("@channel ＠here @\u200beveryone @someone", "channel here everyone someone"),
        ("# Results\n- one\n* two\n> three", "Results one two three"),
        ("```json\nx\n``` and `y` and ~~z~~", "x and y and z"),
        ("<b>x</b><br/>y <a href='z'>w</a>", "x y w"),
        (r"57.76\% and \*\*x\*\*", "57.76% and **x**"),
        (r"is 3$\times$ faster at $\beta = 2$, \textbf{5} to \$6", "is 3× faster at β = 2, 5 to $6"),
        ("a\n\n b\t c", "a b c"),
        # What is taken out may have kept other markup from being seen.
        ("<!--www.a.b stays", "!-- stays"),
        ("<**!here> it", "< here> it"),
    ],
)
def test_markup_leaves_the_words(text: str, plain: str | None) -> None:
    assert without_markup(text)[0] == (text if plain is None else plain)


def test_links_and_mentions_are_told_and_other_marks_are_not() -> None:
    assert without_markup("**a** <!channel> see [b](https://c.example) `d`")[1] == (
        "[b](https://c.example)",
        "<!channel>",
    )


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_markup_survives_whatever_is_written(text: str) -> None:
    cleaned, _ = without_markup(text)

    assert not LIVE.search(cleaned)
    assert cleaned.count("**") % 2 == 0
    assert "\n" not in cleaned
