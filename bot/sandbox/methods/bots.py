"""Bots: bots.info."""

from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method


def _info(call: Call) -> Json:
    workspace = call.workspace
    if (call.get("bot") or workspace.bot_id) != workspace.bot_id:
        raise RefusedError("bot_not_found")
    profile = workspace.app_profile()
    told = ("id", "deleted", "name", "updated", "app_id", "user_id", "icons")
    return {"bot": {name: profile[name] for name in told}}


METHODS = (Method("bots.info", _info, frozenset({"bot"}), "tier_3", "users:read"),)
