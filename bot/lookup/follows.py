"""What a person follows and mutes: read from text, and compared with the latest papers by the search's terms.

What a paper has to have is what the search looks for: every word, one of the categories, nothing of what it
must not have, told from the paper's text as the index has it. Slips of typing are not mended, and no paper
matches that has only some of the words.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.cards.follows import MOST_MATCHES, Followed, FollowedPapers, Matching
from bot.errors import UnreadableValueError
from bot.lookup.paper_texts import PaperTexts
from bot.lookup.query import Query, Ranking
from bot.lookup.search import facets_of
from bot.lookup.similar import likeness
from bot.lookup.sought import Sought, sought
from bot.lookup.stored_query import from_json, to_json
from bot.lookup.typed_query import query_text, read_query
from bot.text.arxiv_id import find_arxiv_id
from bot.text.finders import Readable, finder, finders
from storage.records import Follow, FollowKind, Listing, Paper
from storage.tables import Tables

# Of arXiv's largest categories a day brings some hundreds; of more, those with the most votes.
_MOST_COMPARED = 1_000

_LIST_DAYS = timedelta(days=1)

# What shares so much of the weight of a paper's telling words is like it. In an index of 4,207 papers 1.2 %
# of those that Hugging Face lists reach it, 0.1 % reach 0.35, and 6.9 % reach 0.15.
_ALIKE = 0.25

_SIMILAR = re.compile(r"(?:(?:similar|相似|类似)(?:\s+to|于)?[\s:]*)?(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks to follow or to mute."""

    kind: FollowKind
    #: As it is stored: a query as JSON, or the id of a paper.
    wanted: str
    #: What was typed as an operator and could not be read.
    unreadable: tuple[str, ...] = ()


def read_wish(text: str, today: date, *, mutes: bool) -> Wish | None:
    """Return what the text asks to follow or to mute; `None` where it has nothing to look for.

    Days, an order, and the person's own list are no part of it: what is followed is to come.
    """
    match = _SIMILAR.fullmatch(text.strip())
    if match and not mutes and (paper_id := find_arxiv_id(match[1])):
        return Wish(FollowKind.SIMILAR, paper_id)
    query = replace(
        read_query(text, today),
        since=None,
        until=None,
        is_saved=False,
        is_unread=False,
        ranking=Ranking.MATCH,
    )
    unreadable, query = query.unreadable, replace(query, unreadable=())
    if not (sought(query.words) or query.categories or query.languages or query.has_code or unreadable):
        return None
    return Wish(FollowKind.MUTE if mutes else FollowKind.SEARCH, to_json(query), unreadable)


def followed_of(tables: Tables, follows: Iterable[Follow]) -> tuple[Followed, ...]:
    """Return what a person follows and muted as it is shown, in order."""
    listed = tuple(follows)
    similar = [each for each in listed if each.kind is FollowKind.SIMILAR]
    papers = {paper.id: paper for paper in tables.papers.of_ids(each.wanted for each in similar)}
    saved = (
        tables.saved_papers.saved_among(similar[0].workspace, similar[0].person, papers) if similar else ()
    )
    return tuple(_followed(each, papers.get(each.wanted), is_saved=each.wanted in saved) for each in listed)


def latest_followed(
    tables: Tables, texts: PaperTexts, workspace: str, person: str, only: int | None = None
) -> FollowedPapers | None:
    """Return which of the latest papers match what the person follows; `None` for who follows nothing.

    The latest are those of the last day with a list and of the day before; the most voted come first.
    `only` is the id of the one follow that counts, beside what the person muted.
    """
    follows = [
        each
        for each in tables.follows.of_person(workspace, person)
        if only in (None, each.id) or each.kind is FollowKind.MUTE
    ]
    last = tables.listings.latest_day()
    if last is None or all(each.kind is FollowKind.MUTE for each in follows):
        return None
    since = last - _LIST_DAYS
    listed = tables.listings.best_between(
        since, last, workspace, by_saves=False, offset=0, limit=_MOST_COMPARED
    )
    paper_ids = [ranked.paper_id for ranked in listed]
    matches = compare(tables, texts, follows, paper_ids)
    matching = [paper_id for paper_id in paper_ids if paper_id in matches]
    shown = matching[:MOST_MATCHES]
    saved = tables.saved_papers.saved_among(workspace, person, shown)
    by_id = {each.id: each for each in followed_of(tables, follows)}
    papers = tuple(
        Matching(paper, tuple(by_id[each] for each in matches[paper.id]), paper.id in saved)
        for paper in tables.papers.of_ids(shown)
    )
    return FollowedPapers(since, papers, len(matching))


@dataclass(frozen=True, slots=True)
class FollowedAmong:
    """Which papers of some lists match what a person follows."""

    #: The most voted of them, as many as were asked for.
    papers: tuple[Matching, ...]
    #: The ids of all.
    paper_ids: frozenset[str]


