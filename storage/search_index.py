"""The search index, kept in step with papers, summaries and listings: what they say, prepared as tokens.

A change is indexed at the end of its transaction, once for each paper, however many rows it touches. A paper
that was stored before the index was, or indexed by earlier rules, is indexed later; until then it is not
found.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from bot.text import index_tokens
from bot.text.full_text import Document
from bot.text.index_tokens import Tokens
from bot.text.language import primary_language
from bot.text.notation.latex import readable
from storage.engines.engine import Engine, Row
from storage.engines.statements import insert

_WORD_CHARACTERS = 40

# No paper says so much of itself; PostgreSQL keeps no more than a megabyte of tokens.
_COLUMN_CHARACTERS = 20_000

_WORDS_A_STATEMENT = 500

# A paper's first listing, by the index on the papers of listings.
_EVERY_PAPER = """
    INSERT INTO search_papers (paper_id, day, is_listed, rules)
    SELECT papers.id, coalesce(min(listing_papers.day), papers.published) AS day,
        CASE WHEN min(listing_papers.day) IS NULL THEN 0 ELSE 1 END, 0
    FROM papers LEFT JOIN listing_papers ON listing_papers.paper_id = papers.id
    GROUP BY papers.id, papers.published
    ORDER BY coalesce(min(listing_papers.day), papers.published), papers.id
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is indexed of a paper, as it is stored."""

    title: str
    authors: tuple[str, ...]
    abstract: str
    #: Keywords and sentences of the site that lists it.
    community: tuple[str, ...]
    categories: tuple[str, ...]
    has_code: bool
    published: str | None
    #: Each with its language.
    summaries: tuple[tuple[str, str], ...]


class SearchIndex:
    """The index, with the words that it has seen and in how many papers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # As they were before this transaction; `None` where the paper was not indexed.
        self._before: dict[str, Texts | None] = {}
        self._listed: dict[str, str] = {}

    def will_change(self, paper_ids: Iterable[str]) -> None:
        """Have papers indexed at the end of this transaction, which is about to change them."""
        more = [paper_id for paper_id in paper_ids if paper_id not in self._before]
        if more:
            indexed = self._indexed(more)
            texts = self.texts(indexed) if indexed else {}
            self._before.update((paper_id, texts.get(paper_id)) for paper_id in more)

    def list_papers(self, paper_ids: Iterable[str], day: date) -> None:
        """Note at the end of this transaction that papers are listed on a day."""
        for paper_id in paper_ids:
            self._listed[paper_id] = min(day.isoformat(), self._listed.get(paper_id, "9999"))

    def update(self) -> None:
        """Index what has changed in this transaction."""
        before, self._before = self._before, {}
        listed, self._listed = self._listed, {}
        if before:
            # New papers get their numbers in this order, and the newest ones are looked at first.
            in_order = sorted(before, key=lambda paper_id: listed.get(paper_id, ""))
            self._index({paper_id: before[paper_id] for paper_id in in_order})
        for day in sorted(set(listed.values())):
            self._note_first_day(day, [paper_id for paper_id, first in listed.items() if first == day])

    def outdated(self) -> int:
        """Return how many papers are still to be indexed."""
        rows = self._engine.query(
            "SELECT count(*) AS papers FROM search_papers WHERE rules < ?", [index_tokens.RULES]
        )
        return int(next(rows)["papers"])

    def index_outdated(self, limit: int) -> int:
        """Index at most so many papers that are still to be indexed, and return how many."""
        rows = self._engine.query(
            "SELECT paper_id FROM search_papers WHERE rules < ? ORDER BY rules, id LIMIT ?",
            [index_tokens.RULES, limit],
        )
        paper_ids = [row["paper_id"] for row in rows]
        self._index(dict.fromkeys(paper_ids))
        return len(paper_ids)

    def begin_anew(self) -> int:
        """Remove the whole index, and return how many papers are to be indexed, the first listed first."""
        for table in ("search_words", "search_papers"):
            self._engine.execute(f"DELETE FROM {table}")  # noqa: S608 -- a constant
        self._engine.full_text.clear()
        return self._engine.execute(_EVERY_PAPER)

    def _note_first_day(self, day: str, paper_ids: list[str]) -> None:
        self._engine.execute(
            f"""
            UPDATE search_papers SET day = :day, is_listed = 1
            WHERE {self._engine.among("paper_id", "paper_ids")} AND (is_listed = 0 OR day > :day)
            """,  # noqa: S608 -- the engine's word
            {"day": day, "paper_ids": paper_ids},
        )

    def _indexed(self, paper_ids: list[str]) -> list[str]:
        """Return those of the papers that are indexed by the rules of today."""
        # As a condition, SQLite would begin with the rules, which almost all papers share.
        rows = self._engine.query(
            f"SELECT paper_id, rules FROM search_papers WHERE {self._engine.among('paper_id', 'paper_ids')}",  # noqa: S608 -- the engine's word
            {"paper_ids": paper_ids},
        )
        return [row["paper_id"] for row in rows if row["rules"] == index_tokens.RULES]

    def _index(self, before: Mapping[str, Texts | None]) -> None:
        now = self.texts(before)
        changed = {paper_id: texts for paper_id, texts in now.items() if texts != before[paper_id]}
        numbers = self._numbers(changed)
        words: Counter[str] = Counter()
        for paper_id, texts in changed.items():
            document, seen = _prepared(texts)
            self._engine.full_text.put(numbers[paper_id], document)
            words.update(seen)
            words.subtract(_words(earlier) if (earlier := before[paper_id]) else ())
        self._mark_indexed(changed)
        self._count_words({word: papers for word, papers in words.items() if papers})

    def _numbers(self, texts: Mapping[str, Texts]) -> dict[str, int]:
        """Return the papers' numbers in the index, giving one to those that have none."""
        found = self._found_numbers(texts)
        new = [
            {"paper_id": paper_id, "day": of_paper.published, "is_listed": 0, "rules": 0}
            for paper_id, of_paper in texts.items()
            if paper_id not in found
        ]
        insert(self._engine, "search_papers", new)
        return self._found_numbers(texts) if new else found

    def _found_numbers(self, paper_ids: Iterable[str]) -> dict[str, int]:
        rows = self._engine.query(
            f"SELECT id, paper_id FROM search_papers WHERE {self._engine.among('paper_id', 'paper_ids')}",  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids)},
        )
        return {row["paper_id"]: row["id"] for row in rows}

    def _mark_indexed(self, texts: Mapping[str, Texts]) -> None:
        self._engine.execute(
            f"""
            UPDATE search_papers SET
                rules = :rules,
                day = CASE is_listed WHEN 1 THEN day ELSE (
                    SELECT published FROM papers WHERE papers.id = search_papers.paper_id
                ) END
            WHERE {self._engine.among("paper_id", "paper_ids")}
            """,  # noqa: S608 -- the engine's word
            {"rules": index_tokens.RULES, "paper_ids": list(texts)},
        )

    def texts(self, paper_ids: Iterable[str]) -> dict[str, Texts]:
        """Return what is indexed of those of these papers that are stored; `document_of` prepares it."""
        wanted = {"paper_ids": list(paper_ids)}
        papers = self._engine.query(
            f"""
            SELECT id, title, authors, abstract, community_summary, community_keywords, categories,
                CASE WHEN code_url IS NULL THEN 0 ELSE 1 END AS has_code, published
            FROM papers WHERE {self._engine.among("id", "paper_ids")}
            """,  # noqa: S608 -- the engine's word
            wanted,
        )
        summaries = self._engine.query(
            f"""
            SELECT paper_id, language, keywords, english_keywords, tldr, problem, method, results, takeaway,
                body
            FROM summaries WHERE {self._engine.among("paper_id", "paper_ids")}
            ORDER BY paper_id, language, source
            """,  # noqa: S608 -- the engine's word
            wanted,
        )
        of_paper: dict[str, list[tuple[str, str]]] = {}
        for row in summaries:
            of_paper.setdefault(row["paper_id"], []).append((row["language"], _summary_text(row)))
        return {row["id"]: _texts_from_rows(row, of_paper.get(row["id"], ())) for row in papers}

    def _count_words(self, changes: Mapping[str, int]) -> None:
        """Add to the numbers of papers that have a word, and forget those that no paper has any more."""
        for some in _batches(sorted(changes), _WORDS_A_STATEMENT):
            marks = ", ".join(["(?, ?, ?, ?)"] * len(some))
            values = [value for word in some for value in (word, word[0], len(word), changes[word])]
            self._engine.execute(
                f"""
                INSERT INTO search_words (word, initial, length, papers) VALUES {marks}
                ON CONFLICT (word) DO UPDATE SET papers = search_words.papers + excluded.papers
                """,  # noqa: S608 -- question marks
                values,
            )
        if gone := [word for word, papers in changes.items() if papers < 0]:
            self._engine.execute(
                f"DELETE FROM search_words WHERE papers <= 0 AND {self._engine.among('word', 'words')}",  # noqa: S608 -- the engine's word
                {"words": gone},
            )


