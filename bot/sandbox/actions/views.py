"""Submitting and closing modals, applying the app's acknowledgement, and opening the Home tab."""

from typing import Any

from bot.sandbox import events, payloads
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.inputs import complaint, is_empty
from bot.sandbox.locators import Place
from bot.sandbox.methods.views import checked_view, show
from bot.sandbox.records import View
from bot.sandbox.sentences import REQUIRED, TROUBLE


def open_home(actor: Actor) -> None:
    """Open the app's Home tab. Raises NotPossibleError."""
    if not actor.workspace.manifest.features.app_home.home_tab_enabled:
        raise NotPossibleError("The manifest does not enable the Home tab.")
    events.home_opened(actor.workspace, actor.person)


def modal_of(place: Place) -> View:
    """Return the modal at `place`. Raises NotPossibleError."""
    if place.view is None or place.view.type != "modal":
        raise NotPossibleError("Only a modal can be submitted or closed.")
    return place.view


async def submit(actor: Actor, view: View) -> dict[str, str]:
    """Submit a modal and return its errors by block_id. Raises NotPossibleError, NotAnsweredError."""
    if view.definition.get("submit") is None:
        raise NotPossibleError("This modal has no submit button.")
    view.errors = _complaints(view, actor.person.locale)
    actor.workspace.changed()
    if not view.errors:
        payload = payloads.view_submission(actor.workspace, actor.person, view)
        _apply(actor, view, await actor.send("interactive", payload, TROUBLE))
    return view.errors


def _complaints(view: View, locale: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input" and (sentence := _complaint_about(view, block, locale)):
            errors[block["block_id"]] = sentence
    return errors


def _complaint_about(view: View, block: Json, locale: str) -> str | None:
    element = block["element"]
    value = view.state.get(block["block_id"], {}).get(element["action_id"])
    if value is None or is_empty(value):
        return None if block.get("optional") else REQUIRED.said(locale)
    return complaint(element, value, locale)


def _apply(actor: Actor, view: View, response: Json | None) -> None:
    action = (response or {}).get("response_action")
    try:
        if not response:
            actor.workspace.drop_view(view)
        elif action == "errors":
            _show_errors(actor, view, response.get("errors"))
        elif action == "clear":
            for each in list(actor.person.views):
                actor.workspace.drop_view(each)
        elif action in {"update", "push"}:
            definition = checked_view(actor.workspace, response.get("view"), "modal")
            _show_next(actor, view, definition, pushed=action == "push")
        else:
            raise actor.invalid_response(f"Slack knows no response_action {action!r}.")
    except RefusedError as refused:
        sentence = f"Slack rejects the acknowledgement's payload: {refused.body}."
        raise actor.invalid_response(sentence) from refused


def _show_errors(actor: Actor, view: View, errors: Any) -> None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise actor.invalid_response(f"Errors must name input blocks of the view; got {errors!r}.")
    view.errors = {block_id: str(sentence) for block_id, sentence in errors.items()}
    actor.workspace.changed()


def _show_next(actor: Actor, view: View, definition: Json, *, pushed: bool) -> None:
    workspace = actor.workspace
    if not pushed:
        workspace.make_view(actor.person.id, definition, before=view)
        workspace.changed()
    elif workspace.view_stack_is_full(actor.person):
        raise actor.invalid_response("No more than three views can be open.")
    else:
        show(workspace, actor.person.id, definition, pushed=True)


async def close(actor: Actor, view: View) -> None:
    """Close a modal without submitting it; views with `notify_on_close` notify the app.

    Raises NotAnsweredError.
    """
    clears = bool(view.definition.get("clear_on_close"))
    closed = list(reversed(actor.person.views)) if clears else [view]
    for each in closed:
        actor.workspace.drop_view(each)
    for each in closed:
        if each.definition.get("notify_on_close"):
            payload = payloads.view_closed(actor.workspace, actor.person, each, is_cleared=clears)
            await actor.send("interactive", payload, TROUBLE)
