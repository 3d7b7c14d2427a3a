"""The saved papers table: each person's own list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.moments import moment_of
from storage.papers import paper_from_row
from storage.records import SavedPaper
from storage.rows import reads, whole


class SavedPapers:
    """Saved papers by workspace and person; every call takes both, so nobody sees another's list."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, workspace: str, person: str, paper_id: str, now: datetime) -> bool:
        """Save the paper to the person's list and return whether it is new there."""
        changed = self._engine.execute(
            "INSERT INTO saved_papers (workspace, person, paper_id, saved_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [workspace, person, paper_id, now.isoformat()],
        )
        return changed > 0

    def remove(self, workspace: str, person: str, paper_id: str) -> bool:
        """Remove the paper from the person's list and return whether it was there."""
        changed = self._engine.execute(
            "DELETE FROM saved_papers WHERE workspace = ? AND person = ? AND paper_id = ?",
            [workspace, person, paper_id],
        )
        return changed > 0

    def count(self, workspace: str, person: str) -> int:
        """Return how many papers are on the person's list."""
        rows = self._engine.query(
            "SELECT count(*) AS saved FROM saved_papers WHERE workspace = ? AND person = ?",
            [workspace, person],
        )
        saved: int = next(rows)["saved"]
        return saved

    def page(self, workspace: str, person: str, *, offset: int, limit: int) -> tuple[SavedPaper, ...]:
        """Return a page of the person's list, the latest saved first."""
        rows = self._engine.query(
            """
            SELECT papers.*, saved_papers.workspace, saved_papers.person, saved_papers.saved_at
            FROM saved_papers JOIN papers ON papers.id = saved_papers.paper_id
            WHERE workspace = :workspace AND person = :person
            ORDER BY saved_at DESC, paper_id DESC
            LIMIT :limit OFFSET :offset
            """,
            {"workspace": workspace, "person": person, "limit": limit, "offset": offset},
        )
        return tuple(whole(_saved_paper_from_row, rows))

    def saved_among(self, workspace: str, person: str, paper_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these papers are on the person's list."""
        rows = self._engine.query(
            f"""
            SELECT paper_id FROM saved_papers
            WHERE workspace = :workspace AND person = :person
                AND {self._engine.among("paper_id", "paper_ids")}
            """,  # noqa: S608 -- the engine's word
            {"workspace": workspace, "person": person, "paper_ids": list(paper_ids)},
        )
        return frozenset(row["paper_id"] for row in rows)


@reads("saved_papers")
def _saved_paper_from_row(row: dict[str, Any]) -> SavedPaper:
    return SavedPaper(
        workspace=row["workspace"],
        person=row["person"],
        paper=paper_from_row(row),
        saved_at=moment_of(row["saved_at"]),
    )
