"""What people type, read in the plain characters that they mean; pure.

Phones, word processors and chats write “smart” quotes, long dashes and spaces that do not break; input
methods write full-width forms; and what is copied carries characters that nobody sees.
"""

import unicodedata
from datetime import date

from bot.text.regex import regex

_SPACES = "\u1680\u2028\u2029"

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e",
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2060, 0x2070)),
    *map(chr, range(0xFE00, 0xFE10)),
    "\ufeff",
    *map(chr, range(0xE0001, 0xE0080)),
)
"""Characters without a form of their own: soft hyphens, joiners, marks of direction, variants, tags."""

PLAIN_CHARACTERS: dict[str, str] = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣⁃˗⸺⸻➖", "-"),
    **dict.fromkeys("“”„‟«»「」『』〝〞〟", '"'),
    **dict.fromkeys("‘’‚‛′‹›", "'"),
    **dict.fromkeys("∕⁄", "/"),
    **dict.fromkeys("∶꞉", ":"),
    **dict.fromkeys("∗⁎✱", "*"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("".join(_INVISIBLE), ""),
}
"""What NFKC leaves of dashes, quotes, slashes and spaces, each with the character that a keyboard has."""

_PLAIN = str.maketrans(PLAIN_CHARACTERS)

_BEFORE = "\"'` "
_AFTER = f"{_BEFORE}.。!,;、"
_PAIRS = (("(", ")"), ("*", "*"), ("_", "_"), ("~", "~"), ("[", "]"), ("【", "】"), ("《", "》"))

_OPTION = regex(r"[a-z][a-z-]*")

# In Japanese the keys of the hyphen and the slash write ー and ・, in Chinese that of the slash writes 、.
_BETWEEN_DIGITS = r"(?:--?|[/.ー・·、])"
_DATE = regex(
    rf"([0-9]{{4}})\s*(?:{_BETWEEN_DIGITS}|年)\s*([0-9]{{1,2}})\s*(?:{_BETWEEN_DIGITS}|月)"
    r"\s*([0-9]{1,2})\s*[日号號]?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def plain(text: str) -> str:
    """Return the text on one line, with a keyboard's dashes, quotes and spaces, and nothing invisible."""
    visible = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    # What was apart for an invisible character may be one letter now.
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def plain_value(text: str) -> str:
    """Return a value that was typed by itself, such as a date, an id or a command, in plain characters.

    Quotes, brackets or marks of styles around it, and the mark that ends a sentence or a clause, are no part
    of it.
    """
    value = plain(text).lstrip(_BEFORE).rstrip(_AFTER)
    while value[1:-1] and (value[0], value[-1]) in _PAIRS:
        value = value[1:-1].lstrip(_BEFORE).rstrip(_AFTER)
    return value.replace("。", ".")


def plain_option(argument: str) -> str:
    """Return an argument of a command line with the hyphens of an option, where it is one: `—dry‑run`.

    Word processors and chats make one long dash of two hyphens.
    """
    name, equals, value = argument.partition("=")
    letters = plain(name).lstrip("-")
    if name.isascii() or plain(name) == letters or not _OPTION.fullmatch(letters):
        return argument
    return f"{'--' if len(letters) > 1 else '-'}{letters}{equals}{value}"


def read_date(text: str) -> date | None:
    """Read a date such as `2025-09-29`, `2025/9/29` or `2025年9月29日`; `None` for what looks like none.

    Raises ValueError where it looks like one and the calendar lacks it, as 2025-02-30.
    """
    match = _DATE.fullmatch(plain_value(text))
    return date(*map(int, filter(None, match.groups()))) if match else None
