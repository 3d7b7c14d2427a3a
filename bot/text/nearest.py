"""The known word that was meant by a slip of typing; pure."""

from collections.abc import Iterable
from difflib import get_close_matches

_LIKENESS = 0.75

# A word of two Chinese characters has half of it wrong by one slip.
_LIKENESS_OF_CJK = 0.5
_FIRST_CJK = "\u2e80"


def nearest_word(typed: str, known: Iterable[str]) -> str:
    """Return the known word most like what was typed in any case; an empty text where none is near."""
    is_cjk = all(character >= _FIRST_CJK for character in typed)
    likeness = _LIKENESS_OF_CJK if is_cjk else _LIKENESS
    return next(iter(get_close_matches(typed.casefold(), list(known), 1, likeness)), "")
