"""PostgreSQL's full-text index: https://www.postgresql.org/docs/current/textsearch.html."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.text.full_text import Column, Document, Match, Phrase, Term
from storage.engines.engine import Engine

_LABELS = {
    Column.TITLE: "A",
    Column.AUTHORS: "B",
    Column.SUMMARY: "C",
    Column.ABSTRACT: "D",
    Column.FORMS: "D",
}
# Of the labels D to A.
_WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"
# The logarithm of its length divides what a document comes to.
_BY_LENGTH = 1

# The greatest position that PostgreSQL keeps, and as many for a word.
_LAST_POSITION = 16_383
# So that no phrase begins in one column and ends in another.
_BETWEEN_COLUMNS = 2


class PostgreSQLFullText:
    """The index of a server's database, in the column `terms` of `search_papers`."""

    source = "search_papers"
    source_with_papers = source
    number = "search_papers.id"
    most_ranked = 400
    seeks_prefixes = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self) -> None:
        """Create the index; the texts come prepared, so nothing of PostgreSQL's reads them."""
        self._engine.define("ALTER TABLE search_papers ADD COLUMN terms TSVECTOR")
        # A list of what is still to be indexed would be read by every search until it is 4 MB long.
        # https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE
        self._engine.define(
            "CREATE INDEX search_papers_terms ON search_papers USING gin (terms) WITH (fastupdate = off)"
        )

    def index_at_once(self) -> None:
        """Keep no list of what is still to be indexed, and index what is on it."""
        self._engine.define("ALTER INDEX search_papers_terms SET (fastupdate = off)")
        self._engine.query("SELECT gin_clean_pending_list('search_papers_terms')")

    def matches(self, match: Match) -> tuple[str, Mapping[str, Any]]:
        """Return the condition that a document matches."""
        return "search_papers.terms @@ CAST(:match AS TSQUERY)", {"match": expression(match)}

    def rank(self, match: Match) -> tuple[str, Mapping[str, Any]]:
        """Return the sum of the terms' ranks by their weights: PostgreSQL does not know which are rare."""
        ranks = [
            f":weight_{number} * ts_rank("
            f"'{_WEIGHTS}', search_papers.terms, CAST(:term_{number} AS TSQUERY), {_BY_LENGTH})"
            for number, _ in enumerate(match.ranked)
        ]
        values: dict[str, Any] = {}
        for number, term in enumerate(match.ranked):
            values |= {f"weight_{number}": term.weight, f"term_{number}": _term(term)}
        return " + ".join(ranks), values

    def put(self, number: int, document: Document) -> None:
        """Index a document, in place of the one that had its number."""
        self._engine.execute(
            "UPDATE search_papers SET terms = CAST(? AS TSVECTOR) WHERE id = ?", [_vector(document), number]
        )

    def clear(self) -> None:
        """Remove all documents."""
        self._engine.execute("UPDATE search_papers SET terms = NULL")


def expression(match: Match) -> str:
    """Return the match in the syntax of `tsquery`, of which nothing typed can be a part."""
    wanted = [*map(_term, match.every), *([_any(map(_term, match.some))] if match.some else [])]
    return " & ".join([*wanted, *(f"!{_term(term)}" for term in match.none)])


def _term(term: Term) -> str:
    label = _LABELS[term.column] if term.column else ""
    found = _any(_phrase(phrase, label) for phrase in term.phrases)
    return f"({' & '.join([found, *map(_quoted, term.besides)])})"


def _phrase(phrase: Phrase, label: str) -> str:
    *before, last = phrase.tokens
    tokens = [*(_marked(token, label) for token in before), _marked(last, "*" * phrase.is_prefix + label)]
    return f"({' <-> '.join(tokens)})"


def _marked(token: str, marks: str) -> str:
    return f"{_quoted(token)}:{marks}" if marks else _quoted(token)


def _any(expressions: Iterable[str]) -> str:
    return f"({' | '.join(expressions)})"


def _quoted(token: str) -> str:
    return f"'{token}'"


def _vector(document: Document) -> str:
    """Return the document as the text of a `tsvector`."""
    places: dict[str, list[str]] = {}
    for token, place in _placed(document):
        places.setdefault(token, []).append(place)
    return " ".join(f"{_quoted(token)}:{','.join(of_token)}" for token, of_token in places.items())


def _placed(document: Document) -> Iterator[tuple[str, str]]:
    position = 0
    for column, label in _LABELS.items():
        for token in getattr(document, column).split():
            position = min(position + 1, _LAST_POSITION)
            yield token, f"{position}{label}"
        position += _BETWEEN_COLUMNS