def followed_among(
    tables: Tables,
    texts: PaperTexts,
    follows: Sequence[Follow],
    listings: Iterable[Listing],
    most: int,
) -> FollowedAmong:
    """Return which papers of these lists match what a person follows.

    A list from before they followed something is none of it, but for that of the day before, which is the
    latest one then.
    """
    last_listed: dict[str, date] = {}
    for listing in listings:
        for paper_id in listing.paper_ids:
            last_listed[paper_id] = max(listing.day, last_listed.get(paper_id, listing.day))
    newest = sorted(last_listed, key=lambda each: last_listed[each], reverse=True)[:_MOST_COMPARED]
    begun = {each.id: each.since.date() - _LIST_DAYS for each in follows}
    matches = {
        paper_id: [each for each in some if last_listed[paper_id] >= begun[each]]
        for paper_id, some in compare(tables, texts, follows, newest).items()
    }
    matching = [each for each in newest if matches.get(each)]
    votes = tables.papers.votes_of(matching)
    by_votes = sorted(matching, key=lambda each: -votes.get(each, 0))
    by_id = {each.id: each for each in followed_of(tables, follows)}
    papers = tuple(
        Matching(paper, tuple(by_id[one] for one in matches[paper.id]))
        for paper in tables.papers.of_ids(by_votes[:most])
    )
    return FollowedAmong(papers, frozenset(by_votes))


def compare(
    tables: Tables, texts: PaperTexts, follows: Sequence[Follow], paper_ids: Iterable[str]
) -> dict[str, list[int]]:
    """Return the ids of the follows that each of the papers matches, in order; a muted paper matches none."""
    readable = texts.of(tables, paper_ids)
    for muted in _muted(follows, readable):
        del readable[muted]
    matches: dict[str, list[int]] = {}
    for follow in follows:
        for paper_id in _matching(tables, texts, follow, readable):
            matches.setdefault(paper_id, []).append(follow.id)
    return matches


def muted_among(
    tables: Tables, texts: PaperTexts, follows: Iterable[Follow], paper_ids: Iterable[str]
) -> frozenset[str]:
    """Return which of the papers are muted by what a person follows and mutes."""
    mutes = [each for each in follows if each.kind is FollowKind.MUTE]
    return _muted(mutes, texts.of(tables, paper_ids)) if mutes else frozenset()


def _muted(follows: Iterable[Follow], readable: Mapping[str, Readable]) -> frozenset[str]:
    queries = [query for each in follows if each.kind is FollowKind.MUTE and (query := _query(each))]
    return frozenset().union(*(_found(query, readable) for query in queries))


def _matching(
    tables: Tables, texts: PaperTexts, follow: Follow, readable: Mapping[str, Readable]
) -> frozenset[str]:
    if follow.kind is FollowKind.SIMILAR:
        telling = texts.telling(tables, follow.wanted)
        alike = {paper_id for paper_id, text in readable.items() if likeness(telling, text) >= _ALIKE}
        return frozenset(alike - {follow.wanted})
    query = _query(follow) if follow.kind is FollowKind.SEARCH else None
    return _found(query, readable) if query else frozenset()


def _found(query: Query, readable: Mapping[str, Readable]) -> frozenset[str]:
    """Return which of the papers have all that the query asks for."""
    needed = [
        *map(_finder_of_either, sought(query.words)),
        *(each.is_in for each in finders(facets_of(query))),
    ]
    unwanted = finders(one.term for one in sought(query.without))
    return frozenset(
        paper_id
        for paper_id, text in readable.items()
        if all(is_in(text) for is_in in needed) and not any(each.is_in(text) for each in unwanted)
    )


def _finder_of_either(one: Sought) -> Callable[[Readable], bool]:
    """Return what tells whether a text has it as a whole, or all of its parts."""
    whole, parts = finder(one.term), finders(part.term for part in one.parts)
    if not parts:
        return whole.is_in
    return lambda text: whole.is_in(text) or all(part.is_in(text) for part in parts)


def _query(follow: Follow) -> Query | None:
    """Return what is followed; `None` for what a later version stored and this one cannot read."""
    try:
        return from_json(follow.wanted)
    except UnreadableValueError:
        return None


def _followed(follow: Follow, paper: Paper | None, *, is_saved: bool) -> Followed:
    if follow.kind is FollowKind.SIMILAR:
        title = paper.title if paper else follow.wanted
        return Followed(follow.id, follow.kind, f"similar:{follow.wanted}", title, is_saved)
    query = _query(follow)
    text = query_text(query) if query else follow.wanted
    return Followed(follow.id, follow.kind, text, _name(query, text) if query else text)


def _name(query: Query, text: str) -> str:
    """Return the one thing that a query looks for without its operator, else the text as typed."""
    if len(query.words) == 1 and query == Query(words=query.words):
        return query.words[0].text
    if len(query.categories) == 1 and query == Query(categories=query.categories):
        return query.categories[0]
    return text
