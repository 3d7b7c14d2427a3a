"""Summaries looked into, made anew, and reported for a mistake: by who clicked, answered to them alone."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.arxiv_id import abstract_url
from bot.cards import ids
from bot.cards.blocks import Block, Message
from bot.cards.entry import Entry
from bot.cards.ids import SummaryAct, SummaryChoice
from bot.cards.notices import notice
from bot.cards.paper import shown_title
from bot.cards.provenance import not_found
from bot.cards.summaries import NOTE_CHARACTERS, figures_modal, report_answer, report_modal
from bot.locale import Words
from bot.lookup.papers import paper_entry
from bot.summarising.queue import Regeneration
from bot.summarising.summariser import Outcome, Result
from bot.text import Mrkdwn, clean, link
from handlers.clicks import Click, listen
from handlers.lookup import one_paper, unknown_paper
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import OnePaper
from storage.records import MistakeReport, Paper
from storage.tables import Tables

_TITLE_CHARACTERS = 300

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

_logger = logging.getLogger(__name__)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to what a card offers to do with its summary, and to a report that is sent in."""
    for action_id in (ids.SHOW_FIGURES, ids.SUMMARY_MENU):
        listen(app, parts, action_id, _on_choice)

    async def on_report(
        ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        await ack(response_action="update", view=await _keep_report(parts, person, view))

    app.view(ids.SUBMIT_REPORT)(on_report)


async def _on_choice(parts: Parts, click: Click) -> None:
    choice = ids.read_choice(click.value)
    await _ACTS[choice.act](parts, click, choice)


async def _show_figures(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    words = click.person.words
    entry = await parts.storage.read(lambda tables: _entry(tables, choice))
    if entry is None or entry.summary is None:
        await click.answer(notice(words.mrkdwn("summary.gone")))
    elif not not_found(entry.summary):
        await click.answer(notice(words.mrkdwn("figures.none_missing", title=_title(entry.paper))))
    else:
        await click.open_modal(figures_modal(entry.paper, entry.summary, words))


async def _open_report(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    words = click.person.words
    entry = await parts.storage.read(lambda tables: _entry(tables, choice))
    if entry is None:
        await click.answer(notice(words.mrkdwn("summary.gone")))
        return
    await click.open_modal(report_modal(entry, ids.choice_value(choice), words))


async def _keep_report(parts: Parts, person: Person, view: Mapping[str, Any]) -> Block:
    """Keep the report and return the answer to it; whose it is comes from who sent it in."""
    choice = ids.read_choice(view["private_metadata"])
    entered = view["state"]["values"].get(ids.REPORT_NOTE, {}).get(ids.REPORT_NOTE, {}).get("value")
    note, now, words = clean(entered or "").strip()[:NOTE_CHARACTERS], parts.clock.now(), person.words

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
    if entry is None:
        return report_answer(words.mrkdwn("summary.gone"), words)
    return report_answer(words.mrkdwn("report.kept", title=_title(entry.paper)), words)


async def _regenerate(parts: Parts, click: Click, choice: SummaryChoice) -> None:
    person, words = click.person, click.person.words
    paper = await parts.storage.read(lambda tables: tables.papers.get(choice.paper_id))
    if paper is None:
        await click.answer(unknown_paper(choice.paper_id, words))
        return

    async def notify(result: Result | None) -> None:
        try:
            await _notify(parts, click, paper, result)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            about = {"action": "regenerate", "person": person.id, "paper": paper.id}
            _logger.warning("The person could not be notified: %s", error, extra=about)

    started = await parts.summary_queue.regenerate(
        person.workspace, person.id, choice.paper_id, choice.language, notify
    )
    await click.answer(notice(words.mrkdwn(_REGENERATION[started], title=_title(paper))))


async def _notify(parts: Parts, click: Click, paper: Paper, result: Result | None) -> None:
    """Notify the person of the outcome; an answer that only they see is redrawn."""
    is_made = result is not None and result.outcome is not Outcome.FAILED
    if is_made and click.is_on_answer:
        await click.replace(await one_paper(parts, click.person, OnePaper(paper.id)))
    else:
        await click.answer(_outcome(result, paper, click.person.words))


def _outcome(result: Result | None, paper: Paper, words: Words) -> Message:
    key = _OUTCOMES.get(result.outcome, "again.made") if result else "again.not_asked"
    return notice(words.mrkdwn(key, title=_title(paper)))


def _entry(tables: Tables, choice: SummaryChoice) -> Entry | None:
    """Return the paper with the summary that the card's readers get now, `None` where there is none."""
    entry = paper_entry(tables, choice.paper_id, choice.language)
    return entry if entry and entry.summary else None


def _title(paper: Paper) -> Mrkdwn:
    return link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))


_ACTS: Mapping[SummaryAct, Callable[[Parts, Click, SummaryChoice], Awaitable[None]]] = {
    SummaryAct.FIGURES: _show_figures,
    SummaryAct.REPORT: _open_report,
    SummaryAct.REGENERATE: _regenerate,
}
