"""Clicking buttons and choosing options."""

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.actions.actor import Actor
from bot.sandbox.actions.values import chosen_by
from bot.sandbox.blocks import elements_of
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.inputs import option_with_value
from bot.sandbox.locators import Place, clicked, find_element
from bot.sandbox.sentences import NO_RESPONSE


async def click(
    actor: Actor, place: Place, action_id: str, *, value: str | None, block_id: str | None
) -> None:
    """Click a button, or one of two for feedback. Raises NotPossibleError, NotAnsweredError."""
    block, element = find_element(
        place, action_id, block_id=block_id, value=value, kinds=("button", "feedback_buttons")
    )
    button = clicked(element, value)
    fields: Json = {key: button[key] for key in ("text", "value", "style", "url") if key in button}
    await _dispatch(actor, place, block, element, {"type": element["type"], **fields})


async def overflow(actor: Actor, place: Place, action_id: str, value: str, *, block_id: str | None) -> None:
    """Choose an option of an overflow menu. Raises NotPossibleError, NotAnsweredError."""
    block, menu = find_element(place, action_id, block_id=block_id, kinds=("overflow",))
    fields = {"type": "overflow", "selected_option": option_with_value(menu, value)}
    await _dispatch(actor, place, block, menu, fields)


async def select(actor: Actor, place: Place, action_id: str, value: Any, *, block_id: str | None) -> None:
    """Set an input and notify the app if its block dispatches. Raises NotPossibleError, NotAnsweredError."""
    block, element = find_element(place, action_id, block_id=block_id)
    new = chosen_by(actor, element, value)
    place.state(actor.person).setdefault(block["block_id"], {})[action_id] = new
    actor.workspace.changed()
    if block["type"] != "input" or block.get("dispatch_action"):
        await _dispatch(actor, place, block, element, new)


def enter(actor: Actor, place: Place, values: dict[str, dict[str, Any]]) -> None:
    """Set inputs without notifying the app, as typing does. Raises NotPossibleError."""
    state = place.state(actor.person)
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            _, element = find_element(place, action_id, block_id=block_id)
            state.setdefault(block_id, {})[action_id] = chosen_by(actor, element, value)


def still_there(place: Place, values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the `values` of the inputs that are still there: a screen may be older than its view."""
    present = {
        (block["block_id"], each["action_id"]) for block in place.blocks for each in elements_of(block)
    }
    return {
        block_id: {
            action_id: value for action_id, value in actions.items() if (block_id, action_id) in present
        }
        for block_id, actions in values.items()
    }


async def _dispatch(actor: Actor, place: Place, block: Json, element: Json, fields: Json) -> None:
    workspace = actor.workspace
    if not workspace.manifest.settings.interactivity.is_enabled:
        raise NotPossibleError("The manifest does not enable interactivity: Slack shows an error icon.")
    ids = {"action_id": element["action_id"], "block_id": block["block_id"]}
    action = {**ids, **fields, "action_ts": workspace.new_ts()}
    await actor.send("interactive", _payload(actor, place, block, action), NO_RESPONSE)


def _payload(actor: Actor, place: Place, block: Json, action: Json) -> Json:
    if place.view is not None:
        return payloads.actions_in_view(actor.workspace, actor.person, place.view, action)
    if place.channel is None or place.message is None:
        raise NotPossibleError("An action needs a message or a view.")
    channel, message, attachment = place.channel, place.message, place.attachment_with(block)
    if attachment is not None:
        return payloads.actions_in_unfurl(actor.workspace, actor.person, channel, message, attachment, action)
    return payloads.actions_in_message(actor.workspace, actor.person, channel, message, action)
