"""A person's own list of papers: saving to it, removing from it, and reading it."""

import logging

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import PAGE_LENGTH, Page
from bot.cards.lists import SavedPage, home_view, saved_page
from bot.cards.notices import notice, removed_notice, saved_notice
from bot.lookup.papers import last_offset
from handlers.clicks import Click, listen
from handlers.lookup import day_page, unknown_paper
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import MissingPaperId, Remove, Save, ShowSavedPapers
from handlers.weeks import week_page
from storage.records import Paper
from storage.tables import Tables

_TURNING = (
    ids.PREVIOUS_PAGE,
    ids.NEXT_PAGE,
    ids.PREVIOUS_DAY,
    ids.NEXT_DAY,
    ids.PREVIOUS_WEEK,
    ids.NEXT_WEEK,
    ids.RANK_WEEK,
)
"""The buttons that open another page, of the same list or of another."""

_logger = logging.getLogger(__name__)


async def my_papers(parts: Parts, person: Person, _request: ShowSavedPapers) -> Message:
    """Answer with the first page of the person's own list."""
    return saved_page(await read_saved(parts, person, 0), person.reader(parts.clock.now()))


async def save(parts: Parts, person: Person, request: Save) -> Message:
    """Add a paper to the person's list."""
    now = parts.clock.now()

    def write(tables: Tables) -> tuple[Paper | None, bool]:
        paper = tables.papers.get(request.paper_id)
        is_new = paper and tables.saved_papers.save(person.workspace, person.id, paper.id, now)
        return paper, bool(is_new)

    paper, is_new = await parts.storage.write(write)
    if paper is None:
        return unknown_paper(request.paper_id, person.words)
    return saved_notice(paper, person.words, is_new=is_new)


async def remove(parts: Parts, person: Person, request: Remove) -> Message:
    """Remove a paper from the person's list."""

    def write(tables: Tables) -> tuple[Paper | None, bool]:
        was_there = tables.saved_papers.remove(person.workspace, person.id, request.paper_id)
        return tables.papers.get(request.paper_id), was_there

    paper, was_there = await parts.storage.write(write)
    if paper is None:
        return unknown_paper(request.paper_id, person.words)
    return removed_notice(paper, person.words, was_there=was_there)


async def missing_paper_id(parts: Parts, person: Person, request: MissingPaperId) -> Message:
    """Answer that an arXiv id is missing."""
    return notice(person.words.mrkdwn("lookup.which_paper", verb=request.verb, command=parts.command))


async def read_saved(parts: Parts, person: Person, offset: int) -> SavedPage:
    """Read a page of the person's list; an offset past the end gives the last page."""

    def read(tables: Tables) -> SavedPage:
        total = tables.saved_papers.count(person.workspace, person.id)
        start = last_offset(offset, total)
        papers = tables.saved_papers.page(person.workspace, person.id, offset=start, limit=PAGE_LENGTH)
        return SavedPage(papers, start, total)

    return await parts.storage.read(read)


async def redraw(parts: Parts, click: Click, page: Page) -> bool:
    """Redraw the list that the button is on: a day's papers, a week's, the person's own, or their Home.

    Returns whether Slack took it.
    """
    person = click.person
    if page.day:
        return await click.replace(await day_page(parts, person, page.day, page.offset))
    if page.week:
        return await click.replace(await week_page(parts, person, page.week, page.offset))
    saved, reader = await read_saved(parts, person, page.offset), person.reader(parts.clock.now())
    if click.is_on_home:
        return await click.answers.show_home(home_view(saved, parts.command, reader))
    return await click.replace(saved_page(saved, reader))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that save and remove papers and turn the pages of lists."""
    listen(app, parts, ids.SAVE_PAPER, _on_save)
    listen(app, parts, ids.REMOVE_PAPER, _on_remove)
    listen(app, parts, ids.SAVE_LISTED_PAPER, _on_save_listed)
    listen(app, parts, ids.REMOVE_LISTED_PAPER, _on_remove_listed)
    listen(app, parts, ids.MY_PAPERS, _on_my_papers)
    for action_id in _TURNING:
        listen(app, parts, action_id, _on_turn_page)


async def _on_save(parts: Parts, click: Click) -> None:
    await click.answer(await save(parts, click.person, Save(ids.read_paper(click.value))))


async def _on_remove(parts: Parts, click: Click) -> None:
    await click.answer(await remove(parts, click.person, Remove(ids.read_paper(click.value))))


async def _on_save_listed(parts: Parts, click: Click) -> None:
    listed = ids.read_listed(click.value)
    done = await save(parts, click.person, Save(listed.paper_id))
    await _redraw_after(parts, click, listed.page, done)


async def _on_remove_listed(parts: Parts, click: Click) -> None:
    listed = ids.read_listed(click.value)
    done = await remove(parts, click.person, Remove(listed.paper_id))
    await _redraw_after(parts, click, listed.page, done)


async def _redraw_after(parts: Parts, click: Click, page: Page, done: Message) -> None:
    """Redraw the list after a deed; where that fails the deed is done all the same, and `done` says so."""
    try:
        is_drawn = await redraw(parts, click, page)
    except Exception:
        _logger.exception("A list could not be redrawn after a change", extra={"person": click.person.id})
        is_drawn = False
    if not is_drawn:
        await click.answer(done)


async def _on_my_papers(parts: Parts, click: Click) -> None:
    await click.answer(await my_papers(parts, click.person, ShowSavedPapers()))


async def _on_turn_page(parts: Parts, click: Click) -> None:
    await redraw(parts, click, ids.read_page(click.value))
