"""What was read of a paper's file, and whether that file is the paper; pure.

A submission may hold several files, and LaTeXML may convert another one than the paper: a checklist, an
appendix. Or it breaks off in the middle and says so.
"""

import re
from dataclasses import dataclass

from bot.text.regex import regex
from storage.records import Paper

_WORD = regex(r"[^\W\d_]{3,}|[^\W_]{0,30}[0-9][^\W_]*")
_LEAST_OF_A_TITLE = 0.5
_LEAST_OF_AN_ABSTRACT = 0.5
_LETTERS_OF_A_TELLING_WORD = 5
_FEWEST_TELLING_WORDS = 5
_COMMON_WORDS = frozenset("and are for from how into its the through toward towards using via with".split())
_SUPPLEMENT = regex(
    r"\W*(?:[A-Z]\W+)?(?:appendix|appendices|(?:the )?(?:technical |online )?(?:appendix|supplement\w*)"
    r"|electronic supplement\w*|supporting information|(?:\w+ ){0,4}checklist|cover letter"
    r"|rebuttal|(?:reviewer|author)s?\W* responses?"
    r"|responses? to (?:the )?reviewers?|(?:additional|further) (?:experiments|results|proofs|details)"
    r"|(?:omitted |deferred |missing )?proofs (?:for|of (?:the )?(?:main )?(?:theorem|lemma|result)s?))\b"
    r"|\W*(?:附录|附件|补充材料|补充信息|检查清单)",
    re.IGNORECASE,
)
# Of a title that is the paper's own but for these words behind it.
_SUPPLEMENT_ADDED = regex(
    r"\b(?:(?:technical |online )?appendix|appendices"
    r"|supplement(?:s|(?:ary|al)(?: materials?| information)?))\W*$",
    re.IGNORECASE,
)
# Behind a title, as in “Title: Appendix” or “Title (Supplementary Material)”.
_SUPPLEMENT_BEHIND = regex(
    r"(?:[:;,.([|\u2013\u2014]|\s-+)\s*(?:the )?(?:technical |online )?"
    r"(?:appendix|appendices|supplement\w*(?: materials?| information)?|supporting information"
    r"|(?:\w+ ){0,2}checklist|rebuttal|(?:reviewer|author)s?\W* responses?|responses? to (?:the )?reviewers?)"
    r"(?: [A-Z0-9]{1,2})?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PaperText:
    """The text of a paper's HTML or PDF, and what tells whether it is the whole paper."""

    #: Without references and appendices.
    text: str
    #: The file's own title, where it marks one.
    title: str = ""
    #: Whether an HTML page breaks off, as it says itself or as its missing end shows; whether a PDF has pages
    #: that cannot be read.
    is_broken: bool = False
    #: Whether references follow the text; unknown of a PDF.
    has_references: bool = True


def is_other_file(read: PaperText, paper: Paper) -> bool:
    """Tell whether a file of the submission is another one than the paper.

    It has neither the paper's title nor the words of its abstract, or its title says that it is an appendix,
    a checklist, or the like.
    """
    own = read.title or read.text.partition("\n")[0]
    if _is_of_a_supplement(own) and not _is_of_a_supplement(paper.title):
        return True
    if _SUPPLEMENT_ADDED.search(own) and _words(paper.title) < _words(own):
        return True
    if _share(own, paper.title) >= _LEAST_OF_A_TITLE:
        return False
    telling = {word for word in _words(paper.abstract or "") if len(word) >= _LETTERS_OF_A_TELLING_WORD}
    if len(telling) < _FEWEST_TELLING_WORDS:
        # With so little known of the paper, a title that differs is all there is, and it may have changed.
        return False
    return len(telling & _words(read.text)) < _LEAST_OF_AN_ABSTRACT * len(telling)


def _is_of_a_supplement(title: str) -> bool:
    return bool(_SUPPLEMENT.match(title) or _SUPPLEMENT_BEHIND.search(title))


def _share(title: str, other: str) -> float:
    """Return the share of both titles' telling words that they have in common."""
    ours, theirs = _words(title) - _COMMON_WORDS, _words(other) - _COMMON_WORDS
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