def _batches(words: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(words), size):
        yield words[start : start + size]


def _texts_from_rows(row: Row, summaries: Iterable[tuple[str, str]]) -> Texts:
    return Texts(
        title=row["title"],
        authors=tuple(_list(row["authors"])),
        abstract=row["abstract"] or "",
        community=(row["community_summary"] or "", *_list(row["community_keywords"])),
        categories=tuple(_list(row["categories"])),
        has_code=bool(row["has_code"]),
        published=row["published"],
        summaries=tuple(summaries),
    )


def _list(value: Any) -> list[str]:
    """Return a list of texts; a damaged value, which whoever reads the record tells of, is an empty one."""
    try:
        found = json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return []
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _summary_text(row: Row) -> str:
    parts = (row[part] for part in ("tldr", "problem", "method", "results", "takeaway", "body"))
    return "\n".join([*_list(row["keywords"]), *_list(row["english_keywords"]), *filter(None, parts)])


# --- Preparation ------------------------------------------------------------------------------------------


def _prepared(texts: Texts) -> tuple[Document, set[str]]:
    """Return a paper as it is indexed, and its words."""
    columns = _columns(texts)
    words = set().union(*(column.words for column in columns))
    of_title, *others = columns
    forms = [
        *sorted(set().union(*(column.joined for column in others))),
        *map(index_tokens.exact, sorted(words)),
        *_facets(texts),
    ]
    # A name in the title counts as one, however it is typed.
    title = " ".join((*of_title.in_order, *index_tokens.humps(texts.title), *sorted(of_title.joined)))
    authors, summary, abstract = (" ".join(column.in_order) for column in others)
    return Document(title, authors, summary, abstract, " ".join(forms)), _counted(words)


