"""Finds papers like some papers, or like a text, by the terms that tell most of what these are about."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.cards.found import FoundPage
from bot.cards.ids import PAGE_LENGTH
from bot.errors import StorageSlowError
from bot.lookup.cjk_terms import CJKTerms
from bot.lookup.found import SearchReader, found_papers, page_start
from bot.lookup.sought import FILLERS, cjk_pieces, term_of_cjk, term_of_word
from bot.text import index_tokens
from bot.text.finders import Finder, Readable
from bot.text.full_text import Match, Phrase, Term
from bot.text.stems import stem
from bot.text.terms import fold
from storage.records import Paper
from storage.search import Hit, HitOrder, Scope
from storage.tables import Tables

_SECONDS = 0.07
_TERMS = 12
_MOST_HITS = 20
_MOST_SHARED = 3

_MOST_CJK_LOOKS = 120

# A word of the title says what a paper is about, wherever else it stands.
_TITLE_COUNTS = 3

# With a capital that does not only begin a sentence.
_NAME = re.compile(r"[^\W\d_]+[A-Z][^\W\d_]*")

# A word of two letters is mostly a part of a formula.
_SHORTEST = 3

EVERYTHING = Term((Phrase((index_tokens.EVERYTHING,)),))
"""The term that every paper has."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """A word that tells what a text is about."""

    word: str
    term: Term


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What is like a text, and by which words."""

    telling: Sequence[_Telling] = ()
    hits: Sequence[Hit] = ()
    #: The words that each paper shares with the text, the most telling first.
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def similar(
    tables: Tables, paper_ids: Sequence[str], text: str, reader: SearchReader, offset: int = 0
) -> FoundPage:
    """Return a page of papers like these and like a text, the most similar first.

    Papers that are not stored are passed over. What takes too long is given up, and the page says so.
    """
    papers = tables.papers.of_ids(paper_ids)
    is_cut = False
    try:
        with tables.search.within(_SECONDS):
            found = _alike(tables, papers, text)
    except StorageSlowError:
        found, is_cut = _Likeness(), True
    start = page_start(offset, len(found.hits))
    forms = _forms((text, *(f"{paper.title} {paper.abstract or ''}" for paper in papers)))
    words = {
        paper_id: tuple(forms.get(word, word) for word in some[:_MOST_SHARED])
        for paper_id, some in found.shared.items()
    }
    shown, terms = found.hits[start : start + PAGE_LENGTH], [each.term for each in found.telling]
    return FoundPage(
        text=text or " ".join(paper_ids),
        found=found_papers(tables, shown, terms, reader, shared=words),
        offset=start,
        total=len(found.hits),
        is_cut=is_cut,
    )


def word_counts(paper: Paper) -> Counter[str]:
    """Return how often each telling word stands in a paper; those of the title count more."""
    return _counted([paper], "")


def telling_terms(tables: Tables, paper_id: str) -> tuple[Term, ...]:
    """Return the terms that tell what a paper is about, weighed by how much; none of an unknown paper."""
    papers = tables.papers.of_ids([paper_id])
    return tuple(each.term for each in _telling(tables, _counted(papers, ""), _cjk_counted(papers, ""), 2))


def likeness(telling: Sequence[Finder], other: Readable) -> float:
    """Return how like a paper another one is that shares two of its telling terms: from 0 to 1.

    It is the weight of the telling terms that they share, of the weight of all of them.
    """
    shared = [each.weight for each in telling if each.is_in(other)]
    return sum(shared) / sum(each.weight for each in telling) if len(shared) > 1 else 0.0


def _alike(tables: Tables, papers: Sequence[Paper], text: str) -> _Likeness:
    # A word that only the papers themselves have leads to no other.
    least = 2 if papers else 1
    telling = _telling(tables, _counted(papers, text), _cjk_counted(papers, text), least)
    hits = _hits(tables, telling, {paper.id for paper in papers})
    shared = _shared(tables, hits, telling)
    # One word in common says little, unless there is nothing better.
    more = tuple(hit for hit in hits if len(shared[hit.paper_id]) > 1)
    return _Likeness(telling, more or hits, shared)


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


def _cjk_counted(papers: Iterable[Paper], text: str) -> Counter[str]:
    """Return how often each piece of Chinese, Japanese or Korean stands there that may hold a term."""
    texts = (text, *(f"{paper.title} {paper.abstract or ''}" for paper in papers))
    found = (run for each in texts for run in index_tokens.runs(each) if index_tokens.is_cjk(run))
    return Counter(piece for run in found for piece in cjk_pieces(run) if len(piece) > 1)


def _telling(
    tables: Tables, counts: Mapping[str, int], cjk_counts: Counter[str], least: int
) -> list[_Telling]:
    """Return the words that tell most of those that so many papers have, each stem once."""
    in_english = tables.search.words(counts)
    cjk_terms = CJKTerms(tables, least, _MOST_CJK_LOOKS)
    for piece, count in cjk_counts.most_common():
        cjk_terms.cut(piece, count)
    counts = {**counts, **cjk_terms.counts}
    papers = {word: number for word, number in in_english.items() if number >= least} | cjk_terms.papers
    most = 1 + max([tables.search.count(EVERYTHING), *papers.values()])
    by_stem: dict[str, tuple[float, str]] = {}
    for word, number in papers.items():
        tells = (1 + math.log(counts[word])) * math.log(most / number)
        by_stem[stem(word)] = max(by_stem.get(stem(word), (0.0, word)), (tells, word))
    first = sorted(by_stem.values(), key=lambda one: (-one[0], one[1]))[:_TERMS]
    return [_Telling(word, _term(word, tells)) for tells, word in first if tells]


def _term(word: str, weight: float) -> Term:
    if index_tokens.is_cjk(word):
        return replace(term_of_cjk(word), weight=weight)
    return term_of_word(word, weight=weight)


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
