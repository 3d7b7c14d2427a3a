"""The app itself: auth.test, auth.revoke, apps.connections.open and apps.manifest.export."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.sandbox import events
from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def _auth_test(call: Call) -> Json:
    workspace = call.workspace
    enterprise = workspace.config.enterprise
    team = {"team": workspace.config.team_name, "team_id": workspace.team_id}
    if enterprise is not None and workspace.is_org_wide:
        team = {"team": enterprise.name, "team_id": enterprise.id}
    return {
        **team,
        **({"enterprise_id": enterprise.id} if enterprise else {}),
        "url": f"https://{workspace.config.team_domain}.slack.com/",
        "user": workspace.bot.name,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": workspace.is_org_wide,
    }


def _apps_connections_open(call: Call) -> Json:
    if call.workspace.connection_url is None:
        raise RefusedError("internal_error")
    return {"url": call.workspace.connection_url()}


def revoked(call: Call, workspaces: Iterable["Workspace"]) -> Json:
    """Revoke the call's token in the workspaces that it is of; the app stays installed, without a bot user.

    https://docs.slack.dev/reference/methods/auth.revoke
    """
    if call.flag("test"):
        return {"revoked": False}
    for workspace in workspaces:
        workspace.tokens.end(call.token)
        workspace.deactivate_bot()
    events.tokens_revoked(call.workspace)
    return {"revoked": True}


def _apps_manifest_export(call: Call) -> Json:
    if call.need("app_id", "invalid_app_id") != call.workspace.app_id:
        raise RefusedError("app_not_found")
    return {"manifest": call.workspace.written_manifest}


def _auth_revoke(call: Call) -> Json:
    return revoked(call, (call.workspace,))


METHODS = (
    Method(
        *("apps.manifest.export", _apps_manifest_export, frozenset({"app_id"}), "tier_3"),
        takes="configuration token",
    ),
    Method("auth.revoke", _auth_revoke, frozenset({"test"}), "tier_3"),
    Method("auth.test", _auth_test, frozenset(), "special"),
    Method("apps.connections.open", _apps_connections_open, frozenset(), "tier_1", takes="app token"),
)
