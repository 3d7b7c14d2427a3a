"""The plain text of a message that names papers: each keeps its title, its id and its link."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.blocks import TEXT_BYTES
from bot.cards.paper import shown_title
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import clean, escape, fit_bytes
from storage.records import Paper

_TITLE_CHARACTERS = 300
_SPARE_BYTES = 200
"""Room for a line that is added to a posted message."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A paper as a line of a message's plain text."""

    paper: Paper
    number: int | None = None
    sentence: str = ""


def spoken_title(paper: Paper) -> str:
    """Return a paper's title with its link, which holds its id."""
    return f"{shown_title(paper, _TITLE_CHARACTERS)} ({abstract_url(paper.id)})"


def spoken_list(opening: Sequence[str], papers: Sequence[Spoken], ending: Sequence[str] = ()) -> str:
    """Return the lines of a message that lists papers, within the bytes of a message's text.

    Sentences are cut first, then titles; numbers and links stay whole.
    """
    most = TEXT_BYTES - _SPARE_BYTES
    around = "\n".join([*opening, *(_line(each, "", "…" * bool(each.sentence)) for each in papers), *ending])
    left = most - len(escape(around).encode())
    while True:
        text = "\n".join([*opening, *_lines(papers, left), *ending])
        excess = len(escape(text).encode()) - most
        if excess <= 0 or left <= 0:
            return text
        left -= excess // 4 + 1


def _lines(papers: Sequence[Spoken], left: int) -> list[str]:
    """Return a line per paper, with `left` bytes for all titles and sentences."""
    titles = fit_bytes([shown_title(each.paper, _TITLE_CHARACTERS) for each in papers], left)
    for_sentences = left - sum(len(escape(title).encode()) for title in titles)
    sentences = fit_bytes([clean(each.sentence) for each in papers], for_sentences)
    return [_line(*each) for each in zip(papers, titles, sentences, strict=True)]


def _line(spoken: Spoken, title: str, sentence: str) -> str:
    number = f"{spoken.number}. " if spoken.number else ""
    line = f"{number}{title} ({abstract_url(spoken.paper.id)})"
    return f"{line}. {sentence}" if sentence else line
