"""Puts an answer together that came as server-sent events although none were asked for; pure.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import json
from collections.abc import Iterator
from typing import Any

_END = b"[DONE]"
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


def are_events(body: bytes) -> bool:
    """Tell whether a body is a stream of events: its first line is a field, or a comment."""
    return body.lstrip().startswith((b"data:", b"event:", b"id:", b": ", b":\n", b":\r"))


def body_of_events(body: bytes) -> Any:  # any JSON
    """Return the body that the events of an answer make up; raises ValueError where one is no JSON."""
    chunks = [json.loads(data, strict=False) for data in _data(body)]
    whole = [chunk for chunk in chunks if isinstance(chunk, dict)]
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


def _data(body: bytes) -> Iterator[bytes]:
    for line in body.splitlines():
        data = line.removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data and data != _END:
            yield data


def _first_choice(chunk: dict[str, Any]) -> dict[str, Any] | None:
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else None


def _add(message: dict[str, Any], delta: object) -> None:
    """Add a piece to a message: its texts, and the arguments of its first call of a tool."""
    if not isinstance(delta, dict):
        return
    for name in _TEXTS:
        if isinstance(delta.get(name), str):
            message[name] = message.get(name, "") + delta[name]
    calls = delta.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else None
    function = first.get("function") if isinstance(first, dict) else None
    if isinstance(function, dict) and isinstance(function.get("arguments"), str):
        called = message.setdefault("tool_calls", [{"function": {"arguments": ""}}])[0]["function"]
        called["arguments"] += function["arguments"]
