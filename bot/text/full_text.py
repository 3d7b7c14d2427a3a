"""What a full-text index holds of a paper, and what it is asked; both know no engine."""

from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """A part of what is indexed, the most telling one first."""

    TITLE = "title"
    AUTHORS = "authors"
    SUMMARY = "summary"
    ABSTRACT = "abstract"
    #: Other forms of words, words in just their form, and facets.
    FORMS = "forms"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as it is indexed: in each column, tokens between blanks."""

    title: str
    authors: str
    summary: str
    abstract: str
    forms: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in a row."""

    tokens: tuple[str, ...]
    #: The last one may go on.
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: any of the phrases."""

    phrases: tuple[Phrase, ...]
    #: Tokens that the paper must have besides, anywhere.
    besides: tuple[str, ...] = ()
    #: Where it has to be; `None` for anywhere.
    column: Column | None = None
    #: How telling it is, beside the others.
    weight: float = 1.0

    @property
    def has_prefix(self) -> bool:
        """Whether it is any word that begins so."""
        return any(phrase.is_prefix for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Match:
    """What a paper has to have: every one of some terms, at least one of others, and none of others."""

    every: tuple[Term, ...] = ()
    some: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    #: What a paper need not have, and is the better for.
    better: tuple[Term, ...] = ()

    @property
    def ranked(self) -> tuple[Term, ...]:
        """The terms by which papers are ranked."""
        return (*self.every, *self.some, *self.better)
