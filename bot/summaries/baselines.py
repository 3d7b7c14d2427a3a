"""Finds what a claim compares with that the sentences on which it rests do not speak of; pure."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.summaries.names import NameIndex, names_in
from bot.text.regex import regex

_REACH = 60

_COMPARED_WITH = regex(
    r"(?:优于|超越|超过|胜过|高于|低于|好于|强于|快于|慢于|弱于|劣于|差于|不及|不如|逊于|高出|击败|领先|落后|媲美"
    r"|[相对][比较]于?|较(?![大高低好强弱少多小快慢优差长短为]))[^，。；,;]{0,50}$"
    r"|(?<![A-Za-z])(?:(?:out|under)perform|surpass|exceed|beat|match|trail)(?:s|es|ed|ing)?\s[^,;.]{0,50}$"
    r"|(?<![A-Za-z])(?:than|versus|vs\.?|compared (?:to|with|against)|relative to)\s[^,;.]{0,50}$"
    r"|比(?![例值率重较])[^，。；,;]{0,20}$",
    re.IGNORECASE,
)


def unnamed_baselines(text: str, around: Iterable[str], everywhere: NameIndex) -> Iterator[str]:
    """Yield the names with which a text compares and which the paper has, but not in these sentences."""
    compared = [name for name in dict.fromkeys(names_in(text)) if _is_compared_with(text, name)]
    if compared and (sentences := tuple(around)):
        near = _names_of(sentences)
        yield from (name for name in compared if everywhere.has(name) and not near.has(name))


def _is_compared_with(text: str, name: str) -> bool:
    at = text.find(name)
    return bool(_COMPARED_WITH.search(text[max(0, at - _REACH) : at]))


@lru_cache(maxsize=256)
def _names_of(sentences: tuple[str, ...]) -> NameIndex:
    return NameIndex(" ".join(sentences))
