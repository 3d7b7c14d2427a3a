"""Searching all papers ever listed, and finding those that are similar to others."""

from dataclasses import replace

from bot.cards.blocks import Message
from bot.cards.found import FoundPage
from bot.cards.ids import MOST_SIMILAR_TO, Page, SimilarTo, carried_text
from bot.cards.notices import notice
from bot.cards.search import Results, search_page, similar_page
from bot.lookup.found import SearchReader
from bot.lookup.query import Query
from bot.lookup.search import find
from bot.lookup.similar import similar
from bot.lookup.typed_query import read_query
from handlers.lookup import unknown_paper
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import Search, Similar
from storage.records import Paper
from storage.tables import Tables


async def search(parts: Parts, person: Person, request: Search) -> Message:
    """Answer with the first page of what a search finds."""
    page = Page(search=carried_text(request.text))
    return await search_page_of(parts, person, page, meant=request.meant)


async def search_page_of(parts: Parts, person: Person, page: Page, *, meant: str = "") -> Message:
    """Answer with a page of what a search finds; what was typed is read anew, as buttons carry only that."""
    text, reader = page.search or "", _reader(parts, person)
    query = read_query(text, reader.today)
    found = await parts.storage.read(lambda tables: find(tables, query, text, reader, page.offset))
    results = Results(replace(found, text=text), _words_alone(query), meant)
    return search_page(results, parts.command, person.words)


async def find_similar(parts: Parts, person: Person, request: Similar) -> Message:
    """Answer with the papers that are similar to some others, or to a text."""
    if not (request.paper_ids or request.text.strip()):
        return notice(person.words.mrkdwn("similar.to_what", command=parts.command))
    about = SimilarTo(tuple(request.paper_ids)[:MOST_SIMILAR_TO], carried_text(request.text))
    return await similar_page_of(parts, person, Page(similar=about))


async def similar_page_of(parts: Parts, person: Person, page: Page) -> Message:
    """Answer with the papers that are similar to those that the page names."""
    about, reader = page.similar or SimilarTo(), _reader(parts, person)

    def read(tables: Tables) -> tuple[FoundPage, tuple[Paper, ...]]:
        found = similar(tables, about.paper_ids, about.text, reader, page.offset)
        return found, tables.papers.of_ids(about.paper_ids)

    found, papers = await parts.storage.read(read)
    if about.paper_ids and not papers:
        return unknown_paper(about.paper_ids[0], person.words)
    return similar_page(found, page, papers, person.words)


def _reader(parts: Parts, person: Person) -> SearchReader:
    return SearchReader(person.workspace, person.id, person.language, person.today(parts.clock.now()))


def _words_alone(query: Query) -> str:
    """Return the words of a query for a search elsewhere, where our operators mean nothing."""
    return " ".join(f'"{each.text}"' if each.is_exact else each.text for each in query.words)
