"""How much of what a source says of a paper is kept; pure.

An answer may have megabytes, and one title or list of authors may fill it. Each text has a limit that is far
above any real one: in 9,998 papers of arXiv and 280 of Hugging Face, with those that were picked for their
length, the longest title has 226 characters, the longest abstract 1,987, the longest comment 403, the longest
name 53, the longest sentence of Hugging Face 1,102, and the longest keyword 59. The most authors are 3,303,
with 41,524 characters, the most categories 7, and the most keywords 26.

What is longer is cut with an ellipsis, as everywhere, and of lists the first are kept: a paper is never lost
for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from bot.sources.withdrawals import with_withdrawal
from bot.text.mrkdwn import cut
from storage.records import Paper

_TITLE_CHARACTERS = 2_000
_ABSTRACT_CHARACTERS = 20_000
_SENTENCE_CHARACTERS = 5_000
_NAME_CHARACTERS = 200
_MOST_AUTHORS = 10_000
_MOST_NAMES = 200
# Of all names in a list together, whose LaTeX is read again and again.
_LIST_CHARACTERS = 200_000


def paper_from_source(paper: Paper, comment: str = "") -> Paper:
    """Return a paper as every source has to give it: within bounds, with the notice that it is withdrawn.

    The notice is in the authors' comment or in the abstract.
    """
    return with_withdrawal(_bounded(paper), cut(comment, _SENTENCE_CHARACTERS))


def _bounded(paper: Paper) -> Paper:
    return replace(
        paper,
        title=cut(paper.title, _TITLE_CHARACTERS),
        authors=_names(paper.authors, _MOST_AUTHORS),
        abstract=_text(paper.abstract, _ABSTRACT_CHARACTERS),
        categories=_names(paper.categories, _MOST_NAMES),
        organisation=_text(paper.organisation, _NAME_CHARACTERS),
        community_summary=_text(paper.community_summary, _SENTENCE_CHARACTERS),
        community_keywords=_names(paper.community_keywords, _MOST_NAMES),
    )


def _text(text: str | None, limit: int) -> str | None:
    return None if text is None else cut(text, limit)


def _names(names: Sequence[str], most: int) -> tuple[str, ...]:
    kept = [cut(name, _NAME_CHARACTERS) for name in names[:most]]
    lengths = accumulate(map(len, kept))
    return tuple(name for name, length in zip(kept, lengths, strict=True) if length <= _LIST_CHARACTERS)
