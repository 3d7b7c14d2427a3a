"""The papers table."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.records import Paper


class Papers:
    """Every paper that was ever listed, by arXiv id without version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, paper_id: str) -> Paper | None:
        """Return the paper, or `None` where it was never listed."""
        return next(
            map(paper_from_row, self._database.query("SELECT * FROM papers WHERE id = ?", [paper_id])), None
        )

    def of_ids(self, paper_ids: Iterable[str]) -> tuple[Paper, ...]:
        """Return the known ones of these papers, in the order asked for."""
        rows = self._database.query(
            """
            SELECT papers.* FROM json_each(?) AS wanted JOIN papers ON papers.id = wanted.value
            ORDER BY wanted.key
            """,
            [json.dumps(list(paper_ids))],
        )
        return tuple(map(paper_from_row, rows))

    def add(self, paper: Paper) -> bool:
        """Keep the paper and tell whether it is new; what is already known is never lost to a `None`."""
        is_new = self.get(paper.id) is None
        self._database.execute(
            """
            INSERT INTO papers (id, title, authors, abstract, votes, code_url, code_stars, categories)
            VALUES (:id, :title, :authors, :abstract, :votes, :code_url, :code_stars, :categories)
            ON CONFLICT (id) DO UPDATE SET
                title = excluded.title,
                authors = iif(excluded.authors = '[]', authors, excluded.authors),
                abstract = coalesce(excluded.abstract, abstract),
                votes = coalesce(excluded.votes, votes),
                code_url = coalesce(excluded.code_url, code_url),
                code_stars = coalesce(excluded.code_stars, code_stars),
                categories = iif(excluded.categories = '[]', categories, excluded.categories)
            """,
            _row_from_paper(paper),
        )
        return is_new


def paper_from_row(row: dict[str, Any]) -> Paper:
    """Return the paper in a row that holds all columns of the papers table."""
    return Paper(
        id=row["id"],
        title=row["title"],
        authors=tuple(json.loads(row["authors"])),
        abstract=row["abstract"],
        votes=row["votes"],
        code_url=row["code_url"],
        code_stars=row["code_stars"],
        categories=tuple(json.loads(row["categories"])),
    )


def _row_from_paper(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": json.dumps(paper.authors, ensure_ascii=False),
        "abstract": paper.abstract,
        "votes": paper.votes,
        "code_url": paper.code_url,
        "code_stars": paper.code_stars,
        "categories": json.dumps(paper.categories),
    }
