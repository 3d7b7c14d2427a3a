"""Modals and the Home tab: views.open, push, update and publish."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.blocks import details, elements_of, filled_in, problems_of_view
from bot.sandbox.checks import Json
from bot.sandbox.errors import RefusedError, invalid_arguments
from bot.sandbox.methods.call import Call, Method, need_scope
from bot.sandbox.records import Trigger, View
from bot.sandbox.rules import limit

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


def checked_view(workspace: "Workspace", definition: Json | None, kind: str) -> Json:
    """Return a view's definition as Slack stores it.

    Raises RefusedError (`invalid_arguments`, `view_too_large`, `missing_scope`).
    """
    if definition is None:
        raise invalid_arguments("missing required field: view")
    problems = problems_of_view(definition)
    if problems:
        raise RefusedError("invalid_arguments", **details(problems))
    if definition["type"] != kind:
        raise invalid_arguments(f"must be a {kind} [json-pointer:/view/type]")
    if len(json.dumps(definition, ensure_ascii=False).encode()) > limit("view.size"):
        raise RefusedError("view_too_large")
    takes_files = any(
        element["type"] == "file_input" for block in definition["blocks"] for element in elements_of(block)
    )
    if takes_files:
        need_scope(workspace, "files:read")
    return {**definition, "blocks": filled_in(definition["blocks"])}


def _exchange(call: Call) -> Trigger:
    workspace = call.workspace
    trigger = workspace.triggers.get(call.need("trigger_id"))
    if trigger is None:
        raise RefusedError("invalid_trigger_id")
    if trigger.is_used:
        raise RefusedError("exchanged_trigger_id")
    if workspace.clock.now() - trigger.issued_at > timedelta(seconds=limit("trigger.seconds")):
        raise RefusedError("expired_trigger_id")
    return trigger


def _unique_external_id(workspace: "Workspace", definition: Json, own: View | None = None) -> None:
    external_id = definition.get("external_id")
    taken = [view for view in workspace.views.values() if view is not own]
    if external_id and any(view.definition.get("external_id") == external_id for view in taken):
        raise RefusedError("duplicate_external_id")


def show(workspace: "Workspace", owner: str, definition: Json, *, pushed: bool) -> View:
    """Show its owner a new modal: on top of the stack if `pushed`, else in place of all open ones."""
    person = workspace.people[owner]
    if not pushed:
        for view in list(person.views):
            workspace.drop_view(view)
    view = workspace.make_view(owner, definition)
    if person.views:
        view.root_view_id, view.previous_view_id = person.views[0].id, person.views[-1].id
    person.views.append(view)
    workspace.changed()
    return view


def _open(call: Call) -> Json:
    definition = checked_view(call.workspace, call.json_object("view"), "modal")
    trigger = _exchange(call)
    _unique_external_id(call.workspace, definition)
    trigger.is_used = True
    view = show(call.workspace, trigger.person, definition, pushed=False)
    return {"view": call.workspace.view_json(view)}


def _push(call: Call) -> Json:
    workspace = call.workspace
    definition = checked_view(call.workspace, call.json_object("view"), "modal")
    trigger = _exchange(call)
    person = workspace.people[trigger.person]
    if trigger.view_id not in {view.id for view in person.views}:
        raise RefusedError("invalid_trigger_id")
    if workspace.view_stack_is_full(person):
        raise RefusedError("push_limit_reached")
    _unique_external_id(workspace, definition)
    trigger.is_used = True
    view = show(workspace, trigger.person, definition, pushed=True)
    return {"view": workspace.view_json(view)}


def _update(call: Call) -> Json:
    workspace = call.workspace
    definition = checked_view(call.workspace, call.json_object("view"), "modal")
    view = _find_modal(call)
    _check_hash(call, view)
    _unique_external_id(workspace, definition, own=view)
    workspace.make_view(view.owner, definition, before=view)
    workspace.changed()
    return {"view": workspace.view_json(view)}


def _find_modal(call: Call) -> View:
    views = call.workspace.views
    external_id = call.get("external_id")
    if external_id:
        matches = [view for view in views.values() if view.definition.get("external_id") == external_id]
    else:
        matches = [view for view in views.values() if view.id == call.need("view_id")]
    modals = [view for view in matches if view.type == "modal"]
    if not modals:
        raise RefusedError("not_found")
    return modals[0]


def _check_hash(call: Call, view: View | None) -> None:
    expected = call.get("hash")
    if expected and view is not None and expected != view.hash:
        raise RefusedError("hash_conflict")


def _publish(call: Call) -> Json:
    workspace = call.workspace
    if not workspace.manifest.features.app_home.home_tab_enabled:
        raise RefusedError("not_enabled")
    definition = checked_view(call.workspace, call.json_object("view"), "home")
    person = workspace.people.get(call.need("user_id"))
    if person is None:
        raise invalid_arguments("invalid `user_id` [json-pointer:/user_id]")
    _check_hash(call, person.home)
    _unique_external_id(workspace, definition, own=person.home)
    person.home = workspace.make_view(person.id, definition, before=person.home)
    workspace.changed()
    return {"view": workspace.view_json(person.home)}


METHODS = (
    Method("views.open", _open, frozenset({"trigger_id", "view"}), "tier_4"),
    Method("views.push", _push, frozenset({"trigger_id", "view"}), "tier_4"),
    Method("views.update", _update, frozenset({"view_id", "external_id", "view", "hash"}), "tier_4"),
    Method("views.publish", _publish, frozenset({"user_id", "view", "hash"}), "tier_4"),
)
