"""English words by their stem, in either spelling; pure."""

import re
import threading
from functools import lru_cache
from typing import Any

import Stemmer

_SHORTEST = 4
_WORDS_REMEMBERED = 2**17
# The library wants one for each thread.
_of_this_thread = threading.local()

# British spellings become American ones; what else changes does so in texts and queries alike.
_SPELLINGS = (
    (re.compile(r"(?<=...)our"), "or"),
    (re.compile(r"(?<=[^aeiou])is(?=(?:e[drs]?|ers|ing|ations?|able)$)"), "iz"),
    (re.compile(r"(?<=[^aeiou])ys(?=(?:e[drs]?|ers|ing)$)"), "yz"),
    (re.compile(r"(?<=[aeiou][^aeiou]e)ll(?=(?:ed|ers?|ing)$)"), "l"),
)


# Most texts share most of their words.
@lru_cache(maxsize=_WORDS_REMEMBERED)
def stem(word: str) -> str:
    """Return the stem of an English word in lower case; `agents` and `agent` share one.

    A word of three letters, or with other letters than English ones, stays as it is.
    """
    if len(word) < _SHORTEST or not word.isascii() or not word.isalpha():
        return word
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    found: str = _english().stemWord(word)
    return found


def _english() -> Any:
    if not hasattr(_of_this_thread, "english"):
        _of_this_thread.english = Stemmer.Stemmer("english", maxCacheSize=0)
    return _of_this_thread.english
