"""Pages of lists, drawn where they are: of a day, a week, a search, similar papers, a person's own."""

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import Page
from bot.cards.saved_list import ListPlace, SavedPage, saved_page
from bot.cards.search_modal import search_modal
from bot.lookup.own_list import Owner, OwnQuery, own_page, read_own_query
from handlers.clicks import Click
from handlers.home import draw_home
from handlers.lookup import day_page
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from handlers.search import search_page_of, similar_page_of
from handlers.weeks import week_page
from storage.records import Paper


async def page_message(parts: Parts, person: Person, page: Page, removed: Paper | None = None) -> Message:
    """Return the page as an answer to the person; `removed` was just removed from their own list."""
    if page.day:
        return await day_page(parts, person, page.day, page.offset)
    if page.week:
        return await week_page(parts, person, page.week, page.offset)
    if page.search is not None:
        return await search_page_of(parts, person, page)
    if page.similar:
        return await similar_page_of(parts, person, page)
    saved = await _read_saved(parts, person, _wanted(parts, person, page), page.offset)
    url = (await parts.connections.of(person.workspace)).url
    return saved_page(saved, ListPlace(person.reader(parts.clock.now()), url), removed)


async def redraw(parts: Parts, click: Click, page: Page, removed: Paper | None = None) -> bool:
    """Draw the page where the button is; return whether Slack took it."""
    person = click.person
    if click.is_on_home:
        wanted = _wanted(parts, person, page)
        return await draw_home(parts, click.client, person, click.answers, wanted, page.offset, removed)
    return await show(click, await page_message(parts, person, page, removed))


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


def _wanted(parts: Parts, person: Person, page: Page) -> OwnQuery:
    return read_own_query(page.own, person.today(parts.clock.now()))


async def _read_saved(parts: Parts, person: Person, wanted: OwnQuery, offset: int) -> SavedPage:
    """Read a page of the person's list; an offset past the end gives the last page."""
    owner = Owner(person.workspace, person.id)
    now = parts.clock.now()
    return await parts.storage.read(lambda tables: own_page(tables, wanted, owner, now, offset))
