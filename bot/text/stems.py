"""English words by their stem, in either spelling; pure."""

import re
from functools import lru_cache

import snowballstemmer

_SHORTEST = 4
_WORDS_REMEMBERED = 2**17
_ENGLISH = snowballstemmer.stemmer("english")

# British spellings become American ones; what else changes does so in texts and queries alike.
_SPELLINGS = (
    (re.compile(r"(?<=...)our"), "or"),
    (re.compile(r"(?<=[^aeiou])is(?=(?:e[drs]?|ers|ing|ations?|able)$)"), "iz"),
    (re.compile(r"(?<=[^aeiou])ys(?=(?:e[drs]?|ers|ing)$)"), "yz"),
    (re.compile(r"(?<=[aeiou][^aeiou]e)ll(?=(?:ed|ers?|ing)$)"), "l"),
)


# The library takes 20 microseconds a word, and most texts share most of their words.
@lru_cache(maxsize=_WORDS_REMEMBERED)
def stem(word: str) -> str:
    """Return the stem of an English word in lower case; `agents` and `agent` share one.

    A word of three letters, or with other letters than English ones, stays as it is.
    """
    if len(word) < _SHORTEST or not word.isascii() or not word.isalpha():
        return word
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    found: str = _ENGLISH.stemWord(word)
    return found
