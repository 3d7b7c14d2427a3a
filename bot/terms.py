"""Words and phrases as people type them, looked for in text as whole words; pure.

A Latin word matches whole words and its plural; a phrase in quotes matches as it stands; `agent*` matches by
its beginning; Chinese, Japanese and Korean, which write no spaces, match anywhere. Case, accents, width and
the kind of dash or quote make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.language import CJK_RANGES

_FOLDED = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣", "-"),
    **dict.fromkeys("“”„‟«»「」『』〝〞", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    # Latin letters that Unicode does not take apart into a letter and an accent.
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
}
_FOLDING = str.maketrans(_FOLDED)

# Beyond the Greek and Cyrillic alphabets a mark is part of the letter, as the dots of が are.
_FIRST_UNACCENTED = "\u0590"

_LETTER_OR_DIGIT = rf"[^\W_{CJK_RANGES}]"
_CJK = re.compile(f"[{CJK_RANGES}]")
_BOUNDARY = re.compile(_LETTER_OR_DIGIT)

# `C` is neither `C++` nor `C#`.
_NOT_ANOTHER_NAME = r"(?!\+\+|#)"

_PLURALS = (
    (re.compile(r"([^\W\d_])[ie]x$"), r"\1(?:[ie]x(?:es)?|ices)"),
    (re.compile(r"is$"), "(?:is|es)"),
    (re.compile(r"([^\W\d_aeiou])y$"), r"\1(?:y|ies)"),
    (re.compile(r"(s|x|z|ch|sh)$"), r"\1(?:es)?"),
    (re.compile(r"([^\W_])$"), r"\1s?"),
)

# Commas outside quotes separate terms, and so do line breaks and their Chinese kin.
_SEPARATED = re.compile(r'(?:"[^"\n]*"|[^",;、\n])+|"')


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase to look for: `text` as it was typed."""

    text: str

    def is_in(self, folded_text: str) -> bool:
        """Tell whether a text, folded by `fold`, has the word or phrase."""
        return _pattern(self.text).search(folded_text) is not None


def read_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a list separated by commas, semicolons or line breaks, each once, as typed.

    A comma within quotes belongs to the phrase. What holds nothing but quotes or a star is left out.
    """
    # Only what separates is folded: the rest stays as the person wrote it.
    marks = text.translate({**dict.fromkeys(map(ord, "“”„‟«»「」『』"), '"'), ord("，"): ",", ord("；"): ";"})
    pieces = (match[0].strip() for match in _SEPARATED.finditer(marks))
    return tuple(dict.fromkeys(piece for piece in pieces if _body(fold(piece))))


def first_term(terms: Iterable[str], folded_text: str) -> str:
    """Return the first of the terms that a text, folded by `fold`, has; an empty text where it has none."""
    return next((text for text in terms if Term(text).is_in(folded_text)), "")


def fold(text: str) -> str:
    """Return the text as terms are compared: without case, accents, width and kinds of dashes and quotes."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDING)
    return unicodedata.normalize("NFC", "".join(map(_without_accent, folded)))


@lru_cache(maxsize=4096)
def _without_accent(character: str) -> str:
    if "\u0300" <= character <= "\u036f":
        return ""
    first = unicodedata.normalize("NFD", character)[0]
    return first if first < _FIRST_UNACCENTED else character


def _body(folded: str) -> str:
    """Return a folded term without its quotes or the star at its end."""
    return folded.strip().strip('"').removesuffix("*").strip()


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    folded = fold(text).strip()
    body = _body(folded)
    if not body:
        return re.compile(r"(?!)")
    is_exact = len(folded) > 1 and folded[0] == folded[-1] == '"'
    is_beginning = folded.endswith("*") and not is_exact
    words = "".join(_exact(body) if is_exact else _spelled(body, has_plural=not is_beginning))
    return re.compile(_before(body) + words + ("" if is_beginning else _after(body)))


def _exact(body: str) -> Iterator[str]:
    yield r"\s+".join(map(re.escape, body.split()))


def _spelled(body: str, *, has_plural: bool) -> Iterator[str]:
    """Yield the pattern of a term: `GPT-4o` is also `GPT 4o` and `GPT4o`; the last word may be a plural."""
    *pieces, last = re.split(r"([\s-]+)", body)
    for piece in pieces:
        yield _word(piece) if piece.strip("- \t\n") else _joint(piece)
    yield _plural(_word(last), last) if has_plural and last else _word(last)


def _joint(piece: str) -> str:
    return r"[\s-]*" if "-" in piece else r"[\s-]+"


def _word(piece: str) -> str:
    # `GPT4` is `GPT-4`; of a single letter the hyphen would be a minus.
    return re.sub(r"([a-z]{2})(?=\d)", r"\1-?", re.escape(piece))


def _plural(pattern: str, word: str) -> str:
    if _CJK.search(word) or len(word) == 1:
        return pattern
    return next((rule.sub(plural, pattern) for rule, plural in _PLURALS if rule.search(pattern)), pattern)


def _before(body: str) -> str:
    """Return what may not stand before the term: more of the word, or of the number."""
    number = r"(?<!\d[.,])" if body[0].isdigit() else ""
    return rf"(?<!{_LETTER_OR_DIGIT}){number}" if _BOUNDARY.match(body[0]) else ""


def _after(body: str) -> str:
    """Return what may not follow the term: more of the word, of the number, or of the name."""
    if not _BOUNDARY.match(body[-1]):
        return rf"(?!{re.escape(body[-1])})" if not _CJK.match(body[-1]) else ""
    number = r"(?![.,]\d)" if body[-1].isdigit() else ""
    return rf"(?!{_LETTER_OR_DIGIT}){number}{_NOT_ANOTHER_NAME}"
