r"""Formulas in LaTeX as plain text, as far as a line of text can say them: `O(n^2)` is O(n²); pure.

What a line cannot say truly has no plain form: a sum with its limits, a matrix, an author's own command.
Brackets are added wherever the line would otherwise say something else: `2^{n+1}` is 2^(n+1).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from bot.text.notation.commands import (
    COMMAND,
    ESCAPED,
    FRACTIONS,
    FUNCTIONS,
    LARGE,
    LETTERS,
    SIGNS,
    SIZES,
    STYLES,
    SWITCHES,
    TEXTS,
    character,
    closing_braces,
    has_mark,
    linked,
    lowered,
    marked,
    raised,
)
from bot.text.regex import regex

_DEEPEST = 12
_SPACES = regex(r"\s*")
_LIMITS = regex(r"\s*(?:\\limits\s*)?[_^]")
_SIGNED_NUMBER = regex(r"[-+−][0-9]+")
_BRACKETED = regex(r"\([^()]*\)")
_SPACE_IN_BRACKETS = regex(r"(?<=[⟨⌈⌊(]) | (?=[⟩⌉⌋)])")
_FACTOR = regex(
    r"[0-9.,]+|d[a-z]|[^\W\d_][\u0300-\u036f]?(?:[⁰¹²³⁴-ⁿ₀-₎′°]|[_^](?:[^\W_]+))*|[^\W_]+\([^()]*\)"
)
_SEVERAL_TERMS = regex(r"[\s+\-−±=<>≤≥/,;|∈→]")
_DOUBLE_STRUCK = str.maketrans("CHNPQRZ", "ℂℍℕℙℚℝℤ")


class _NoPlainFormError(Exception):
    """A line of text cannot say this."""


def plain_formula(source: str, before: str = "") -> str | None:
    """Return a formula as plain text, or `None` where it has no plain form.

    `before` is the character that stands before the formula, with which it must not run together.
    """
    try:
        printed = _Reader(source, 0, before=before).read()
    except _NoPlainFormError:
        return None
    return _SPACE_IN_BRACKETS.sub("", " ".join(printed.split()))


class _Reader:
    """Reads one formula, or what stands in braces in it, from its beginning to its end."""

    def __init__(self, source: str, depth: int, *, before: str = "", is_text: bool = False) -> None:
        if depth > _DEEPEST:
            raise _NoPlainFormError
        self._source = source
        self._closing = closing_braces(source)
        self._depth = depth
        self._before = before
        self._is_text = is_text
        self._at = 0
        self._printed = ""

    def read(self) -> str:
        while self._at < len(self._source):
            self._printed += self._token()
        return self._printed

    def _token(self) -> str:
        sign = self._source[self._at]
        if sign == "\\":
            return self._command()
        if sign == "{":
            return self._inner(self._braced())
        if sign in "^_" and not self._is_text:
            return self._script()
        if sign in "}&$":
            raise _NoPlainFormError
        self._at += 1
        if sign.isspace() or sign == "~":
            return " "
        return "′" if sign == "'" and not self._is_text else sign

    def _script(self) -> str:
        is_above = self._source[self._at] == "^"
        self._at += 1
        # Authors write 10^-5, which LaTeX prints as a raised minus before a 5, and mean what they write.
        number = _SIGNED_NUMBER.match(self._source, self._at) if is_above else None
        if number:
            self._at = number.end()
        printed = number[0] if number else self._argument().strip()
        if not printed:
            return ""
        script = raised(printed) if is_above else lowered(printed)
        runs_on = script[0] in "^_" and script[-1].isalnum() and self._next_is_letter()
        return f"{script} " if runs_on else script

    # --- Arguments ---------------------------------------------------------------------------------------

    def _braced(self) -> str:
        """Return what stands in the braces here, and step behind them."""
        start, end = self._at, self._closing.get(self._at)
        if end is None:
            raise _NoPlainFormError
        self._at = end + 1
        return self._source[start + 1 : end]

    def _inner(self, source: str, *, is_text: bool = False) -> str:
        return _Reader(source, self._depth + 1, is_text=is_text or self._is_text).read()

    def _argument(self, *, is_text: bool = False) -> str:
        """Return what the next group, command or sign prints, as a command or a script takes it."""
        self._skip_spaces()
        if self._at == len(self._source):
            raise _NoPlainFormError
        if self._source[self._at] == "{":
            return self._inner(self._braced(), is_text=is_text)
        command = COMMAND.match(self._source, self._at)
        if command and command[0][1:] in SWITCHES:
            self._at = command.end()
            return self._argument(is_text=is_text)
        if self._source[self._at] in "^_":
            raise _NoPlainFormError
        return self._token()

    def _skip_spaces(self) -> bool:
        end = _end(_SPACES, self._source, self._at)
        is_any, self._at = end > self._at, end
        return is_any

    def _next_is_letter(self) -> bool:
        """Tell whether what is printed next is a letter or a digit, as far as one command tells."""
        start = _end(_SPACES, self._source, self._at)
        command = COMMAND.match(self._source, start)
        if command is None:
            return self._source[start : start + 1].isalnum()
        name = command[0][1:]
        return name.isalpha() and name not in SIZES and SIGNS.get(name, "a").isalpha()

    def _last(self) -> str:
        return self._printed[-1:] or self._before

    def _sticks(self) -> bool:
        """Tell whether what stands before would be read as part of what is printed here."""
        return self._last().isalnum() or self._last() in {")", "√"}

    def _is_stuck_to(self) -> bool:
        """Tell whether what stands after would be read as part of what is printed here."""
        start = _end(_SPACES, self._source, self._at)
        return self._source[start : start + 1] in {"(", "{", "^", "_"} or self._next_is_letter()

    # --- Commands ----------------------------------------------------------------------------------------

    def _command(self) -> str:
        command = COMMAND.match(self._source, self._at)
        if command is None:
            raise _NoPlainFormError
        self._at, name = command.end(), command[0][1:]
        if not name.isalpha():
            return self._escaped(name)
        if name == "deg" and self._source.startswith("(", self._at):
            return self._function(name)
        if name in SIGNS or name in LETTERS:
            return self._sign(name)
        return self._function(name) if name in FUNCTIONS else self._with_arguments(name)

    def _escaped(self, sign: str) -> str:
        return self._some("‖" if sign == "|" else ESCAPED.get(sign))

    def _sign(self, name: str) -> str:
        if name in LARGE and _LIMITS.match(self._source, self._at):
            raise _NoPlainFormError
        sign = SIGNS.get(name) or LETTERS.get(name, "")
        # The space after a command ends it, and is one between two signs only where there is another.
        is_apart = self._skip_spaces() and (
            self._printed.endswith(" ") or ((sign.isalpha() or sign == "°") and not self._next_is_letter())
        )
        return f"{sign} " if is_apart else sign

    def _function(self, name: str) -> str:
        before = " " if self._last().isalnum() or self._last() == ")" else ""
        after = " " if self._skip_spaces() or self._next_is_letter() else ""
        return f"{before}{name}{after}"

    def _with_arguments(self, name: str) -> str:
        if name in STYLES:
            return self._argument(is_text=name in TEXTS)
        if has_mark(name):
            return self._some(marked(name, self._argument()))
        if name in SIZES:
            return self._size()
        if name in SWITCHES:
            self._skip_spaces()
            return ""
        method = _PARTICULAR.get(name)
        if method is None:
            raise _NoPlainFormError
        return method(self)

    def _size(self) -> str:
        self._skip_spaces()
        if self._source.startswith(".", self._at):
            self._at += 1
        return ""

    def fraction(self) -> str:
        if self._last().isdecimal():
            raise _NoPlainFormError
        above, below = self._argument().strip(), self._argument().strip()
        above = _in_brackets(above) if _SEVERAL_TERMS.search(_BRACKETED.sub("", above)) else above
        below = below if _FACTOR.fullmatch(below) else _in_brackets(below)
        printed = f"{above}/{below}"
        return f"({printed})" if self._sticks() or self._is_stuck_to() else printed

    def root(self) -> str:
        if self._source.startswith("[", self._at):
            raise _NoPlainFormError
        under = self._argument().strip()
        is_clear = _FACTOR.fullmatch(under) and not self._is_stuck_to()
        return f"√{under}" if is_clear else f"√{_in_brackets(under)}"

    def operator(self) -> str:
        if self._source.startswith("*", self._at):
            self._at += 1
        return self._function(self._argument(is_text=True))

    def double_struck(self) -> str:
        return self._argument().translate(_DOUBLE_STRUCK)

    def boxed(self) -> str:
        return self._some(self._argument() or None)

    def coloured(self) -> str:
        self.uncoloured()
        return self._argument(is_text=True)

    def uncoloured(self) -> str:
        self._skip_spaces()
        self._braced()
        return ""

    def named_character(self) -> str:
        return self._some(character(self._braced()))

    def link(self) -> str:
        self._skip_spaces()
        return linked(self._braced(), self._argument(is_text=True))

    def negated(self) -> str:
        sign = self._argument().strip()
        if len(sign) != 1 or sign.isalnum():
            raise _NoPlainFormError
        return unicodedata.normalize("NFC", sign + "\u0338")

    def modulus(self) -> str:
        return f" (mod {self._argument()})"

    def superscript(self) -> str:
        return raised(self._argument(is_text=True))

    def subscript(self) -> str:
        return lowered(self._argument(is_text=True))

    @staticmethod
    def _some(printed: str | None) -> str:
        if printed is None:
            raise _NoPlainFormError
        return printed


_PARTICULAR: Mapping[str, Callable[[_Reader], str]] = {
    **dict.fromkeys(FRACTIONS, _Reader.fraction),
    "sqrt": _Reader.root,
    "operatorname": _Reader.operator,
    "mathbb": _Reader.double_struck,
    "mathds": _Reader.double_struck,
    "boxed": _Reader.boxed,
    "textcolor": _Reader.coloured,
    "color": _Reader.uncoloured,
    "unicode": _Reader.named_character,
    "href": _Reader.link,
    "not": _Reader.negated,
    "pmod": _Reader.modulus,
    "textsuperscript": _Reader.superscript,
    "textsubscript": _Reader.subscript,
}


def _in_brackets(text: str) -> str:
    return f"({text})"


def _end(pattern: re.Pattern[str], source: str, start: int) -> int:
    match = pattern.match(source, start)
    return match.end() if match else start
