"""The organisation_workspaces table: the workspaces in which an organisation-wide installation was used.

Slack names both with each request, but a digest that is due knows its workspace only.
"""

from collections.abc import Iterable
from datetime import datetime

from storage.engines.engine import Engine
from storage.moments import sortable_text


class OrganisationWorkspaces:
    """The organisation of each such workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enter(self, workspace: str, enterprise_id: str) -> None:
        """Note that the organisation's installation serves the workspace."""
        self._engine.execute(
            """
            INSERT INTO organisation_workspaces (workspace, enterprise_id) VALUES (?, ?)
            ON CONFLICT (workspace) DO UPDATE SET enterprise_id = excluded.enterprise_id, left_at = NULL
            """,
            [workspace, enterprise_id],
        )

    def of(self, enterprise_id: str) -> tuple[str, ...]:
        """Return the workspaces that the organisation's installation serves."""
        rows = self._engine.query(
            """
            SELECT workspace FROM organisation_workspaces
            WHERE enterprise_id = ? AND left_at IS NULL ORDER BY workspace
            """,
            [enterprise_id],
        )
        return tuple(row["workspace"] for row in rows)

    def leave(self, workspaces: Iterable[str], now: datetime) -> None:
        """Note that the organisation's installation serves the workspaces no more."""
        self._engine.execute(
            f"UPDATE organisation_workspaces SET left_at = :now WHERE left_at IS NULL"  # noqa: S608 -- the engine's word
            f" AND {self._engine.among('workspace', 'workspaces')}",
            {"now": sortable_text(now), "workspaces": list(workspaces)},
        )