def document_of(texts: Texts) -> Document:
    """Return a paper as it is indexed."""
    return _prepared(texts)[0]


def _words(texts: Texts) -> set[str]:
    return _counted(set().union(*(column.words for column in _columns(texts))))


def _counted(words: set[str]) -> set[str]:
    return {word for word in words if 1 < len(word) <= _WORD_CHARACTERS}


def _columns(texts: Texts) -> tuple[Tokens, Tokens, Tokens, Tokens]:
    """Return title, authors, summaries and abstract as they are indexed."""
    summaries = (text for _, text in texts.summaries)
    return (
        _column(texts.title),
        _column("\n".join(texts.authors)),
        _column("\n".join((*texts.community, *summaries))),
        _column(texts.abstract),
    )


# Of a paper that changes, most columns are as they were before.
@lru_cache(maxsize=8)
def _column(text: str) -> Tokens:
    return index_tokens.prepare(readable(text[:_COLUMN_CHARACTERS]))


def _facets(texts: Texts) -> list[str]:
    languages = {language for language, _ in texts.summaries}
    archives = sorted({category.partition(".")[0] for category in texts.categories})
    return [
        index_tokens.EVERYTHING,
        *(index_tokens.facet("category", category) for category in texts.categories),
        *(index_tokens.facet("archive", each) for each in archives),
        *(index_tokens.facet("language", language) for language in sorted(languages)),
        *(index_tokens.facet("primary", each) for each in sorted(map(primary_language, languages))),
        *([index_tokens.facet("has", "code")] if texts.has_code else []),
    ]
