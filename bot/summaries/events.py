"""Puts an answer together that came as server-sent events although none were asked for; pure.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from bot.text.numbers import integer

_END = b"[DONE]"
# What keeps the connection alive may be a word.
_ALIVE = re.compile(rb"\W*(?:ping|pong|keep-?alive|heartbeat)\W*", re.IGNORECASE)
_TEXTS = ("refusal", "reasoning_content", "reasoning")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b": ", b":\n", b":\r")


def are_events(body: bytes) -> bool:
    """Tell whether a body is a stream of events: its first line is a field, or a comment."""
    return body.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_BEGINNINGS)


def body_of_events(body: bytes) -> Any:  # any JSON
    """Return the body that the events of an answer make up; raises ValueError where one is no JSON."""
    whole = [chunk for chunk in _data(body) if isinstance(chunk, dict)]
    choices = [choice for choice in map(_first_choice, whole) if choice]
    if not any("delta" in choice for choice in choices):
        return whole[-1] if whole else None
    message: dict[str, Any] = {}
    for choice in choices:
        _add(message, choice.get("delta") or choice.get("message"))
    reasons = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    choice = {"message": message, "finish_reason": reasons[-1] if reasons else None}
    others = {name: value for chunk in whole for name, value in chunk.items() if value is not None}
    return {**others, "choices": [choice]}


def _data(body: bytes) -> Iterator[Any]:  # any JSON
    """Yield the data of the events.

    The lines of an event are one text; but some endpoints leave out the empty lines between events, and then
    each line is JSON by itself.
    """
    lines = body.removeprefix(_BYTE_ORDER_MARK).splitlines()
    for is_empty, event in groupby(lines, key=lambda line: not line.strip()):
        data = [line.removeprefix(b"data:").strip() for line in event if line.startswith(b"data:")]
        written = [each for each in data if each and each != _END]
        if is_empty or not written or _ALIVE.fullmatch(written[0]):
            continue
        try:
            chunks = [_read(each) for each in written]
        except ValueError:
            chunks = [_read(b"\n".join(written))]
        yield from chunks


def _read(data: bytes) -> Any:  # any JSON
    try:
        return json.loads(data, strict=False, parse_int=integer)
    except RecursionError:
        raise ValueError("It is too deep.") from None


def _first_choice(chunk: dict[str, Any]) -> dict[str, Any] | None:
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else None


def _add(message: dict[str, Any], delta: object) -> None:
    """Add a piece to a message: its texts, and the arguments of its calls of tools."""
    if not isinstance(delta, dict):
        return
    content = delta.get("content")
    if content is not None:
        message.setdefault("content", []).extend(content if isinstance(content, list) else [content])
    for name in _TEXTS:
        if isinstance(delta.get(name), str):
            message[name] = message.get(name, "") + delta[name]
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        _add_call(message.setdefault("tool_calls", []), call)


def _add_call(calls: list[dict[str, Any]], piece: object) -> None:
    """Add a piece of a call to the call with its index; a piece without one belongs to the first."""
    function = piece.get("function") if isinstance(piece, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if not isinstance(piece, dict) or not isinstance(arguments, str):
        return
    index = piece.get("index") or 0
    call = next((call for call in calls if call["index"] == index), None)
    if call is None:
        call = {"index": index, "function": {"arguments": ""}}
        calls.append(call)
    call["function"]["arguments"] += arguments
