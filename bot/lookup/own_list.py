"""A person's own list: what they type to see a part of it, and which papers fit, the latest saved first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from bot.cards.ids import PAGE_LENGTH
from bot.cards.saved_list import SavedPage
from bot.cards.versions import NewerVersion
from bot.errors import StorageSlowError
from bot.lookup.papers import last_offset
from bot.lookup.query import Query, Ranking
from bot.lookup.search import facets_of
from bot.lookup.sought import sought
from bot.lookup.typed_query import query_text, read_query
from bot.lookup.versions import newer_versions, renewed_papers
from bot.text import index_tokens
from bot.text.full_text import Match, Phrase, Term
from bot.text.tags import read_tags
from storage.records import EVERY_SAVED_PAPER, ReadingStatus, SavedFilter, SavedPaper
from storage.runner import Runner
from storage.search import Scope
from storage.tables import Tables

_SECONDS = 0.08

_ANYTHING = Query()

# Nobody turns so many pages; whoever has more that fit says more.
_MOST_FOUND = 400
_MOST_PARTLY_NOTED = 100
_MOST_TAGS = 5

_EVERYTHING = Term((Phrase((index_tokens.EVERYTHING,)),))
_READ_AT_ONCE = 500

_TAG = re.compile(r"(?<!\S)[#＃]\S+")
_MOST_WORDS_OF_A_STATUS = 2

_STATUSES: dict[str, ReadingStatus] = {
    **dict.fromkeys(["unread", "is:unread", "to read", "未读", "待读"], ReadingStatus.UNREAD),
    **dict.fromkeys(["reading", "is:reading", "在读", "正在读"], ReadingStatus.READING),
    **dict.fromkeys(["read", "is:read", "已读", "读完"], ReadingStatus.READ),
}


_STATUS_OPERATORS = {text: status for text, status in _STATUSES.items() if text.startswith("is:")}


@dataclass(frozen=True, slots=True)
class OwnQuery:
    """Which papers of their own list a person looks for; the default is all."""

    query: Query = _ANYTHING
    chosen: SavedFilter = EVERY_SAVED_PAPER


WHOLE_LIST = OwnQuery()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list it is: who acted, and in which workspace."""

    workspace: str
    person: str


def read_own_query(text: str, today: date) -> OwnQuery:
    """Return what the text looks for in a list: words, `#tags`, and a status.

    A status is an operator such as `is:read` anywhere, or its words at the beginning or the end.
    """
    tags = read_tags(" ".join(_TAG.findall(text)))[:_MOST_TAGS]
    words, status = _without_status(_TAG.sub(" ", text).split())
    query = read_query(" ".join(words), today)
    if query.is_unread:
        status = ReadingStatus.UNREAD
    return OwnQuery(replace(query, is_saved=False, is_unread=False), SavedFilter(status, tags))


def names_status(text: str) -> bool:
    """Tell whether a text has an operator such as `is:read`, which only papers of one's own list have."""
    return any(word in _STATUS_OPERATORS for word in text.casefold().split())


def own_query_text(wanted: OwnQuery) -> str:
    """Return a query that was read as a text that reads back to it on any day."""
    status = [f"is:{wanted.chosen.status}"] if wanted.chosen.status else []
    words = query_text(replace(wanted.query, ranking=Ranking.MATCH))
    return " ".join([*filter(None, [words]), *(f"#{tag}" for tag in wanted.chosen.tags), *status])


def own_page(tables: Tables, wanted: OwnQuery, owner: Owner, now: datetime, offset: int = 0) -> SavedPage:
    """Return a page of the person's list; an offset past the end gives the last page.

    The first page of the whole list has the papers of which a newer version came lately.
    """
    saved, whose = tables.saved_papers, (owner.workspace, owner.person)
    counts: dict[ReadingStatus, int] = {}
    if wanted.query == Query(ranking=wanted.query.ranking):
        counts = saved.counts(*whose, wanted.chosen.tags)
        total = counts.get(wanted.chosen.status, 0) if wanted.chosen.status else sum(counts.values())
        start = last_offset(offset, total)
        papers = saved.page(*whose, wanted.chosen, offset=start, limit=PAGE_LENGTH)
    else:
        found = _found(tables, wanted, owner)
        total = len(found)
        start = last_offset(offset, total)
        papers = saved.of_ids(*whose, found[start : start + PAGE_LENGTH])
    return SavedPage(
        papers=papers,
        offset=start,
        total=total,
        is_more=not counts and total >= _MOST_FOUND,
        text=own_query_text(wanted),
        chosen=wanted.chosen,
        texts_by_status={
            status: own_query_text(replace(wanted, chosen=replace(wanted.chosen, status=status)))
            for status in (None, *ReadingStatus)
        },
        counts=counts,
        tags=saved.tags(*whose),
        unreadable=wanted.query.unreadable,
        newer=_newer(tables, papers),
        renewed=renewed_papers(tables, *whose, now) if wanted == WHOLE_LIST and not start else (),
    )


