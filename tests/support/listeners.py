"""Bolt's look at its listeners' arguments, done quickly: each stage registers some hundred listeners."""

import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from slack_bolt.util import utils

_slowly = utils.get_arg_names_of_callable


def names_of_arguments(function: Callable[..., Any]) -> list[str]:
    """Return what Bolt's own function of this purpose returns, which builds a whole signature for it."""
    inner = inspect.unwrap(function)
    if not isinstance(inner, FunctionType) or hasattr(inner, "__signature__"):
        return _slowly(function)
    return list(inner.__code__.co_varnames[: inner.__code__.co_argcount])


def look_quickly() -> None:
    """Have Bolt use it wherever it is imported already."""
    for name, module in list(sys.modules.items()):
        if name.startswith("slack_bolt.") and vars(module).get(_slowly.__name__) is _slowly:
            setattr(module, _slowly.__name__, names_of_arguments)
