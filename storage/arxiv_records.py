"""The arXiv records table: which papers arXiv was asked about, and what it said of their versions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import upsert
from storage.moments import moment_of, optional_moment, optional_text
from storage.records import ArxivRecord
from storage.rows import reads, whole

# In the words of the index papers_bare: SQLite uses it for a condition that says just this.
_BARE = """
    SELECT papers.id FROM papers LEFT JOIN arxiv_records ON arxiv_records.paper_id = papers.id
    WHERE (authors = '[]' OR categories = '[]' OR published IS NULL)
        AND arxiv_records.version IS NULL AND arxiv_records.updated IS NULL
"""
# CROSS JOIN has SQLite begin with the few days.
_LISTED_SINCE = """
    SELECT DISTINCT listing_papers.paper_id
    FROM listings CROSS JOIN listing_papers CROSS JOIN arxiv_records
    WHERE listings.day >= :since
        AND listing_papers.source = listings.source AND listing_papers.day = listings.day
        AND arxiv_records.paper_id = listing_papers.paper_id
        AND (arxiv_records.version IS NOT NULL OR arxiv_records.updated IS NOT NULL)
"""

# A paper without an abstract has no such text, so what is kept of it is known by its title.
_KEPT_TEXTS = """
    UPDATE arxiv_records SET
        earlier_title = (SELECT title FROM papers WHERE papers.id = arxiv_records.paper_id),
        earlier_abstract = (SELECT abstract FROM papers WHERE papers.id = arxiv_records.paper_id)
    WHERE paper_id = :paper_id AND stored_version IS NOT NULL AND earlier_title IS NULL
        AND EXISTS (
            SELECT 1 FROM papers WHERE papers.id = arxiv_records.paper_id AND (
                :title NOT IN ('', title) OR :abstract NOT IN ('', coalesce(abstract, ''))
            )
        )
"""


class ArxivRecords:
    """arXiv's own record of each paper that it was asked about."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, paper_id: str) -> ArxivRecord | None:
        """Return the paper's record, or `None` where arXiv was not asked."""
        rows = self._engine.query("SELECT * FROM arxiv_records WHERE paper_id = ?", [paper_id])
        return next(whole(_record_from_row, rows), None)

    def due(
        self, now: datetime, limit: int, since: date, among: Iterable[str] | None = None
    ) -> tuple[tuple[str, int], ...]:
        """Return the papers to ask about, each with how often arXiv did not know it.

        They lack authors, categories or a date, or were listed on or after `since` and may be withdrawn by
        now. The latest listed come first; those whose next try lies ahead are left out. `among` limits the
        papers.
        """
        rows = self._engine.query(
            f"""
            SELECT id, tries FROM (
                SELECT candidates.id, coalesce(arxiv_records.tries, 0) AS tries,
                    (SELECT max(day) FROM listing_papers WHERE paper_id = candidates.id) AS listed
                FROM ({_BARE} UNION ALL {_LISTED_SINCE}) AS candidates
                LEFT JOIN arxiv_records ON arxiv_records.paper_id = candidates.id
                WHERE (arxiv_records.paper_id IS NULL OR arxiv_records.next_try_at <= :now)
                    {"" if among is None else f"AND {self._engine.among('candidates.id', 'among')}"}
            ) AS due
            ORDER BY listed DESC NULLS LAST, id
            LIMIT :limit
            """,  # noqa: S608 -- the engine's word
            {
                "now": now.isoformat(),
                "since": since.isoformat(),
                "among": list(among or ()),
                "limit": limit,
            },
        )
        return tuple((row["id"], row["tries"]) for row in rows)

    def put(self, record: ArxivRecord) -> None:
        """Keep the record, replacing an earlier one.

        The first version that arXiv shows is taken to be the stored one; that changes by `store` alone.
        """
        row = {
            "paper_id": record.paper_id,
            "asked_at": record.asked_at.isoformat(),
            "version": record.version,
            "updated": optional_text(record.updated),
            "tries": record.tries,
            "next_try_at": optional_text(record.next_try_at),
        }
        upsert(self._engine, "arxiv_records", row, ["paper_id"])
        self._engine.execute(
            "UPDATE arxiv_records SET stored_version = version"
            " WHERE paper_id = ? AND stored_version IS NULL AND version IS NOT NULL",
            [record.paper_id],
        )

    def keep_texts(self, paper_id: str, title: str, abstract: str) -> None:
        """Keep what is stored of the paper, before others take its place; empty ones don't.

        They may be of a version of which arXiv was not asked yet, and this one is compared with it then. What
        is kept already stays: it is what the stored version said.
        """
        self._engine.execute(_KEPT_TEXTS, {"paper_id": paper_id, "title": title, "abstract": abstract})

    def store(self, paper_id: str, version: int) -> None:
        """Record that title and abstract of this version are stored now."""
        self._engine.execute(
            """
            UPDATE arxiv_records SET stored_version = ?, earlier_title = NULL, earlier_abstract = NULL
            WHERE paper_id = ?
            """,
            [version, paper_id],
        )


@reads("arxiv_records")
def _record_from_row(row: dict[str, Any]) -> ArxivRecord:
    return ArxivRecord(
        paper_id=row["paper_id"],
        asked_at=moment_of(row["asked_at"]),
        version=row["version"],
        updated=optional_moment(row["updated"]),
        tries=row["tries"],
        next_try_at=optional_moment(row["next_try_at"]),
        stored_version=row["stored_version"],
    )
