"""What the search asks of an engine's full-text index. It is the tables' text, prepared by `bot.text`."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.text.full_text import Document, Match


class FullText(Protocol):
    """The index of one database: documents by the number of their row in `search_papers`."""

    #: What a statement selects from.
    source: str
    #: The same, together with the rows of `search_papers`.
    source_with_papers: str
    #: The number of a document in it.
    number: str
    #: How many documents are ranked in the time that a person waits.
    most_ranked: int
    #: Whether it soon tells of one document that it has a word with some beginning.
    seeks_prefixes: bool

    def create(self) -> None:
        """Create the index, in a migration after the table `search_papers`."""
        ...

    def index_at_once(self) -> None:
        """Have nothing wait to be indexed, in an index that an earlier version created."""
        ...

    def matches(self, match: Match) -> tuple[str, Mapping[str, Any]]:
        """Return the condition that a document matches, and its values."""
        ...

    def rank(self, match: Match, /) -> tuple[str, Mapping[str, Any]]:
        """Return how well a document matches, as a number that is greater the better, and its values."""
        ...

    def put(self, number: int, document: Document) -> None:
        """Index a document, in place of the one that had its number."""
        ...

    def clear(self) -> None:
        """Remove all documents."""
        ...
