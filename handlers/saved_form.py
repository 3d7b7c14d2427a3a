"""The form that edits status, tags and note of a saved paper."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.ids import Edited, EditField, Page
from bot.cards.notices import answer_modal
from bot.cards.saved_list import edit_modal, edited_modal, removed_notice
from bot.errors import UnreadableValueError
from bot.locale import Words
from bot.lookup.own_list import read_own_query
from bot.text.tags import MOST_TAGS, read_tags
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.home import draw_home
from handlers.lookup import unknown_paper
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from storage.records import Paper, ReadingStatus, SavedPaper
from storage.saved_papers import MOST_NOTE_CHARACTERS, note_fits
from storage.tables import Tables


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that open the form, and to the form."""
    listen(app, parts, ids.EDIT_PAPER, _on_edit)
    listen(app, parts, ids.EDIT_LISTED_PAPER, _on_edit_listed)
    listen_to_form(app, parts, ids.SUBMIT_EDITS, _on_submit)


@dataclass(frozen=True, slots=True)
class _Edits:
    status: ReadingStatus
    tags: tuple[str, ...]
    note: str


async def _on_edit(parts: Parts, click: Click) -> None:
    await _open(parts, click, ids.read_paper(click.value), None)


async def _on_edit_listed(parts: Parts, click: Click) -> None:
    listed = ids.read_listed(click.value)
    await _open(parts, click, listed.paper_id, listed.page if click.is_on_home else None)


async def _open(parts: Parts, click: Click, paper_id: str, page: Page | None) -> None:
    person = click.person

    def read(tables: Tables) -> tuple[Paper | None, SavedPaper | None]:
        saved = tables.saved_papers.get(person.workspace, person.id, paper_id)
        return tables.papers.get(paper_id), saved

    paper, saved = await parts.storage.read(read)
    if paper is None:
        await click.answer(unknown_paper(paper_id, person.words))
    elif saved is None:
        await click.answer(removed_notice(paper, person.words, was_there=False))
    else:
        await click.open_modal(edit_modal(saved, page, person.words))


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Keep what was entered on the list of who sent it in, and redraw the Home tab that it was opened on."""
    edited, edits = ids.read_edited(form.view.get("private_metadata")), _edits(form)
    if errors := _errors(edits, form.person.words):
        await form.ack(response_action="errors", errors=errors)
        return
    paper, was_there = await _keep(parts, form, edited, edits)
    words = form.person.words
    if paper is None:
        await form.replace(answer_modal(unknown_paper(edited.paper_id, words), words("edit.title"), words))
        return
    if edited.page is None or not was_there:
        await form.replace(edited_modal(paper, words, was_there=was_there))
        return
    await form.ack()
    person = form.person
    wanted = read_own_query(edited.page.own, person.today(parts.clock.now()))
    await draw_home(parts, form.client, person, form.answers, wanted, edited.page.offset)


def _edits(form: Submission) -> _Edits:
    values = record_at(form.view, "state", "values")
    status = text_at(values, EditField.STATUS, EditField.STATUS, "selected_option", "value")
    if status not in frozenset(ReadingStatus):
        raise UnreadableValueError("status")
    tags = read_tags(text_at(values, EditField.TAGS, EditField.TAGS, "value"))
    note = text_at(values, EditField.NOTE, EditField.NOTE, "value").strip()
    return _Edits(ReadingStatus(status), tags, note)


def _errors(edits: _Edits, words: Words) -> dict[str, str]:
    """Return what is wrong with the fields, by their names."""
    errors = {}
    if len(edits.tags) > MOST_TAGS:
        errors[str(EditField.TAGS)] = words("edit.too_many_tags", most=MOST_TAGS)
    if not note_fits(edits.note):
        errors[str(EditField.NOTE)] = words("edit.too_long_note", most=MOST_NOTE_CHARACTERS)
    return errors


async def _keep(parts: Parts, form: Submission, edited: Edited, edits: _Edits) -> tuple[Paper | None, bool]:
    """Keep what was entered; return the paper, and whether it was on the person's list."""
    whose, now = (form.person.workspace, form.person.id, edited.paper_id), parts.clock.now()

    def write(tables: Tables) -> tuple[Paper | None, bool]:
        saved = tables.saved_papers
        was_there = saved.set_status(*whose, edits.status, now)
        if was_there:
            saved.set_tags(*whose, edits.tags)
            saved.set_note(*whose, edits.note)
        return tables.papers.get(edited.paper_id), was_there

    return await parts.storage.write(write)
