"""A person's own list of papers: saving to it, removing from it, putting back, and reading it.

Whose list it is comes from who acted and in which workspace; a button's value only names the paper.
"""

import logging

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import Page
from bot.cards.notices import notice
from bot.cards.saved_list import marked_notice, removed_notice, saved_notice
from bot.lookup.own_list import own_query_text
from bot.metrics import UNEXPECTED_ERRORS
from handlers.clicks import Click, listen
from handlers.lookup import unknown_paper
from handlers.pages import page_message, redraw
from handlers.parts import Parts
from handlers.payloads import Place
from handlers.people import Person
from handlers.requests import MissingPaperId, Remove, Save, ShowSavedPapers
from storage.records import Paper, ReadingStatus, SavedIn, SavedPaper, SaveOutcome
from storage.tables import Tables

_TURNING = (
    ids.PREVIOUS_PAGE,
    ids.NEXT_PAGE,
    ids.PREVIOUS_DAY,
    ids.NEXT_DAY,
    ids.PREVIOUS_WEEK,
    ids.NEXT_WEEK,
    ids.RANK_WEEK,
    *ids.SHOW_SAVED.values(),
)
"""The buttons that open another page, of the same list or of another."""

_STATUS_OF = {action_id: status for status, action_id in ids.MARK_PAPER.items()}

_logger = logging.getLogger(__name__)


async def my_papers(parts: Parts, person: Person, request: ShowSavedPapers) -> Message:
    """Answer with the first page of the person's own list, or of the part that they look for."""
    return await page_message(parts, person, Page(own=own_query_text(request.wanted)))


async def save(parts: Parts, person: Person, request: Save, saved_in: SavedIn | None = None) -> Message:
    """Add a paper to the person's list, with tags and a note."""
    now = parts.clock.now()

    def write(tables: Tables) -> tuple[Paper | None, SaveOutcome]:
        paper = tables.papers.get(request.paper_id)
        if paper is None:
            return None, SaveOutcome(is_new=False)
        whose = (person.workspace, person.id, paper.id)
        outcome = tables.saved_papers.save(
            *whose, now, tags=request.tags, note=request.note, saved_in=saved_in
        )
        return paper, outcome

    paper, outcome = await parts.storage.write(write)
    if paper is None:
        return unknown_paper(request.paper_id, person.words)
    return saved_notice(paper, outcome, person.words)


async def remove(parts: Parts, person: Person, request: Remove) -> Message:
    """Remove a paper from the person's list."""
    paper, removed = await _remove(parts, person, request.paper_id)
    if paper is None:
        return unknown_paper(request.paper_id, person.words)
    return removed_notice(paper, person.words, was_there=removed is not None)


async def missing_paper_id(parts: Parts, person: Person, request: MissingPaperId) -> Message:
    """Answer that an arXiv id is missing."""
    return notice(person.words.mrkdwn("lookup.which_paper", verb=request.verb, command=parts.command))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that change the person's list, and those that turn the pages of lists."""
    listen(app, parts, ids.SAVE_PAPER, _on_save)
    listen(app, parts, ids.UNDO_SAVE, _on_undo_save)
    listen(app, parts, ids.REMOVE_PAPER, _on_remove)
    listen(app, parts, ids.RESTORE_PAPER, _on_restore)
    listen(app, parts, ids.SAVE_LISTED_PAPER, _on_save_listed)
    listen(app, parts, ids.REMOVE_LISTED_PAPER, _on_remove_listed)
    listen(app, parts, ids.RESTORE_LISTED_PAPER, _on_restore_listed)
    listen(app, parts, ids.MY_PAPERS, _on_my_papers)
    listen(app, parts, ids.CHOOSE_TAG, _on_choose_tag)
    for action_id in (*_TURNING, *ids.SEARCH_AGAIN):
        listen(app, parts, action_id, _on_turn_page)
    for action_id, status in _STATUS_OF.items():
        _listen_to_status(app, parts, action_id, status)


def _listen_to_status(app: AsyncApp, parts: Parts, action_id: str, status: ReadingStatus) -> None:
    async def on_mark(parts: Parts, click: Click) -> None:
        await _mark(parts, click, status)

    listen(app, parts, action_id, on_mark)


async def _on_save(parts: Parts, click: Click) -> None:
    request = Save(ids.read_paper(click.value))
    await click.answer(await save(parts, click.person, request, _saved_in(click.place)))


