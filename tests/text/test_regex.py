"""Regular expressions that are compiled at their first use."""

import re

import pytest

from bot.text.regex import regex


def test_an_expression_is_compiled_at_its_first_use() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("text")


def test_it_acts_as_the_compiled_one_does() -> None:
    found, compiled = regex("(a)(b?)", re.IGNORECASE), re.compile("(a)(b?)", re.IGNORECASE)
    for _ in range(2):
        assert found.findall("xAb a") == compiled.findall("xAb a")
        assert found.sub(r"<\1>", "xAb a") == compiled.sub(r"<\1>", "xAb a")
        assert (found.pattern, found.flags, found.groups) == (compiled.pattern, compiled.flags, 2)
