"""The mistake reports table: mistakes that people report in summaries."""

from datetime import date
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import insert
from storage.moments import moment_of
from storage.records import MistakeReport
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
