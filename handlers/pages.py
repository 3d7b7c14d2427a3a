"""Pages of lists, drawn where they are: of a day, a week, a search, similar papers, a person's own."""

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import PAGE_LENGTH, Page
from bot.cards.lists import SavedPage, home_view, saved_page
from bot.cards.search_modal import search_modal
from bot.lookup.papers import last_offset
from handlers.clicks import Click
from handlers.lookup import day_page
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from handlers.search import search_page_of, similar_page_of
from handlers.weeks import week_page
from storage.tables import Tables


async def page_message(parts: Parts, person: Person, page: Page) -> Message:
    """Return the page as an answer to the person."""
    if page.day:
        return await day_page(parts, person, page.day, page.offset)
    if page.week:
        return await week_page(parts, person, page.week, page.offset)
    if page.search is not None:
        return await search_page_of(parts, person, page)
    if page.similar:
        return await similar_page_of(parts, person, page)
    return saved_page(await read_saved(parts, person, page.offset), person.reader(parts.clock.now()))


async def read_saved(parts: Parts, person: Person, offset: int) -> SavedPage:
    """Read a page of the person's list; an offset past the end gives the last page."""

    def read(tables: Tables) -> SavedPage:
        total = tables.saved_papers.count(person.workspace, person.id)
        start = last_offset(offset, total)
        papers = tables.saved_papers.page(person.workspace, person.id, offset=start, limit=PAGE_LENGTH)
        return SavedPage(papers, start, total)

    return await parts.storage.read(read)


async def redraw(parts: Parts, click: Click, page: Page) -> bool:
    """Draw the page where the button is; return whether Slack took it."""
    person = click.person
    if click.is_on_home:
        saved = await read_saved(parts, person, page.offset)
        reader = person.reader(parts.clock.now())
        return await click.answers.show_home(home_view(saved, parts.command, reader))
    return await show(click, await page_message(parts, person, page))


async def show(click: Click, message: Message) -> bool:
    """Show the message in place of what the button is on, below the words in the search's modal.

    Returns whether Slack took it.
    """
    if is_in_search(click):
        view = search_modal(click.person.words, message)
        return await click.answers.show_in_modal(click.place.view_id, view)
    return await click.replace(message)


def is_in_search(click: Click) -> bool:
    """Return whether the button is in the modal in which a person searches."""
    return text_at(click.view, "callback_id") == ids.SEARCH_MODAL
