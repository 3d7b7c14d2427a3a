"""The checks of which the tables of shapes are made: each looks at one value and reports broken rules."""

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


def items(rule: str | None, check_item: Check) -> Check:
    """Return the check of a list of one to the number of `rule`, or of any number without a rule."""

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


def by_type(
    shapes: Mapping[str, Shape], allowed: tuple[str, ...], rule: str, unknown: str = "block.type"
) -> Check:
    """Return the check of an object whose `type` is one of `allowed`, each with its shape.

    `rule` forbids the other types in `shapes` here, `unknown` those that are not in it.
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
