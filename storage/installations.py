"""The installations table: where the bot is installed, with its tokens, encrypted before they come here."""

import json
from datetime import datetime
from typing import Any

from storage.engines.engine import Engine
from storage.engines.statements import upsert
from storage.moments import moment_of, optional_moment, sortable_text
from storage.records import EncryptedTokens, Installation
from storage.rows import reads, whole

CHECKED = "installation checks"
"""The heartbeat of the look at whether each installation is still one."""

_NO_TOKENS = "encrypted_token = NULL, encrypted_refresh_token = NULL, key_id = NULL, expires_at = NULL"


class Installations:
    """At most one installation of each workspace, and one of each organisation; an ended one has no token."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, workspace: str) -> Installation | None:
        """Return what is kept of the installation of a workspace or organisation, ended or not."""
        rows = self._engine.query("SELECT * FROM installations WHERE workspace = ?", [workspace])
        return next(map(_installation_from_row, rows), None)

    def serving(self, workspace: str) -> Installation | None:
        """Return the installation whose token works in the workspace: its own, or its organisation's."""
        own = self._engine.query(
            "SELECT * FROM installations WHERE workspace = ? AND uninstalled_at IS NULL", [workspace]
        )
        return next(map(_installation_from_row, own), None) or self._of_organisation(workspace)

    def _of_organisation(self, workspace: str) -> Installation | None:
        rows = self._engine.query(
            """
            SELECT installations.* FROM organisation_workspaces
            JOIN installations ON installations.workspace = organisation_workspaces.enterprise_id
            WHERE organisation_workspaces.workspace = ? AND organisation_workspaces.left_at IS NULL
                AND installations.uninstalled_at IS NULL
            """,
            [workspace],
        )
        return next(map(_installation_from_row, rows), None)

    def put(self, installation: Installation) -> None:
        """Store the installation in place of the one before, ended or not."""
        tokens = installation.tokens
        row = {
            "workspace": installation.workspace,
            "app_id": installation.app_id,
            "enterprise_id": installation.enterprise_id,
            "is_org_wide": installation.is_org_wide,
            "team_name": installation.team_name,
            "team_url": installation.team_url,
            "bot_id": installation.bot_id,
            "bot_user_id": installation.bot_user_id,
            "installer": installation.installer,
            "scopes": json.dumps(installation.scopes),
            "installed_at": sortable_text(installation.installed_at),
            "uninstalled_at": installation.uninstalled_at and sortable_text(installation.uninstalled_at),
            "encrypted_token": tokens and tokens.token,
            "encrypted_refresh_token": tokens and tokens.refresh_token,
            "key_id": tokens and tokens.key_id,
            "expires_at": tokens and tokens.expires_at and sortable_text(tokens.expires_at),
        }
        upsert(self._engine, "installations", row, ["workspace"])

    def replace_tokens(self, before: Installation, tokens: EncryptedTokens) -> bool:
        """Store new tokens; return False where the installation has others by now, or none, which then stay.

        Whether it has is seen by the expiry, which encryption anew with another key leaves as it is.
        """
        expired_at = before.tokens and before.tokens.expires_at
        changed = self._engine.execute(
            """
            UPDATE installations SET encrypted_token = :token, encrypted_refresh_token = :refresh_token,
                key_id = :key_id, expires_at = :expires_at
            WHERE workspace = :workspace AND uninstalled_at IS NULL AND installed_at = :installed_at
                AND coalesce(expires_at, '') = :expired_at
            """,
            {
                "workspace": before.workspace,
                "installed_at": sortable_text(before.installed_at),
                "expired_at": sortable_text(expired_at) if expired_at else "",
                "token": tokens.token,
                "refresh_token": tokens.refresh_token,
                "key_id": tokens.key_id,
                "expires_at": tokens.expires_at and sortable_text(tokens.expires_at),
            },
        )
        return changed > 0

    def remove_tokens(self, workspace: str, now: datetime) -> bool:
        """End the installation; its tokens leave the database, its files too, as far as the engine can.

        Returns False where there is none, or it has ended already.
        """
        changed = self._engine.execute(
            f"UPDATE installations SET uninstalled_at = ?, {_NO_TOKENS}"  # noqa: S608 -- a constant
            " WHERE workspace = ? AND uninstalled_at IS NULL",
            [sortable_text(now), workspace],
        )
        if changed:
            self._engine.erase_deleted("installations")
        return changed > 0

    def with_other_keys(self, key_id: str, after: str, limit: int) -> tuple[Installation, ...]:
        """Return installations whose tokens are encrypted with another key, in order after a workspace."""
        rows = self._engine.query(
            """
            SELECT * FROM installations
            WHERE (key_id < :key_id OR key_id > :key_id) AND workspace > :after
            ORDER BY workspace LIMIT :limit
            """,
            {"key_id": key_id, "after": after, "limit": limit},
        )
        return tuple(whole(_installation_from_row, rows))

    def has_any_with(self, key_id: str) -> bool:
        """Return whether any tokens are encrypted with the key."""
        rows = self._engine.query("SELECT 1 FROM installations WHERE key_id = ? LIMIT 1", [key_id])
        return next(rows, None) is not None

    def installed(self, after: str, limit: int) -> tuple[Installation, ...]:
        """Return installations that have not ended, in order after a workspace; an empty text begins."""
        rows = self._engine.query(
            """
            SELECT * FROM installations WHERE uninstalled_at IS NULL AND workspace > ?
            ORDER BY workspace LIMIT ?
            """,
            [after, limit],
        )
        return tuple(whole(_installation_from_row, rows))


@reads("installations")
def _installation_from_row(row: dict[str, Any]) -> Installation:
    return Installation(
        workspace=row["workspace"],
        app_id=row["app_id"],
        enterprise_id=row["enterprise_id"],
        is_org_wide=bool(row["is_org_wide"]),
        team_name=row["team_name"],
        team_url=row["team_url"],
        bot_id=row["bot_id"],
        bot_user_id=row["bot_user_id"],
        installer=row["installer"],
        scopes=tuple(json.loads(row["scopes"])),
        installed_at=moment_of(row["installed_at"]),
        uninstalled_at=optional_moment(row["uninstalled_at"]),
        tokens=_tokens_from_row(row),
    )


def _tokens_from_row(row: dict[str, Any]) -> EncryptedTokens | None:
    if row["encrypted_token"] is None:
        return None
    return EncryptedTokens(
        token=row["encrypted_token"],
        refresh_token=row["encrypted_refresh_token"],
        key_id=row["key_id"],
        expires_at=optional_moment(row["expires_at"]),
    )
