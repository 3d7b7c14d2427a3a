"""Tells withdrawn papers: arXiv has no field for it, only a comment or what stands for the abstract; pure.

A withdrawn paper keeps its title, and its latest version has no text:
https://info.arxiv.org/help/withdraw.html
"""

import re
from dataclasses import replace

from storage.records import Paper

_PAPER = (
    r"(?:paper|article|manuscript|submission|pre-?print|e-?print|work|report|note|thesis|study|version|draft)"
)
_ITSELF = rf"(?:(?:this|the|our|my)\s+(?:\w+\s+)?{_PAPER}|it)"
_PASSIVE = r"(?:has|have|had|is|was|being|been|to be)\b(?:\s+\w+){0,2}?\s+(?:withdrawn|retracted)"
_ACTIVE = r"(?:I|we|authors?)\b(?:\s+\w+){0,5}?\s+(?:withdr[ae]w(?:n|ing|s)?|retract(?:ed|ing|s)?)"
# Of a conference, a work is withdrawn to stand on arXiv alone; of an earlier version, this one is the heir.
_NOT_FROM_ELSEWHERE = (
    r"(?!\s+from\b(?!\s+(?:the\s+)?arxiv))(?!\s+(?:[\w-]+\s+){0,3}(?:submission|version)s?\b)"
)
_OF_ANOTHER = (
    r"(?!(?:this|the|our|my)\s+(?:previous|earlier|prior|older|first|original|former|other|conference)\b)"
)
_NOTICE = rf"{_OF_ANOTHER}{_ITSELF}\s+{_PASSIVE}\b{_NOT_FROM_ELSEWHERE}"

_IN_COMMENT = re.compile(
    rf"(?:^|[.;,:!(\[]\s*)(?:\W*{_NOTICE}"
    rf"|\W*(?:(?:temporarily|hereby|voluntarily|{_PAPER})\s+)?(?:withdrawn|retracted)\b{_NOT_FROM_ELSEWHERE}"
    rf"|\W*(?:the\s+)?{_ACTIVE}\s+(?:this|the|our|my)\s+(?:\w+\s+)?{_PAPER}\b{_NOT_FROM_ELSEWHERE})",
    re.IGNORECASE,
)
_IN_ABSTRACT = re.compile(
    rf"(?:^|(?<=[.!?])\s+)\W*(?P<notice>{_NOTICE}.*|withdrawn\b.{{0,200}}$)", re.IGNORECASE
)


def with_withdrawal(paper: Paper, comment: str = "") -> Paper:
    """Return the paper with the notice that it is withdrawn, where its comment or abstract gives one.

    A notice that stands in the abstract's place is no abstract.
    """
    if _IN_COMMENT.search(comment):
        paper = replace(paper, withdrawal=comment)
    if found := _IN_ABSTRACT.search(paper.abstract or ""):
        rest = (paper.abstract or "")[: found.start("notice")].strip(" [(*")
        paper = replace(paper, withdrawal=paper.withdrawal or found["notice"].strip(), abstract=rest or None)
    return paper
