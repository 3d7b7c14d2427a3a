"""Finds papers by words: first what has all of them, then what has some of the rarest."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, islice, pairwise

from bot.cards.found import Correction, FoundPage
from bot.cards.ids import PAGE_LENGTH
from bot.errors import StorageSlowError
from bot.lookup.cjk_terms import CJKTerms
from bot.lookup.found import SearchReader, found_papers, page_start
from bot.lookup.query import Query, Ranking
from bot.lookup.sought import Sought, sought, sought_cjk, term_of_word
from bot.lookup.spelling import nearest
from bot.text import index_tokens
from bot.text.full_text import Column, Match, Phrase, Term
from bot.text.language import primary_language
from bot.text.stems import stem
from bot.text.terms import fold
from storage.records import EVERY_SAVED_PAPER, ReadingStatus, SavedFilter
from storage.search import MOST_COUNTED, Hit, HitOrder, Scope
from storage.tables import Tables

# Together less than a tenth of a second, with what it takes to draw what was found.
_SECONDS = 0.07
_SECONDS_MORE = 0.012

# Nobody turns so many pages, and what comes later is less like what was looked for.
_MOST_HITS = 200
_MOST_PARTIAL_HITS = 50

# Papers with some of the words are looked for by so many of the rarest, for the sake of time.
_RAREST = 4
_COUNTED_TERMS = 16
_MOST_SUGGESTED = 3
_MOST_PAIRS = 3
_MOST_CJK_LOOKS = 40
_NEAREST_OF_COLUMN = 5

# How much more a match counts for the most voted of papers, and for one of today.
_BY_VOTES = 0.10
_BY_RECENCY = 0.05
_MANY_VOTES = math.log1p(200)
_RECENT_DAYS = 365.0

_UNREAD = SavedFilter(ReadingStatus.UNREAD)

_ORDERS = {
    Ranking.MATCH: HitOrder.MATCH,
    Ranking.NEWEST: HitOrder.NEWEST,
    Ranking.VOTES: HitOrder.VOTES,
}


@dataclass(frozen=True, slots=True)
class _Counted:
    """A thing to look for, and how many papers have it."""

    sought: Sought
    papers: int

    @property
    def term(self) -> Term:
        """The term, by how rare it is."""
        return replace(self.sought.term, weight=math.log1p(5 * MOST_COUNTED / (1 + self.papers)))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is looked for in the index."""

    terms: tuple[_Counted, ...]
    #: What a paper has to have besides, and what it must not have.
    facets: tuple[Term, ...]
    without: tuple[Term, ...]
    scope: Scope
    order: HitOrder
    corrections: tuple[Correction, ...] = ()
    #: What no paper has, as typed.
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hits:
    complete: tuple[Hit, ...] = ()
    partial: tuple[Hit, ...] = ()
    is_cut: bool = False


def find(tables: Tables, query: Query, text: str, reader: SearchReader, offset: int = 0) -> FoundPage:
    """Return a page of the papers that a person looks for, the best first; `text` is what they typed.

    An offset past the end gives the last page. What takes too long is cut short, and the page says so.
    """
    wish = _Wish((), (), (), Scope(), HitOrder.MATCH)
    hits = _Hits()
    try:
        with tables.search.within(_SECONDS):
            wish = _wish(tables, query, reader)
            hits = _hits(tables, wish, reader)
    except StorageSlowError:
        hits = _hits_in_titles(tables, query, reader)
    return _page(tables, wish, hits, FoundPage(text, unreadable=query.unreadable), reader, offset)


# --- What is looked for -----------------------------------------------------------------------------------


def _wish(tables: Tables, query: Query, reader: SearchReader) -> _Wish:
    wanted = sought(query.words)[:_COUNTED_TERMS]
    counted = [each for one in wanted for each in _counted(tables, one)]
    corrections = [_corrected(tables, each.sought) for each in counted if not each.papers]
    mended = {fix.typed: fix for fix in corrections if fix}
    terms = [_mended(tables, each, mended) for each in counted]
    return _Wish(
        terms=tuple(each for each in terms if each.papers),
        facets=facets_of(query),
        without=tuple(each.term for each in sought(query.without)),
        scope=_scope(query, reader),
        order=_ORDERS[query.ranking],
        corrections=tuple(mended.values()),
        unknown=tuple(each.sought.text for each in terms if not each.papers),
    )


def _counted(tables: Tables, one: Sought) -> list[_Counted]:
    """Return how many papers have it; where none has the whole, how many have its parts."""
    papers = tables.search.count(one.term)
    if papers:
        return [_Counted(one, papers)]
    if one.parts:
        parts = [each for part in one.parts for each in _counted(tables, part)]
    else:
        parts = _terms_of_cjk(tables, one)
    return parts if any(each.papers for each in parts) else [_Counted(one, 0)]


