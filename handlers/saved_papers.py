"""A person's own list of papers: saving to it, removing from it, and reading it."""

import logging

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import Page
from bot.cards.notices import notice, removed_notice, saved_notice
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.pages import page_message, redraw
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import MissingPaperId, Remove, Save, ShowSavedPapers
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
    return await page_message(parts, person, Page())


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


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that save and remove papers and turn the pages of lists."""
    listen(app, parts, ids.SAVE_PAPER, _on_save)
    listen(app, parts, ids.REMOVE_PAPER, _on_remove)
    listen(app, parts, ids.SAVE_LISTED_PAPER, _on_save_listed)
    listen(app, parts, ids.REMOVE_LISTED_PAPER, _on_remove_listed)
    listen(app, parts, ids.MY_PAPERS, _on_my_papers)
    for action_id in (*_TURNING, *ids.SEARCH_AGAIN):
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
