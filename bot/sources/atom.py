"""Parses arXiv's Atom, of its API and of its daily feeds, into papers; pure.

The API's output changed between 2025-10 and 2026-04: the order of elements, where name spaces are declared,
how moments are written, whether titles are wrapped. Elements are found by name here, so both generations give
the same fields. https://info.arxiv.org/help/api/user-manual.html describes the API,
https://info.arxiv.org/help/rss_specifications.html the feeds.

Entities and DTDs are rejected, since a few kilobytes of them can expand to gigabytes. A part that is not XML
costs itself or its entry, never the feed (`broken_xml`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from bot.errors import SourceAnswerError
from bot.sources.bounds import paper_from_source
from bot.sources.broken_xml import Feed, NotXmlError, Part, read_feed
from bot.sources.source import DailyList
from bot.text.arxiv_id import find_arxiv_id
from bot.text.numbers import count_in
from storage.records import Paper

_NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_EASTERN = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class ArxivPaper:
    """A paper as arXiv's API describes it; `None` where arXiv does not say."""

    #: Its first category is the primary one.
    paper: Paper
    #: Counts from 1.
    version: int | None = None
    #: When this version was submitted, in UTC.
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The result of a query to the API."""

    #: By id.
    papers: dict[str, ArxivPaper]
    #: How many papers the API says match; `None` where it does not.
    total: int | None
    #: The API's own sentences on what it could not read in the request.
    errors: tuple[str, ...] = ()
    #: A sentence of ours for each entry that could not be read.
    skipped: tuple[str, ...] = ()
    #: A sentence of ours for each entry that was read without a part of it.
    mended: tuple[str, ...] = ()


# --- The API --------------------------------------------------------------------------------------------


def read_query_result(body: bytes) -> QueryResult:
    """Parse the API's answer to a query; raises SourceAnswerError for anything else."""
    feed = _feed(body)
    errors = [part.element for part in feed.parts if part.element is not None and _is_error(part.element)]
    papers, skipped = _readable([part for part in feed.parts if part.element not in errors], _arxiv_paper)
    total = _text(feed.root, "opensearch:totalResults")
    return QueryResult(
        papers={each.paper.id: each for each in papers},
        total=count_in(total),
        errors=tuple(_text(entry, "atom:summary") for entry in errors),
        skipped=skipped,
        mended=_mended(feed),
    )


def _is_error(entry: Element) -> bool:
    return "/api/errors" in _text(entry, "atom:id")


def _arxiv_paper(entry: Element) -> ArxivPaper:
    primary = [each.get("term", "") for each in entry.findall("arxiv:primary_category", _NAMES)]
    authors = entry.findall("atom:author", _NAMES)
    version = re.search(r"v([0-9]{1,6})$", _text(entry, "atom:id"))
    published = _moment(entry, "atom:published")
    paper = Paper(
        id=_paper_id(entry),
        title=_title(entry),
        authors=tuple(filter(None, (_text(author, "atom:name") for author in authors))),
        abstract=_text(entry, "atom:summary") or None,
        categories=_unique([*primary, *_categories(entry)]),
        published=published.date() if published else None,
    )
    return ArxivPaper(
        paper_from_source(paper, _text(entry, "arxiv:comment")),
        version=int(version[1]) if version else None,
        updated=_moment(entry, "atom:updated"),
    )


# --- The daily feed -------------------------------------------------------------------------------------

