r"""Backslashes in a model's JSON: those of LaTeX, and those that JSON wants; pure.

A model that writes `3$\times$` in JSON means LaTeX, and a decoder reads a tab and "imes". What follows tells
one from the other: `\times` is a command, `\nThe` a line break and a word.
"""

import re

_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|(?P<word>[A-Za-z]+)|.)", re.DOTALL)
_APOSTROPHE = re.compile(r"(?:s|t|m|d|re|ve|ll)(?![A-Za-z\\{])")
_PYTHON = re.compile(r"[\[{]\s*(?:\{\s*)?'")

_COMMANDS = frozenset(
    "nabla natural nearrow neq newline ngeq nleq nleftarrow nrightarrow nLeftarrow nRightarrow noindent "
    "nonumber norm not notag notin nparallel nprec nsubseteq nsubset nsucc nsupseteq nvdash nwarrow nicefrac "
    "nolimits tag tanh tau tbinom text textasciitilde textbf textcolor textdegree textit textmu textnormal "
    "textregistered textrm textsc textsf textstyle textsubscript textsuperscript texttt texttimes textup "
    "textwidth tfrac therefore theta thickapprox thicksim thinspace tilde times tiny to top triangle "
    "triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq tr tt "
    "twoheadrightarrow".split()
)
"""LaTeX's commands that begin with n or t. Those with b, f and r need no list: see `_is_of_json`."""

_BEGINNINGS = ("nabla", "times", "theta", "tilde", "textbf", "textit", "texttt")
"""Commands to which models glue the next word; no word begins as their rest does, "imes" or "heta"."""

_WORDS_TOO = frozenset("ne neg nexists ngtr ni nless nmid nsim nu near tan trace".split())
"""Commands whose rest is a word of some language: they are commands within a formula, or before a sign."""

_GOES_ON = re.compile(r"[_^={}$\\<>+*/|(0-9]|\s[=<>]")
_DOLLAR = re.compile(r"(?<!\\)\$")
_UNICODE_ESCAPE = len("\\u0000")


def with_latex(text: str) -> str:
    r"""Return JSON in which each backslash of LaTeX is written as JSON wants it, `\\times`.

    Escapes of JSON stay: `\n`, `\t`, `\"` and `\u00e9`. A backslash before anything else was never JSON's.
    """
    quote = "'" if _PYTHON.search(text) else '"'

    def rewritten(escape: re.Match[str]) -> str:
        sign = escape[0][1]
        if sign == "'" and quote == '"' and _APOSTROPHE.match(text, escape.end()):
            return "'"
        if escape["word"]:
            is_json = _is_of_json(text, escape, quote)
        else:
            is_json = sign in {*'"\\/', quote} or len(escape[0]) == _UNICODE_ESCAPE
        return escape[0] if is_json else f"\\{escape[0]}"

    return _ESCAPE.sub(rewritten, text)


def _is_of_json(text: str, escape: re.Match[str], quote: str) -> bool:
    """Tell an escape of JSON, with the letters of a word after it, from a command of LaTeX.

    Nobody means a backspace or a form feed before a letter, nor a carriage return within a line.
    """
    word = escape["word"]
    match word[0]:
        case "b" | "f":
            return len(word) == 1 and not text.startswith("{", escape.end())
        case "r":
            return len(word) == 1 or (word[1].isupper() and word != "rVert")
        case "n" | "t":
            if word in _WORDS_TOO:
                return not (_GOES_ON.match(text, escape.end()) or _is_in_formula(text, escape.start(), quote))
            return not (word in _COMMANDS or word.startswith(_BEGINNINGS))
        case _:
            return False


def _is_in_formula(text: str, place: int, quote: str) -> bool:
    value = text[text.rfind(quote, 0, place) + 1 : place]
    return len(_DOLLAR.findall(value)) % 2 == 1 or value.count("\\(") > value.count("\\)")
