"""Typing in an external select, whose options the app suggests."""

from bot.sandbox import payloads
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json, Walk, check_object
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.inputs import options_of
from bot.sandbox.locators import Place, find_element
from bot.sandbox.sentences import NO_RESPONSE
from bot.sandbox.shapes import SUGGESTIONS

EXTERNAL = frozenset({"external_select", "multi_external_select"})
_FEWEST_TYPED = 3
"""The default of `min_query_length` (docs: reference/block-kit/block-elements/select-menu-element)."""


async def suggest(actor: Actor, place: Place, action_id: str, typed: str, *, block_id: str | None) -> Json:
    """Return the `options` or `option_groups` that the app suggests for what is typed.

    Raises NotPossibleError, NotAnsweredError.
    """
    block, element = find_element(place, action_id, block_id=block_id)
    if element["type"] not in EXTERNAL:
        raise NotPossibleError(f"{action_id} is a {element['type']}, which takes no suggestions.")
    fewest = element.get("min_query_length", _FEWEST_TYPED)
    if len(typed) < fewest:
        raise NotPossibleError(f"{action_id} asks the app only for {fewest} characters or more.")
    query = {"block_id": block["block_id"], "value": typed}
    payload = payloads.block_suggestion(actor.workspace, actor.person, place, element, query)
    answer = await actor.send("interactive", payload, NO_RESPONSE)
    _check(actor, answer)
    found: Json = answer or {}
    offered = actor.person.suggested.setdefault(action_id, {})
    offered.update({option["value"]: option for option in options_of(found)})
    return found


def _check(actor: Actor, answer: Json | None) -> None:
    kind = "option_groups" if answer and "option_groups" in answer else "options"
    walk = Walk("modal")
    check_object(walk, answer, "", SUGGESTIONS[kind])
    if walk.problems:
        raise actor.invalid_response(f"Slack rejects the suggestions: {walk.problems[0]}.")


def with_suggestions(actor: Actor, element: Json) -> Json:
    """Return an external select with its initial options and all that the app suggested to this person."""
    initial = [element["initial_option"]] if "initial_option" in element else []
    suggested = actor.person.suggested.get(element["action_id"], {})
    options = [*initial, *element.get("initial_options", []), *suggested.values()]
    return {**element, "options": options}