def _terms_of_cjk(tables: Tables, one: Sought) -> list[_Counted]:
    """Return the terms of a run of Chinese, Japanese or Korean, and what of it no paper has."""
    if not one.can_be_cut:
        return []
    cutting = CJKTerms(tables, 1, _MOST_CJK_LOOKS)
    terms, others = cutting.cut(one.text)
    every = [sought_cjk(term, one.term.column) for term in dict.fromkeys([*terms, *others])]
    # They were counted anywhere; in one column they may be rarer.
    known = {} if one.term.column else cutting.papers
    return [_Counted(each, known.get(each.text) or tables.search.count(each.term)) for each in every]


def _corrected(tables: Tables, one: Sought) -> Correction | None:
    """Return the word that is meant by one that none has; it is one of the same column."""
    column = one.term.column
    near = nearest(tables, one.word, _NEAREST_OF_COLUMN if column else 1)
    known = (each for each in near if not column or tables.search.count(term_of_word(each, column)))
    used = next(known, None)
    return Correction(one.text, used) if used else None


def _mended(tables: Tables, counted: _Counted, mended: dict[str, Correction]) -> _Counted:
    one = counted.sought
    correction = mended.get(one.text)
    if counted.papers or correction is None:
        return counted
    term = term_of_word(correction.used, one.term.column)
    return _Counted(replace(one, term=term), tables.search.count(term))


def facets_of(query: Query) -> tuple[Term, ...]:
    """Return what a paper has to have besides the words: categories, languages, code."""
    categories = tuple(Phrase((_category(category),)) for category in query.categories)
    languages = tuple(Phrase((_language(language),)) for language in query.languages)
    code = (Phrase((index_tokens.facet("has", "code"),)),) if query.has_code else ()
    return tuple(Term(phrases) for phrases in (categories, languages, code) if phrases)


def _category(category: str) -> str:
    archive, _, subject = category.partition(".")
    if subject in {"", "*"}:
        return index_tokens.facet("archive", archive)
    return index_tokens.facet("category", category)


def _language(language: str) -> str:
    name = "primary" if primary_language(language) == language else "language"
    return index_tokens.facet(name, language)


def _scope(query: Query, reader: SearchReader) -> Scope:
    is_own = query.is_saved or query.is_unread
    whose = (reader.workspace, reader.person) if is_own else None
    return Scope(query.since, query.until, whose, _UNREAD if query.is_unread else EVERY_SAVED_PAPER)


# --- What is found ----------------------------------------------------------------------------------------


def _hits(tables: Tables, wish: _Wish, reader: SearchReader) -> _Hits:
    if wish.unknown and not wish.terms:
        return _Hits()
    complete = _complete(tables, wish, reader) if not wish.unknown else ()
    if len(complete) >= PAGE_LENGTH or (len(wish.terms) < 2 and not wish.unknown):  # noqa: PLR2004 -- of one word there is no part
        return _Hits(complete)
    rarest, others = _rarest(wish.terms)
    match = Match(wish.facets, rarest, wish.without, others)
    some = tables.search.best(match, wish.scope, wish.order, _MOST_PARTIAL_HITS)
    known = {hit.paper_id for hit in complete}
    return _Hits(complete, _in_order([hit for hit in some if hit.paper_id not in known], wish, reader))


