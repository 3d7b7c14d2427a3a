"""Authors as arXiv lists them, and what people see of a text; pure."""

import re
import unicodedata
from collections.abc import Iterable

from bot.text.notation.latex import readable

_SUFFIX = re.compile(r"(?:[JS]r\.?|II|III|IV)", re.IGNORECASE)

_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\ufffc\U0001d159")
"""Letters and symbols by their category that show nothing: Hangul fillers, the blank of Braille."""


def author_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return a paper's authors as names to be shown.

    Punctuation that stands alone, as the colon between a collaboration and its members, is no name; "Jr." or
    "III" that stands alone belongs to the name before it.
    """
    shown: list[str] = []
    for name in (" ".join(readable(each).split()).strip(" ,;:") for each in names):
        if shown and _SUFFIX.fullmatch(name):
            shown[-1] = f"{shown[-1]} {name}"
        elif any(map(str.isalnum, name)) and is_visible(name):
            shown.append(name)
    return tuple(shown)


def is_visible(text: str) -> bool:
    """Tell whether people see anything of a text: blanks, fillers and controls alone are nothing."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK for sign in text)
