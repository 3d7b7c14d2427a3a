"""Stories that are the same in each language: the suite tells each in one, `pytest -m soak` in the other."""

from typing import Any

import pytest


def told_in(language: str, english: Any, chinese: Any) -> list[Any]:
    """Return the parameters of a test: what it has for this language, and for the other as soak."""
    return [
        pytest.param(given, id=name, marks=[] if name == language else pytest.mark.soak)
        for name, given in (("en", english), ("zh", chinese))
    ]