def _rarest(terms: Sequence[_Counted]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return the rarest terms, of which a paper has to have one, and the others.

    They are so few that all papers that have one can be ranked, unless the very rarest is common.
    """
    by_rarity = sorted(terms, key=lambda each: each.papers)
    in_all = accumulate(each.papers for each in by_rarity)
    most = max(1, min(_RAREST, sum(papers <= MOST_COUNTED for papers in in_all)))
    return tuple(each.term for each in by_rarity[:most]), tuple(each.term for each in by_rarity[most:])


def _complete(tables: Tables, wish: _Wish, reader: SearchReader) -> tuple[Hit, ...]:
    """Return the papers that have everything; of very many, those with everything in the title too."""
    every = tuple(each.term for each in wish.terms)
    hits = _best(tables, wish, every, (), _MOST_HITS)
    if len(hits) == _MOST_HITS and every and wish.order is HitOrder.MATCH:
        titled = tuple(replace(term, column=Column.TITLE) for term in every if term.column is None)
        in_titles = _best(tables, wish, (*every, *titled), (), PAGE_LENGTH)
        hits = tuple({hit.paper_id: hit for hit in (*hits, *in_titles)}.values())
    return _in_order(hits, wish, reader)


def _best(
    tables: Tables, wish: _Wish, every: tuple[Term, ...], some: tuple[Term, ...], most: int
) -> tuple[Hit, ...]:
    if not (every or some or wish.facets):
        every = (Term((Phrase((index_tokens.EVERYTHING,)),)),)
    match = Match((*every, *wish.facets), some, wish.without, _neighbours(wish.terms if every else ()))
    return tables.search.best(match, wish.scope, wish.order, most)


def _neighbours(terms: Sequence[_Counted]) -> tuple[Term, ...]:
    """Return what was typed side by side, which a paper that has it so is more likely to be about."""
    pairs = (_pair(one, other) for one, other in pairwise(terms))
    return tuple(Term((pair,)) for pair in islice(filter(None, pairs), _MOST_PAIRS))


def _pair(one: _Counted, other: _Counted) -> Phrase | None:
    """Return two things side by side; `None` where both are common, as that takes long to look for."""
    phrases = first, second = one.term.phrases[0], other.term.phrases[0]
    if any(phrase.is_prefix for phrase in phrases) or min(one.papers, other.papers) == MOST_COUNTED:
        return None
    return Phrase((*first.tokens, *second.tokens))


def _hits_in_titles(tables: Tables, query: Query, reader: SearchReader) -> _Hits:
    """Return what little can be found in the time that is left: papers with the words in their titles.

    What a paper has to have besides, and what it must not have, holds for them too.
    """
    terms = tuple(replace(each.term, column=Column.TITLE) for each in sought(query.words))
    without = tuple(each.term for each in sought(query.without))
    match = Match(facets_of(query), terms[:_RAREST], without)
    try:
        with tables.search.within(_SECONDS_MORE):
            scope = _scope(query, reader)
            hits = tables.search.best(match, scope, HitOrder.MATCH, PAGE_LENGTH) if terms else ()
    except StorageSlowError:
        hits = ()
    return _Hits(hits, is_cut=True)


def _in_order(hits: Iterable[Hit], wish: _Wish, reader: SearchReader) -> tuple[Hit, ...]:
    """Return hits in order, where those of a match alike are the ones with more votes, and the newer ones."""
    if wish.order is not HitOrder.MATCH:
        return tuple(hits)
    return tuple(sorted(hits, key=lambda hit: -_merit(hit, reader.today)))


def _merit(hit: Hit, today: date) -> float:
    votes = min(1.0, math.log1p(max(0, hit.votes)) / _MANY_VOTES)
    days = max(0, (today - hit.day).days) if hit.day else math.inf
    return hit.score * (1 + _BY_VOTES * votes + _BY_RECENCY * math.exp(-days / _RECENT_DAYS))


# --- What is shown ----------------------------------------------------------------------------------------


def _page(
    tables: Tables, wish: _Wish, hits: _Hits, page: FoundPage, reader: SearchReader, offset: int
) -> FoundPage:
    all_hits = (*hits.complete, *hits.partial)
    start = page_start(offset, len(all_hits))
    shown = all_hits[start : start + PAGE_LENGTH]
    partial = [hit.paper_id for hit in shown if hit in hits.partial]
    missing, suggestions = _explained(tables, wish, partial, "" if hits.complete else page.text)
    return replace(
        page,
        found=found_papers(tables, shown, [each.term for each in wish.terms], reader, missing=missing),
        offset=start,
        total=len(all_hits),
        partial=len(hits.partial),
        is_more=len(hits.complete) >= _MOST_HITS or len(hits.partial) >= _MOST_PARTIAL_HITS,
        corrections=wish.corrections,
        suggestions=suggestions,
        is_cut=hits.is_cut,
    )


def _explained(
    tables: Tables, wish: _Wish, partial: Sequence[str], text: str
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return what papers lack and what else may have been meant, as far as the time for it allows."""
    missing: dict[str, tuple[str, ...]] = {}
    try:
        with tables.search.within(_SECONDS_MORE):
            missing = _missing(tables, wish, partial)
            return missing, _suggestions(tables, wish, text)
    except StorageSlowError:
        return missing, ()


def _suggestions(tables: Tables, wish: _Wish, text: str) -> tuple[str, ...]:
    """Return what was typed with the other words that a slip may stand for."""
    found = (
        _with_word(text, fix.typed, other)
        for fix in wish.corrections
        for other in nearest(tables, fold(fix.typed), 1 + _MOST_SUGGESTED)
        if stem(other) != stem(fix.used)
    )
    return tuple(islice(dict.fromkeys(each for each in found if each != text), _MOST_SUGGESTED))


def _with_word(text: str, typed: str, other: str) -> str:
    """Return the text with another word for a whole word of it."""
    return re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", other, text)


def _missing(tables: Tables, wish: _Wish, paper_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what each of these papers lacks of what was looked for, as typed."""
    having = [
        (each.sought.text, tables.search.having(each.term, paper_ids)) for each in wish.terms if paper_ids
    ]
    return {
        paper_id: tuple(
            dict.fromkeys((*(text for text, papers in having if paper_id not in papers), *wish.unknown))
        )
        for paper_id in paper_ids
    }
