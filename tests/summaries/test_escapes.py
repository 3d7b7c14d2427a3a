import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.escapes import with_latex


def value(written: str) -> str:
    """Return what a string of JSON says that is written so between its quotes."""
    read = json.loads(with_latex(f'{{"tldr": "{written}"}}'), strict=False)["tldr"]
    assert isinstance(read, str)
    return read


LATEX = r"""
    3$\times$ ; $\beta=2$ ; $\frac{1}{2}$ ; $\nu=1$ ; $\rho$ ; $\theta_1$ ; $a \to b$ ; $\boldsymbol{x}$
    \textbf{trees} ; $\nabla_x$ ; $\right)$ ; $\forall x$ ; $\bar{x}$ ; $\not\in$ ; $a \neq b$ ; $\tilde{x}$
    $\ne 0$ ; $\tan x$ ; \timesteps ; $\rVert$ ; \b{eta} ; \bW ; $\underline{x}$ ; $\upsilon$ ; $\alpha$
    $\tau2$ ; \nu_i ; \(\nu\) ; $\nexists x$ ; 5 \tiny ; \ref{a} ; 45\% ; a\_b
    the value of \nu is 3 ; \nu 3 ; for large \nu, ; (\nu too) ; 参数 \nu 为 3 ; 参数\nu、
    $a\negthinspace b$ ; 5 \textperthousand ; 3 \textohm ; $a \nvDash b$ ; \num{5}, ; \textquoteleft x
    we take \tan of it ; \newcommand{\x}{y} ; \newpage now ; \thanks{you} ; G\'eza
"""


@pytest.mark.parametrize("latex", [each.strip() for each in re.split(r" ; |\n", LATEX.strip())])
def test_a_backslash_before_a_command_of_latex_is_a_backslash(latex: str) -> None:
    assert value(latex) == latex


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"one\ntwo", "one\ntwo"),
        (r"eins\num zwei", "eins\num zwei"),
        (r"one\n\nThe", "one\n\nThe"),
        (r"one\r\nThe", "one\r\nThe"),
        (r"one\rThe", "one\rThe"),
        (r"one\tThe", "one\tThe"),
        (r"\n- a\n1. b", "\n- a\n1. b"),
        (r"uno\ne due\nuno\ni tre", "uno\ne due\nuno\ni tre"),
        (r"first\nless of it\nexists", "first\nless of it\nexists"),
        (r"uno\ne $x$ o\ne 3", "uno\ne $x$ o\ne 3"),
        (r"first\tan apple", "first\tan apple"),
        (r"Prima riga. \ne poi", "Prima riga. \ne poi"),
        (r"the first:\nu kunt het", "the first:\nu kunt het"),
        (r"两点。\nu kunt", "两点。\nu kunt"),
        (r"one\n\ni tre", "one\n\ni tre"),
        (r"\"uno\"\ne due", '"uno"\ne due'),
        (r"'uno'\ne due", "'uno'\ne due"),
        (r"one\newe grazes", "one\newe grazes"),
        (r"\"quoted\" and \/", '"quoted" and /'),
        (r"caf\u00e9 \ud83d\ude00", "café 😀"),
        (r"$\\times$ and C:\\new", r"$\times$ and C:\new"),
        (r"\\\\nu", r"\\nu"),
        (r"it\'s", "it's"),
    ],
)
def test_an_escape_of_json_stays_one(written: str, meant: str) -> None:
    assert value(written) == meant


def test_python_keeps_its_apostrophes() -> None:
    assert with_latex(r"{'tldr': 'it\'s 3$\times$'}") == r"{'tldr': 'it\'s 3$\\times$'}"


WORDS = st.sampled_from(
    ["The", "weeds", "a", "3", "$x$", "\\", "\\times", '"a"', "\n", "\t", "é", "图", "😀", "/", "'"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join), st.booleans())
def test_what_was_written_as_json_is_not_changed(text: str, is_ascii: bool) -> None:
    written = json.dumps({"tldr": text}, ensure_ascii=is_ascii)

    assert with_latex(written) == written


@given(st.text(st.sampled_from("\\nutbrf{}$\"'x 0") | st.characters(), max_size=40))
def test_any_text_can_be_rewritten(text: str) -> None:
    assert isinstance(with_latex(text), str)
