"""Words and phrases as people type them, looked for in text as whole words; pure.

A Latin word matches whole words, its plural and its singular; a phrase in quotes matches as it stands;
`agent*` matches by its beginning; Chinese, Japanese and Korean, which write no spaces, match anywhere, with
a space beside a Latin word or without one. Case, accents, width and the kind of dash or quote make no
difference.

Channels' filters look so, and not by the stems of the search: a rule that holds every day has to tell `C++`
from `C`, `GPT-4` from `GPT-4.5` and an agent from what is agentic.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from bot.text.language import CJK_RANGES
from bot.text.regex import regex
from bot.text.typed import PLAIN_CHARACTERS

# Latin letters that Unicode does not take apart into a letter and an accent.
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}

_FOLDING = str.maketrans({**PLAIN_CHARACTERS, **_LETTERS})
# Between them no letter of CJK is one of Latin with a mark.
_NOT_PLAIN = regex(r"[^\x00-\x7f\u2e80-\ud7ff]+")

# Beyond the Greek and Cyrillic alphabets a mark is part of the letter, as the dots of が are.
_FIRST_UNACCENTED = "\u0590"

_LETTER_OR_DIGIT = rf"[^\W_{CJK_RANGES}]"
_CJK = regex(f"[{CJK_RANGES}]")
_BOUNDARY = regex(_LETTER_OR_DIGIT)

# `C` is neither `C++` nor `C#`.
_NOT_ANOTHER_NAME = r"(?!\+\+|#)"

# The plural of a word that is typed as one, with its singular. What follows a group's opening may vary.
_SINGULARS = (
    (regex(r"(corp)(?:us|ora)$"), r"\1(?:us(?:es)?|ora)"),
    (regex(r"(criteri|phenomen)a$"), r"\1(?:ons?|a)"),
    (regex(r"([^\W\d_])ices$"), r"\1(?:[ie]x(?:es)?|ices?)"),
    (regex(r"([^\W\d_aeiou])ies$"), r"\1(?:y|ies?)"),
    (regex(r"(l|r|lea)ves$"), r"\1(?:fs?|ves?)"),
    (regex(r"(kni|li|wi)ves$"), r"\1(?:fes?|ves)"),
    (regex(r"(ss|x|z|ch|sh|bias|lens|virus)es$"), r"\1(?:es?)?"),
    (regex(r"([^\W\d_]{2}s)es$"), r"\1(?:es?|is)"),
    (regex(r"([^\W\d_]{3})(?<!s)(?<!si|xi|ic)s$"), r"\1(?:s(?:es)?)?"),
    (regex(r"((?:crit|heurist|metr|rubr|top)ic)s$"), r"\1(?:s)?"),
)

# Words that end as a plural does and without that end are others: `news` is not `new`.
_NO_PLURALS = frozenset("canvas does lens means news pandas sars species".split())

_PLURALS = (
    (regex(r"(criteri|phenomen)on$"), r"\1(?:ons?|a)"),
    (regex(r"(l|r|lea)f$"), r"\1(?:fs?|ves)"),
    (regex(r"(kni|li|wi)fe$"), r"\1(?:fes?|ves)"),
    (regex(r"(qui|whi)z$"), r"\1z(?:zes)?"),
    (regex(r"([^\W\d_])[ie]x$"), r"\1(?:[ie]x(?:es)?|ices)"),
    (regex(r"is$"), "(?:is|es)"),
    (regex(r"([^\W\d_aeiou])y$"), r"\1(?:y|ies)"),
    (regex(r"(s|x|z|ch|sh)$"), r"\1(?:es)?"),
    (regex(r"([^\W_])$"), r"\1s?"),
)

# Commas outside quotes separate terms, and so do line breaks and their Chinese kin.
_SEPARATED = regex(r'(?:"[^"\n]*"|[^",;、\n])+|"')

# Only what separates is folded, and what nobody sees is left out: the rest stays as the person wrote it.
_MARKS = str.maketrans(
    {
        **{typed: mark for typed, mark in PLAIN_CHARACTERS.items() if mark in {'"', ""}},
        **dict.fromkeys("，﹐,،", ","),
        **dict.fromkeys("；﹔;", ";"),
        **dict.fromkeys("﹑､", "、"),
        **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
    }
)
_SENTENCE_ENDS = ".。．｡!！?？:："

# The number of a name is joined to it in any way; that of a single letter, as in `R1`, in one way alone.
_NUMBERED = regex(r"([^\W\d_]{2})\s*(?=\d)")

# Some put a space between Chinese and Latin letters, some do not.
_BESIDE_CJK = regex(
    rf"(?<=[{CJK_RANGES}])\s*(?={_LETTER_OR_DIGIT})|(?<={_LETTER_OR_DIGIT}|[+#])\s*(?=[{CJK_RANGES}])"
)

# `π_0` is typed for `π0`.
_BEFORE_SUBSCRIPT = regex(r"(?<=[^\W\d_a-z])_(?=\d)")

_QUOTES = "\"'`"


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase to look for: `text` as it was typed."""

    text: str

    def is_in(self, folded_text: str) -> bool:
        """Tell whether a text, folded by `fold`, has the word or phrase."""
        return _sought(self.text).is_in(folded_text)


@dataclass(frozen=True, slots=True)
class _Sought:
    pattern: re.Pattern[str]
    #: What every spelling of the term begins with.
    start: str

    def is_in(self, folded_text: str) -> bool:
        # A search for the pattern would try it at every character; few places begin as the term does.
        at = folded_text.find(self.start)
        while at >= 0 and not self.pattern.match(folded_text, at):
            at = folded_text.find(self.start, at + 1)
        return at >= 0


