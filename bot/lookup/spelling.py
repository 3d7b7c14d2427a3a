"""The word of the papers that was meant by one that none has; from the index's own words."""

from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase

from storage.tables import Tables

_SHORTEST = 4
# From this length on two slips are likely to be slips still.
_LONG = 7
_MOST_SLIPS = 2


def nearest(tables: Tables, word: str, most: int = 1) -> list[str]:
    """Return the words most like a folded one, those in most papers first.

    A slip is a letter too many, too few or wrong, or two in each other's place.
    """
    if len(word) < _SHORTEST or not word.isascii():
        return []
    if found := tables.search.words(_one_slip_away(word)):
        return _commonest(found, most)
    if len(word) < _LONG:
        return []
    # Few words have two slips, and this takes 2.6 MB.
    from rapidfuzz import process  # noqa: PLC0415 -- see above
    from rapidfuzz.distance import OSA  # noqa: PLC0415 -- see above

    alike = tables.search.words_of_form(word[0], len(word) - _MOST_SLIPS, len(word) + _MOST_SLIPS)
    close = process.extract(word, alike.keys(), scorer=OSA.distance, score_cutoff=_MOST_SLIPS, limit=50)
    return _commonest({each: alike[each] for each, _, _ in close}, most)


def _commonest(papers: Mapping[str, int], most: int) -> list[str]:
    return sorted(papers, key=lambda word: (-papers[word], word))[:most]


def _one_slip_away(word: str) -> Iterable[str]:
    return {each for each in _slips(word) if each != word}


def _slips(word: str) -> Iterator[str]:
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for before, after in halves:
        if after:
            yield before + after[1:]
            yield from (f"{before}{letter}{after[1:]}" for letter in ascii_lowercase)
        if len(after) > 1:
            yield f"{before}{after[1]}{after[0]}{after[2:]}"
        yield from (f"{before}{letter}{after}" for letter in ascii_lowercase)
