"""Sending modals in and closing them, and what the app's acknowledgement makes of them."""

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.acts.actor import TROUBLE, Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError, RefusedError
from bot.sandbox.inputs import complaint, is_empty
from bot.sandbox.methods.views import checked_view, show
from bot.sandbox.records import View
from bot.sandbox.targets import Place


def modal_of(place: Place) -> View:
    """Return the modal that is meant. Raises NotPossibleError."""
    if place.view is None or place.view.type != "modal":
        raise NotPossibleError("Only a modal can be sent in or closed.")
    return place.view


async def submit(actor: Actor, view: View) -> dict[str, str]:
    """Send a modal in and return the errors by block_id. Raises NotPossibleError, NotAnsweredError."""
    if view.definition.get("submit") is None:
        raise NotPossibleError("This modal has no submit button.")
    view.errors = _complaints(view)
    actor.workspace.changed()
    if not view.errors:
        payload = payloads.view_submission(actor.workspace, actor.person, view)
        _acknowledged(actor, view, await actor.ask("interactive", payload, TROUBLE))
    return view.errors


def _complaints(view: View) -> dict[str, str]:
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input" and (said := _complaint_about(view, block)):
            errors[block["block_id"]] = said
    return errors


def _complaint_about(view: View, block: Json) -> str | None:
    element = block["element"]
    value = view.state.get(block["block_id"], {}).get(element["action_id"])
    if value is None or is_empty(value):
        return None if block.get("optional") else "Please complete this required field."
    return complaint(element, value)


def _acknowledged(actor: Actor, view: View, answer: Json | None) -> None:
    action = (answer or {}).get("response_action")
    try:
        if not answer:
            actor.workspace.drop_view(view)
        elif action == "errors":
            _show_errors(actor, view, answer.get("errors"))
        elif action == "clear":
            for each in list(actor.person.views):
                actor.workspace.drop_view(each)
        elif action in {"update", "push"}:
            _show_next(actor, view, checked_view(answer.get("view"), "modal"), pushed=action == "push")
        else:
            raise actor.bad_answer(f"Slack knows no response_action {action!r}.")
    except RefusedError as refused:
        raise actor.bad_answer(
            f"Slack refuses what the acknowledgement carries: {refused.body}."
        ) from refused


def _show_errors(actor: Actor, view: View, errors: Any) -> None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise actor.bad_answer(f"Errors must name input blocks of the view; got {errors!r}.")
    view.errors = {block_id: str(sentence) for block_id, sentence in errors.items()}
    actor.workspace.changed()


def _show_next(actor: Actor, view: View, definition: Json, *, pushed: bool) -> None:
    workspace = actor.workspace
    if not pushed:
        workspace.make_view(actor.person.id, definition, before=view)
        workspace.changed()
    elif workspace.view_stack_is_full(actor.person):
        raise actor.bad_answer("No more than three views can be open.")
    else:
        show(workspace, actor.person.id, definition, pushed=True)


async def close(actor: Actor, view: View) -> None:
    """Close a modal without sending it in; the app hears of it where it asked to.

    Raises NotAnsweredError.
    """
    clears = bool(view.definition.get("clear_on_close"))
    closed = list(reversed(actor.person.views)) if clears else [view]
    for each in closed:
        actor.workspace.drop_view(each)
    for each in closed:
        if each.definition.get("notify_on_close"):
            payload = payloads.view_closed(actor.workspace, actor.person, each, is_cleared=clears)
            await actor.ask("interactive", payload, TROUBLE)
