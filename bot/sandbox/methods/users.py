"""People: users.info."""

from bot.sandbox import serializers
from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError
from bot.sandbox.methods.call import Call, Method


def _info(call: Call) -> Json:
    workspace = call.workspace
    user = call.need("user", "user_not_found")
    person = workspace.bot if user == workspace.bot.id else workspace.people.get(user)
    if person is None:
        raise RefusedError("user_not_found")
    now = workspace.clock.now()
    with_locale = call.flag("include_locale")
    return {"user": serializers.person_json(person, workspace.team_id, now, with_locale=with_locale)}


METHODS = (Method("users.info", _info, frozenset({"user", "include_locale"}), "tier_4", "users:read"),)