async def _on_undo_save(parts: Parts, click: Click) -> None:
    done = await remove(parts, click.person, Remove(ids.read_paper(click.value)))
    await (click.replace(done) if click.is_on_answer else click.answer(done))


async def _on_remove(parts: Parts, click: Click) -> None:
    await click.answer(await remove(parts, click.person, Remove(ids.read_paper(click.value))))


async def _on_restore(parts: Parts, click: Click) -> None:
    done = await _restore(parts, click.person, ids.read_paper(click.value))
    await (click.replace(done) if click.is_on_answer else click.answer(done))


async def _on_save_listed(parts: Parts, click: Click) -> None:
    listed = ids.read_listed(click.value)
    done = await save(parts, click.person, Save(listed.paper_id), _saved_in(click.place))
    await _redraw_after(parts, click, listed.page, done)


async def _on_remove_listed(parts: Parts, click: Click) -> None:
    """Remove the paper; what the person noted of it is offered to be put back, wherever it was removed."""
    listed = ids.read_listed(click.value)
    paper, removed = await _remove(parts, click.person, listed.paper_id)
    if paper is None:
        await click.answer(unknown_paper(listed.paper_id, click.person.words))
        return
    done = removed_notice(paper, click.person.words, was_there=removed is not None)
    is_own_list = listed.page.is_own_list
    await _redraw_after(parts, click, listed.page, done, paper if removed and is_own_list else None)
    if removed and not is_own_list and (removed.note or removed.tags):
        await click.answer(done)


async def _on_restore_listed(parts: Parts, click: Click) -> None:
    listed = ids.read_listed(click.value)
    await _redraw_after(parts, click, listed.page, await _restore(parts, click.person, listed.paper_id))


async def _mark(parts: Parts, click: Click, status: ReadingStatus) -> None:
    listed, person, now = ids.read_listed(click.value), click.person, parts.clock.now()

    def write(tables: Tables) -> tuple[Paper | None, bool]:
        is_marked = tables.saved_papers.set_status(person.workspace, person.id, listed.paper_id, status, now)
        return tables.papers.get(listed.paper_id), is_marked

    paper, is_marked = await parts.storage.write(write)
    if paper is None:
        await click.answer(unknown_paper(listed.paper_id, person.words))
    elif not is_marked:
        await click.answer(removed_notice(paper, person.words, was_there=False))
    else:
        done = marked_notice(paper, status, person.words)
        await _redraw_after(parts, click, listed.page, done)


async def _remove(parts: Parts, person: Person, paper_id: str) -> tuple[Paper | None, SavedPaper | None]:
    """Remove a paper from the list; return it, `None` where nobody knows it, and what the list had of it."""
    now = parts.clock.now()

    def write(tables: Tables) -> tuple[Paper | None, SavedPaper | None]:
        removed = tables.saved_papers.remove(person.workspace, person.id, paper_id, now)
        return tables.papers.get(paper_id), removed

    return await parts.storage.write(write)


async def _restore(parts: Parts, person: Person, paper_id: str) -> Message:
    """Put back what was removed from the list; where that is gone, save the paper anew."""

    def write(tables: Tables) -> SavedPaper | None:
        return tables.saved_papers.restore(person.workspace, person.id, paper_id)

    restored = await parts.storage.write(write)
    if restored is None:
        return await save(parts, person, Save(paper_id))
    return saved_notice(restored.paper, SaveOutcome(is_new=True), person.words)


async def _redraw_after(
    parts: Parts, click: Click, page: Page, done: Message, removed: Paper | None = None
) -> None:
    """Redraw the list after a deed; where that fails the deed is done all the same, and `done` says so."""
    try:
        is_drawn = await redraw(parts, click, page, removed)
    except Exception:
        UNEXPECTED_ERRORS.labels("own list").inc()
        _logger.exception("A list could not be redrawn after a change", extra={"person": click.person.id})
        is_drawn = False
    if not is_drawn:
        await click.answer(done)


async def _on_my_papers(parts: Parts, click: Click) -> None:
    await click.answer(await my_papers(parts, click.person, ShowSavedPapers()))


async def _on_choose_tag(parts: Parts, click: Click) -> None:
    await redraw(parts, click, ids.read_part(click.value))


async def _on_turn_page(parts: Parts, click: Click) -> None:
    await redraw(parts, click, ids.read_page(click.value))


def _saved_in(place: Place) -> SavedIn | None:
    """Return the message that a person saves from; an answer that only they see is none to go back to."""
    if place.is_answer or not (place.channel and place.message):
        return None
    return SavedIn(place.channel, place.message, place.thread or None)
