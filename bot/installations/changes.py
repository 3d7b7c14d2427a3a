"""What follows when the bot is installed or uninstalled, in a workspace or in a whole organisation.

installed ──uninstalled, or its token revoked──► tokens removed, digests paused, at once
    ▲                                                  ├──installed again──► digests resumed
    └──────────────────────────────────────────────────┘
                                                       └──some weeks──► its data deleted (retention)
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.delivery.pauses import resume_workspace
from storage.records import Installation
from storage.runner import Runner
from storage.tables import Tables

UNINSTALLED = "token_revoked"
"""Why digests are paused: what Slack answers to the token from then on."""

_logger = logging.getLogger(__name__)


class Forgetful(Protocol):
    """Remembers something of workspaces, such as their tokens."""

    def forget(self, workspace: str) -> None:
        """Forget what is remembered of a workspace, or of all workspaces of an organisation."""
        ...


class InstallationChanges:
    """Installs and uninstalls; each is one transaction, after which nothing of before is remembered."""

    def __init__(self, storage: Runner, clock: Clock, remembering: Iterable[Forgetful] = ()) -> None:
        self._storage = storage
        self._clock = clock
        self._remembering = tuple(remembering)

    async def install(self, installation: Installation) -> None:
        """Store the installation, and resume the digests that were paused as there was none."""
        await self._storage.write(lambda tables: install(tables, installation))
        self._forget(installation.workspace)
        _log("The bot was installed in %(workspace)s", "install", installation.workspace)

    async def uninstall(self, key: str, happened_at: datetime | None = None) -> bool:
        """End the installation of a workspace or an organisation; return whether it had not ended before.

        One of after `happened_at` goes on: Slack may tell of the end of the one before late.
        """
        now = self._clock.now()
        has_ended = await self._storage.write(lambda tables: uninstall(tables, key, now, happened_at))
        self._forget(key)
        if has_ended:
            _log("The bot was uninstalled in %(workspace)s", "uninstall", key)
        return has_ended

    async def enter(self, workspaces: Iterable[str], enterprise_id: str) -> None:
        """Have the organisation's installation serve the workspaces, and resume digests there."""
        entered, now = list(workspaces), self._clock.now()
        await self._storage.write(lambda tables: enter(tables, entered, enterprise_id, now))
        for workspace in entered:
            self._forget(workspace)

    async def leave(self, workspaces: Iterable[str]) -> None:
        """Have the organisation's installation serve the workspaces no more, and pause digests there."""
        left, now = list(workspaces), self._clock.now()
        await self._storage.write(lambda tables: leave(tables, left, now))
        for workspace in left:
            self._forget(workspace)
            _log("The bot was taken out of %(workspace)s", "uninstall", workspace)

    def _forget(self, key: str) -> None:
        for each in self._remembering:
            each.forget(key)


def install(tables: Tables, installation: Installation) -> None:
    """Store the installation, and resume the digests of the workspaces that it serves."""
    tables.installations.put(installation)
    for workspace in _served(tables, installation.workspace):
        resume_workspace(tables, workspace, installation.installed_at)


def uninstall(tables: Tables, key: str, now: datetime, happened_at: datetime | None = None) -> bool:
    """Remove the tokens of a workspace or organisation, and pause the digests that nothing serves any more.

    Returns whether there was anything to end: an installation that is not newer, or that of an organisation,
    of which the workspace is taken out.
    """
    known, served = tables.installations.get(key), _served(tables, key)
    if known and happened_at and happened_at < known.installed_at:
        return False
    has_ended = tables.installations.remove_tokens(key, now)
    if known is None or known.is_org_wide:
        has_ended = has_ended or tables.installations.serving(key) is not None
        tables.organisation_workspaces.leave(served, now)
    _pause_unserved(tables, served)
    return has_ended


def enter(tables: Tables, workspaces: Iterable[str], enterprise_id: str, now: datetime) -> None:
    """Note that the organisation's installation serves the workspaces, and resume their digests."""
    for workspace in workspaces:
        tables.organisation_workspaces.enter(workspace, enterprise_id)
        if tables.installations.serving(workspace):
            resume_workspace(tables, workspace, now)


def leave(tables: Tables, workspaces: Iterable[str], now: datetime) -> None:
    """Note that the organisation's installation serves the workspaces no more, and pause their digests."""
    left = list(workspaces)
    tables.organisation_workspaces.leave(left, now)
    _pause_unserved(tables, left)


def _served(tables: Tables, key: str) -> tuple[str, ...]:
    return (key, *tables.organisation_workspaces.of(key))


def _pause_unserved(tables: Tables, workspaces: Iterable[str]) -> None:
    """Pause the digests of the workspaces in which the bot has no token, also those that are under way."""
    for workspace in workspaces:
        if tables.installations.serving(workspace) is None:
            for subscription in tables.subscriptions.all(workspace):
                tables.deliveries.ask_to_stop(subscription.id)
            tables.subscriptions.pause_workspace(workspace, UNINSTALLED)


def _log(sentence: str, action: str, workspace: str) -> None:
    fields = {"action": action, "workspace": workspace}
    _logger.info(sentence, fields, extra=fields)
