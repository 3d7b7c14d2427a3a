"""The bot's end in a workspace, and an organisation's coming and going ones.

Slack tells of an uninstall by both `app_uninstalled` and `tokens_revoked`, in any order, each perhaps more
than once: https://docs.slack.dev/reference/events/app_uninstalled
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from bot.installations.changes import InstallationChanges
from bot.manifest import HttpEvent
from handlers.parts import Parts
from handlers.payloads import record_at


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to what ends or moves an installation, where the bot has more than the token of its settings."""
    if parts.installations:
        listen(app, parts.installations)


def listen(app: AsyncApp, changes: InstallationChanges) -> None:
    """Have the changes made that Slack tells of."""

    async def on_uninstalled(body: dict[str, Any], context: AsyncBoltContext) -> None:
        await changes.uninstall(_key(context), _moment(body))

    async def on_tokens_revoked(
        body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        # Those of people are no loss: the bot has none.
        if record_at(event, "tokens").get("bot"):
            await changes.uninstall(_key(context), _moment(body))

    async def on_access_revoked(event: dict[str, Any]) -> None:
        await changes.leave(_workspaces(event))

    async def on_access_granted(event: dict[str, Any], context: AsyncBoltContext) -> None:
        if context.enterprise_id:
            await changes.enter(_workspaces(event), context.enterprise_id)

    app.event(HttpEvent.UNINSTALLED)(on_uninstalled)
    app.event(HttpEvent.TOKENS_REVOKED)(on_tokens_revoked)
    app.event(HttpEvent.ACCESS_REVOKED)(on_access_revoked)
    app.event(HttpEvent.ACCESS_GRANTED)(on_access_granted)


def _key(context: AsyncBoltContext) -> str:
    """Return whose installation it is: an organisation's, or a workspace's."""
    organisation, workspace = context.enterprise_id or "", context.team_id or ""
    return organisation if context.is_enterprise_install or not workspace else workspace


def _moment(body: Mapping[str, object]) -> datetime | None:
    """Return when it happened, in whole seconds; `None` where Slack does not say so."""
    seconds = body.get("event_time")
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
    except (OverflowError, OSError, ValueError):
        return None


def _workspaces(event: Mapping[str, object]) -> list[str]:
    ids = event.get("team_ids")
    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
