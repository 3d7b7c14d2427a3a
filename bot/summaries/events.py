"""Puts an answer together that came as server-sent events although none were asked for; pure.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import json
import re
from collections.abc import Iterable, Iterator
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
    message = _message(choice.get("delta") or choice.get("message") for choice in choices)
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


def _message(deltas: Iterable[object]) -> dict[str, Any]:
    """Return the message whose pieces these are: its texts, and the arguments of its calls of tools."""
    content: list[Any] = []
    texts: dict[str, list[str]] = {}
    calls: dict[object, list[str]] = {}
    for delta in deltas:
        if not isinstance(delta, dict):
            continue
        part, pieces = delta.get("content"), delta.get("tool_calls")
        content += part if isinstance(part, list) else [] if part is None else [part]
        for name in _TEXTS:
            if isinstance(delta.get(name), str):
                texts.setdefault(name, []).append(delta[name])
        for index, arguments in map(_arguments, pieces if isinstance(pieces, list) else []):
            if arguments:
                calls.setdefault(index, []).append(arguments)
    joined = {name: "".join(pieces) for name, pieces in texts.items()}
    called = [{"index": index, "function": {"arguments": "".join(each)}} for index, each in calls.items()]
    return {"content": content, "tool_calls": called, **joined}


def _arguments(piece: object) -> tuple[object, str]:
    """Return the index of a call and a piece of its arguments; a piece without one belongs to the first."""
    function = piece.get("function") if isinstance(piece, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if not isinstance(piece, dict) or not isinstance(arguments, str):
        return 0, ""
    index = piece.get("index")
    return index if isinstance(index, int | str) and index else 0, arguments