@dataclass(frozen=True, slots=True)
class _Meant:
    """A folded term without the quotes around it and the star at its end, and what these say."""

    body: str
    is_exact: bool = False
    is_beginning: bool = False


def read_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a list separated by commas, semicolons or line breaks, each once, as typed.

    A comma within quotes belongs to the phrase, and the mark at the end to the sentence that lists them.
    What holds nothing but quotes or a star is left out.
    """
    pieces = (
        match[0].strip().rstrip(_SENTENCE_ENDS).rstrip()
        for match in _SEPARATED.finditer(text.translate(_MARKS))
    )
    return tuple(dict.fromkeys(piece for piece in pieces if _meant(piece).body))


def first_term(terms: Iterable[str], folded_text: str) -> str:
    """Return the first of the terms that a text, folded by `fold`, has; an empty text where it has none."""
    return next((text for text in terms if _sought(text).is_in(folded_text)), "")


def shown_term(text: str) -> str:
    """Return a term as it is told to people: without the quotes around a phrase."""
    return text.translate(_MARKS).strip(f"{_QUOTES} ")


def fold(text: str) -> str:
    """Return the text as terms are compared: without case, accents, width and kinds of dashes and quotes."""
    if text.isascii():
        return text.casefold()
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDING)
    return unicodedata.normalize("NFC", _NOT_PLAIN.sub(_without_accents, wide))


def _without_accents(run: re.Match[str]) -> str:
    return "".join(map(_without_accent, run[0]))


@lru_cache(maxsize=4096)
def _without_accent(character: str) -> str:
    if "\u0300" <= character <= "\u036f":
        return ""
    first = unicodedata.normalize("NFD", character)[0]
    return first if first < _FIRST_UNACCENTED else character


def _meant(text: str) -> _Meant:
    folded = _BEFORE_SUBSCRIPT.sub("", fold(text).strip())
    body = folded.strip(f"{_QUOTES} ")
    stem = body.removesuffix("*").rstrip()
    if len(folded) > 1 and folded[0] == folded[-1] and folded[0] in _QUOTES:
        return _Meant(body if stem else "", is_exact=True)
    # What begins with one letter is almost everything: `A*` is an algorithm's name.
    is_beginning = stem != body and (len(stem) != 1 or _CJK.match(stem) is not None)
    return _Meant(stem.strip(f"{_QUOTES} ") if is_beginning else body, is_beginning=is_beginning)


@lru_cache(maxsize=4096)
def _sought(text: str) -> _Sought:
    meant = _meant(text)
    if not meant.body:
        return _Sought(re.compile(r"(?!)"), "")
    spelled = "".join(_exact(meant) if meant.is_exact else _spelled(meant))
    end = "" if meant.is_beginning else _after(meant.body)
    return _Sought(re.compile(_before(meant.body) + spelled + end), _shared_start(meant.body, spelled))


def _shared_start(body: str, spelled: str) -> str:
    """Return the literal characters with which a term's pattern begins."""
    return "".join(
        one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(body, spelled, strict=False))
    )


def _exact(meant: _Meant) -> Iterator[str]:
    yield r"\s+".join(map(re.escape, meant.body.split()))


def _spelled(meant: _Meant) -> Iterator[str]:
    """Yield the pattern of a term: `GPT-4o` is also `GPT 4o` and `GPT4o`; the last word may be a plural."""
    joined = _BESIDE_CJK.sub("-", _NUMBERED.sub(r"\1-", meant.body))
    *pieces, last = re.split(r"([\s-]+)", joined)
    for piece in pieces:
        yield _word(piece) if piece.strip("- \t\n") else _joint(piece)
    yield _word(last) if meant.is_beginning else _plural(last)


def _joint(piece: str) -> str:
    return r"[\s-]*+" if "-" in piece else r"[\s-]++"


def _word(piece: str) -> str:
    # `π0` is also written `π_0`.
    return re.sub(r"([^\W\d_a-z])(?=\d)", r"\1_?", re.escape(piece))


def _plural(word: str) -> str:
    """Return the pattern of a word, of its plural, and of its singular where it is a plural."""
    pattern = _word(word)
    if _CJK.search(word) or len(word) <= 1:
        return pattern
    rules = _PLURALS if word in _NO_PLURALS else (*_SINGULARS, *_PLURALS)
    return next((rule.sub(forms, pattern) for rule, forms in rules if rule.search(pattern)), pattern)


def _before(body: str) -> str:
    """Return what may not stand before the term: more of the word, or of the number."""
    number = r"(?<!\d[.,])" if body[0].isdigit() else ""
    if body[0].isspace() or body[0] == "-":
        # What begins with a joint is looked for once in a row of them.
        return r"(?<![\s-])"
    return rf"(?<!{_LETTER_OR_DIGIT}){number}" if _BOUNDARY.match(body[0]) else ""


def _after(body: str) -> str:
    """Return what may not follow the term: more of the word, of the number, or of the name."""
    if not _BOUNDARY.match(body[-1]):
        return rf"(?!{re.escape(body[-1])})" if not _CJK.match(body[-1]) else ""
    number = r"(?![.,]\d)" if body[-1].isdigit() else ""
    return rf"(?!{_LETTER_OR_DIGIT}){number}{_NOT_ANOTHER_NAME}"
