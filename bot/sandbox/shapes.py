"""The supported blocks, elements and objects, as tables of their fields; all others are rejected."""

import re
from typing import Any

from bot.sandbox.checks import (
    Check,
    Shape,
    Walk,
    any_text,
    anything,
    boolean,
    by_type,
    integer,
    items,
    matching,
    of_shape,
    one_of,
    plain_text,
    string,
    url,
)
from bot.sandbox.rules import limit


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


def _suggested(rule: str, shape: Shape) -> Check:
    """Return a check for a list that may be empty: nothing was found."""
    some = items(rule, of_shape(shape))
    return lambda walk, value, pointer: None if value == [] else some(walk, value, pointer)


def _options_or_groups(walk: Walk, element: Any, pointer: str) -> None:
    if ("options" in element) == ("option_groups" in element):
        walk.report("select.source", "must define either `options` or `option_groups`", pointer)


def _initial_options_exist(walk: Walk, element: Any, pointer: str) -> None:
    try:
        groups = [group["options"] for group in element.get("option_groups", [])]
        offered = [option["value"] for options in [element.get("options", []), *groups] for option in options]
        single = [element["initial_option"]] if "initial_option" in element else []
        chosen = [option["value"] for option in [*single, *element.get("initial_options", [])]]
    except (KeyError, TypeError):
        return  # another rule reports what is malformed
    if any(value not in offered for value in chosen):
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


def _number_of_files(walk: Walk, value: Any, pointer: str) -> None:
    most = limit("file_input.max_files")
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        walk.report("file_input.max_files", f"must be between 1 and {most}", pointer)


def _only_in_modals(walk: Walk, _element: Any, pointer: str) -> None:
    if walk.surface != "modal":
        walk.report("element.place", "unsupported type: file_input", f"{pointer}/type")


