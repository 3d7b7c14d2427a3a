r"""Titles and abstracts as arXiv has them, read for people; pure.

arXiv keeps what authors typed, which is LaTeX here and there: `45\%`, `3$\times$`, `Czerwi\'nski`. What has a
plain form gets it, and all else stays as it is: above all what only looks like LaTeX, as do prices, paths,
names with underscores, and per cent.
"""

import html
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from html.entities import html5

from bot.text.notation.commands import (
    COMMAND,
    ESCAPED,
    FRACTIONS,
    FUNCTIONS,
    LARGE,
    LETTERS,
    SIGNS,
    STYLES,
    SWITCHES,
    accented,
    bare_url,
    character,
    closing_braces,
    has_mark,
    linked,
    lowered,
    raised,
)
from bot.text.notation.formulas import plain_formula
from bot.text.regex import regex

_DEEPEST = 12
_LONGEST_FORMULA = 500
# Begins with one set of characters, for which whole texts are looked through twice as fast.
_ANY = regex(r"[\\$~`_^{&-](?:(?<=[\\$~`_^{])|(?<=-)-|(?<=&)[#A-Za-z])")
_ENTITY = regex(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def readable(text: str) -> str:
    """Return the text with the characters that its LaTeX and its entities mean.

    No figure is lost or changed. What has no plain form, as a sum with its limits or an author's own
    command, is left as it is written.
    """
    if not _ANY.search(text):
        return text
    decoded = _ENTITY.sub(_decoded, text)
    return _QUOTED.sub(r"“\1”", _Reader(decoded, 0).read())


def _decoded(entity: re.Match[str]) -> str:
    """Return the character of an entity; a name that is none stays, and so does one that only begins so."""
    is_known = entity[0][1] == "#" or entity[0][1:] in html5
    return html.unescape(entity[0]) if is_known else entity[0]


# --- What is looked at -----------------------------------------------------------------------------------

_QUOTED = regex(r"(?<![\w`])``([^`\"\s][^`\"]{0,300}?)(?:''|\")")

_MARK = regex(
    r"""(?P<url>https?://(?:\\[%&$_\#{}~]|[^\s{}$<>"\\])+)
    | (?P<path>(?<![A-Za-z])[A-Za-z]:\\[^\s{}$]{0,300}+(?!\S)
        | \\\\[A-Za-z][\w.-]{0,60}+\\[^\s{}$]{1,300}+(?!\S)
        | (?<![\\\w])[A-Za-z][\w.-]{1,100}(?:\\[A-Za-z][\w.-]{0,60}){2,12}(?![\w\\{$]))
    | (?P<display>\$\$[^$]{1,500}\$\$
        | \\\((?:(?!\\[()]).){1,500}+\\\)
        | \\\[(?:(?!\\[\[\]]).){1,500}+\\\])
    | (?P<dollar>\$)
    | (?P<command>\\)
    | (?P<group>\{)
    | (?P<script>[_^](?=\{))
    | (?P<tie>~)
    | (?P<dash>(?<!-)-{2,3}(?!-))
    """,
    re.VERBOSE | re.DOTALL,
)

# --- Prices, or formulas ---------------------------------------------------------------------------------

_BETWEEN_DOLLARS = regex(r"\$((?:\\.|[^$\\]){1,500})\$", re.DOTALL)
_LATEX = regex(r"[\\^_{}]")
_SURELY_LATEX = regex(r"[\\{}]")
_AMOUNT = regex(r"[0-9][0-9.,]*\s?[A-Za-z]?\s+[A-Za-z]{2,}")
_BRACED = regex(r"\\[A-Za-z]+\s*\{[^{}]*\}")
_PROSE = regex(r"(?:(?<![\\A-Za-z])[A-Za-z]{2,}\s+){3}")
_TWO_WORDS = regex(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_CLAUSE_ENDS = regex(r"[;,:.]\s|\s[A-Za-z]{2,}")
_GOES_ON = regex(r"(?:[A-Za-z]{2,}[/:=-]|[,;])$")


def _is_formula(content: str, after: str) -> bool:
    """Tell a formula from what stands between two prices, by it and by what follows the second dollar."""
    prose = _BRACED.sub("", content)
    if _PROSE.search(f"{prose} ") or _AMOUNT.match(prose):
        return False
    is_lopsided = content[-1].isspace() != content[0].isspace()
    if (is_lopsided or after.isdigit()) and _CLAUSE_ENDS.search(prose):
        return False
    if _SURELY_LATEX.search(content):
        return True
    if content[0].isdigit():
        return not (is_lopsided or after.isdigit())
    if _LATEX.search(content):
        return True
    goes_on = after.isalnum() and _GOES_ON.search(content)
    return not (is_lopsided or goes_on or _TWO_WORDS.search(content))


# --- Reading ---------------------------------------------------------------------------------------------

_RANGE = regex(r"(?:(?<=[0-9])|(?<=[0-9]%)|(?<=[0-9]\}))~(?=[0-9])")
_TIE = regex(r"(?<=[\w)\].,;:!?%}”’'\"$*])~(?=[\w(\[\\$“‘`\"'<{-])")
_LETTER_ALONE = regex(r"(?<![\w'])[A-Za-z]\Z")
_SPACES = regex(r"\s*")
_OPTION = regex(r"\s*\[([^\[\]]{0,100})\]")
_CLOSING_QUOTE = regex(r"\\\"(?![A-Za-z{\\])")
_ACCENT = regex(
    r"""\\(?P<sign>['`^"~=.])\s?(?:\{\s?(?P<held>\\?[A-Za-z])\s?\}|(?P<bare>\\[ij](?![A-Za-z])|[A-Za-z]))
    | \\(?P<name>[uvHcdbkr])(?:\s?\{\s?(?P<braced>\\?[A-Za-z])\s?\}|\s(?P<apart>[A-Za-z])(?=[A-Za-z]))
    """,
    re.VERBOSE,
)
_ACCENT_OF_ACCENTED = regex(
    r"\\(?P<mark>['`^\"~=.]|[uvHcdbkr](?=\s?\{))\s?\{\s?(?P<letter>\\[^{}\s]{1,3}(?:\{[^{}]{1,2}\})?)\s?\}"
)
_AT_WORDS_START = frozenset("~=.")
_APOSTROPHE = regex(r"(?<=[A-Za-z])\\'(?=(?:s|t|m|d|re|ve|ll)(?![A-Za-z\\{]))")
# arXiv takes the first letter of a sign's name for an accent, and puts the rest into braces.
_SPLIT_SIGN = regex(r"\\([bcdHkrtuv])\{([a-z]{2,9})\}")
_SCRIPT = regex(r"[_^]\{[^{}]{1,60}\}")
_SHORT_BASE = regex(r"(?:[0-9)\]]|(?<![A-Za-z])[^\W\d_]{1,2})\Z")
_ONLY_SPACE = regex(r"(?:\s*(?:\\[,;:> ]|~|\\q?quad|\\thinspace))+\s*")
# As shells write what they fill in; a formula that begins so goes on otherwise.
_SHELL_VARIABLE = regex(r"\$\{[A-Z][A-Z0-9_]+\}(?=[/:.,;)\s]|\Z)")
_IN_NUMBER = regex(r"(?<=[0-9])\{([,.:=-])\}(?=[0-9])")
_VERBATIM = regex(r"\\verb\*?([^\sA-Za-z*])(.{0,300}?)\1")
_LINE_HEIGHT = regex(r"\*?\[\s?-?[0-9.]+\s?(?:pt|em|ex|mm|cm|in)\s?\]")
_WITHOUT_BRACES = regex("text(?:bf|it|sl|sc|sf|tt|rm)|emph|underline")
_EACH_SIGN = regex(r"[^\s\u0300-\u036f]")
_NEXT_WORD = regex(r"\s+\w")
# These stand at the end of a word; no folder has such a name.
_AFTER_WORDS = regex("xspace|text")
# Braces keep the capitals of a title: `{S}tudy`, `{GPT}-4`.
_KEPT_CAPITALS = regex(r"""(?:^|(?<=[\s("“'-]))\{([A-Z](?=\}[a-z])|[A-Z][A-Za-z0-9]+)\}(?![/{}_^])""")
# Braces around words alone, as `{Concept erasure}`, are an author's; sets and code have other signs in them.
_WORDS_IN_BRACES = regex(
    r"""(?:^|(?<=[\s("“'-])(?<![=∈∉⊂⊆∪∩∖]\s))
    \{(?=[^{}]{0,79}[^\W\d_])(?!\s)((?:[^\W_]|[+ -]){1,80})\}(?![\w/{}_^]|:\S)""",
    re.VERBOSE,
)
_LISTS_AND_QUOTES = frozenset("abstract center description enumerate itemize quotation quote".split())
_TWO_LETTERS_BEFORE = regex(r"[A-Za-z]{2}\Z")


class _Reader:
    """Reads a text, or what stands in braces in it, from its beginning to its end."""

    def __init__(self, source: str, depth: int) -> None:
        self._source = source
        self._depth = depth
        self._closing = closing_braces(source)
        self._at = 0
        self._last = ""

    def read(self) -> str:
        if self._depth > _DEEPEST:
            return self._source
        printed: list[str] = []
        while mark := _MARK.search(self._source, self._at):
            printed.append(self._source[self._at : mark.start()])
            self._last = (printed[-1] or self._last)[-1:]
            self._at = mark.end()
            printed.append(_METHODS[str(mark.lastgroup)](self, mark))
            self._last = (printed[-1] or self._last)[-1:]
        printed.append(self._source[self._at :])
        return "".join(printed)

    def as_it_is(self, mark: re.Match[str]) -> str:
        return mark[0]

    def url(self, mark: re.Match[str]) -> str:
        return bare_url(mark[0])

    # --- Formulas ----------------------------------------------------------------------------------------

    def display(self, mark: re.Match[str]) -> str:
        content = mark[0][2:-2]
        has_sign = mark[0][1] == "(" or _LATEX.search(content) or "=" in content
        is_formula = has_sign and not _PROSE.search(f"{content} ")
        if not is_formula:
            self._at = mark.start() + 2
            return mark[0][:2]
        return _or(plain_formula(content, self._last), mark[0])

    def dollar(self, mark: re.Match[str]) -> str:
        formula = _BETWEEN_DOLLARS.match(self._source, mark.start())
        if (
            formula is None
            or _SHELL_VARIABLE.match(self._source, mark.start())
            or not _is_formula(formula[1], self._source[formula.end() : formula.end() + 1])
        ):
            return "$"
        self._at = formula.end()
        if _ONLY_SPACE.fullmatch(formula[1]):
            return self._space()
        return _or(plain_formula(formula[1], self._last), formula[0])

    def script(self, mark: re.Match[str]) -> str:
        script = _SCRIPT.match(self._source, mark.start())
        has_base = not self._last.isspace() if mark[0] == "^" else _SHORT_BASE.search(self._before(mark, 3))
        printed = plain_formula(script[0]) if script and has_base else None
        if script is None or printed is None:
            return mark[0]
        self._at = script.end()
        return printed

    # --- Signs -------------------------------------------------------------------------------------------

    def tie(self, mark: re.Match[str]) -> str:
        """Return a space for a tie between words; before a number on its own the sign means about."""
        is_tie = (
            _TIE.match(self._source, mark.start())
            and not _RANGE.match(self._source, mark.start())
            and not _LETTER_ALONE.search(self._before(mark, 2))
        )
        return " " if is_tie else "~"

    def dash(self, mark: re.Match[str]) -> str:
        before, after = self._before(mark, 1), self._source[mark.end() : mark.end() + 1]
        is_option = before in _BEFORE_OPTION and not after.isspace()
        is_arrow = before in {"<", "!"} or after == ">"
        return mark[0] if is_option or is_arrow else {2: "–", 3: "—"}[len(mark[0])]

    def group(self, mark: re.Match[str]) -> str:
        if number := _IN_NUMBER.match(self._source, mark.start()):
            self._at = number.end()
            return number[1]
        kept = _KEPT_CAPITALS.match(self._source, mark.start()) or _WORDS_IN_BRACES.match(
            self._source, mark.start()
        )
        if self._depth == 0 and kept:
            self._at = kept.end()
            return kept[1]
        end = self._closing.get(mark.start())
        content = self._source[mark.end() : end] if end else ""
        command = COMMAND.match(content)
        is_ours = command and (command[0][1:] in _BEGIN_GROUP or _ACCENT.fullmatch(content))
        if end is None or not is_ours:
            return "{"
        self._at = end + 1
        return self._inner(content)

    # --- Commands ----------------------------------------------------------------------------------------

    def command(self, mark: re.Match[str]) -> str:
        return self._accent(mark) or self._named(mark)

    def _accent(self, mark: re.Match[str]) -> str | None:
        start = mark.start()
        if _APOSTROPHE.match(self._source, start):
            self._at = start + 2
            return "'"
        if self._has_escaped_quotes and self._source.startswith('\\"', start):
            self._at = start + 2
            return '"'
        if (split := _SPLIT_SIGN.match(self._source, start)) and split[1] + split[2] in SIGNS:
            self._at = split.end()
            return SIGNS[split[1] + split[2]]
        if (nested := _ACCENT_OF_ACCENTED.match(self._source, start)) and (
            whole := accented(nested["mark"], self._inner(nested["letter"]))
        ):
            self._at = nested.end()
            return whole
        accent = _ACCENT.match(self._source, start)
        if accent is None or self._is_no_accent(accent):
            return None
        letter = next(filter(None, (accent[name] for name in ("held", "bare", "braced", "apart"))))
        whole = accented(accent["sign"] or accent["name"], letter.lstrip("\\"))
        self._at = accent.end() if whole else self._at
        return whole

    def _is_no_accent(self, accent: re.Match[str]) -> bool:
        r"""Tell a pattern such as `\.zip`, which no word goes before, from an accent in a word or a name."""
        is_bare = accent["sign"] in _AT_WORDS_START and accent["bare"]
        return bool(is_bare) and not (self._last.isalpha() or accent["bare"].isupper())

    @cached_property
    def _has_escaped_quotes(self) -> bool:
        return _CLOSING_QUOTE.search(self._source) is not None

    def _named(self, mark: re.Match[str]) -> str:
        command = COMMAND.match(self._source, mark.start())
        if command is None:
            return mark[0]
        self._at, name = command.end(), command[0][1:]
        if not name.isalpha():
            return self._escaped(command)
        if name in LETTERS:
            if not self._skip("{}"):
                self._skip_spaces()
            return LETTERS[name]
        is_path = _TWO_LETTERS_BEFORE.search(self._before(mark, 2)) is not None
        if name in SIGNS and name not in LARGE and (not is_path or _AFTER_WORDS.match(name)):
            return self._sign(SIGNS[name])
        if name in SWITCHES and not is_path:
            return self._switched()
        start = self._at
        printed = self._with_arguments(name, command)
        if printed is None:
            self._at = start
        return _or(printed, command[0])

    def _escaped(self, command: re.Match[str]) -> str:
        sign = command[0][1]
        if sign == "\\":
            if higher := _LINE_HEIGHT.match(self._source, self._at):
                self._at = higher.end()
                return self._line_break()
            is_break = self._last.isspace() or self._source[self._at : self._at + 1] in _AFTER_BREAK
            return self._line_break() if is_break else command[0]
        if sign == "~" and (self._skip("{}") or not self._source[self._at : self._at + 1].isalpha()):
            return "~"
        printed = ESCAPED.get(sign) if sign not in _SPACES_OF_FORMULAS else None
        return self._space() if printed == " " else _or(printed, command[0])

    def _line_break(self) -> str:
        space = self._space()
        if self._last.isspace():
            self._skip_spaces()
        return space

    def _switched(self) -> str:
        # `\bf{x}` means `{\bf x}`.
        content = self._argument() if self._source.startswith("{", self._at) else None
        if content is not None:
            return self._inner(content)
        self._skip_spaces()
        return ""

    def _sign(self, sign: str) -> str:
        self._skip("{}")
        if sign.endswith("."):
            self._skip(".")
        return sign

    def _with_arguments(self, name: str, command: re.Match[str]) -> str | None:
        """Return what a command prints with what stands in the braces after it, or `None`."""
        if method := _PARTICULAR.get(name):
            return method(self, command)
        if name in STYLES:
            return self._styled(name)
        if name in FUNCTIONS and not self._last.isalpha():
            return name
        if name in FRACTIONS or has_mark(name):
            return self.formula(command)
        # An author's own command around whole words only marks them, as what was revised.
        content = self._argument()
        return self._inner(content) if content and " " in content.strip() else None

    def _styled(self, name: str) -> str | None:
        content = self._argument()
        if content is not None:
            return self._inner(content)
        if (
            _WITHOUT_BRACES.fullmatch(name)
            and not self._last.isalpha()
            and _NEXT_WORD.match(self._source, self._at)
        ):
            self._skip_spaces()
            return ""
        # Where a text was cut within the braces, its rest is all that they hold.
        return "" if self._skip("{") else None

    def formula(self, command: re.Match[str]) -> str | None:
        """Return a command of formulas that stands alone in a text, with the braces that follow it."""
        while self._argument() is not None:
            pass
        source = self._source[command.start() : self._at]
        return plain_formula(source, self._last) if len(source) <= _LONGEST_FORMULA else None

    def cited(self, _: re.Match[str]) -> str | None:
        notes = []
        while option := _OPTION.match(self._source, self._at):
            self._at = option.end()
            notes.append(self._inner(option[1]))
        if (keys := self._argument()) is None:
            return None
        *before, after = notes or [""]
        named = ", ".join(filter(None, [*map(str.strip, keys.split(",")), after]))
        return f"[{' '.join(filter(None, [*before, named]))}]"

    def note(self, _: re.Match[str]) -> str | None:
        option = _OPTION.match(self._source, self._at)
        self._at = option.end() if option else self._at
        content = self._argument()
        space = " " if self._last and not self._last.isspace() else ""
        if content is None:
            return f"{space}(" if self._skip("{") else None
        return f"{space}({self._inner(content).strip()})"

    def link(self, _: re.Match[str]) -> str | None:
        url, label = self._argument(), self._argument()
        return None if url is None else linked(url, self._inner(label or ""))

    def address(self, _: re.Match[str]) -> str | None:
        url = self._argument()
        return None if url is None else bare_url(url)

    def second_argument(self, _: re.Match[str]) -> str | None:
        option = _OPTION.match(self._source, self._at)
        self._at = option.end() if option else self._at
        first, second = self._argument(), self._argument()
        content = second if second is not None else first if option else None
        return None if content is None else self._inner(content)

    def first_of_two(self, _: re.Match[str]) -> str | None:
        first, second = self._argument(), self._argument()
        if first is None or second is None:
            return None
        printed = self._inner(first)
        return self._inner(second) if "\\" in printed else printed

    def heading(self, _: re.Match[str]) -> str | None:
        self._skip("*")
        if (content := self._argument()) is None:
            return None
        after = self._source[self._at : self._at + 1]
        return f"{self._inner(content)}{' ' if content and after and not after.isspace() else ''}"

    def environment(self, _: re.Match[str]) -> str | None:
        if self._argument() not in _LISTS_AND_QUOTES:
            return None
        option = _OPTION.match(self._source, self._at)
        self._at = option.end() if option else self._at
        return self._line_break()

    def item(self, _: re.Match[str]) -> str:
        option = _OPTION.match(self._source, self._at)
        self._at = option.end() if option else self._at
        self._skip_spaces()
        sign = self._inner(option[1]) if option else "•"
        return f"{'' if not self._last or self._last.isspace() else ' '}{sign} "

    def reference(self, _: re.Match[str]) -> str | None:
        content = self._argument()
        return f"[{content}]" if content else content

    def first_unseen(self, _: re.Match[str]) -> str | None:
        self._skip("*")
        return None if self._argument() is None else ""

    def colour(self, _: re.Match[str]) -> str | None:
        if self._argument() is None:
            return None
        self._skip_spaces()
        return ""

    def superscript(self, _: re.Match[str]) -> str | None:
        content = self._argument()
        return None if content is None else raised(self._inner(content))

    def subscript(self, _: re.Match[str]) -> str | None:
        content = self._argument()
        return None if content is None else lowered(self._inner(content))

    def struck_out(self, _: re.Match[str]) -> str | None:
        content = self._argument()
        return None if content is None else _EACH_SIGN.sub("\\g<0>\u0336", self._inner(content))

    def in_quotes(self, _: re.Match[str]) -> str | None:
        content = self._argument()
        return None if content is None else f"“{self._inner(content)}”"

    def named_character(self, _: re.Match[str]) -> str | None:
        return character(self._argument() or "")

    def verbatim(self, command: re.Match[str]) -> str | None:
        verbatim = _VERBATIM.match(self._source, command.start())
        if verbatim is None:
            return None
        self._at = verbatim.end()
        return verbatim[2]

    # --- Steps -------------------------------------------------------------------------------------------

    def _before(self, mark: re.Match[str], length: int) -> str:
        return self._source[max(0, mark.start() - length) : mark.start()]

    def _inner(self, content: str) -> str:
        return _Reader(content, self._depth + 1).read()

    def _argument(self) -> str | None:
        """Return what stands in the braces that come next, and step behind them; `None` where none do."""
        spaces = _SPACES.match(self._source, self._at)
        start = spaces.end() if spaces else self._at
        end = self._closing.get(start)
        if end is None:
            return None
        self._at = end + 1
        return self._source[start + 1 : end]

    def _skip(self, text: str) -> bool:
        is_there = self._source.startswith(text, self._at)
        self._at += len(text) if is_there else 0
        return is_there

    def _skip_spaces(self) -> None:
        spaces = _SPACES.match(self._source, self._at)
        self._at = spaces.end() if spaces else self._at

    def _space(self) -> str:
        """Return a space where there is none yet on either side."""
        after = self._source[self._at : self._at + 1]
        return "" if self._last.isspace() or after.isspace() or not after else " "


_SPACES_OF_FORMULAS = frozenset(";:>")
_BEFORE_OPTION = ("", *" \t\n([\"'`“")
_AFTER_BREAK = ("", *" \t\n\\")
_BEGIN_GROUP = SWITCHES | STYLES | SIGNS.keys() | LETTERS.keys() | {"color"}

_METHODS: Mapping[str, Callable[[_Reader, re.Match[str]], str]] = {
    "url": _Reader.url,
    "path": _Reader.as_it_is,
    "display": _Reader.display,
    "dollar": _Reader.dollar,
    "command": _Reader.command,
    "group": _Reader.group,
    "script": _Reader.script,
    "tie": _Reader.tie,
    "dash": _Reader.dash,
}

_PARTICULAR: Mapping[str, Callable[[_Reader, re.Match[str]], str | None]] = {
    **dict.fromkeys("cite citep citet citealp citealt parencite textcite".split(), _Reader.cited),
    **dict.fromkeys(("footnote", "thanks"), _Reader.note),
    **dict.fromkeys(("textcolor", "colorbox", "hyperlink", "hyperref"), _Reader.second_argument),
    **dict.fromkeys(("sqrt", "mathbb", "mathds", "operatorname", "ensuremath"), _Reader.formula),
    **dict.fromkeys(("label", "vspace", "hspace"), _Reader.first_unseen),
    "color": _Reader.colour,
    **dict.fromkeys("section subsection subsubsection paragraph subparagraph".split(), _Reader.heading),
    **dict.fromkeys("ref eqref autoref cref Cref".split(), _Reader.reference),
    **dict.fromkeys(("begin", "end"), _Reader.environment),
    "item": _Reader.item,
    "texorpdfstring": _Reader.first_of_two,
    "href": _Reader.link,
    "url": _Reader.address,
    "path": _Reader.address,
    "nolinkurl": _Reader.address,
    "textsuperscript": _Reader.superscript,
    "textsubscript": _Reader.subscript,
    "sout": _Reader.struck_out,
    "enquote": _Reader.in_quotes,
    "unicode": _Reader.named_character,
    "verb": _Reader.verbatim,
}


def _or(printed: str | None, otherwise: str) -> str:
    return otherwise if printed is None else printed
