"""Looks up the newer versions of papers, and what they changed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.cards.renewed import MOST_RENEWED, RenewedPaper
from bot.cards.versions import NewerVersion
from bot.summaries.changes import changes
from storage.records import Paper, PaperVersion
from storage.tables import Tables

_NEWS_FOR = timedelta(days=14)


def newer_versions(tables: Tables, papers: Iterable[Paper]) -> dict[str, NewerVersion]:
    """Return the newer versions of those of these papers that have one, and are not withdrawn."""
    by_id = {paper.id: paper for paper in papers if not paper.withdrawal}
    found = tables.paper_versions.of_papers(by_id) if by_id else {}
    return {paper_id: _newer(by_id[paper_id], version) for paper_id, version in found.items()}


def renewed_papers(tables: Tables, workspace: str, person: str, now: datetime) -> tuple[RenewedPaper, ...]:
    """Return the papers on a person's list of which a newer version came lately, the latest first."""
    found = tables.paper_versions.of_saved(workspace, person, now - _NEWS_FOR, MOST_RENEWED)
    papers = tables.papers.of_ids(version.paper_id for version in found)
    newer = newer_versions(tables, papers)
    return tuple(RenewedPaper(paper, newer[paper.id]) for paper in papers if paper.id in newer)


def _newer(paper: Paper, version: PaperVersion) -> NewerVersion:
    before, after = version.earlier_abstract, paper.abstract
    return NewerVersion(
        version.version,
        (version.submitted_at or version.seen_at).astimezone(UTC).date(),
        version.seen_at,
        changes=changes(before, after) if before and after else None,
        earlier_title=version.earlier_title if version.earlier_title != paper.title else None,
    )
