"""The blocks, elements and objects that are known, as tables of their fields; everything else is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.rules import limit
from bot.sandbox.text import counted

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A rule that is broken, what Slack says about it, and the place as a JSON pointer."""

    rule: str
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass
class Walk:
    """One walk over a payload: where it is shown, and what was found."""

    surface: str
    problems: list[Problem] = field(default_factory=list)
    focused: int = 0

    def report(self, rule: str, message: str, pointer: str) -> None:
        """Note that `rule` is broken at `pointer`."""
        self.problems.append(Problem(rule, message, pointer))


Check = Callable[[Walk, Any, str], None]


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of object, those it must have, and what holds between them."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()
    also: tuple[Check, ...] = ()


def check_object(walk: Walk, value: Any, pointer: str, shape: Shape) -> None:
    """Check that `value` is an object of `shape`."""
    if not isinstance(value, dict):
        walk.report("field.type", "must provide an object", pointer)
        return
    for name in shape.required:
        if value.get(name) is None:
            walk.report("field.required", f"missing required field: {name}", pointer)
    for name, inner in value.items():
        known = shape.fields.get(name)
        if known is None:
            walk.report("field.known", f"invalid additional property: {name}", pointer)
        elif inner is not None or name not in shape.required:
            known(walk, inner, f"{pointer}/{name}")
    for check in shape.also:
        check(walk, value, pointer)


def of_shape(shape: Shape) -> Check:
    """Return the check of an object of `shape`."""
    return lambda walk, value, pointer: check_object(walk, value, pointer, shape)


def anything(_walk: Walk, _value: Any, _pointer: str) -> None:
    """Accept whatever stands here: it was looked at before."""


def boolean(walk: Walk, value: Any, pointer: str) -> None:
    """Check for true or false."""
    if not isinstance(value, bool):
        walk.report("field.type", "must be a boolean", pointer)


def integer(walk: Walk, value: Any, pointer: str) -> None:
    """Check for a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        walk.report("field.type", "must be an integer", pointer)


def one_of(*values: str) -> Check:
    """Return the check that the value is one of `values`."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if value not in values:
            walk.report("field.value", f"must be one of: {', '.join(values)}", pointer)

    return check


def string(rule: str, *, may_be_empty: bool = False) -> Check:
    """Return the check of a string no longer than the number of `rule`."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, str):
            walk.report("field.type", "must be a string", pointer)
        elif not value and not may_be_empty:
            walk.report("text.empty", "must be more than 0 characters", pointer)
        elif counted(value) > limit(rule):
            walk.report(rule, f"must be less than {limit(rule) + 1} characters", pointer)

    return check


def matching(rule: str, pattern: str, message: str) -> Check:
    """Return the check that the value is a string of `pattern`."""
    compiled = re.compile(pattern)

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            walk.report(rule, message, pointer)

    return check


def url(rule: str) -> Check:
    """Return the check of a web address no longer than the number of `rule`."""
    short_enough = string(rule)

    def check(walk: Walk, value: Any, pointer: str) -> None:
        short_enough(walk, value, pointer)
        if isinstance(value, str) and value and re.fullmatch(r"(https?|mailto|slack):\S+", value) is None:
            walk.report("url", "invalid url", pointer)

    return check


def items(rule: str, check_item: Check) -> Check:
    """Return the check of a list of one to the number of `rule`."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, list):
            walk.report("field.type", "must be an array", pointer)
            return
        if not value:
            walk.report("text.empty", "must contain at least 1 item", pointer)
        if len(value) > limit(rule):
            walk.report(rule, f"no more than {limit(rule)} items allowed", pointer)
        for index, item in enumerate(value):
            check_item(walk, item, f"{pointer}/{index}")

    return check


