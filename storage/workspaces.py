"""What all tables keep of one workspace: deleted a while after the bot was uninstalled there.

What has no workspace is the world's: papers, their lists, summaries and what those cost, the search index;
and the bot's own: events, leases, heartbeats, migrations. A post, its papers and the updates of its card
belong to their delivery's workspace, and what is to be reconciled to its subscription's.
"""

from datetime import datetime

from storage.engines.engine import Engine
from storage.moments import sortable_text

TABLES = {
    "saved_paper_tags": "workspace, person, paper_id, tag",
    "saved_papers": "workspace, person, paper_id",
    "removed_papers": "workspace, person, paper_id",
    "opinions": "workspace, person, paper_id",
    "readers": "workspace, channel, paper_id, person",
    "verdicts": "discussion_id, person",
    "discussions": "id",
    "personal_settings": "workspace, person",
    "follows": "id",
    "topics": "id",
    "deactivated_people": "workspace, person",
    "summary_requests": "id",
    "mistake_reports": "id",
    "operator_notices": "workspace, person, matter",
    "greetings": "workspace, channel",
    "channel_names": "workspace, channel",
    "link_choices": "workspace, channel",
    "shown_links": "workspace, channel, paper_id, day",
    "deliveries": "id",
    "subscriptions": "id",
    "organisation_workspaces": "workspace",
    "installations": "workspace",
}
"""The tables with a workspace in their rows, and their keys; one that another refers to comes after that."""

OF_DELIVERIES = ("card_updates", "channel_papers", "posts")
"""The tables whose rows belong to a delivery, in that order."""

OF_SUBSCRIPTIONS = {"reconciliations": "subscription_id"}
"""The tables whose rows belong to a subscription, and their keys."""

_ROWS_A_DELIVERY = 100


class Workspaces:
    """The rows of all tables that belong to a workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def delete_uninstalled(self, before: datetime, limit: int) -> int:
        """Delete about `limit` rows of a workspace in which the bot has not been installed since a moment.

        Returns how many; 0 once there is no such workspace.
        """
        moment = {"before": sortable_text(before)}
        workspace = self._uninstalled(moment) or self._left(moment)
        return self.delete(workspace, limit) if workspace else 0

    def delete(self, workspace: str, limit: int) -> int:
        """Delete about `limit` rows of the workspace, its installation last; return how many."""
        for table, key in OF_SUBSCRIPTIONS.items():
            if deleted := self._delete_rows_of_subscriptions(table, key, workspace, limit):
                return deleted
        for table, key in TABLES.items():
            deleted = (
                self._delete_deliveries(workspace, max(limit // _ROWS_A_DELIVERY, 1))
                if table == "deliveries"
                else self._delete_rows(table, key, workspace, limit)
            )
            if deleted:
                return deleted
        return 0

    def _delete_rows(self, table: str, key: str, workspace: str, limit: int) -> int:
        return self._engine.execute(
            f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE workspace = ? LIMIT ?)",  # noqa: S608 -- constants
            [workspace, limit],
        )

    def _delete_rows_of_subscriptions(self, table: str, key: str, workspace: str, limit: int) -> int:
        return self._engine.execute(
            f"""
            DELETE FROM {table} WHERE ({key}) IN (
                SELECT {key} FROM {table} JOIN subscriptions ON subscriptions.id = {table}.subscription_id
                WHERE subscriptions.workspace = ? LIMIT ?
            )
            """,  # noqa: S608 -- constants
            [workspace, limit],
        )

    def _delete_deliveries(self, workspace: str, limit: int) -> int:
        rows = self._engine.query(
            "SELECT id FROM deliveries WHERE workspace = ? ORDER BY channel, id LIMIT ?", [workspace, limit]
        )
        return sum(self._delete_delivery(row["id"]) for row in rows)

    def _delete_delivery(self, delivery_id: int) -> int:
        for table in OF_DELIVERIES:
            self._engine.execute(f"DELETE FROM {table} WHERE delivery_id = ?", [delivery_id])  # noqa: S608 -- constants
        return self._engine.execute("DELETE FROM deliveries WHERE id = ?", [delivery_id])

    def _uninstalled(self, moment: dict[str, str]) -> str | None:
        """Return where the installation ended before, and an organisation's neither serves it nor did since.

        An organisation follows its workspaces.
        """
        rows = self._engine.query(
            """
            SELECT workspace FROM installations
            WHERE uninstalled_at < :before AND NOT EXISTS (
                SELECT 1 FROM organisation_workspaces AS entered
                WHERE entered.workspace = installations.workspace
                    AND (entered.left_at IS NULL OR entered.left_at >= :before)
            ) AND NOT EXISTS (
                SELECT 1 FROM organisation_workspaces AS entered
                WHERE entered.enterprise_id = installations.workspace
            )
            ORDER BY uninstalled_at LIMIT 1
            """,
            moment,
        )
        return next((row["workspace"] for row in rows), None)

    def _left(self, moment: dict[str, str]) -> str | None:
        """Return a workspace that an organisation's installation left, without a later one of its own."""
        rows = self._engine.query(
            """
            SELECT workspace FROM organisation_workspaces
            WHERE left_at < :before AND NOT EXISTS (
                SELECT 1 FROM installations AS own
                WHERE own.workspace = organisation_workspaces.workspace
                    AND (own.uninstalled_at IS NULL OR own.uninstalled_at >= :before)
            )
            ORDER BY left_at LIMIT 1
            """,
            moment,
        )
        return next((row["workspace"] for row in rows), None)
