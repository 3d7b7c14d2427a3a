"""Summaries looked into, made anew, and reported for a mistake: by who clicked, answered to them alone."""

from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.entry import Entry
from bot.cards.ids import Opened, SummaryAct, SummaryChoice
from bot.cards.notices import notice, paper_notice
from bot.cards.provenance import not_found
from bot.cards.sources import sources_modal
from bot.cards.summaries import NOTE_CHARACTERS, figures_modal, report_answer, report_modal
from bot.locale import Words
from bot.lookup.papers import paper_entry
from bot.summarising.queue import Regeneration
from bot.summarising.summariser import Outcome, Result
from bot.text.mrkdwn import clean
from handlers.clicks import Click, Submission, listen, listen_to_form
from handlers.lookup import paper_message, unknown_paper
from handlers.parts import Parts
from handlers.payloads import text_at
from handlers.people import Person
from storage.records import MistakeReport, Paper
from storage.tables import Tables

_REGENERATION = {
    Regeneration.STARTED: "again.started",
    Regeneration.RUNNING: "again.running",
    Regeneration.CAPPED: "again.capped",
    Regeneration.NO_MODEL: "again.no_model",
    Regeneration.NO_TOKENS: "again.no_tokens",
    Regeneration.NO_PAPER: "summary.gone",
    Regeneration.WITHDRAWN: "again.withdrawn",
}


_OUTCOMES = {Outcome.FAILED: "again.failed", Outcome.WITHDRAWN: "again.withdrawn"}


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to what a card offers to do with its summary, and to a report that is sent in."""
    for action_id in (ids.SHOW_FIGURES, ids.SHOW_SOURCES, ids.SUMMARY_MENU):
        listen(app, parts, action_id, _on_choice)
    for action_id in (ids.PREVIOUS_SOURCES, ids.NEXT_SOURCES):
        listen(app, parts, action_id, _on_turn_sources)

    listen_to_form(app, parts, ids.SUBMIT_REPORT, _on_report)


def outcome_message(result: Result | None, paper: Paper, words: Words) -> Message:
    """Return what came of a summary that a person asked for; `None` where the model could not be asked."""
    key = _OUTCOMES.get(result.outcome, "again.made") if result else "again.not_asked"
    return paper_notice(paper, key, words)


async def _on_report(parts: Parts, form: Submission) -> None:
    await form.replace(await _keep_report(parts, form.person, form.view))


async def _on_choice(parts: Parts, click: Click) -> None:
    choice = ids.read_choice(click.value)
    await _ACTS[choice.act](parts, click, choice)


async def _show_figures(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    words = click.person.words
    entry = await parts.storage.read(lambda tables: _entry(tables, choice))
    if entry is None or entry.summary is None:
        await click.answer(notice(words.mrkdwn("summary.gone")))
    elif not not_found(entry.summary):
        await click.answer(paper_notice(entry.paper, "figures.none_missing", words))
    else:
        await click.open_modal(figures_modal(entry.paper, entry.summary, words))


async def _show_sources(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    if view := await _sources(parts, click, choice):
        await click.open_modal(view)


async def _on_turn_sources(parts: Parts, click: Click) -> None:
    choice, page = ids.read_choice(click.value), ids.read_choice_page(click.value)
    if view := await _sources(parts, click, choice, page):
        await click.answers.show_in_modal(click.place.view_id, view)


async def _sources(parts: Parts, click: Click, choice: SummaryChoice, page: int = 0) -> Block | None:
    """Return a page of the sources; where there are none by now, the person is told so."""
    words = click.person.words
    entry = await parts.storage.read(lambda tables: _entry(tables, choice))
    if entry is None or entry.summary is None:
        await click.answer(notice(words.mrkdwn("summary.gone")))
    elif not entry.summary.evidence:
        await click.answer(paper_notice(entry.paper, "sources.none", words))
    else:
        return sources_modal(entry.paper, entry.summary, words, page, entry.newer)
    return None


async def _open_report(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    words = click.person.words
    entry = await parts.storage.read(lambda tables: _entry(tables, choice))
    if entry is None:
        await click.answer(notice(words.mrkdwn("summary.gone")))
        return
    await click.open_modal(report_modal(entry, ids.choice_value(choice), words))


async def _keep_report(parts: Parts, person: Person, view: Mapping[str, object]) -> Block:
    """Keep the report and return the answer to it; whose it is comes from who sent it in."""
    choice = ids.read_choice(view.get("private_metadata"))
    entered = text_at(view, "state", "values", ids.REPORT_NOTE, ids.REPORT_NOTE, "value")
    note, now, words = clean(entered).strip()[:NOTE_CHARACTERS], parts.clock.now(), person.words

    def write(tables: Tables) -> Entry | None:
        entry = _entry(tables, choice)
        if entry is None or entry.summary is None:
            return None
        provenance = entry.summary.provenance
        report = MistakeReport(
            workspace=person.workspace,
            person=person.id,
            paper_id=entry.paper.id,
            language=entry.summary.language,
            reported_at=now,
            note=note,
            summary_source=provenance.source,
            # What is drawn at each reading was made now.
            summary_made_at=provenance.made_at or now.date(),
        )
        tables.mistake_reports.add(report)
        return entry

    entry = await parts.storage.write(write)
    return report_answer(entry.paper if entry else None, words)


async def _regenerate(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    person, words = click.person, click.person.words
    paper = await parts.storage.read(lambda tables: tables.papers.get(choice.paper_id))
    if paper is None:
        await click.answer(unknown_paper(choice.paper_id, words))
        return

    async def notify(result: Result | None) -> None:
        await _notify(parts, click, paper, result)

    started = await parts.summary_queue.regenerate(
        person.workspace, person.id, choice.paper_id, choice.language, notify
    )
    await click.answer(paper_notice(paper, _REGENERATION[started], words))


async def _notify(parts: Parts, click: Click, paper: Paper, result: Result | None) -> None:
    """Notify the person of the outcome; an answer that only they see is redrawn."""
    is_made = result is not None and result.outcome is not Outcome.FAILED
    if is_made and click.is_on_answer:
        opened, place = Opened(paper.id), click.place
        message = await paper_message(
            parts, click.person, opened, channel=place.channel_name, channel_id=place.channel
        )
        await click.replace(message)
    else:
        await click.answer(outcome_message(result, paper, click.person.words))


def _entry(tables: Tables, choice: SummaryChoice) -> Entry | None:
    """Return the paper with the best summary in the language by now, `None` where there is none."""
    entry = paper_entry(tables, choice.paper_id, choice.language)
    return entry if entry and entry.summary else None


_ACTS: Mapping[SummaryAct, Callable[[Parts, Click, SummaryChoice], Awaitable[None]]] = {
    SummaryAct.FIGURES: _show_figures,
    SummaryAct.SOURCES: _show_sources,
    SummaryAct.REPORT: _open_report,
    SummaryAct.REGENERATE: _regenerate,
}
