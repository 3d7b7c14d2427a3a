"""Which sentences of a text a newer version of it changed; pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from bot.summaries.sentences import sentences

_MOST_CHARACTERS = 5_000
_LEAST_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Changes:
    """The sentences that differ between two versions of a text; one that only moved does not."""

    #: What the newer version says otherwise or in addition, in its order.
    new: tuple[str, ...] = ()
    #: How many sentences of the earlier version nothing stands for.
    left_out: int = 0


def changes(before: str, after: str) -> Changes:
    """Return what a newer version of a text changed, whatever the white space and the case of letters.

    Of each only the first 5,000 characters are compared; of ten thousand abstracts the longest has 1,987.
    """
    earlier, newer = sentences(before[:_MOST_CHARACTERS]), sentences(after[:_MOST_CHARACTERS])
    new = _without(newer, earlier)
    return Changes(tuple(new), _unmatched(_without(earlier, newer), new))


def _without(texts: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return the sentences that are not among the others, one that is there once only once."""
    left, found = Counter(map(_key, others)), []
    for text in texts:
        key = _key(text)
        if left[key]:
            left[key] -= 1
        elif key:
            found.append(text)
    return found


def _unmatched(gone: Iterable[str], new: Iterable[str]) -> int:
    """Return how many sentences are gone of which no new one is another wording."""
    free, count = [_words(text) for text in new], 0
    for text in gone:
        words = _words(text)
        best = max(free, key=lambda each: _likeness(words, each), default=None)
        if best is not None and _likeness(words, best) >= _LEAST_ALIKE:
            free.remove(best)
        else:
            count += 1
    return count


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


def _words(text: str) -> frozenset[str]:
    """Return the words of a sentence, those of Chinese as pairs of characters."""
    found = text.casefold().split()
    return frozenset(found) if len(found) > 1 else frozenset(map("".join, pairwise(text)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)