def _newer(tables: Tables, papers: Sequence[SavedPaper]) -> dict[str, NewerVersion]:
    """Return the newer versions that came since these papers were saved."""
    newer = newer_versions(tables, [saved.paper for saved in papers])
    saved_at = {saved.paper.id: saved.saved_at for saved in papers}
    return {paper_id: each for paper_id, each in newer.items() if each.seen_at > saved_at[paper_id]}


async def whole_list(storage: Runner, wanted: OwnQuery, owner: Owner) -> list[SavedPaper]:
    """Return all papers of the person's list that fit, the latest saved first.

    They are read in batches, between which others have their turn.
    """
    if wanted.query == Query(ranking=wanted.query.ranking):
        return await _by_batches(storage, wanted.chosen, owner)
    whose = (owner.workspace, owner.person)
    found = await storage.read(lambda tables: _found(tables, wanted, owner))
    return list(await storage.read(lambda tables: tables.saved_papers.of_ids(*whose, found)))


async def _by_batches(storage: Runner, chosen: SavedFilter, owner: Owner) -> list[SavedPaper]:
    papers: list[SavedPaper] = []

    def read(tables: Tables) -> tuple[SavedPaper, ...]:
        after = papers[-1] if papers else None
        return tables.saved_papers.following(
            owner.workspace, owner.person, after, chosen, limit=_READ_AT_ONCE
        )

    while batch := await storage.read(read):
        papers.extend(batch)
    return papers


def _without_status(words: list[str]) -> tuple[list[str], ReadingStatus | None]:
    for word in words:
        if status := _STATUS_OPERATORS.get(word.casefold()):
            return [each for each in words if each != word], status
    for count in range(_MOST_WORDS_OF_A_STATUS, 0, -1):
        for piece, others in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            if status := _STATUSES.get(" ".join(piece).casefold()):
                return others, status
    return words, None


def _found(tables: Tables, wanted: OwnQuery, owner: Owner) -> list[str]:
    """Return the ids of the papers with every word in their texts, the note or the tags."""
    query, whose = wanted.query, (owner.workspace, owner.person)
    terms = [each.term for each in sought(query.words)]
    facets, without = facets_of(query), [each.term for each in sought(query.without)]
    scope = Scope(query.since, query.until, whose, wanted.chosen)
    in_texts = _in_texts(tables, Match((*terms, *facets) or (_EVERYTHING,), (), tuple(without)), scope)
    noted = _noted(tables, terms, wanted, owner)
    if noted:
        noted = _within(tables, noted, facets, without, scope)
    unwanted = {each for term in without for each in _noted_with(tables, term, wanted, owner)}
    return tables.saved_papers.newest_first(*whose, (in_texts | noted) - unwanted)


def _in_texts(tables: Tables, match: Match, scope: Scope) -> set[str]:
    try:
        with tables.search.within(_SECONDS):
            return set(tables.search.newest(match, scope, _MOST_FOUND))
    except StorageSlowError:
        return set()


def _noted(tables: Tables, terms: list[Term], wanted: OwnQuery, owner: Owner) -> set[str]:
    """Return the papers with every term in note and tags; of those with some there, the rest in their texts.

    The latter are looked for among the latest saved.
    """
    by_term = {term: _noted_with(tables, term, wanted, owner) for term in terms}
    if not by_term:
        return set()
    whole = set.intersection(*map(set, by_term.values()))
    some = dict.fromkeys(each for noted in by_term.values() for each in noted if each not in whole)
    left = set(islice(some, _MOST_PARTLY_NOTED))
    for term, noted in by_term.items():
        others = left.difference(noted)
        left -= others - (tables.search.having(term, others) if others else frozenset())
    return whole | left


def _within(
    tables: Tables, paper_ids: set[str], facets: Sequence[Term], without: Sequence[Term], scope: Scope
) -> set[str]:
    """Return those of the papers that have the facets, the days, and nothing of what they must not have."""
    needed = [*facets, *([_EVERYTHING] if scope.since or scope.until else [])]
    for term in needed:
        paper_ids = paper_ids & tables.search.having(term, paper_ids, scope)
    for term in without:
        paper_ids = paper_ids - tables.search.having(term, paper_ids)
    return paper_ids


def _noted_with(tables: Tables, term: Term, wanted: OwnQuery, owner: Owner) -> list[str]:
    if term.column:
        return []
    whose = (owner.workspace, owner.person)
    return tables.saved_papers.noted_with(*whose, term, wanted.chosen, limit=_MOST_FOUND)
