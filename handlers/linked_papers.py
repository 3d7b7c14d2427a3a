"""The papers that a message links to, wherever in it they are named; pure."""

import html
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from bot.text.arxiv_id import find_arxiv_id

MOST_LINKED = 100
"""How many papers of one message are taken, the first ones: as many as arXiv is asked for at once."""

_LINK = re.compile(
    r"(?:https?://(?:[\w-]+\.)*(?:arxiv\.org|alphaxiv\.org|(?:huggingface\.co|hf\.co)/papers|doi\.org/10\.48550)/"
    r"|\barxiv:\s?)[^\s<>|\"]+",
    re.IGNORECASE,
)
# What is below a paper's address on one of these sites, and no search or list.
_PAPER_PAGE = re.compile(
    r"https?://(?:[\w-]+\.)*(?:arxiv\.org(?::\d+)?/(?:abs|pdf|html|format|ps|src|e-print)"
    r"|alphaxiv\.org(?::\d+)?/(?:[a-z]{2}/)?(?:abs|pdf|html|overview)"
    r"|(?:huggingface\.co|hf\.co)(?::\d+)?/papers)/([^\s?#<>|\"]+)",
    re.IGNORECASE,
)
_PARTS = ("text", "blocks", "attachments")


def linked_papers(message: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ids of the papers that a message links to on arXiv, Hugging Face or alphaXiv, each once."""
    ids = (
        paper_id
        for part in _PARTS
        for text in _texts(message.get(part))
        for link in _LINK.findall(text)
        if (paper_id := find_arxiv_id(link))
    )
    return tuple(islice(dict.fromkeys(ids), MOST_LINKED))


def paper_of_link(url: str) -> str | None:
    """Return the id of the paper whose page the link leads to, with Slack's entities in it or without."""
    match = _PAPER_PAGE.match(html.unescape(url))
    return find_arxiv_id(match[1]) if match else None


def _texts(part: object) -> Iterator[str]:
    """Yield the texts in a part of a message, in their order, however deep they are."""
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            waiting.extend(reversed(list(each.values())))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
