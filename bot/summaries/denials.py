"""Finds what a text denies where nothing that it rests on denies or regrets anything; pure.

Not every negation is a denial: without labels, unsupervised and not only say nothing against anything.
"""

import re
from collections.abc import Iterable, Iterator

from bot.text.regex import regex

_DENIAL = regex(
    r"\b(?:cannot|can't|unable to|(?:does|do|did|is|are|was|were|could|would)(?: not|n't)(?! only\b)"
    r"|fails? to|failed to|never|hardly|lacks?|lacked|infeasible|impossible)\b"
    r"|无法|不能(?!自)|未能|难以|不支持|没有(?!免费)|缺乏|并未|不足以|不再|不会|不适[合用]|不可行|不影响"
    r"|不可靠|不准确|不可扩展|无助于|无益|(?:并不|不具)(?!优|逊|劣|差)",
    re.IGNORECASE,
)
_ANY_DOUBT = regex(
    r"n't\b|\b(?:not|no|none|nor|neither|never|without|fail\w*|cannot|unable|lack\w*|limit\w*|few|little"
    r"|minimal|marginal|negligibl\w*|insufficient\w*|inconsisten\w*|unstable|unreliab\w*|inaccura\w*"
    r"|infeasib\w*|impossib\w*|imprac\w*|absen(?:t|ce)|miss(?:es|ed|ing)?|rather|instead|hard|difficult\w*"
    r"|challeng\w*|poor\w*|weak\w*|worse\w*|struggl\w*|remain\w*|less|beyond|hinder\w*|prevent\w*|preclud\w*"
    r"|restrict\w*|constrain\w*|un(?:clear|known|able|resolved|explored|realized|justified|necessary|likely)"
    r"|however|deficien\w*|although|despite|barely|hardly|only|competing)\b"
    r"|[不未无非难缺]|没有",
    re.IGNORECASE,
)


def unfounded_denials(text: str, named: Iterable[str]) -> Iterator[str]:
    """Yield the words by which a text denies something, if no named sentence has a word of doubt."""
    sentences = list(named)
    if sentences and not any(map(_ANY_DOUBT.search, sentences)):
        yield from dict.fromkeys(match[0] for match in _DENIAL.finditer(text))
