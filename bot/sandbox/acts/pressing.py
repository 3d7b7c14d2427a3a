"""Pressing buttons, choosing options, and running shortcuts."""

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.acts.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.inputs import chosen, option_with_value
from bot.sandbox.targets import Place, find_element

_NO_ANSWER = "The app did not respond."


async def click(
    actor: Actor, place: Place, action_id: str, *, value: str | None, block_id: str | None
) -> None:
    """Press a button. Raises NotPossibleError, NotAnsweredError."""
    block, button = find_element(place, action_id, block_id=block_id, value=value, kind="button")
    told: Json = {key: button[key] for key in ("text", "value", "style", "url") if key in button}
    await _act(actor, place, block, button, {"type": "button", **told})


async def overflow(actor: Actor, place: Place, action_id: str, value: str, *, block_id: str | None) -> None:
    """Choose an option of an overflow menu. Raises NotPossibleError, NotAnsweredError."""
    block, menu = find_element(place, action_id, block_id=block_id, kind="overflow")
    told = {"type": "overflow", "selected_option": option_with_value(menu, value)}
    await _act(actor, place, block, menu, told)


async def select(actor: Actor, place: Place, action_id: str, value: Any, *, block_id: str | None) -> None:
    """Set an input; the app hears of it where Slack tells it. Raises NotPossibleError, NotAnsweredError."""
    block, element = find_element(place, action_id, block_id=block_id)
    new = chosen(element, value)
    place.state(actor.person).setdefault(block["block_id"], {})[action_id] = new
    actor.workspace.changed()
    if block["type"] != "input" or block.get("dispatch_action"):
        await _act(actor, place, block, element, new)


def enter(actor: Actor, place: Place, values: dict[str, dict[str, Any]]) -> None:
    """Set inputs without telling the app, as by typing. Raises NotPossibleError."""
    state = place.state(actor.person)
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            _, element = find_element(place, action_id, block_id=block_id)
            state.setdefault(block_id, {})[action_id] = chosen(element, value)


async def _act(actor: Actor, place: Place, block: Json, element: Json, told: Json) -> None:
    workspace = actor.workspace
    if not workspace.manifest.settings.interactivity.is_enabled:
        raise NotPossibleError("The manifest does not enable interactivity: Slack shows an error icon.")
    ids = {"action_id": element["action_id"], "block_id": block["block_id"]}
    action = {**ids, **told, "action_ts": workspace.new_ts()}
    await actor.ask("interactive", _payload(actor, place, action), _NO_ANSWER)


def _payload(actor: Actor, place: Place, action: Json) -> Json:
    if place.view is not None:
        return payloads.actions_in_view(actor.workspace, actor.person, place.view, action)
    if place.channel is None or place.message is None:
        raise NotPossibleError("There is neither a message nor a view to act on.")
    return payloads.actions_in_message(actor.workspace, actor.person, place.channel, place.message, action)


async def run_shortcut(actor: Actor, callback_id: str, message: Json | None) -> None:
    """Run a shortcut, on a message or anywhere. Raises NotPossibleError, NotAnsweredError."""
    kind = "message" if message else "global"
    offered = [each for each in actor.workspace.manifest.features.shortcuts if each.type == kind]
    wanted = next((each for each in offered if each.callback_id == callback_id), None)
    if wanted is None:
        raise NotPossibleError(f"The manifest has no {kind} shortcut {callback_id!r}.")
    if message is None:
        payload = payloads.shortcut(actor.workspace, actor.person, wanted)
    else:
        channel, found = actor.message(message)
        if found.ephemeral_to is not None:
            raise NotPossibleError("Slack offers no shortcuts on ephemeral messages.")
        payload = payloads.message_action(actor.workspace, actor.person, channel, found, wanted)
    await actor.ask("interactive", payload, _NO_ANSWER)
