"""Counts from outside: what a service sends as a number may be none, or one that nothing can be done with.

Where a count is expected a service may send text, `true`, NaN, infinity, a negative number or one of a
million digits. Whatever cannot be used is `None` here, so that its reader has to say what holds without it.
Waits are in `bot.retries`.
"""

import re

_MOST_DIGITS = 1000

MOST_OF_A_COUNT = 2**63 - 1
"""The greatest integer that a column of a database holds."""


def count_of(value: object, most: int = MOST_OF_A_COUNT) -> int | None:
    """Return a value of JSON as a count from 0 to `most`; a whole float is one, and text is none."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(whole, bool) or not isinstance(whole, int):
        return None
    return whole if 0 <= whole <= most else None


def integer(written: str) -> int | None:
    """Return an integer of JSON, for a parser; one of more digits than Python reads is none."""
    return int(written) if len(written) <= _MOST_DIGITS else None


def count_in(text: str, most: int = MOST_OF_A_COUNT) -> int | None:
    """Return the count that a text holds alone, from 0 to `most`."""
    # Python reads no integer of more than some thousand digits.
    return count_of(int(text), most) if re.fullmatch(r"\s*[0-9]{1,19}\s*", text) else None
