"""The paper versions table: the newer version that came of a paper, and what the one before said."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.text.notation import latex
from storage.engines.engine import Engine
from storage.moments import moment_of, optional_moment, optional_text, sortable_text
from storage.papers import visible
from storage.records import PaperVersion
from storage.rows import reads, whole


class PaperVersions:
    """The newest version by paper, of those of which an earlier one was stored before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self,
        paper_id: str,
        version: int,
        submitted_at: datetime | None,
        now: datetime,
        *,
        has_abstract: bool = True,
    ) -> None:
        """Keep what the paper's stored version said as the earlier version's, before it is renewed.

        That is what is stored of the paper, unless something took its place (`ArxivRecords.keep_texts`). The
        abstract only where the newer version has one too: else there is nothing to compare it with.
        """
        self._engine.execute(
            """
            INSERT INTO paper_versions (
                paper_id, version, submitted_at, seen_at, earlier_title, earlier_abstract
            ) SELECT
                id, :version, :submitted_at, :now, coalesce(earlier_title, title),
                CASE WHEN :has_abstract = 0 THEN NULL
                    WHEN earlier_title IS NULL THEN abstract ELSE earlier_abstract END
            FROM papers LEFT JOIN arxiv_records ON arxiv_records.paper_id = papers.id
            WHERE papers.id = :paper_id
            ON CONFLICT (paper_id) DO UPDATE SET
                version = excluded.version, submitted_at = excluded.submitted_at,
                seen_at = excluded.seen_at, earlier_title = excluded.earlier_title,
                earlier_abstract = excluded.earlier_abstract
            """,
            {
                "paper_id": paper_id,
                "version": version,
                "submitted_at": optional_text(submitted_at),
                "now": sortable_text(now),
                "has_abstract": int(has_abstract),
            },
        )

    def of_papers(self, paper_ids: Iterable[str]) -> dict[str, PaperVersion]:
        """Return the newer versions of those of these papers that have one."""
        rows = self._engine.query(
            f"SELECT * FROM paper_versions WHERE {self._engine.among('paper_id', 'paper_ids')}",  # noqa: S608 -- the engine's word
            {"paper_ids": list(paper_ids)},
        )
        return {each.paper_id: each for each in whole(_version_from_row, rows)}

    def of_saved(self, workspace: str, person: str, since: datetime, limit: int) -> tuple[PaperVersion, ...]:
        """Return those seen since a moment of papers that the person saved before, the latest seen first."""
        # CROSS JOIN has SQLite begin with the few that are new.
        rows = self._engine.query(
            """
            SELECT paper_versions.* FROM paper_versions CROSS JOIN saved_papers
            WHERE paper_versions.seen_at >= :since AND saved_papers.workspace = :workspace
                AND saved_papers.person = :person AND saved_papers.paper_id = paper_versions.paper_id
                AND saved_papers.saved_at < paper_versions.seen_at
            ORDER BY paper_versions.seen_at DESC, paper_versions.paper_id DESC LIMIT :limit
            """,
            {"workspace": workspace, "person": person, "since": sortable_text(since), "limit": limit},
        )
        return tuple(whole(_version_from_row, rows))


@reads("paper_versions")
def _version_from_row(row: dict[str, Any]) -> PaperVersion:
    abstract = visible(row["earlier_abstract"])
    return PaperVersion(
        paper_id=row["paper_id"],
        version=row["version"],
        seen_at=moment_of(row["seen_at"]),
        earlier_title=latex.readable(row["earlier_title"]),
        earlier_abstract=latex.readable(abstract) if abstract else None,
        submitted_at=optional_moment(row["submitted_at"]),
    )
