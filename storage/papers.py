"""The papers table."""

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from bot.text.notation import latex
from bot.text.notation.names import author_names, is_visible
from storage.arxiv_records import ArxivRecords
from storage.engines.engine import Engine
from storage.records import Paper
from storage.rows import reads, whole
from storage.search_index import SearchIndex

# A digest with filters reads the abstracts of a month each day, and reading one's LaTeX costs more than that.
_readable = lru_cache(maxsize=2048)(latex.readable)

_IS_RENEWED = "EXISTS (SELECT 1 FROM paper_versions WHERE paper_versions.paper_id = papers.id)"

# What is not given, or shows nothing, never overwrites what is known.
_ADDITION = f"""
    INSERT INTO papers (
        id, title, authors, abstract, votes, code_url, code_stars, categories, comments, organisation,
        community_summary, community_keywords, thumbnail_url, published, withdrawal
    ) VALUES (
        :id, :title, :authors, :abstract, :votes, :code_url, :code_stars, :categories, :comments,
        :organisation, :community_summary, :community_keywords, :thumbnail_url, :published,
        :withdrawal
    ) ON CONFLICT (id) DO UPDATE SET
        title = CASE WHEN excluded.title = '' OR {_IS_RENEWED} THEN papers.title ELSE excluded.title END,
        authors = CASE excluded.authors
            WHEN '[]' THEN papers.authors ELSE excluded.authors END,
        abstract = CASE WHEN {_IS_RENEWED} THEN papers.abstract
            ELSE coalesce(excluded.abstract, papers.abstract) END,
        votes = coalesce(excluded.votes, papers.votes),
        code_url = coalesce(excluded.code_url, papers.code_url),
        code_stars = coalesce(excluded.code_stars, papers.code_stars),
        categories = CASE excluded.categories
            WHEN '[]' THEN papers.categories ELSE excluded.categories END,
        comments = coalesce(excluded.comments, papers.comments),
        organisation = coalesce(excluded.organisation, papers.organisation),
        community_summary = coalesce(excluded.community_summary, papers.community_summary),
        community_keywords = CASE excluded.community_keywords
            WHEN '[]' THEN papers.community_keywords ELSE excluded.community_keywords END,
        thumbnail_url = coalesce(excluded.thumbnail_url, papers.thumbnail_url),
        published = coalesce(excluded.published, papers.published),
        withdrawal = coalesce(excluded.withdrawal, papers.withdrawal)
"""  # noqa: S608 -- a constant


