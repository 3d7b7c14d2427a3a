"""Papers that no list here has had, asked for by their ids: fetched from arXiv while the person waits."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.cards.blocks import Message
from bot.cards.ids import Opened
from bot.cards.notices import notice, with_line
from bot.lookup.papers import paper_entry
from bot.lookup.unlisted import FETCHES_A_MINUTE, Finding
from bot.summarising.queue import Regeneration
from bot.summarising.summariser import Outcome, Result
from bot.text.arxiv_id import abstract_url
from bot.text.language import primary_language
from bot.text.mrkdwn import link
from handlers.answers import Answers
from handlers.lookup import paper_message, unknown_paper
from handlers.parts import Parts
from handlers.payloads import Place
from handlers.people import Person
from handlers.requests import OnePaper, Save
from handlers.summaries import outcome_message

NOTICED_AFTER = 2.0
"""After how many seconds a person notices that nothing has come, and is told why."""

_SENTENCES: Mapping[Finding, str] = {
    Finding.NOT_FOUND: "unlisted.not_found",
    Finding.NO_ANSWER: "unlisted.no_answer",
    Finding.TOO_MANY: "unlisted.too_many",
}


async def find(
    parts: Parts, person: Person, paper_ids: Sequence[str], answers: Answers
) -> Mapping[str, Finding]:
    """Have the papers known that a request is for; the person hears of a longer wait."""
    if parts.unlisted is None or not paper_ids:
        return dict.fromkeys(paper_ids, Finding.KNOWN)
    finding = asyncio.create_task(parts.unlisted.find_all(person.workspace, person.id, paper_ids))
    try:
        done, _ = await asyncio.wait({finding}, timeout=NOTICED_AFTER)
        if not done:
            await answers.tell(_sentence("unlisted.looking", paper_ids[0], person), person.words)
        return await finding
    finally:
        finding.cancel()


def not_found(findings: Mapping[str, Finding], person: Person) -> Message | None:
    """Return why there is no answer, by the first paper that could not be had; `None` where there is one."""
    missing = (
        _sentence(_SENTENCES[finding], paper_id, person)
        for paper_id, finding in findings.items()
        if finding in _SENTENCES
    )
    return next(missing, None)


async def tell_fetched(
    parts: Parts, person: Person, request: OnePaper | Save, answer: Message, answers: Answers
) -> None:
    """Tell the answer about a paper that was just fetched, and have the paper summarised.

    The card with its summary follows as asked summaries do: by the `response_url`, else where the person is.
    """
    is_told = asyncio.Event()

    async def notify(result: Result | None) -> None:
        await is_told.wait()
        if isinstance(request, OnePaper):
            await answers.tell(
                await _with_summary(parts, person, request, result, answers.place), person.words
            )

    is_started = await _start_summary(parts, person, request.paper_id, notify)
    follows = is_started and isinstance(request, OnePaper)
    line = person.words("unlisted.summary_follows" if follows else "unlisted.fetched")
    await answers.tell(with_line(answer, line), person.words)
    is_told.set()


async def _start_summary(
    parts: Parts, person: Person, paper_id: str, notify: Callable[[Result | None], Awaitable[None]]
) -> bool:
    """Start a summary within the person's allowance, in their language, and return whether that was done."""
    entry = await parts.storage.read(lambda tables: paper_entry(tables, paper_id, person.language))
    drawn_in = entry.summary.language if entry and entry.summary else person.language
    is_readers = primary_language(drawn_in) == primary_language(person.language)
    language = drawn_in if is_readers else person.language
    started = await parts.summary_queue.regenerate(person.workspace, person.id, paper_id, language, notify)
    return started is Regeneration.STARTED


async def _with_summary(
    parts: Parts, person: Person, request: OnePaper, result: Result | None, place: Place
) -> Message:
    """Return the card with the summary that was made, or why there is none."""
    if result and result.outcome is not Outcome.FAILED:
        return await paper_message(
            parts,
            person,
            Opened(request.paper_id),
            channel=place.channel_name,
            channel_id="" if place.view_type else place.channel,
        )
    paper = await parts.storage.read(lambda tables: tables.papers.get(request.paper_id))
    return (
        outcome_message(result, paper, person.words)
        if paper
        else unknown_paper(request.paper_id, person.words)
    )


def _sentence(key: str, paper_id: str, person: Person) -> Message:
    url = abstract_url(paper_id)
    return notice(person.words.mrkdwn(key, paper_id=paper_id, url=link(url, url), most=FETCHES_A_MINUTE))
