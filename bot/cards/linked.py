"""What came of the papers that a message links to, for the person who saved them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.paper import shown_title
from bot.cards.spoken import spoken_title
from bot.locale import Words
from bot.text.arxiv_id import abstract_url
from storage.records import Paper

_MOST_SHOWN = 10
_TITLE_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class LinkedPapers:
    """The papers of a message, by what came of saving them."""

    saved: tuple[Paper, ...] = ()
    #: They were on the list before.
    already: tuple[Paper, ...] = ()
    #: The ids of those that arXiv does not have.
    not_found: tuple[str, ...] = ()
    #: The ids of those about which arXiv did not answer in time.
    no_answer: tuple[str, ...] = ()
    #: The ids of those for which the person has to wait a minute.
    too_many: tuple[str, ...] = ()


def linked_papers_message(papers: LinkedPapers, words: Words) -> Message:
    """Return which papers of a message were saved, which had been, and which could not be found and why."""
    listed = [
        *_listed_papers("linked.saved", papers.saved, words),
        *_listed_papers("linked.already", papers.already, words),
        *_listed_ids("linked.not_found", papers.not_found, words),
        *_listed_ids("linked.no_answer", papers.no_answer, words),
        *_listed_ids("linked.too_many", papers.too_many, words),
    ]
    drawn = blocks.rich_text(*(element for part in listed for element in part.elements))
    text = "\n".join(line for part in listed for line in part.lines)
    button = Button(ids.MY_PAPERS, words("button.my_papers"))
    return blocks.message(text, [drawn, blocks.actions(button)])


@dataclass(frozen=True, slots=True)
class _Part:
    elements: tuple[Block, ...]
    lines: tuple[str, ...]


def _listed_papers(key: str, papers: Sequence[Paper], words: Words) -> Iterable[_Part]:
    links = [
        blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS)) for paper in papers
    ]
    return _listed(key, links, [spoken_title(paper) for paper in papers], words)


def _listed_ids(key: str, paper_ids: Sequence[str], words: Words) -> Iterable[_Part]:
    links = [blocks.title_link(abstract_url(each), each) for each in paper_ids]
    return _listed(key, links, [f"{each} ({abstract_url(each)})" for each in paper_ids], words)


def _listed(key: str, links: Sequence[Block], spoken: Sequence[str], words: Words) -> Iterable[_Part]:
    """Return a sentence with the first ten papers below it, and how many more there are; nothing for none."""
    if not links:
        return []
    sentence, left = words.count(key, len(links)), len(links) - _MOST_SHOWN
    more = [words.count("linked.more", left)] if left > 0 else []
    items = [*([link] for link in links[:_MOST_SHOWN]), *([blocks.words(each)] for each in more)]
    elements = (blocks.paragraph(blocks.words(sentence)), blocks.bullets(items))
    return [_Part(elements, (sentence, *spoken[:_MOST_SHOWN], *more))]
