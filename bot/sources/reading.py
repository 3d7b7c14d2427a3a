"""What was read of a paper's file, and whether that file is the paper; pure.

A submission may hold several files, and LaTeXML may convert another one than the paper: a checklist, an
appendix. Or it breaks off in the middle and says so.
"""

import re
from dataclasses import dataclass

from storage.records import Paper

_WORD = re.compile(r"[^\W\d_]{3,}|[^\W_]*[0-9][^\W_]*")
_LEAST_OF_A_TITLE = 0.5
_LEAST_OF_AN_ABSTRACT = 0.5
_LETTERS_OF_A_TELLING_WORD = 5
_FEWEST_TELLING_WORDS = 5
_SUPPLEMENT = re.compile(
    r"\W*(?:[A-Z]\W+)?(?:appendix|appendices|(?:the )?(?:technical |online )?(?:appendix|supplement\w*)"
    r"|supporting information|(?:\w+ ){0,4}checklist)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PaperText:
    """The text of a paper's HTML or PDF, and what tells whether it is the whole paper."""

    #: Without references and appendices.
    text: str
    #: The file's own title, where it marks one.
    title: str = ""
    #: Whether the file breaks off, as it says itself or as its missing end shows.
    is_broken: bool = False
    #: Whether references follow the text; unknown of a PDF.
    has_references: bool = True


def is_other_file(read: PaperText, paper: Paper) -> bool:
    """Tell whether a file of the submission is another one than the paper.

    It has neither the paper's title nor the words of its abstract, or says that it is an appendix or a
    checklist.
    """
    own = read.title or read.text.partition("\n")[0]
    if _SUPPLEMENT.match(own) and not _SUPPLEMENT.match(paper.title):
        return True
    if _share(own, paper.title) >= _LEAST_OF_A_TITLE:
        return False
    telling = {word for word in _words(paper.abstract or "") if len(word) >= _LETTERS_OF_A_TELLING_WORD}
    if len(telling) < _FEWEST_TELLING_WORDS:
        # With so little known of the paper, a title that differs is all there is, and it may have changed.
        return False
    return len(telling & _words(read.text)) < _LEAST_OF_AN_ABSTRACT * len(telling)


def _share(title: str, other: str) -> float:
    """Return the share of the shorter title's words that the other one has."""
    ours, theirs = _words(title), _words(other)
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