class Papers:
    """Every paper that was ever listed, by arXiv id without version."""

    def __init__(self, engine: Engine, search_index: SearchIndex, arxiv_records: ArxivRecords) -> None:
        self._engine = engine
        self._search_index = search_index
        self._arxiv_records = arxiv_records

    def get(self, paper_id: str) -> Paper | None:
        """Return the paper, or `None` where it was never listed."""
        return next(
            map(paper_from_row, self._engine.query("SELECT * FROM papers WHERE id = ?", [paper_id])), None
        )

    def of_ids(self, paper_ids: Iterable[str]) -> tuple[Paper, ...]:
        """Return the stored ones of these papers, in the given order."""
        wanted = list(paper_ids)
        rows = self._engine.query(
            f"SELECT * FROM papers WHERE {self._engine.among('id', 'ids')}",  # noqa: S608 -- the engine's word
            {"ids": wanted},
        )
        papers = {paper.id: paper for paper in whole(paper_from_row, rows)}
        return tuple(papers[paper_id] for paper_id in wanted if paper_id in papers)

    def known(self, paper_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these papers are stored."""
        rows = self._engine.query(
            f"SELECT id FROM papers WHERE {self._engine.among('id', 'ids')}",  # noqa: S608 -- the engine's word
            {"ids": list(paper_ids)},
        )
        return frozenset(row["id"] for row in rows)

    def votes_of(self, paper_ids: Iterable[str]) -> dict[str, int]:
        """Return how many votes each of these papers has, of those whose votes are known."""
        rows = self._engine.query(
            f"SELECT id, votes FROM papers WHERE votes IS NOT NULL AND {self._engine.among('id', 'ids')}",  # noqa: S608 -- the engine's word
            {"ids": list(paper_ids)},
        )
        return {row["id"]: row["votes"] for row in rows}

    def add(self, paper: Paper) -> bool:
        """Store the paper and return whether it is new; a `None` never overwrites what is known.

        Nor do a title, an abstract or authors of which people see nothing. Title and abstract that arXiv gave
        with a newer version stay: a list may still have the first ones. What is overwritten is kept with the
        paper's record, to compare a newer version with.
        """
        return self.add_all([paper]) == 1

    def add_all(self, papers: Iterable[Paper]) -> int:
        """Store the papers as `add` does, and return how many are new."""
        given = list(papers)
        paper_ids = list(dict.fromkeys(paper.id for paper in given))
        known = self.known(paper_ids)
        self._search_index.will_change(paper_ids)
        for row in map(_row_from_paper, given):
            self._arxiv_records.keep_texts(row["id"], row["title"], row["abstract"] or "")
            self._engine.execute(_ADDITION, row)
        return len(paper_ids) - len(known)

    def fill(self, paper: Paper) -> None:
        """Fill in authors, categories, abstract and date where the stored paper lacks them.

        Whether it is withdrawn is as given.
        """
        self._search_index.will_change([paper.id])
        self._engine.execute(
            """
            UPDATE papers SET
                authors = CASE authors WHEN '[]' THEN :authors ELSE authors END,
                abstract = coalesce(abstract, :abstract),
                categories = CASE categories WHEN '[]' THEN :categories ELSE categories END,
                published = coalesce(published, :published),
                withdrawal = :withdrawal
            WHERE id = :id
            """,
            _row_from_paper(paper),
        )

    def renew(self, paper: Paper) -> None:
        """Replace title, authors, categories and abstract by those of a newer version, where it has them.

        What people see nothing of, it does not have.
        """
        self._search_index.will_change([paper.id])
        self._engine.execute(
            """
            UPDATE papers SET
                title = CASE :title WHEN '' THEN title ELSE :title END,
                authors = CASE :authors WHEN '[]' THEN authors ELSE :authors END,
                categories = CASE :categories WHEN '[]' THEN categories ELSE :categories END,
                abstract = coalesce(:abstract, abstract)
            WHERE id = :id
            """,
            _row_from_paper(paper),
        )


def visible(text: str | None) -> str | None:
    """Return a title or an abstract as its source writes it; `None` where people see nothing of it."""
    return text if text and is_visible(_readable(text)) else None


@lru_cache(maxsize=1024)
def _authors(names: str) -> tuple[str, ...]:
    return author_names(json.loads(names))


@reads("papers")
def paper_from_row(row: dict[str, Any]) -> Paper:
    """Return the paper in a row with all columns of the papers table, its texts as people read them.

    The table keeps title, authors, abstract and notice as their source writes them, in LaTeX; they are read
    here, so that whoever shows, searches or summarises a paper has the same text, however long ago it was
    stored. A title that shows nothing is the paper's id, and an abstract that shows nothing is none.
    """
    title = _readable(row["title"])
    return Paper(
        id=row["id"],
        title=title if is_visible(title) else row["id"],
        authors=_authors(row["authors"]),
        abstract=_readable(abstract) if (abstract := visible(row["abstract"])) else None,
        votes=row["votes"],
        code_url=row["code_url"],
        code_stars=row["code_stars"],
        categories=tuple(json.loads(row["categories"])),
        comments=row["comments"],
        organisation=row["organisation"],
        community_summary=row["community_summary"],
        community_keywords=tuple(json.loads(row["community_keywords"])),
        thumbnail_url=row["thumbnail_url"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        withdrawal=_readable(row["withdrawal"]) if row["withdrawal"] else row["withdrawal"],
    )


def _row_from_paper(paper: Paper) -> dict[str, Any]:
    """Return the paper's row, without what its source gives and nobody sees."""
    authors = json.dumps(paper.authors, ensure_ascii=False)
    return {
        "id": paper.id,
        "title": visible(paper.title) or "",
        "authors": authors if _authors(authors) else "[]",
        "abstract": visible(paper.abstract),
        "votes": paper.votes,
        "code_url": paper.code_url,
        "code_stars": paper.code_stars,
        "categories": json.dumps(paper.categories),
        "comments": paper.comments,
        "organisation": paper.organisation,
        "community_summary": paper.community_summary,
        "community_keywords": json.dumps(paper.community_keywords, ensure_ascii=False),
        "thumbnail_url": paper.thumbnail_url,
        "published": paper.published.isoformat() if paper.published else None,
        "withdrawal": paper.withdrawal,
    }