_DISPATCH = of_shape(
    Shape(
        {"trigger_actions_on": items(None, one_of("on_enter_pressed", "on_character_entered"))},
        ("trigger_actions_on",),
    )
)
_CONVERSATION_FILTER = Shape(
    {
        "include": items(None, one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_ANY_ELEMENT: dict[str, Check] = {"type": anything, "action_id": string("action_id")}
_INPUT: dict[str, Check] = {**_ANY_ELEMENT, "focus_on_load": _focus}
_WITH_CONFIRM: dict[str, Check] = {**_INPUT, "confirm": _CONFIRM}
_WITH_PLACEHOLDER: dict[str, Check] = {**_WITH_CONFIRM, "placeholder": plain_text("placeholder")}
_SELECT: dict[str, Check] = {
    **_WITH_PLACEHOLDER,
    "options": items("select.options", of_shape(_OPTION)),
    "option_groups": items("select.groups", of_shape(_GROUP)),
}
_EXTERNAL: dict[str, Check] = {**_WITH_PLACEHOLDER, "min_query_length": integer}
_TEXT_INPUT: dict[str, Check] = {
    **_INPUT,
    "placeholder": plain_text("placeholder"),
    "dispatch_action_config": _DISPATCH,
}
_CHOICES: dict[str, Check] = {**_WITH_CONFIRM, "options": items("choice.options", of_shape(_CHOICE))}

_FEEDBACK = of_shape(
    Shape(
        {
            "text": plain_text("feedback.text"),
            "value": string("feedback.value"),
            "accessibility_label": string("feedback.accessibility_label"),
        },
        ("text", "value"),
    )
)

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
        {**_SELECT, "initial_option": of_shape(_OPTION)}, (), (_options_or_groups, _initial_options_exist)
    ),
    "multi_static_select": Shape(
        {
            **_SELECT,
            "initial_options": items("select.options", of_shape(_OPTION)),
            "max_selected_items": _at_least_one,
        },
        (),
        (_options_or_groups, _initial_options_exist),
    ),
    "external_select": Shape({**_EXTERNAL, "initial_option": of_shape(_OPTION)}),
    "multi_external_select": Shape(
        {
            **_EXTERNAL,
            "initial_options": items("select.options", of_shape(_OPTION)),
            "max_selected_items": _at_least_one,
        }
    ),
    "conversations_select": Shape(
        {
            **_WITH_PLACEHOLDER,
            "initial_conversation": string("action_id"),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": of_shape(_CONVERSATION_FILTER),
        }
    ),
    "checkboxes": Shape(
        {**_CHOICES, "initial_options": items("choice.options", of_shape(_CHOICE))},
        ("options",),
        (_initial_options_exist,),
    ),
    "radio_buttons": Shape(
        {**_CHOICES, "initial_option": of_shape(_CHOICE)}, ("options",), (_initial_options_exist,)
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
    "file_input": Shape(
        {**_ANY_ELEMENT, "filetypes": items(None, string("text")), "max_files": _number_of_files},
        (),
        (_only_in_modals,),
    ),
    "feedback_buttons": Shape(
        {**_ANY_ELEMENT, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
        ("positive_button", "negative_button"),
    ),
    "image": Shape(
        {"type": anything, "image_url": url("image.url"), "alt_text": string("image.alt_text")},
        ("image_url", "alt_text"),
    ),
}
INTERACTIVE = frozenset(ELEMENTS) - {"image"}
_PICKERS = (
    "static_select",
    "external_select",
    "conversations_select",
    "datepicker",
    "timepicker",
    "checkboxes",
    "radio_buttons",
)
_IN_ACTIONS = ("button", "overflow", *_PICKERS)
_MULTI = ("multi_static_select", "multi_external_select")
_IN_SECTION = (*_IN_ACTIONS, *_MULTI, "image")
_IN_INPUT = (*_PICKERS, *_MULTI, "plain_text_input", "number_input", "file_input")

_STYLE = of_shape(Shape(dict.fromkeys(("bold", "italic", "strike", "code"), boolean)))
_INLINE: dict[str, Shape] = {
    "text": Shape({"type": anything, "text": string("text"), "style": _STYLE}, ("text",)),
    "link": Shape(
        {"type": anything, "url": url("button.url"), "text": string("text"), "style": _STYLE}, ("url",)
    ),
    "emoji": Shape(
        {"type": anything, "name": string("text"), "unicode": string("text"), "style": _STYLE},
        ("name",),
    ),
}
_RUN = items(None, by_type(_INLINE, tuple(_INLINE), "element.place"))
_RICH_SECTION = Shape({"type": anything, "elements": _RUN}, ("elements",))
_RICH: dict[str, Shape] = {
    "rich_text_section": _RICH_SECTION,
    "rich_text_quote": Shape({"type": anything, "elements": _RUN, "border": integer}, ("elements",)),
    "rich_text_list": Shape(
        {
            "type": anything,
            "style": one_of("bullet", "ordered"),
            "elements": items(
                None,
                by_type(
                    {"rich_text_section": _RICH_SECTION},
                    ("rich_text_section",),
                    "rich_text.list",
                    unknown="rich_text.list",
                ),
            ),
            "indent": integer,
            "offset": integer,
            "border": integer,
        },
        ("style", "elements"),
    ),
}


def _section_has_content(walk: Walk, block: Any, pointer: str) -> None:
    if "text" not in block and "fields" not in block:
        walk.report("section.content", "must define either `text` or `fields`", pointer)


def _context_element(walk: Walk, value: Any, pointer: str) -> None:
    if isinstance(value, dict) and value.get("type") in ("plain_text", "mrkdwn"):
        any_text("text")(walk, value, pointer)
    else:
        by_type(ELEMENTS, ("image",), "element.place")(walk, value, pointer)


def _only_in_messages(walk: Walk, _block: Any, pointer: str) -> None:
    if walk.surface != "message":
        walk.report("context_actions.surface", "unsupported type: context_actions", f"{pointer}/type")


SUGGESTIONS: dict[str, Shape] = {
    "options": Shape({"options": _suggested("select.options", _OPTION)}, ("options",)),
    "option_groups": Shape({"option_groups": _suggested("select.groups", _GROUP)}, ("option_groups",)),
}
"""An app's answers to what is typed in an external select (docs: select-menu-element)."""

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
        (_section_has_content,),
    ),
    "context": Shape({**_ANY_BLOCK, "elements": items("context.elements", _context_element)}, ("elements",)),
    "actions": Shape(
        {
            **_ANY_BLOCK,
            "elements": items("actions.elements", by_type(ELEMENTS, _IN_ACTIONS, "element.place")),
        },
        ("elements",),
    ),
    "context_actions": Shape(
        {
            **_ANY_BLOCK,
            "elements": items(
                "context_actions.elements", by_type(ELEMENTS, ("feedback_buttons",), "element.place")
            ),
        },
        ("elements",),
        (_only_in_messages,),
    ),
    "header": Shape({**_ANY_BLOCK, "text": plain_text("header.text")}, ("text",)),
    "divider": Shape(_ANY_BLOCK),
    "image": Shape(
        {
            **_ANY_BLOCK,
            "image_url": url("image.url"),
            "alt_text": string("image.alt_text"),
            "title": plain_text("image.title"),
        },
        ("image_url", "alt_text"),
    ),
    "rich_text": Shape(
        {**_ANY_BLOCK, "elements": items(None, by_type(_RICH, tuple(_RICH), "element.place"))},
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
