"""Regular expressions that are compiled at their first use: a start needs few of some hundreds."""

import re
from typing import Any, cast


def regex(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Return what acts as `re.compile` of the same, which is called at the first use."""
    return cast("re.Pattern[str]", _Regex(expression, flags))


class _Regex:
    def __init__(self, expression: str, flags: int) -> None:
        self._given = (expression, flags)

    def __getattr__(self, name: str) -> Any:
        # Kept here, it is found next time without this method.
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found