_NEW = "new"
_OF_THE_DAY = frozenset({_NEW, "cross"})
_PREAMBLE = re.compile(r"arXiv:\S+\s+Announce Type:\s*(?P<type>[a-z-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)


def read_daily_feed(body: bytes) -> DailyList:
    """Parse a feed of rss.arxiv.org; raises SourceAnswerError where it cannot be read."""
    feed = _feed(body)
    updated = _moment(feed.root, "atom:updated")
    if updated is None:
        raise SourceAnswerError("arXiv's daily feed has no date.")
    announced, skipped = _readable(feed.parts, _announced)
    if skipped and not any(announced):
        raise SourceAnswerError(f"No entry of arXiv's daily feed can be read. {skipped[0]}")
    papers: dict[str, Paper] = {}
    new_ids: set[str] = set()
    for kind, paper in filter(None, announced):
        papers.setdefault(paper.id, paper)
        if kind == _NEW:
            new_ids.add(paper.id)
    return DailyList(
        day=updated.astimezone(_EASTERN).date(),
        papers=tuple(papers.values()),
        entries=len(feed.parts),
        new_ids=frozenset(new_ids),
        skipped=skipped,
        mended=_mended(feed),
    )


def _announced(entry: Element) -> tuple[str, Paper] | None:
    """Return how a paper is announced and the paper; `None` for a replacement of an older version."""
    summary = _text(entry, "atom:summary")
    preamble = _PREAMBLE.match(summary)
    announce_type = (_text(entry, "arxiv:announce_type") or (preamble["type"] if preamble else "")).lower()
    if not announce_type:
        raise _UnreadableError("does not say whether the paper is new")
    if announce_type not in _OF_THE_DAY:
        return None
    paper = Paper(
        id=_paper_id(entry),
        title=_title(entry),
        authors=_creators(entry),
        abstract=(summary[preamble.end() :] if preamble else summary) or None,
        categories=_unique(_categories(entry)),
    )
    return announce_type, paper_from_source(paper)


_AFFILIATION = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)")


def _creators(entry: Element) -> tuple[str, ...]:
    """Return the authors, which a feed gives in one line, some with affiliations in parentheses."""
    line = ", ".join(_collapsed(each) for each in entry.findall("dc:creator", _NAMES))
    return tuple(filter(None, (name.strip() for name in _AFFILIATION.sub("", line).split(","))))


# --- Both -----------------------------------------------------------------------------------------------


class _UnreadableError(Exception):
    """Why an entry cannot be read: the rest of a sentence that starts with the entry."""


def _feed(body: bytes) -> Feed:
    try:
        feed = read_feed(body, f"{{{_NAMES['atom']}}}entry")
    except NotXmlError as error:
        raise SourceAnswerError(f"arXiv's answer is not valid XML: {error}.") from error
    if feed.root.tag != f"{{{_NAMES['atom']}}}feed":
        raise SourceAnswerError("arXiv's answer is not an Atom feed.")
    return feed


_T = TypeVar("_T")


def _readable(parts: Iterable[Part], read: Callable[[Element], _T]) -> tuple[list[_T], tuple[str, ...]]:
    """Return the parsed entries, and a sentence for each entry that could not be read."""
    parsed: list[_T] = []
    skipped: list[str] = []
    for number, part in enumerate(parts, 1):
        if part.element is None:
            skipped.append(f"Entry {number} {part.fault}.")
            continue
        try:
            parsed.append(read(part.element))
        except _UnreadableError as error:
            skipped.append(f"Entry {number} ({_name(part.element)}) {error}.")
    return parsed, tuple(skipped)


def _mended(feed: Feed) -> tuple[str, ...]:
    """Return a sentence for each entry of which a part was lost."""
    return tuple(
        f"Entry {number} ({_name(part.element)}) {part.fault}."
        for number, part in enumerate(feed.parts, 1)
        if part.element is not None and part.fault
    )


def _name(entry: Element) -> str:
    texts = [_text(entry, name)[:80] for name in ("atom:id", "atom:title")]
    return next(filter(None, texts), "without a name")


def _paper_id(entry: Element) -> str:
    paper_id = find_arxiv_id(_text(entry, "atom:id"))
    if paper_id is None:
        raise _UnreadableError("has no arXiv id")
    return paper_id


def _title(entry: Element) -> str:
    if title := _text(entry, "atom:title"):
        return title
    raise _UnreadableError("has no title")


def _categories(entry: Element) -> Iterator[str]:
    return (each.get("term", "") for each in entry.findall("atom:category", _NAMES))


def _unique(terms: list[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.strip() for term in terms if term.strip()))


def _moment(element: Element, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(element, name))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _text(element: Element, name: str) -> str:
    child = element.find(name, _NAMES)
    return "" if child is None else _collapsed(child)


def _collapsed(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
