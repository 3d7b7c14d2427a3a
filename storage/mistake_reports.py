"""The mistake reports table: mistakes that people report in summaries."""

from datetime import date
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.moments import moment_of
from storage.records import FROM_MODEL, MistakeReport, ReportCount, ReportedPaper, ReportOutcome
from storage.rows import reads, whole


class MistakeReports:
    """Reports of mistakes, read by the bot's admin."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, report: MistakeReport) -> None:
        """Store a report."""
        row = {
            "workspace": report.workspace,
            "person": report.person,
            "paper_id": report.paper_id,
            "language": report.language,
            "reported_at": report.reported_at.isoformat(),
            "note": report.note,
            "summary_source": report.summary_source,
            "summary_made_at": report.summary_made_at.isoformat(),
        }
        insert(self._engine, "mistake_reports", [row])

    def latest(self, limit: int) -> tuple[MistakeReport, ...]:
        """Return the newest reports, the newest first."""
        rows = self._engine.query(
            "SELECT * FROM mistake_reports ORDER BY reported_at DESC, id DESC LIMIT ?", [limit]
        )
        return tuple(whole(_report_from_row, rows))

    def counts(self, limit: int) -> tuple[ReportCount, ...]:
        """Count all reports by what they are about and what became of it, the most first.

        A summary that was made anew on the day of the reported one counts as unchanged, as dates tell it.
        """
        rows = self._engine.query(_COUNTS, {"model": FROM_MODEL, "limit": limit})
        return tuple(whole(_count_from_row, rows))

    def most_reported(self, limit: int) -> tuple[ReportedPaper, ...]:
        """Return the papers with the most reports, and of equal ones the last reported, first."""
        rows = self._engine.query(
            """
            SELECT paper_id, count(*) AS reports, max(reported_at) AS last_at FROM mistake_reports
            GROUP BY paper_id ORDER BY reports DESC, last_at DESC, paper_id LIMIT ?
            """,
            [limit],
        )
        return tuple(whole(_reported_paper_from_row, rows))


_COUNTS = """
WITH reported AS (
    SELECT
        mistake_reports.paper_id,
        mistake_reports.reported_at,
        mistake_reports.summary_source,
        CASE WHEN same.made_at = mistake_reports.summary_made_at THEN same.model END AS model,
        CASE
            WHEN papers.withdrawal IS NOT NULL THEN 'withdrawn'
            WHEN same.made_at > mistake_reports.summary_made_at THEN 'made_anew'
            WHEN same.made_at IS NULL AND by_model.made_at IS NOT NULL THEN 'now_by_model'
            ELSE 'unchanged'
        END AS outcome
    FROM mistake_reports
    JOIN papers ON papers.id = mistake_reports.paper_id
    LEFT JOIN summaries AS same ON same.paper_id = mistake_reports.paper_id
        AND same.language = mistake_reports.language AND same.source = mistake_reports.summary_source
    LEFT JOIN summaries AS by_model ON by_model.paper_id = mistake_reports.paper_id
        AND by_model.language = mistake_reports.language AND by_model.source = :model
)
SELECT
    summary_source, model, outcome, count(*) AS reports, count(DISTINCT paper_id) AS papers,
    min(reported_at) AS first_at, max(reported_at) AS last_at
FROM reported
GROUP BY summary_source, model, outcome
ORDER BY reports DESC, summary_source, model NULLS LAST, outcome
LIMIT :limit
"""


@reads("mistake_reports")
def _count_from_row(row: dict[str, Any]) -> ReportCount:
    return ReportCount(
        summary_source=row["summary_source"],
        model=row["model"],
        outcome=ReportOutcome(row["outcome"]),
        reports=int(row["reports"]),
        papers=int(row["papers"]),
        first_at=moment_of(row["first_at"]),
        last_at=moment_of(row["last_at"]),
    )


@reads("mistake_reports")
def _reported_paper_from_row(row: dict[str, Any]) -> ReportedPaper:
    return ReportedPaper(row["paper_id"], int(row["reports"]), moment_of(row["last_at"]))


@reads("mistake_reports")
def _report_from_row(row: dict[str, Any]) -> MistakeReport:
    return MistakeReport(
        id=row["id"],
        workspace=row["workspace"],
        person=row["person"],
        paper_id=row["paper_id"],
        language=row["language"],
        reported_at=moment_of(row["reported_at"]),
        note=row["note"],
        summary_source=row["summary_source"],
        summary_made_at=date.fromisoformat(row["summary_made_at"]),
    )
