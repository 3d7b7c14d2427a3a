"""The values that a person sets, for every kind of input."""

from typing import Any

from bot.sandbox.actions.actor import Actor
from bot.sandbox.actions.files import chosen_files
from bot.sandbox.actions.suggestions import EXTERNAL, with_suggestions
from bot.sandbox.checks import Json
from bot.sandbox.inputs import chosen


def chosen_by(actor: Actor, element: Json, value: Any) -> Json:
    """Return the state after this person sets `element` to `value`. Raises NotPossibleError."""
    if element["type"] == "file_input":
        return chosen_files(actor, element, value)
    if element["type"] in EXTERNAL:
        return chosen(with_suggestions(actor, element), value)
    return chosen(element, value)
