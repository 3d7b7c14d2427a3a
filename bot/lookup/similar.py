"""Finds papers like some papers, or like a text, by the terms that tell most of what these are about."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.cards.found import FoundPage
from bot.cards.ids import PAGE_LENGTH
from bot.errors import StorageSlowError
from bot.lookup.found import SearchReader, found_papers, page_start
from bot.lookup.sought import FILLERS, term_of_word
from bot.text import index_tokens
from bot.text.full_text import Match, Term
from bot.text.stems import stem
from bot.text.terms import fold
from storage.records import Paper
from storage.search import Hit, HitOrder, Scope
from storage.tables import Tables

_SECONDS = 0.08
_TERMS = 12
_MOST_HITS = 20
_MOST_SHARED = 3

# A word of the title says what a paper is about, wherever else it stands.
_TITLE_COUNTS = 3

# With a capital that does not only begin a sentence.
_NAME = re.compile(r"[^\W\d_]+[A-Z][^\W\d_]*")

# A word of two letters is mostly a part of a formula.
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class _Telling:
    """A word that tells what a text is about."""

    word: str
    term: Term


def similar(
    tables: Tables, paper_ids: Sequence[str], text: str, reader: SearchReader, offset: int = 0
) -> FoundPage:
    """Return a page of papers like these and like a text, the most similar first.

    Papers that are not stored are passed over.
    """
    papers = tables.papers.of_ids(paper_ids)
    telling = _telling(tables, _counted(papers, text))
    try:
        with tables.search.within(_SECONDS):
            hits, is_cut = _hits(tables, telling, set(paper_ids)), False
    except StorageSlowError:
        hits, is_cut = (), True
    shared = _shared(tables, hits, telling)
    # One word in common says little, unless there is nothing better.
    hits = tuple(hit for hit in hits if len(shared[hit.paper_id]) > 1) or hits
    start = page_start(offset, len(hits))
    forms = _forms((text, *(f"{paper.title} {paper.abstract or ''}" for paper in papers)))
    words = {
        paper_id: tuple(forms.get(word, word) for word in some[:_MOST_SHARED])
        for paper_id, some in shared.items()
    }
    return FoundPage(
        text=text or " ".join(paper_ids),
        found=found_papers(
            tables, hits[start : start + PAGE_LENGTH], [each.term for each in telling], reader, shared=words
        ),
        offset=start,
        total=len(hits),
        is_cut=is_cut,
    )


def _counted(papers: Iterable[Paper], text: str) -> Counter[str]:
    """Return how often each word stands in the papers and the text."""
    words = Counter(_words(text))
    for paper in papers:
        words.update(_words(paper.abstract or ""))
        words.update({word: count * _TITLE_COUNTS for word, count in Counter(_words(paper.title)).items()})
    return words


def _words(text: str) -> list[str]:
    return [
        run
        for run in index_tokens.runs(text)
        if len(run) >= _SHORTEST and run.isalpha() and run not in FILLERS and not index_tokens.is_cjk(run)
    ]


def _telling(tables: Tables, counts: Mapping[str, int]) -> list[_Telling]:
    """Return the words that tell most, each stem once; a word that only one paper has leads to none."""
    papers = {word: number for word, number in tables.search.words(counts).items() if number > 1}
    most = 1 + max(papers.values(), default=0)
    by_stem: dict[str, tuple[float, str]] = {}
    for word, number in papers.items():
        tells = (1 + math.log(counts[word])) * math.log(most / number)
        by_stem[stem(word)] = max(by_stem.get(stem(word), (0.0, word)), (tells, word))
    first = sorted(by_stem.values(), key=lambda one: (-one[0], one[1]))[:_TERMS]
    return [_Telling(word, term_of_word(word, weight=tells)) for tells, word in first if tells]


def _hits(tables: Tables, telling: Sequence[_Telling], known: set[str]) -> tuple[Hit, ...]:
    if not telling:
        return ()
    match = Match(some=tuple(each.term for each in telling))
    hits = tables.search.best(match, Scope(), HitOrder.MATCH, _MOST_HITS + len(known))
    return tuple(hit for hit in hits if hit.paper_id not in known)[:_MOST_HITS]


def _shared(tables: Tables, hits: Sequence[Hit], telling: Sequence[_Telling]) -> dict[str, tuple[str, ...]]:
    """Return the words that make each paper similar, the most telling first."""
    paper_ids = [hit.paper_id for hit in hits]
    having = [(each.word, tables.search.having(each.term, paper_ids)) for each in telling if hits]
    return {paper_id: tuple(word for word, papers in having if paper_id in papers) for paper_id in paper_ids}


def _forms(texts: Iterable[str]) -> dict[str, str]:
    """Return names such as `LLM` and `MiniCPM` by their folded form, as the texts write them."""
    return {fold(name): name for text in texts for name in _NAME.findall(text)}
