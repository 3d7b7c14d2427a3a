"""A question to a language model, and how long each part of the answer may be; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.text.language import CJK, primary_language

MOST_KEYWORDS = 6

PROSE = ("tldr", "problem", "method", "results", "takeaway")
"""The parts of a summary that are sentences, in the order of a card."""

OPTIONAL_PARTS = frozenset({"english_keywords", "evidence"})
"""What a model may leave out; it is asked for like the rest, since strict schemas have nothing optional."""

_KEYWORDS = frozenset({"keywords", "english_keywords"})
_MOST_CHARACTERS = {
    "keywords": 40,
    "english_keywords": 40,
    "tldr": 300,
    "problem": 400,
    "method": 500,
    "results": 500,
    "takeaway": 400,
}
"""For languages that write in words; Chinese, Japanese and Korean need less than half of it."""

_WIDE_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation with a model that ends with a question."""

    #: They mention JSON and describe the answer, for endpoints without schemas.
    turns: tuple[Turn, ...]
    #: The answer's JSON Schema, strict in OpenAI's sense: every property is required, and no other allowed.
    schema: Mapping[str, Any]
    #: The limit of the answer.
    most_tokens: int
    #: What encloses words that are not ours, as `<mark>…</mark>`.
    mark: str = ""


WORDS = "{words}"
"""Where a sentence about an answer repeats the answer's own words."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with an answer, for the model that wrote it."""

    #: Of ours, with WORDS where the model's own are repeated.
    sentence: str
    #: The model's own.
    words: str = ""

    @classmethod
    def quoting(cls, sentence: str) -> "Told":
        """Return a sentence of ours of which the quotation, “like this”, is the model's own."""
        before, opening, rest = sentence.partition("“")
        words, closing, after = rest.rpartition("”")
        if not (opening and closing):
            return cls(sentence)
        return cls(f"{before}{WORDS}{after}", words)


def has_english_keywords(language: str) -> bool:
    """Whether a summary in this language has its keywords in English too: in any language but English."""
    return primary_language(language) != "en"


def counts_characters(language: str) -> bool:
    """Whether texts in this language are measured in characters instead of words."""
    return primary_language(language) in CJK


def most_characters(part: str, language: str) -> int:
    """Return the most characters of a part of a summary; for the lists of keywords, of a single one.

    Keywords are equally long in every language, since most are names in Latin letters.
    """
    share = _WIDE_SHARE if counts_characters(language) and part not in _KEYWORDS else 1
    return round(_MOST_CHARACTERS[part] * share)
