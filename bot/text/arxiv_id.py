"""Finds the arXiv id in what a person pastes; a paper's identity has no version.

The scheme is arXiv's own: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlencode

from bot.text.typed import plain

_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat "
    "cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol "
    "physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
).split()

_MONTH = "(?:0[1-9]|1[0-2])"

_NEW_STYLE = re.compile(
    rf"(?<![0-9])(?<![0-9]\.)([0-9]{{2}}{_MONTH})[.。·・]([0-9]{{4,5}})(?:v[0-9]+)?(?![0-9])", re.IGNORECASE
)

_OLD_STYLE = re.compile(
    rf"(?<![a-z-])({'|'.join(_ARCHIVES)})(?:\.[a-z]{{2}})?/([0-9]{{2}}{_MONTH}[0-9]{{3}})(?:v[0-9]+)?(?![0-9])",
    re.IGNORECASE,
)

# Encoded, a character takes up to twelve, and an address of a button has at most 3,000.
_SEARCHED_CHARACTERS = 200

_FIRST_MONTH_WITH_FIVE_DIGITS = "1501"


def find_arxiv_id(text: str) -> str | None:
    """Return the first arXiv id in `text` without its version, if any, as `find_arxiv_ids` finds it."""
    return next(_found(text), None)


def find_arxiv_ids(text: str) -> tuple[str, ...]:
    """Return the arXiv ids in `text` without their versions, each once, in the order in which they stand.

    Reads bare ids, `arXiv:` prefixes, DOIs, and URLs of arXiv, Hugging Face and alphaXiv.
    An old id loses its subject class (`math.GT/0309136` is `math/0309136`), as in arXiv's own API.
    """
    return tuple(dict.fromkeys(_found(text)))


def abstract_url(paper_id: str) -> str:
    """Return the URL of the paper's page on arXiv."""
    return f"https://arxiv.org/abs/{paper_id}"


def pdf_url(paper_id: str) -> str:
    """Return the URL of the paper's PDF on arXiv."""
    return f"https://arxiv.org/pdf/{paper_id}"


def discussion_url(paper_id: str) -> str:
    """Return the URL of the paper's discussion on Hugging Face."""
    return f"https://huggingface.co/papers/{paper_id}"


def search_url(words: str) -> str:
    """Return the URL of arXiv's own search for the words in all fields."""
    return (
        f"https://arxiv.org/search/?{urlencode({'query': words[:_SEARCHED_CHARACTERS], 'searchtype': 'all'})}"
    )


def has_discussion(paper_id: str) -> bool:
    """Return whether Hugging Face can have a page for the paper: it has none for ids before 2007-04."""
    return "/" not in paper_id


def _found(text: str) -> Iterator[str]:
    typed = plain(unquote(text))
    matches = [match for pattern in (_NEW_STYLE, _OLD_STYLE) for match in pattern.finditer(typed)]
    for match in sorted(matches, key=re.Match.start):
        if match.re is _OLD_STYLE:
            yield f"{match[1].lower()}/{match[2]}"
        elif len(match[2]) == (5 if match[1] >= _FIRST_MONTH_WITH_FIVE_DIGITS else 4):
            yield f"{match[1]}.{match[2]}"
