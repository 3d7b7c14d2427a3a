"""SQLite's full-text index, FTS5: https://www.sqlite.org/fts5.html."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one it chose, not re-exported

from bot.text.full_text import Document, Match, Phrase, Term
from storage.engines.engine import Engine

# Before this one an index can only delete where it keeps the texts, too.
_DELETES_WITHOUT_TEXTS = (3, 43)

# A word in the title says more than one in the summary, and that more than one in the abstract.
_WEIGHTS = (8.0, 5.0, 3.0, 1.0, 0.5)


class SQLiteFullText:
    """The index of a file, in the table `search_texts`."""

    source = "search_texts"
    # The index leads, whatever the planner thinks of the conditions.
    source_with_papers = "search_texts CROSS JOIN search_papers ON search_papers.id = search_texts.rowid"
    number = "search_texts.rowid"
    most_ranked = 2_000
    # For each paper it would gather all words that begin so anew.
    seeks_prefixes = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self) -> None:
        """Create the index; its tokens are what is between blanks, as `ascii` cuts at no other character."""
        without_texts = sqlite3.sqlite_version_info >= _DELETES_WITHOUT_TEXTS
        options = ", content = '', contentless_delete = 1" if without_texts else ""
        self._engine.define(
            f"""
            CREATE VIRTUAL TABLE search_texts USING fts5 (
                title, authors, summary, abstract, forms,
                tokenize = 'ascii'{options}
            )
            """
        )

    def index_at_once(self) -> None:
        """Do nothing: whatever is put is indexed at once."""

    def matches(self, match: Match) -> tuple[str, Mapping[str, Any]]:
        """Return the condition that a document matches."""
        return "search_texts MATCH :match", {"match": expression(match)}

    def rank(self, _match: Match) -> tuple[str, Mapping[str, Any]]:
        """Return BM25, of which FTS5 says less for better."""
        return f"-bm25(search_texts, {', '.join(map(str, _WEIGHTS))})", {}

    def put(self, number: int, document: Document) -> None:
        """Index a document, in place of the one that had its number."""
        self._engine.execute("DELETE FROM search_texts WHERE rowid = ?", [number])
        self._engine.execute(
            "INSERT INTO search_texts (rowid, title, authors, summary, abstract, forms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                number,
                document.title,
                document.authors,
                document.summary,
                document.abstract,
                document.forms,
            ],
        )

    def clear(self) -> None:
        """Remove all documents."""
        # Only an index that does not keep the texts can be told to, and an earlier SQLite may have made it.
        self._engine.define("DROP TABLE search_texts")
        self.create()


def expression(match: Match) -> str:
    """Return the match in FTS5's query syntax, of which nothing typed can be a part."""
    wanted = [*map(_term, match.every), *([_any(map(_term, match.some))] if match.some else [])]
    if match.better:
        # BM25 counts each phrase of the query that a document has; with the first one any document will do.
        wanted.append(_any([wanted[0], *map(_term, match.better)]))
    without = f" NOT {_any(map(_term, match.none))}" if match.none else ""
    return f"({' AND '.join(wanted)}){without}"


def _term(term: Term) -> str:
    phrases = _any(map(_phrase, term.phrases))
    found = f"{{{term.column}}} : {phrases}" if term.column else phrases
    besides = [f"forms : {_quoted(token)}" for token in term.besides]
    return f"({' AND '.join([found, *besides])})" if besides else found


def _phrase(phrase: Phrase) -> str:
    return f"{_quoted(' '.join(phrase.tokens))}{' *' if phrase.is_prefix else ''}"


def _any(expressions: Iterable[str]) -> str:
    return f"({' OR '.join(expressions)})"


def _quoted(text: str) -> str:
    return f'"{text}"'
