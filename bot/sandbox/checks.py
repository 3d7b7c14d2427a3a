"""The checks that the tables of shapes consist of; each reports the rules that one value violates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.rules import limit
from bot.sandbox.text import counted

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A violated rule, Slack's message for it, and the place as a JSON pointer."""

    rule: str
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass
class Walk:
    """One walk over a payload: its surface (message, modal or home) and the problems so far."""

    surface: str
    problems: list[Problem] = field(default_factory=list)
    focused: int = 0

    def report(self, rule: str, message: str, pointer: str) -> None:
        """Add the problem that `pointer` violates `rule`."""
        self.problems.append(Problem(rule, message, pointer))


Check = Callable[[Walk, Any, str], None]


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of object, the required ones, and checks across fields."""

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
        check_field = shape.fields.get(name)
        if check_field is None:
            walk.report("field.known", f"invalid additional property: {name}", pointer)
        elif inner is not None or name not in shape.required:
            check_field(walk, inner, f"{pointer}/{name}")
    for check in shape.also:
        check(walk, value, pointer)


def of_shape(shape: Shape) -> Check:
    """Return a check for an object of `shape`."""
    return lambda walk, value, pointer: check_object(walk, value, pointer, shape)


def anything(_walk: Walk, _value: Any, _pointer: str) -> None:
    """Accept any value: the caller has checked it."""


def boolean(walk: Walk, value: Any, pointer: str) -> None:
    """Check that the value is a boolean."""
    if not isinstance(value, bool):
        walk.report("field.type", "must be a boolean", pointer)


def integer(walk: Walk, value: Any, pointer: str) -> None:
    """Check that the value is a nonnegative integer."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        walk.report("field.type", "must be an integer", pointer)


def one_of(*values: str) -> Check:
    """Return a check that the value is one of `values`."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if value not in values:
            walk.report("field.value", f"must be one of: {', '.join(values)}", pointer)

    return check


def string(rule: str, *, may_be_empty: bool = False) -> Check:
    """Return a check for a string no longer than the limit of `rule`."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, str):
            walk.report("field.type", "must be a string", pointer)
        elif not value and not may_be_empty:
            walk.report("text.empty", "must be more than 0 characters", pointer)
        elif counted(value) > limit(rule):
            walk.report(rule, f"must be less than {limit(rule) + 1} characters", pointer)

    return check


def matching(rule: str, pattern: str, message: str) -> Check:
    """Return a check for a string that matches `pattern`."""
    compiled = re.compile(pattern)

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            walk.report(rule, message, pointer)

    return check


def url(rule: str) -> Check:
    """Return a check for a URL no longer than the limit of `rule`."""
    short_enough = string(rule)

    def check(walk: Walk, value: Any, pointer: str) -> None:
        short_enough(walk, value, pointer)
        if isinstance(value, str) and value and re.fullmatch(r"(https?|mailto|slack):\S+", value) is None:
            walk.report("url", "invalid url", pointer)

    return check


def items(rule: str | None, check_item: Check) -> Check:
    """Return a check for a nonempty list, no longer than the limit of `rule` if given."""

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, list):
            walk.report("field.type", "must be an array", pointer)
            return
        if not value:
            walk.report("items.empty", "must contain at least 1 item", pointer)
        if rule is not None and len(value) > limit(rule):
            walk.report(rule, f"no more than {limit(rule)} items allowed", pointer)
        for index, item in enumerate(value):
            check_item(walk, item, f"{pointer}/{index}")

    return check


def text(rule: str, *types: str) -> Check:
    """Return a check for a text object of one of `types`, no longer than the limit of `rule`."""
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
    """Return a check for a plain text object."""
    return text(rule, "plain_text")


def any_text(rule: str) -> Check:
    """Return a check for a text object of either type."""
    return text(rule, "plain_text", "mrkdwn")


def by_type(
    shapes: Mapping[str, Shape], allowed: tuple[str, ...], rule: str, unknown: str = "block.type"
) -> Check:
    """Return a check for an object whose `type` is one of `allowed`, each with its shape.

    Other types in `shapes` violate `rule`, types outside it violate `unknown`.
    """

    def check(walk: Walk, value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            walk.report("field.type", "must provide an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            walk.report("field.required", "missing required field: type", pointer)
        elif not isinstance(kind, str) or kind not in shapes:
            walk.report(unknown, f"unsupported type: {kind}", f"{pointer}/type")
        elif kind not in allowed:
            walk.report(rule, f"unsupported type: {kind}", f"{pointer}/type")
        else:
            check_object(walk, value, pointer, shapes[kind])

    return check
