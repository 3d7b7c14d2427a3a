"""Reads a JSON list of which a part is not JSON: what is wrong costs itself, or its entry.

Control characters within strings and a lone backslash are read as they are meant. What is worse costs the
entry that holds it, and a list without its end is cut off.
"""

import json
import re
from dataclasses import dataclass

_DECODER = json.JSONDecoder(strict=False)
_BACKSLASH = re.compile(r'\\(?P<escape>["\\/bfnrt]|u[0-9a-fA-F]{4})?')
_BETWEEN = re.compile(r"[\s,]*")


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
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        entries = _entries(_BACKSLASH.sub(_mended, text.strip()), first_key)
        if not any(isinstance(entry, dict) for entry in entries):
            raise
        return entries


def _mended(match: re.Match[str]) -> str:
    return match[0] if match["escape"] else r"\\"


def _entries(text: str, first_key: str) -> list[object]:
    """Return the entries of a whole list; none where the text is not one."""
    if not (text.startswith("[") and text.endswith("]")):
        return []
    entry = re.compile(rf'\{{\s*"{re.escape(first_key)}"\s*:')
    entries: list[object] = []
    at, end = _BETWEEN.match(text, 1).end(), len(text) - 1  # type: ignore[union-attr]  # it matches anything
    while at < end:
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            value, following = Unreadable(), entry.search(text, at + 1)
            at = following.start() if following else end
        entries.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
    return entries
