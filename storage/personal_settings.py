"""The personal settings table: what each person has set for themselves."""

from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import upsert
from storage.moments import optional_moment
from storage.records import PersonSettings
from storage.rows import reads, whole

_FIXED = "microseconds"
_KEY = ("workspace", "person")


class PersonalSettings:
    """Settings by workspace and person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, workspace: str, person: str) -> PersonSettings | None:
        """Return what the person has set, or `None` where they have never set anything."""
        rows = self._engine.query(
            "SELECT * FROM personal_settings WHERE workspace = ? AND person = ?", [workspace, person]
        )
        return next(map(_settings_from_row, rows), None)

    def put(self, settings: PersonSettings) -> None:
        """Store a person's settings in place of those before."""
        row = {
            "workspace": settings.workspace,
            "person": settings.person,
            "language": settings.language,
            "reaction": settings.reaction,
            "zone": settings.zone,
            "next_reminder_at": settings.next_reminder_at
            and settings.next_reminder_at.isoformat(timespec=_FIXED),
        }
        upsert(self._engine, "personal_settings", row, _KEY)

    def due_reminders(self, now: datetime, limit: int) -> tuple[PersonSettings, ...]:
        """Return the settings of people whose reminder is due, the longest due first."""
        rows = self._engine.query(
            """
            SELECT * FROM personal_settings
            WHERE next_reminder_at IS NOT NULL AND next_reminder_at <= ?
            ORDER BY next_reminder_at LIMIT ?
            """,
            [now.isoformat(timespec=_FIXED), limit],
        )
        return tuple(whole(_settings_from_row, rows))

    def begin_reminder(self, settings: PersonSettings, next_at: datetime) -> bool:
        """Put the reminder off to its next moment; return False where somebody has done so already.

        Whoever did sends this one, so that no other process sends it, too.
        """
        changed = self._engine.execute(
            """
            UPDATE personal_settings SET next_reminder_at = :next_at
            WHERE workspace = :workspace AND person = :person AND next_reminder_at = :due_at
            """,
            {
                "workspace": settings.workspace,
                "person": settings.person,
                "next_at": next_at.isoformat(timespec=_FIXED),
                "due_at": settings.next_reminder_at and settings.next_reminder_at.isoformat(timespec=_FIXED),
            },
        )
        return changed > 0


@reads("personal_settings")
def _settings_from_row(row: dict[str, Any]) -> PersonSettings:
    return PersonSettings(
        workspace=row["workspace"],
        person=row["person"],
        language=row["language"],
        reaction=row["reaction"],
        zone=row["zone"],
        next_reminder_at=optional_moment(row["next_reminder_at"]),
    )