def text(rule: str, *types: str) -> Check:
    """Return the check of a text object of one of `types` no longer than the number of `rule`."""
    inner = string(rule)
    shapes = {
        "plain_text": Shape({"type": anything, "text": inner, "emoji": boolean}, ("text",)),
        "mrkdwn": Shape({"type": anything, "text": inner, "verbatim": boolean}, ("text",)),
    }

    def check(walk: Walk, value: Any, pointer: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if isinstance(value, dict) and kind not in types:
            walk.report("field.value", f"must be one of: {', '.join(types)}", f"{pointer}/type")
            return
        check_object(walk, value, pointer, shapes[kind or types[0]])

    return check


def plain_text(rule: str) -> Check:
    """Return the check of a plain text object."""
    return text(rule, "plain_text")


def any_text(rule: str) -> Check:
    """Return the check of a text object of either type."""
    return text(rule, "plain_text", "mrkdwn")


def by_type(shapes: Mapping[str, Shape], allowed: tuple[str, ...], rule: str) -> Check:
    """Return the check of an object whose `type` is one of `allowed`, each with its shape."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            walk.report("field.type", "must provide an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            walk.report("field.required", "missing required field: type", pointer)
        elif kind not in shapes:
            walk.report("block.type", f"unsupported type: {kind}", f"{pointer}/type")
        elif kind not in allowed:
            walk.report(rule, f"unsupported type: {kind}", f"{pointer}/type")
        else:
            check_object(walk, value, pointer, shapes[kind])

    return check


def _focus(walk: Walk, value: Any, pointer: str) -> None:
    boolean(walk, value, pointer)
    if value is True:
        walk.focused += 1
        if walk.focused > limit("focus_on_load"):
            walk.report("focus_on_load", "only one element can have focus_on_load set to true", pointer)


_CONFIRM = of_shape(
    Shape(
        {
            "title": plain_text("confirm.title"),
            "text": any_text("confirm.text"),
            "confirm": plain_text("confirm.confirm"),
            "deny": plain_text("confirm.deny"),
            "style": one_of("primary", "danger"),
        },
        ("title", "text", "confirm", "deny"),
    )
)
_OPTION = Shape(
    {
        "text": plain_text("option.text"),
        "value": string("option.value"),
        "description": plain_text("option.description"),
    },
    ("text", "value"),
)
_CHOICE = Shape(
    {**_OPTION.fields, "text": any_text("option.text"), "description": any_text("option.description")},
    ("text", "value"),
)
_OVERFLOW_OPTION = Shape({**_OPTION.fields, "url": url("option.url")}, ("text", "value"))
_GROUP = Shape(
    {"label": plain_text("group.label"), "options": items("select.options", of_shape(_OPTION))},
    ("label", "options"),
)


def _options_or_groups(walk: Walk, element: Any, pointer: str) -> None:
    if ("options" in element) == ("option_groups" in element):
        walk.report("select.source", "must define either `options` or `option_groups`", pointer)


def _initial_is_an_option(walk: Walk, element: Any, pointer: str) -> None:
    try:
        groups = [group["options"] for group in element.get("option_groups", [])]
        known = [option["value"] for options in [element.get("options", []), *groups] for option in options]
        single = [element["initial_option"]] if "initial_option" in element else []
        chosen = [option["value"] for option in [*single, *element.get("initial_options", [])]]
    except (KeyError, TypeError):
        return  # another rule says what is malformed
    if any(value not in known for value in chosen):
        walk.report("option.initial", "initial option was not found in the options", pointer)


def _range_of_length(walk: Walk, element: Any, pointer: str) -> None:
    lengths = [element.get(name) for name in ("min_length", "max_length")]
    if any(isinstance(length, int) and length > limit("plain_text_input.length") for length in lengths):
        walk.report("plain_text_input.length", "must be less than 3001", pointer)
    elif element.get("max_length") == 0:
        walk.report("plain_text_input.length", "max_length must be more than 0", pointer)
    elif all(isinstance(length, int) for length in lengths) and lengths[0] > lengths[1]:
        walk.report("plain_text_input.length", "min_length must not be more than max_length", pointer)


def _number(walk: Walk, value: Any, pointer: str) -> None:
    if not isinstance(value, str) or re.fullmatch(r"-?\d+(\.\d+)?", value) is None:
        walk.report("number_input.value", "must be a number, written as a string", pointer)


def _at_least_one(walk: Walk, value: Any, pointer: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < limit("max_selected_items"):
        walk.report("max_selected_items", "must be at least 1", pointer)


_DISPATCH = of_shape(
    Shape(
        {"trigger_actions_on": items("overflow.options", one_of("on_enter_pressed", "on_character_entered"))},
        ("trigger_actions_on",),
    )
)
_ANY_ELEMENT: dict[str, Check] = {"type": anything, "action_id": string("action_id")}
_INPUT: dict[str, Check] = {**_ANY_ELEMENT, "focus_on_load": _focus}
_ASKING: dict[str, Check] = {**_INPUT, "confirm": _CONFIRM}
_WITH_PLACEHOLDER: dict[str, Check] = {**_ASKING, "placeholder": plain_text("placeholder")}
_SELECT: dict[str, Check] = {
    **_WITH_PLACEHOLDER,
    "options": items("select.options", of_shape(_OPTION)),
    "option_groups": items("select.groups", of_shape(_GROUP)),
}
_TEXT_INPUT: dict[str, Check] = {
    **_INPUT,
    "placeholder": plain_text("placeholder"),
    "dispatch_action_config": _DISPATCH,
}
_CHOICES: dict[str, Check] = {**_ASKING, "options": items("choice.options", of_shape(_CHOICE))}

ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {
            **_ANY_ELEMENT,
            "text": plain_text("button.text"),
            "value": string("button.value", may_be_empty=True),
            "url": url("button.url"),
            "style": one_of("primary", "danger"),
            "confirm": _CONFIRM,
            "accessibility_label": string("button.accessibility_label"),
        },
        ("text",),
    ),
    "overflow": Shape(
        {
            **_ANY_ELEMENT,
            "options": items("overflow.options", of_shape(_OVERFLOW_OPTION)),
            "confirm": _CONFIRM,
        },
        ("options",),
    ),
    "static_select": Shape(
        {**_SELECT, "initial_option": of_shape(_OPTION)}, (), (_options_or_groups, _initial_is_an_option)
    ),
    "multi_static_select": Shape(
        {
            **_SELECT,
            "initial_options": items("select.options", of_shape(_OPTION)),
            "max_selected_items": _at_least_one,
        },
        (),
        (_options_or_groups, _initial_is_an_option),
    ),
    "checkboxes": Shape(
        {**_CHOICES, "initial_options": items("choice.options", of_shape(_CHOICE))},
        ("options",),
        (_initial_is_an_option,),
    ),
    "radio_buttons": Shape(
        {**_CHOICES, "initial_option": of_shape(_CHOICE)}, ("options",), (_initial_is_an_option,)
    ),
    "datepicker": Shape(
        {
            **_WITH_PLACEHOLDER,
            "initial_date": matching(
                "date", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date as YYYY-MM-DD"
            ),
        }
    ),
    "timepicker": Shape(
        {
            **_WITH_PLACEHOLDER,
            "initial_time": matching("time", r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm"),
            "timezone": string("text"),
        }
    ),
    "plain_text_input": Shape(
        {
            **_TEXT_INPUT,
            "initial_value": string("plain_text_input.length", may_be_empty=True),
            "multiline": boolean,
            "min_length": integer,
            "max_length": integer,
        },
        (),
        (_range_of_length,),
    ),
    "number_input": Shape(
        {
            **_TEXT_INPUT,
            "is_decimal_allowed": boolean,
            "initial_value": _number,
            "min_value": _number,
            "max_value": _number,
        },
        ("is_decimal_allowed",),
    ),
    "image": Shape(
        {"type": anything, "image_url": url("image.url"), "alt_text": string("image.alt_text")},
        ("image_url", "alt_text"),
    ),
}
INTERACTIVE = frozenset(ELEMENTS) - {"image"}
_PICKERS = ("static_select", "datepicker", "timepicker", "checkboxes", "radio_buttons")
_IN_ACTIONS = ("button", "overflow", *_PICKERS)
_IN_SECTION = (*_IN_ACTIONS, "multi_static_select", "image")
_IN_INPUT = (*_PICKERS, "multi_static_select", "plain_text_input", "number_input")

_STYLE = of_shape(Shape(dict.fromkeys(("bold", "italic", "strike", "code"), boolean)))
_INLINE: dict[str, Shape] = {
    "text": Shape({"type": anything, "text": string("text"), "style": _STYLE}, ("text",)),
    "link": Shape(
        {"type": anything, "url": url("button.url"), "text": string("text"), "style": _STYLE}, ("url",)
    ),
    "emoji": Shape(
        {"type": anything, "name": string("action_id"), "unicode": string("action_id"), "style": _STYLE},
        ("name",),
    ),
}
_RUN = items("message.size", by_type(_INLINE, tuple(_INLINE), "element.place"))
_RICH_SECTION = Shape({"type": anything, "elements": _RUN}, ("elements",))
_RICH: dict[str, Shape] = {
    "rich_text_section": _RICH_SECTION,
    "rich_text_quote": Shape({"type": anything, "elements": _RUN, "border": integer}, ("elements",)),
    "rich_text_list": Shape(
        {
            "type": anything,
            "style": one_of("bullet", "ordered"),
            "elements": items(
                "message.size",
                by_type({"rich_text_section": _RICH_SECTION}, ("rich_text_section",), "rich_text.list"),
            ),
            "indent": integer,
            "offset": integer,
            "border": integer,
        },
        ("style", "elements"),
    ),
}


def _section_says_something(walk: Walk, block: Any, pointer: str) -> None:
    if "text" not in block and "fields" not in block:
        walk.report("section.content", "must define either `text` or `fields`", pointer)


def _context_element(walk: Walk, value: Any, pointer: str) -> None:
    if isinstance(value, dict) and value.get("type") in {"plain_text", "mrkdwn"}:
        any_text("text")(walk, value, pointer)
    else:
        by_type(ELEMENTS, ("image",), "element.place")(walk, value, pointer)


_ANY_BLOCK: dict[str, Check] = {"type": anything, "block_id": string("block_id")}
BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {
            **_ANY_BLOCK,
            "text": any_text("section.text"),
            "fields": items("section.fields", any_text("section.field")),
            "accessory": by_type(ELEMENTS, _IN_SECTION, "element.place"),
            "expand": boolean,
        },
        (),
        (_section_says_something,),
    ),
    "context": Shape({**_ANY_BLOCK, "elements": items("context.elements", _context_element)}, ("elements",)),
    "actions": Shape(
        {
            **_ANY_BLOCK,
            "elements": items("actions.elements", by_type(ELEMENTS, _IN_ACTIONS, "element.place")),
        },
        ("elements",),
    ),
    "header": Shape({**_ANY_BLOCK, "text": plain_text("header.text")}, ("text",)),
    "divider": Shape(_ANY_BLOCK),
    "rich_text": Shape(
        {**_ANY_BLOCK, "elements": items("message.size", by_type(_RICH, tuple(_RICH), "element.place"))},
        ("elements",),
    ),
    "input": Shape(
        {
            **_ANY_BLOCK,
            "label": plain_text("input.label"),
            "hint": plain_text("input.hint"),
            "element": by_type(ELEMENTS, _IN_INPUT, "element.place"),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        ("label", "element"),
    ),
}
