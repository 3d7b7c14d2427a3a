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
    "twoheadrightarrow newcommand newcounter newenvironment newif newlength newpage newtheorem nVdash "
    "normalsize normalfont nobreak nolinebreak nopagebreak ngeqslant nleqslant nsubseteqq nsupseteqq "
    "textasciicircum textbackslash textbullet textdollar textemdash textendash texteuro textgreater "
    "textless textmd textpm textsl textunderscore thanks thispagestyle "
    "negmedspace negthickspace negthinspace ngeqq nleqq nLeftrightarrow nleftrightarrow nobreakdash "
    "nolinkurl npreceq nshortmid nshortparallel nsucceq ntriangleleft ntrianglelefteq "
    "ntriangleright ntrianglerighteq "
    "nvDash textasteriskcentered textbar textcent textcopyright textdagger textellipsis textinterrobang "
    "textleftarrow textohm textonehalf textonequarter textpertenthousand textperthousand textquotedblleft "
    "textquotedblright textquoteleft textquoteright textquotesingle textrightarrow textsection textsterling "
    "textthreequarters texttildelow texttrademark textvisiblespace textyen thickspace".split()
)
"""LaTeX's commands that begin with n or t. Those with b, f and r need no list: see `_is_of_json`."""

_BEGINNINGS = ("nabla", "times", "theta", "tilde", "textbf", "textit", "texttt")
"""Commands to which models glue the next word; no word begins as their rest does, "imes" or "heta"."""

_WORDS_TOO = frozenset("ne neg nexists ngtr ni nless nmid nsim nu num near tan trace".split())
"""Commands whose rest is a word of some language: see `_is_command_here`."""

_GOES_ON = re.compile(r"[_^={}$\\<>+*/|(0-9]|\s[=<>]|\s?[\u3001-\u9fff\uff08-\uffef]")
_GOES_BEFORE = re.compile(r"(?:[^\s.!?:;\u3000-\u303f\uff00-\uffef] |[(\[])\Z")
_LONGEST_VALUE = 4_000
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
                return not _is_command_here(text, escape, quote)
            return not (word in _COMMANDS or word.startswith(_BEGINNINGS))
        case _:
            return False


def _is_command_here(text: str, escape: re.Match[str], quote: str) -> bool:
    """Tell whether a command whose rest is a word is meant as a command.

    It is within a formula, before a sign or Chinese, and where nobody breaks a line: at the start of a value,
    after a bracket, and after a space within a sentence.
    """
    near = max(0, escape.start() - _LONGEST_VALUE)
    before = text[max(near, text.rfind(quote, near, escape.start()) + 1) : escape.start()]
    two = text[max(0, escape.start() - 2) : escape.start()]
    is_first = not before and two != f"\\{quote}"
    if is_first or _GOES_BEFORE.search(two) or _GOES_ON.match(text, escape.end()):
        return True
    dollars = before.count("$") - before.count("\\$")
    return dollars % 2 == 1 or before.count("\\(") > before.count("\\)")
