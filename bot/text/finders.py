"""Which terms a text has, told from the text itself as a full-text index would tell it; pure.

An index is asked where any paper may match. Of the few hundred papers of a day it is sooner told one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.text.full_text import Column, Document, Phrase, Term


@dataclass(frozen=True, slots=True)
class Readable:
    """A document that can be looked through: each of its columns begins and ends with a blank."""

    columns: dict[Column, str]
    #: All of them; no phrase goes on from one to the next.
    whole: str


@dataclass(frozen=True, slots=True)
class Finder:
    """A term, ready to be looked for in any number of documents."""

    #: Any of them will do.
    phrases: tuple[str, ...]
    #: Each is needed, among the forms of words.
    besides: tuple[str, ...]
    #: Where the phrases have to be; `None` for anywhere.
    column: Column | None
    #: How telling the term is, beside others.
    weight: float

    def is_in(self, document: Readable) -> bool:
        """Return whether the document has one of the phrases in its place, and what is needed besides."""
        text = document.columns[self.column] if self.column else document.whole
        for phrase in self.phrases:
            if phrase in text:
                return not self.besides or all(map(document.columns[Column.FORMS].__contains__, self.besides))
        return False


def readable_document(document: Document) -> Readable:
    """Return a document as it can be looked through."""
    columns = {column: f" {getattr(document, column)} " for column in Column}
    return Readable(columns, "\n".join(columns.values()))


def finder(term: Term) -> Finder:
    """Return what finds a term."""
    besides = tuple(f" {token} " for token in term.besides)
    return Finder(tuple(map(_spelled, term.phrases)), besides, term.column, term.weight)


def finders(terms: Iterable[Term]) -> tuple[Finder, ...]:
    """Return what finds each of some terms."""
    return tuple(map(finder, terms))


def _spelled(phrase: Phrase) -> str:
    tokens = " ".join(phrase.tokens)
    return f" {tokens}" if phrase.is_prefix else f" {tokens} "
