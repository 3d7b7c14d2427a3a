"""The values of inputs: initial values, values that a person sets, and the client's validation."""

from typing import Any

from bot.sandbox.blocks import elements_of
from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.records import State
from bot.sandbox.sentences import NO_NUMBER, TOO_LARGE, TOO_LONG, TOO_SHORT, TOO_SMALL

_SELECTED = {
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "file_input": ("files", "initial_files"),
}
"""For each input element: the field of its value in Slack's state, and the field of its initial value.

A file input has no initial value: its shape refuses the field.
"""

_MANY = frozenset({"multi_static_select", "multi_external_select", "checkboxes", "file_input"})


def initial_state(blocks: list[Json], before: State | None = None) -> State:
    """Return the values of all inputs in `blocks`, keeping those that `before` holds under the same ids."""
    state: State = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in _SELECTED:
                place = state.setdefault(block["block_id"], {})
                kept = (before or {}).get(block["block_id"], {}).get(element["action_id"])
                place[element["action_id"]] = kept or _initial_value(element)
    return state


def _initial_value(element: Json) -> Json:
    selected, initial = _SELECTED[element["type"]]
    empty: Any = [] if element["type"] in _MANY else None
    return {"type": element["type"], selected: element.get(initial, empty)}


def options_of(element: Json) -> list[Json]:
    """Return all options of a select, choice or overflow element, with groups flattened."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def option_with_value(element: Json, value: str) -> Json:
    """Return the option that has `value`. Raises NotPossibleError."""
    for option in options_of(element):
        if option["value"] == value:
            return option
    offered = ", ".join(repr(option["value"]) for option in options_of(element))
    raise NotPossibleError(f"{element['action_id']} has no option {value!r}; it has {offered}.")


def chosen(element: Json, value: Any) -> Json:
    """Return the state that Slack sends after a person sets `element` to `value`.

    `value` is a text, a number, a date or time as text, an option's value, or a list of those; None clears.
    Raises NotPossibleError.
    """
    kind = element["type"]
    if kind not in _SELECTED:
        raise NotPossibleError(f"{element['action_id']} is a {kind}, which holds no value.")
    selected = _SELECTED[kind][0]
    if kind in _MANY:
        values = value if isinstance(value, list) else ([] if value in (None, "") else [value])
        _not_too_many(element, values)
        return {"type": kind, selected: [option_with_value(element, each) for each in values]}
    if selected == "selected_option" and value not in (None, ""):
        return {"type": kind, selected: option_with_value(element, value)}
    return {"type": kind, selected: None if value is None or value == "" else str(value)}


def _not_too_many(element: Json, values: list[Any]) -> None:
    most = element.get("max_selected_items")
    if most is not None and len(values) > most:
        raise NotPossibleError(f"{element['action_id']} takes at most {most} values.")


def is_empty(value: Json | None) -> bool:
    """Return whether an input has no value."""
    return value is None or not any(inner for key, inner in value.items() if key != "type")


def complaint(element: Json, value: Json, locale: str) -> str | None:
    """Return the error that Slack's client shows for an invalid value, if any, in the person's language."""
    written = value.get("value")
    if not isinstance(written, str):
        return None
    if element["type"] == "number_input":
        return _complaint_about_number(element, written, locale)
    fewest, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(written) < fewest:
        return TOO_SHORT.said(locale, fewest=fewest)
    return TOO_LONG.said(locale, limit=most + 1) if len(written) > most else None


def _complaint_about_number(element: Json, written: str, locale: str) -> str | None:
    try:
        number = float(written) if element["is_decimal_allowed"] else int(written)
    except ValueError:
        return NO_NUMBER.said(locale)
    if "min_value" in element and number < float(element["min_value"]):
        return TOO_SMALL.said(locale, least=element["min_value"])
    if "max_value" in element and number > float(element["max_value"]):
        return TOO_LARGE.said(locale, most=element["max_value"])
    return None
