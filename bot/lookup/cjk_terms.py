"""Cuts Chinese, Japanese and Korean into terms: what papers have, the longest first.

No dictionary knows the words of the field, and the index has them.
"""

from collections import Counter
from dataclasses import dataclass, field

from bot.lookup.sought import term_of_cjk
from storage.tables import Tables

_LONGEST = 4
_SHORTEST = 2


@dataclass(slots=True)
class CJKTerms:
    """The terms of some pieces of text, each in so many papers at least; the index is not asked for ever."""

    tables: Tables
    #: In how many papers a term has to be.
    least: int
    #: How often the index may be asked; what comes after that is no term.
    looks: int
    #: How often each term stands there, and in how many papers it is.
    counts: Counter[str] = field(default_factory=Counter)
    papers: dict[str, int] = field(default_factory=dict)

    def cut(self, piece: str, count: int = 1) -> tuple[list[str], list[str]]:
        """Return the terms of a piece that stands there so often, and what is between them."""
        terms: list[str] = []
        between, start = [""], 0
        while start < len(piece):
            term = self._term_at(piece, start)
            if term:
                terms.append(term)
                self.counts[term] += count
                between.append("")
            else:
                between[-1] += piece[start]
            start += len(term) or 1
        return terms, [each for each in between if len(each) >= _SHORTEST]

    def _term_at(self, piece: str, start: int) -> str:
        for length in range(min(_LONGEST, len(piece) - start), _SHORTEST - 1, -1):
            term = piece[start : start + length]
            if term in self.papers or self._has(term):
                return term
        return ""

    def _has(self, term: str) -> bool:
        """Look whether enough papers have it, unless that was asked often enough."""
        if not self.looks:
            return False
        self.looks -= 1
        papers = self.tables.search.count(term_of_cjk(term))
        if papers >= self.least:
            self.papers[term] = papers
        return term in self.papers
