"""References brought into a person's own list, from a text or a file, with a report of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.imports import ImportReport, NotImported, import_modal, import_report
from bot.cards.notices import answer_modal, notice, window_not_opened
from bot.errors import SlackCallError
from bot.lookup.unlisted import Finding
from bot.references.reader import MOST_BYTES, Imported, ImportedPaper, read_references
from bot.references.saved import own_status
from bot.text.tags import unique_tags
from handlers.answers import Answers
from handlers.clicks import Submission, listen_to_form
from handlers.exports import refused
from handlers.parts import Parts
from handlers.payloads import Place, record_at, text_at
from handlers.people import Person
from handlers.slack_calls import read_file
from storage.records import SaveOutcome
from storage.saved_papers import fitting_note, note_fits
from storage.tables import Tables

_SAVED_AT_ONCE = 200
_SECONDS_BEFORE_ACK = 1.5
_SECONDS_AFTER_ACK = 1.0

_REASONS: Mapping[Finding, str] = {
    Finding.NOT_FOUND: "import.not_found",
    Finding.NO_ANSWER: "import.no_answer",
    Finding.TOO_MANY: "import.no_answer",
}


@dataclass(frozen=True, slots=True)
class _Saved:
    saved: int
    already: int
    unknown: tuple[ImportedPaper, ...]
    #: The ids of those of which not all tags, or not the whole note, could be kept.
    shortened: tuple[str, ...]


async def open_import(answers: Answers, person: Person) -> None:
    """Open the form; where Slack takes no file field, for want of a scope, without it."""
    for takes_files in (True, False):
        if await answers.open_modal(import_modal(person.words, takes_files=takes_files)):
            return
    await answers.tell(window_not_opened(person.words), person.words)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the form."""
    listen_to_form(app, parts, ids.SUBMIT_IMPORT, _on_submit)


async def _on_submit(parts: Parts, form: Submission) -> None:
    """Answer with the report; where it takes longer than Slack waits, first that it is being read."""
    words, view_id = form.person.words, text_at(form.view, "id")
    if not _file_id(form.view) and not _text(form.view).strip():
        await form.ack(response_action="errors", errors={ids.IMPORT_TEXT: words("import.nothing")})
        return
    title = words("import.title")
    work = asyncio.create_task(_imported(parts, form))
    done, _ = await asyncio.wait({work}, timeout=_SECONDS_BEFORE_ACK)
    if done:
        await form.replace(answer_modal(work.result(), title, words))
        return
    await form.replace(answer_modal(notice(words.mrkdwn("import.reading")), title, words))
    message = await work
    # What is shown after the acknowledgement must not come before it.
    await parts.clock.sleep(_SECONDS_AFTER_ACK)
    await form.answers.show_in_modal(view_id, answer_modal(message, title, words))


async def _imported(parts: Parts, form: Submission) -> Message:
    words = form.person.words
    text = _text(form.view)
    found = []
    try:
        if file_id := _file_id(form.view):
            name, content = await read_file(form.client, file_id, MOST_BYTES)
            found.append(await asyncio.to_thread(read_references, content, name))
    except SlackCallError as error:
        return refused(error, words, "import.no_download")
    if text.strip():
        found.append(await asyncio.to_thread(read_references, text))
    if refusal := next((each.refusal for each in found if each.refusal), ""):
        return notice(words.mrkdwn(refusal))
    if not any(each.papers or each.not_understood for each in found):
        return notice(words.mrkdwn("import.nothing"))
    return await _kept(parts, form, found)


async def _kept(parts: Parts, form: Submission, found: Sequence[Imported]) -> Message:
    """Save what is known, have the rest fetched, and return the report."""
    person = form.person
    done = await _save_all(parts, person, [paper for each in found for paper in each.papers])
    failed = [
        NotImported(entry.number, entry.shown, entry.reason)
        for each in found
        for entry in each.not_understood
    ]
    if done.unknown and parts.unlisted:
        answers = replace(form.answers, place=Place())
        _fetch_later(parts, person, answers, done.unknown)
        report = ImportReport(done.saved, done.already, len(done.unknown), failed, done.shortened)
        return import_report(report, person.words)
    failed += [NotImported(0, paper.paper_id, "import.no_answer") for paper in done.unknown]
    return import_report(ImportReport(done.saved, done.already, 0, failed, done.shortened), person.words)


def _fetch_later(parts: Parts, person: Person, answers: Answers, unknown: Sequence[ImportedPaper]) -> None:
    """Have the papers fetched, however long that takes, then saved, and tell the person."""

    async def tell(findings: Mapping[str, Finding]) -> None:
        done = await _save_all(parts, person, unknown)
        failed = [
            NotImported(0, each.paper_id, _REASONS.get(findings[each.paper_id], "import.no_answer"))
            for each in done.unknown
        ]
        report = ImportReport(done.saved, done.already, 0, failed, done.shortened)
        await answers.tell(import_report(report, person.words), person.words)

    if parts.unlisted:
        parts.unlisted.fetch_later([paper.paper_id for paper in unknown], tell)


async def _save_all(parts: Parts, person: Person, papers: Sequence[ImportedPaper]) -> _Saved:
    """Save the papers that are known, in steps between which others have their turn."""
    saved, already = 0, 0
    unknown: list[ImportedPaper] = []
    shortened: list[str] = []
    for start in range(0, len(papers), _SAVED_AT_ONCE):
        step = await _save_some(parts, person, papers[start : start + _SAVED_AT_ONCE])
        saved, already = saved + step.saved, already + step.already
        unknown.extend(step.unknown)
        shortened.extend(step.shortened)
    return _Saved(saved, already, tuple(unknown), tuple(shortened))


async def _save_some(parts: Parts, person: Person, papers: Sequence[ImportedPaper]) -> _Saved:
    now = parts.clock.now()

    def write(tables: Tables) -> _Saved:
        known = {paper.id for paper in tables.papers.of_ids([each.paper_id for each in papers])}
        kept = {each: _save(tables, person, each, now) for each in papers if each.paper_id in known}
        saved = sum(outcome.is_new for outcome in kept.values())
        return _Saved(
            saved,
            len(kept) - saved,
            unknown=tuple(each for each in papers if each.paper_id not in known),
            shortened=tuple(each.paper_id for each, outcome in kept.items() if _is_less(each, outcome)),
        )

    return await parts.storage.write(write)


def _save(tables: Tables, person: Person, paper: ImportedPaper, now: datetime) -> SaveOutcome:
    """Save one paper, with as much of its note as fits; only for a new one its status counts."""
    whose = (person.workspace, person.id, paper.paper_id)
    note, tags = fitting_note(paper.note), unique_tags(paper.tags)
    outcome = tables.saved_papers.save(*whose, now, tags=tags, note=note)
    if outcome.is_new and paper.status:
        tables.saved_papers.set_status(*whose, own_status(paper.status), now)
    return outcome


def _is_less(paper: ImportedPaper, outcome: SaveOutcome) -> bool:
    """Tell whether less was kept of a paper than the reference says."""
    return bool(outcome.tags_left_out) or outcome.is_note_left_out or not note_fits(paper.note)


def _text(view: Mapping[str, object]) -> str:
    return text_at(view, "state", "values", ids.IMPORT_TEXT, ids.IMPORT_TEXT, "value")


def _file_id(view: Mapping[str, object]) -> str:
    """Return the id of the first file of the form, empty for none."""
    chosen = record_at(view, "state", "values", ids.IMPORT_FILE, ids.IMPORT_FILE).get("files")
    first = chosen[0] if isinstance(chosen, list) and chosen else None
    return text_at(first, "id")
