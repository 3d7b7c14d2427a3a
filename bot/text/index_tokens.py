"""Texts as a full-text index takes them: words by their stem, and CJK by overlapping pairs; pure.

No engine cuts Chinese into words that a person would type, and each cuts `Qwen3-8B` in its own way. So a text
is cut here, and an engine only has to split it at blanks. Letters and digits are apart (`qwen 3 8 b`), so
that a version is found in each way it is written; of a run of CJK each two neighbours are a token, and its
last character, so that any part of it is a sequence of tokens. Queries are cut by the same rules.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import add

from bot.text.language import CJK_RANGES
from bot.text.regex import regex
from bot.text.stems import stem
from bot.text.terms import fold

RULES = 1
"""The version of the rules: an index that was made by others is made anew."""

# What is longer is no word; in pieces any engine takes it.
_LONGEST = "{1,100}"
_ASCII_RUN = regex(f"[a-z]{_LONGEST}|[0-9]{_LONGEST}")
_RUN = regex(
    rf"[a-z]{_LONGEST}|[0-9]{_LONGEST}|[{CJK_RANGES}]+|\d{_LONGEST}|[^\W\d_a-z{CJK_RANGES}]{_LONGEST}"
)
_CJK = regex(f"[{CJK_RANGES}]")
_ENGLISH = regex(f"[a-z]{_LONGEST}")
_FIRST_CJK = "\u1100"

# `fine-tuning` is also typed as one word, and `VideoMind` as two.
_WITH_HYPHENS = regex(r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_HUMP = regex(r"(?<=[a-z])(?=[A-Z])")
_HUMPED = regex(r"\b[A-Z]?[a-z]+(?:[A-Z][a-z]+)+\b")

# `π0` is also typed `pi0`; accents are folded before.
_GREEK = {
    letter: unicodedata.name(letter).rpartition(" ")[2].lower().replace("lamda", "lambda")
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
}

_GREEK_ALONE = regex(rf"(?<![^\W\d_])[{''.join(_GREEK)}](?![^\W\d_])")

# Of Unicode's private use: tokens for an engine, and nothing that anybody types.
_LONGEST_VALUE = 100
_EXACT = "\ue000"
_FACET = "\ue001"

EVERYTHING = f"{_FACET}all"
"""The token that every document has."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as it is indexed."""

    #: In reading order.
    in_order: list[str]
    #: Its words, each once, folded and not stemmed; no numbers and no CJK.
    words: set[str]
    #: Of words with hyphens as they are typed without, each two neighbours and all.
    joined: set[str]


def prepare(text: str) -> Tokens:
    """Return a text as it is indexed."""
    folded = _folded(text)
    if not folded.isascii():
        return _prepared(folded)
    found = _ASCII_RUN.findall(folded)
    return Tokens(list(map(stem, found)), {run for run in set(found) if run[0] > "9"}, _joined(folded))


def _prepared(folded: str) -> Tokens:
    found: list[str] = []
    words: set[str] = set()
    for run in _RUN.findall(folded):
        if run[0] <= "9":
            found.append(run)
        elif is_cjk(run):
            found += _pairs_and_last(run)
        else:
            words.add(run)
            found.append(stem(run))
    return Tokens(found, words, _joined(folded))


def _joined(folded: str) -> set[str]:
    # The pattern takes long to find nothing, and few pieces have a hyphen.
    pieces = (piece for piece in folded.split() if "-" in piece) if "-" in folded else ()
    names = (match[0].split("-") for piece in pieces for match in _WITH_HYPHENS.finditer(piece))
    forms = {"".join(some) for words in names for some in (*pairwise(words), words)}
    return {" ".join(map(stem, _ASCII_RUN.findall(form))) for form in forms}


def runs(text: str) -> list[str]:
    """Return a text's words, numbers and stretches of CJK, folded and whole."""
    folded = _folded(text)
    return (_ASCII_RUN if folded.isascii() else _RUN).findall(folded)


def is_cjk(run: str) -> bool:
    """Tell whether a run of `runs` is Chinese, Japanese or Korean."""
    return run[0] >= _FIRST_CJK and _CJK.match(run) is not None


def is_english(run: str) -> bool:
    """Tell whether a run of `runs`, or a token of it, is a word in English letters."""
    return _ENGLISH.fullmatch(run) is not None


def tokens_of_run(run: str) -> tuple[str, ...]:
    """Return the tokens by which a run of `runs` is looked for: any text that has it has them in a row."""
    if not is_cjk(run):
        return (stem(run),)
    return tuple(_pairs_and_last(run)[:-1]) or (run,)


def all_tokens_of_run(run: str) -> tuple[str, ...]:
    """Return the tokens that a text has for a run of `runs`, its last character too."""
    return tuple(_pairs_and_last(run)) if is_cjk(run) else (stem(run),)


def exact(run: str) -> str:
    """Return the token of a word in just this form."""
    return _EXACT + run


def plain(token: str) -> str:
    """Return the word of a token of `exact`; any other token is returned as it is."""
    return token.removeprefix(_EXACT)


def facet(name: str, value: str) -> str:
    """Return the token of a paper that has such a value, for example a category."""
    return f"{_FACET}{name}{_letters(value)}"


def humps(text: str) -> Iterator[str]:
    """Yield the tokens of names such as `VideoMind` as they are typed in two words."""
    for match in _HUMPED.finditer(text):
        yield from map(stem, _ASCII_RUN.findall(_HUMP.sub(" ", match[0]).lower()))


@dataclass(frozen=True, slots=True)
class Glance:
    """What is soon told of a text."""

    folded: str
    #: Of its words in English letters.
    stems: frozenset[str]

    def may_have(self, token: str) -> bool:
        """Tell whether `prepare` of the text may give a token; for English letters it is sure."""
        return token in self.stems or (token in self.folded and not is_english(token))


def glance(text: str) -> Glance:
    """Return what can be told of a text in a fraction of the time of `prepare`."""
    folded = _folded(text)
    return Glance(folded, frozenset(map(stem, _ENGLISH.findall(folded))))


@dataclass(frozen=True, slots=True)
class Span:
    """A token and where it is in a text."""

    token: str
    #: The word itself, folded.
    word: str
    start: int
    end: int


def spans(text: str) -> list[Span]:
    """Return the tokens of a text as it is shown, with their places."""
    return [
        span
        for match in _SHOWN.finditer(text)
        for span in _spans_of_run(match[0], match.start(), match.end())
    ]


_SHOWN = regex(rf"[{CJK_RANGES}]+|\d{_LONGEST}|[^\W\d_{CJK_RANGES}]{_LONGEST}")


def _spans_of_run(run: str, start: int, end: int) -> Iterator[Span]:
    if not is_cjk(run):
        word = run.lower() if run.isascii() else _folded(run)
        yield Span(stem(word), word, start, end)
        return
    for offset, token in enumerate(_pairs_and_last(run)):
        yield Span(token, token, start + offset, start + offset + len(token))


def _folded(text: str) -> str:
    folded = fold(text)
    return folded if folded.isascii() else _GREEK_ALONE.sub(lambda letter: _GREEK[letter[0]], folded)


def _pairs_and_last(run: str) -> list[str]:
    return [*map(add, run, run[1:]), run[-1]]


@lru_cache(maxsize=1024)
def _letters(value: str) -> str:
    """Return a value as letters and digits alone, since an engine may cut at anything else."""
    characters = fold(value)[:_LONGEST_VALUE]
    return "".join(character if character.isalnum() else f"x{ord(character):x}" for character in characters)
