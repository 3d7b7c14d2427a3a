"""The keys by which a text cites its references; pure."""

import re

from bot.references.names import split_name
from bot.references.reference import ascii_word, year_of
from storage.records import Paper

_PASSED_OVER = frozenset(
    "a an and are as at be by can do does for from how in is it of on the to via we with".split()
)


def citation_key(paper: Paper) -> str:
    """Return the paper's key: as arXiv's own begin, family, year and first word of the title; then its id.

    The id makes a key unique, and the same in every export, whatever else is exported: a text that cites it
    never comes to cite another paper.
    """
    family = ascii_word(split_name(paper.authors[0]).family) if paper.authors else ""
    words = (ascii_word(word) for word in re.split(r"[\s:\-–—/]+", paper.title))
    title = next((word for word in words if word and word not in _PASSED_OVER), "")
    return f"{family}{year_of(paper)}{title[:30]}-{paper.id.replace('/', '-')}"
