"""Validates the blocks of messages and views as Slack does, and fills in what Slack adds."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.checks import (
    Check,
    Json,
    Problem,
    Shape,
    Walk,
    anything,
    boolean,
    by_type,
    check_object,
    plain_text,
    string,
)
from bot.sandbox.errors import RefusedError
from bot.sandbox.rules import limit
from bot.sandbox.shapes import BLOCKS, INTERACTIVE
from bot.sandbox.text import counted, escaped

_HEADER_WEIGHT = 100
"""What a header adds to Slack's cumulative limit beyond its text (reported, bolt-js#2509)."""


def problems_of_message(blocks: Any) -> list[Problem]:
    """Return the problems for which Slack would reject the `blocks` of a message."""
    walk = Walk("message")
    _check_blocks(walk, blocks, "/blocks", "message.blocks")
    return walk.problems


def problems_of_view(view: Any) -> list[Problem]:
    """Return the problems for which Slack would reject a modal or a Home tab."""
    kind = view.get("type") if isinstance(view, dict) else None
    walk = Walk(str(kind))
    if kind is not None and (not isinstance(kind, str) or kind not in VIEWS):
        walk.report("field.value", f"must be one of: {', '.join(VIEWS)}", "/view/type")
        return walk.problems
    check_object(walk, view, "/view", VIEWS[kind or "modal"])
    return walk.problems


def _blocks_of_view(walk: Walk, value: Any, pointer: str) -> None:
    _check_blocks(walk, value, pointer, "view.blocks")
    if value == []:
        walk.report("view.needs_blocks", "must contain at least 1 block", pointer)


def _check_blocks(walk: Walk, blocks: Any, pointer: str, rule: str) -> None:
    if not isinstance(blocks, list):
        walk.report("field.type", "must be an array", pointer)
        return
    if len(blocks) > limit(rule):
        walk.report(rule, f"no more than {limit(rule)} items allowed", pointer)
    check = by_type(BLOCKS, tuple(BLOCKS), "block.type")
    for index, block in enumerate(blocks):
        if walk.surface == "message" and _is_input(block):
            walk.report("input.surface", "unsupported type: input", f"{pointer}/{index}/type")
        else:
            check(walk, block, f"{pointer}/{index}")
    _check_identifiers(walk, blocks, pointer)


def _check_identifiers(walk: Walk, blocks: list[Any], pointer: str) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                walk.report(
                    "block_id.unique", f"`block_id` {block_id} already exists", f"{pointer}/{index}/block_id"
                )
            seen.add(block_id)
        _check_actions(walk, block, f"{pointer}/{index}")


def _check_actions(walk: Walk, block: Json, pointer: str) -> None:
    seen: set[str] = set()
    for element in elements_of(block):
        action_id = element.get("action_id")
        if isinstance(action_id, str):
            if action_id in seen:
                walk.report("action_id.unique", f"`action_id` {action_id} already exists", pointer)
            seen.add(action_id)


def _is_input(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "input"


def _submit_with_inputs(walk: Walk, view: Any, pointer: str) -> None:
    blocks = view.get("blocks")
    inputs = [block for block in blocks if _is_input(block)] if isinstance(blocks, list) else []
    if inputs and view.get("submit") is None:
        walk.report("modal.submit.with_input", "missing required field: submit", pointer)


def _no_modal_fields(walk: Walk, view: Any, pointer: str) -> None:
    for name in ("title", "submit", "close", "clear_on_close", "notify_on_close"):
        if name in view:
            walk.report("home.fields", f"invalid additional property: {name}", pointer)


_ANY_VIEW: dict[str, Check] = {
    "type": anything,
    "blocks": _blocks_of_view,
    "private_metadata": string("view.private_metadata", may_be_empty=True),
    "callback_id": string("callback_id", may_be_empty=True),
    "external_id": string("external_id", may_be_empty=True),
}
VIEWS: dict[str, Shape] = {
    "modal": Shape(
        {
            **_ANY_VIEW,
            "title": plain_text("modal.title"),
            "submit": plain_text("modal.submit"),
            "close": plain_text("modal.close"),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
        ("type", "title", "blocks"),
        (_submit_with_inputs,),
    ),
    "home": Shape(
        {
            **_ANY_VIEW,
            **dict.fromkeys(("title", "submit", "close", "clear_on_close", "notify_on_close"), anything),
        },
        ("type", "blocks"),
        (_no_modal_fields,),
    ),
}


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block: accessory, input element or action elements."""
    candidates = [block.get("accessory"), block.get("element")]
    elements = block.get("elements")
    has_elements = str(block.get("type")) in {"actions", "context_actions"}
    candidates += elements if isinstance(elements, list) and has_elements else []
    for element in candidates:
        if isinstance(element, dict) and str(element.get("type")) in INTERACTIVE:
            yield element


def size_of(value: Any) -> int:
    """Return the size of all texts in `value` as Slack counts it for its cumulative limit."""
    if isinstance(value, list):
        return sum(size_of(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = counted(value["text"]) if isinstance(value.get("text"), str) else 0
    header = _HEADER_WEIGHT if value.get("type") == "header" else 0
    return own + header + sum(size_of(inner) for inner in value.values())


def parse_blocks(value: Any) -> list[Any] | None:
    """Return the `blocks` argument as a list, decoded from JSON if it is a string.

    Raises RefusedError (`invalid_blocks_format`).
    """
    if value is None:
        return None
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        parsed = None
    if not isinstance(parsed, list):
        raise RefusedError("invalid_blocks_format")
    return parsed


def checked_blocks(value: Any, *, whole: bool = True) -> list[Json] | None:
    """Return the blocks of a message as Slack stores them. Raises RefusedError.

    `whole` applies the cumulative limit, which `response_url` lacks (reported, bolt-js#2509).
    """
    blocks = parse_blocks(value)
    if blocks is None:
        return None
    problems = problems_of_message(blocks)
    if problems:
        raise RefusedError("invalid_blocks", **details(problems))
    if whole and size_of(blocks) > limit("message.size"):
        raise RefusedError("msg_blocks_too_long")
    return filled_in(blocks)


def details(problems: list[Problem]) -> Json:
    """Return the fields in which Slack's response reports `problems`."""
    errors = [str(problem) for problem in problems]
    return {"errors": errors, "response_metadata": {"messages": [f"[ERROR] {each}" for each in errors]}}


def filled_in(blocks: list[Json]) -> list[Json]:
    """Return a copy as Slack stores it: with entities in all texts and with missing ids added.

    Entities in the texts of payloads are reported in slackapi/bolt-python#513.
    """
    copy: list[Json] = [_with_entities(block) for block in blocks]
    for index, block in enumerate(copy):
        block.setdefault("block_id", f"b{index:03d}")
        for position, element in enumerate(elements_of(block)):
            element.setdefault("action_id", f"a{index:03d}{position:02d}")
    return copy


def _with_entities(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_entities(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_text = value.get("type") in ("plain_text", "mrkdwn")
    return {
        key: escaped(inner) if is_text and key == "text" else _with_entities(inner)
        for key, inner in value.items()
    }


def text_of(blocks: list[Json]) -> str:
    """Return the text that Slack builds from the blocks of a message without text."""
    return " ".join(_texts(blocks))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for key in ("text", "fields", "elements"):
            yield from _texts(value.get(key))
