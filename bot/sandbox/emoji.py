"""The names of the emoji that this Slack has: those that its page can draw."""

import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "page" / "emoji.js"
_SKIN_TONE = re.compile(r"::skin-tone-[2-6]$")


def is_emoji(name: str) -> bool:
    """Return whether an emoji has this name, which may end in a skin tone (`wave::skin-tone-3`)."""
    return _SKIN_TONE.sub("", name) in _names()


@cache
def _names() -> frozenset[str]:
    cells = _TABLE.read_text(encoding="utf-8").split("`")[1].split()
    return frozenset(cells[::2])
