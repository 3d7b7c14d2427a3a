"""Reads a JSON list of which a part is not JSON: what is wrong costs itself, or its entry.

Control characters within strings and a lone backslash are read as they are meant. What is worse costs the
entry that holds it, and a list without its end is cut off. What a server puts before or after the list, such
as a guard against its use as a script, is passed over.
"""

import json
import re
from dataclasses import dataclass

from bot.text.numbers import integer

_DECODER = json.JSONDecoder(strict=False, parse_int=integer)
_BACKSLASH = re.compile(r'\\(?P<escape>["\\/bfnrt]|u[0-9a-fA-F]{4})?')
_BETWEEN = re.compile(r"[\s,]*")
_BEGINNING = re.compile(r"""[^\[{"<]{0,20}\[[\s,]*""")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a list for an entry that is not JSON."""


def read_json(body: bytes, first_key: str) -> object:
    """Return the JSON value, with `Unreadable` for each entry of a list that cannot be read.

    The entries of the list are objects that begin with `first_key`. Raises ValueError or RecursionError where
    nothing can be read.
    """
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    try:
        return json.loads(text, strict=False, parse_int=integer)
    except (ValueError, RecursionError):
        entries = _entries(_BACKSLASH.sub(_mended, text.strip()), first_key)
        if not any(isinstance(entry, dict) for entry in entries):
            raise
        return entries


def _mended(match: re.Match[str]) -> str:
    return match[0] if match["escape"] else r"\\"


def _entries(text: str, first_key: str) -> list[object]:
    """Return the entries of a whole list; none where the text is not one."""
    beginning = _BEGINNING.match(text)
    entry = re.compile(rf'\{{\s*"{re.escape(first_key)}"\s*:')
    entries: list[object] = []
    at = beginning.end() if beginning else len(text)
    while at < len(text):
        if text[at] == "]" and not entry.search(text, at):
            return entries
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            value, at = Unreadable(), _after_unreadable(text, at, entry)
        entries.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
    return []


def _after_unreadable(text: str, at: int, entry: re.Pattern[str]) -> int:
    """Return where the next entry begins, or where the list ends, or the text where it is cut off."""
    if following := entry.search(text, at + 1):
        return following.start()
    return max(at + 1, len(text) - 1) if text.endswith("]") else len(text)
