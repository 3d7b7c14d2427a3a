"""The newest days as an Atom feed (RFC 4287), read and written; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.cards.digest import sentence
from bot.cards.entry import Entry
from bot.cards.paper import authors_line
from bot.cards.provenance import missing_line, origin
from bot.documents.pages.day_page import Day, in_language_of, path_of, title_of
from bot.documents.pages.frame import FEED, INDEX, spoken_language
from bot.documents.pages.markup import element, html_fragment, xml_document
from bot.locale import Words
from bot.text.mrkdwn import clean_line

DAYS_IN_THE_FEED = 14
"""How many days a feed has, the newest ones."""

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NAME = "{http://www.w3.org/2005/Atom}"
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_SENTENCE_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed says of a day, and since when."""

    updated: datetime
    title: str
    #: HTML.
    content: str


def read_feed(text: str) -> dict[str, Told]:
    """Return what a feed of ours says, by the ids of its entries; nothing for what is no such feed."""
    try:
        root = fromstring(text)
        return dict(map(_read_entry, root.iterfind(f"{_NAME}entry")))
    except (ParseError, DefusedXmlException, ValueError):
        return {}


def feed(
    days: Sequence[Day], address: str, told: Mapping[str, Told], now: datetime, *, has_pages: bool
) -> str:
    """Return the feed of these days, the newest last, for the folder at `address`.

    A day's time of update stays that of `told` while what it says is the same, and is `now` once that has
    changed. A day that is not in it has that of its newest summary.
    """
    words = days[-1].words
    entries = [(day, _telling(day, address, told, now)) for day in reversed(days)]
    updated = max(each.updated for _, each in entries)
    root = element(
        "feed",
        element("id", f"{address}{FEED}"),
        element("title", words("pages.title")),
        element("updated", _written(updated)),
        element("author", element("name", "Paper Round")),
        element("generator", "Paper Round"),
        element("link", rel="self", type="application/atom+xml", href=f"{address}{FEED}"),
        element("link", rel="alternate", type="text/html", href=f"{address}{INDEX}") if has_pages else None,
        *(_entry(day, each, address, has_pages=has_pages) for day, each in entries),
        **{"xmlns": _NAMESPACE, "xml:lang": spoken_language(words)},
    )
    return xml_document(root)


def _entry(day: Day, telling: Told, address: str, *, has_pages: bool) -> Element:
    path = path_of(day.listing.day)
    link = element("link", rel="alternate", type="text/html", href=f"{address}{path}") if has_pages else None
    return element(
        "entry",
        element("id", id_of(day.listing.day, address)),
        element("title", telling.title),
        element("published", _written(_midnight(day.listing.day))),
        element("updated", _written(telling.updated)),
        link,
        element("content", telling.content, type="html"),
        **{"xml:lang": spoken_language(day.words)},
    )


def id_of(day: date, address: str) -> str:
    """Return the id of a day's entry: a tag URI (RFC 4151), which outlives a move from http to https."""
    parts = urlsplit(address)
    return f"tag:{parts.hostname},{day.isoformat()}:{parts.path}{path_of(day).removesuffix('.html')}"


def _telling(day: Day, address: str, told: Mapping[str, Told], now: datetime) -> Told:
    title, content = (
        day.title,
        html_fragment([element("ol", *(_item(each, day.words) for each in day.entries))]),
    )
    before = told.get(id_of(day.listing.day, address))
    if before is None:
        return Told(_newest(day), title, content)
    is_same = (before.title, before.content) == (title, content)
    return Told(before.updated if is_same else now, title, content)


def _item(entry: Entry, words: Words) -> Element:
    """Return a paper in brief; votes are left out, as they alone are no news."""
    text, own = clean_line(sentence(entry, words, _SENTENCE_CHARACTERS)), {}
    if entry.summary and not entry.paper.withdrawal:
        own = in_language_of(entry.summary, words)
    authors = clean_line(authors_line(entry.paper, words))
    lines = (missing_line(entry.summary, words), origin(entry, words))
    return element(
        "li",
        element("p", title_of(entry, words)),
        element("p", authors) if authors else None,
        element("p", text, **own) if text else None,
        element("p", element("small", " · ".join(filter(None, lines)))),
    )


def _newest(day: Day) -> datetime:
    made = [entry.summary.provenance.made_at for entry in day.entries if entry.summary]
    return _midnight(max([day.listing.day, *filter(None, made)]))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _written(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it, in whole seconds."""
    return moment.astimezone(UTC).strftime(_MOMENT)


def _read_entry(entry: Element) -> tuple[str, Told]:
    said = {name: entry.findtext(f"{_NAME}{name}") or "" for name in ("id", "updated", "title", "content")}
    updated = datetime.strptime(said["updated"], _MOMENT).replace(tzinfo=UTC)
    return said["id"], Told(updated, said["title"], said["content"])
