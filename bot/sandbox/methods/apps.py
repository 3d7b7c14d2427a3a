"""The app itself: auth.test, auth.revoke, apps.connections.open and apps.manifest.export."""

from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method


def _auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"https://{workspace.config.team_domain}.slack.com/",
        "team": workspace.config.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def _apps_connections_open(call: Call) -> Json:
    if call.workspace.connection_url is None:
        raise RefusedError("internal_error")
    return {"url": call.workspace.connection_url()}


def _auth_revoke(call: Call) -> Json:
    call.workspace.tokens.end_all()
    return {"revoked": True}


def _apps_manifest_export(call: Call) -> Json:
    if call.need("app_id", "invalid_app_id") != call.workspace.app_id:
        raise RefusedError("app_not_found")
    return {"manifest": call.workspace.written_manifest}


METHODS = (
    Method(
        *("apps.manifest.export", _apps_manifest_export, frozenset({"app_id"}), "tier_3"),
        takes_configuration_token=True,
    ),
    Method("auth.revoke", _auth_revoke, frozenset(), "tier_3"),
    Method("auth.test", _auth_test, frozenset(), "special"),
    Method("apps.connections.open", _apps_connections_open, frozenset(), "tier_1", takes_app_token=True),
)
