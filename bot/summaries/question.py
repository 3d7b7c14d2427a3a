"""What a language model is asked, apart from how it is reached, and how long each part may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.language import CJK, primary_language

MOST_KEYWORDS = 6

_MOST_CHARACTERS = {
    "keywords": 40,
    "tldr": 300,
    "problem": 400,
    "method": 500,
    "results": 500,
    "takeaway": 400,
}
"""For languages that write words; those that write syllables say the same in less than half of it."""

_WIDE_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation that ends with what is asked, the JSON Schema of the answer, and its most tokens.

    The schema is strict as OpenAI means it: no additional properties, and every one is required. The turns
    say the word JSON and describe the answer, for endpoints that know no schema.
    """

    turns: tuple[Turn, ...]
    schema: Mapping[str, Any]
    most_tokens: int


def counts_characters(language: str) -> bool:
    """Whether texts in this language are measured in characters and not in words."""
    return primary_language(language) in CJK


def most_characters(part: str, language: str) -> int:
    """Return how long a part of a summary may be, a single keyword for `keywords`, in characters.

    A keyword is as long in every language, since it is mostly a name in Latin letters.
    """
    share = _WIDE_SHARE if counts_characters(language) and part != "keywords" else 1
    return round(_MOST_CHARACTERS[part] * share)
