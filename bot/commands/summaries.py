"""The command that has a model summarise papers, or says what that would cost."""

from collections import Counter
from contextlib import aclosing
from datetime import date

import click

from bot.clock import Clock
from bot.commands.terminal import (
    counted,
    current_clock,
    database_option,
    language_option,
    progress,
    read_date,
    run_to_end,
    say,
    settings_with,
)
from bot.errors import NothingListedError, SettingsError, SummaryError
from bot.lookup.papers import listing_of_day
from bot.summarising.queue import SummaryJob
from bot.summarising.summariser import Outcome, Result, Summariser
from bot.text.arxiv_id import find_arxiv_id
from bot.text.mrkdwn import on_one_line
from bot.web import Web, reach_web
from storage.address import Address
from storage.records import FROM_MODEL, Paper
from storage.tables import Tables


@click.command()
@click.argument("paper_ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--date",
    "day",
    metavar="DATE",
    type=read_date,
    show_default="the last day with papers",
    help="Summarise the papers of this day.",
)
@language_option("The language of the summaries, such as en or zh-CN.", "each one a channel reads")
@click.option("--again", is_flag=True, help="Replace summaries that a model has made already.")
@click.option("--dry-run", is_flag=True, help="Ask nothing of the model; show about what it would cost.")
@database_option
def summarise(
    paper_ids: tuple[str, ...],
    day: date | None,
    language: str | None,
    database: Address | None,
    *,
    again: bool,
    dry_run: bool,
) -> None:
    """Have a model summarise papers, by id or by day.

    An ID is an arXiv id or a link to a paper. If you interrupt it, run it again: finished summaries are kept.
    Cards that are posted already are updated by `paper-round run`.

    You need the setting LLM_MODEL. Exits with status 1 if a summary failed, and 130 if interrupted.
    """
    if paper_ids and day:
        raise click.UsageError("Give either papers or --date, not both.")
    clock, settings = current_clock(), settings_with(database)
    if not settings.model:
        raise SettingsError("Set LLM_MODEL to the name of the model that should write summaries.")

    async def work() -> bool:
        async with reach_web(settings, clock) as web:
            missing, kept = await _missing(web, paper_ids, day, language, again=again)
            if dry_run and web.summariser:
                say(await _cost(web.summariser, missing, kept))
                return True
            return await _make(web, clock, missing, kept, again=again)

    if not run_to_end(work()):
        raise SummaryError("Some summaries failed. Run `paper-round summarise` to try them again.")


async def _missing(
    web: Web, paper_ids: tuple[str, ...], day: date | None, language: str | None, *, again: bool
) -> tuple[list[SummaryJob], int]:
    """Return the summaries to make, and how many the model has made already."""

    def read(tables: Tables) -> tuple[list[SummaryJob], int]:
        papers = _named(tables, paper_ids) if paper_ids else _of_day(tables, day)
        spoken = {each.preferences.language for each in tables.subscriptions.all()}
        languages = [language] if language else sorted(spoken)
        every = [SummaryJob(paper, tag) for paper in papers for tag in languages or ["en"]]
        made = tables.summaries.made((each.paper.id for each in every), FROM_MODEL)
        missing = [each for each in every if again or (each.paper.id, each.language) not in made]
        return missing, len(every) - len(missing)

    return await web.storage.read(read)


def _named(tables: Tables, paper_ids: tuple[str, ...]) -> tuple[Paper, ...]:
    """Return the papers by id or link; raises `NothingListedError` that names those no source has listed."""
    ids = [find_arxiv_id(text) or text for text in paper_ids]
    papers = tables.papers.of_ids(ids)
    unknown = sorted({*ids} - {paper.id for paper in papers})
    if unknown:
        raise NothingListedError(f"I don't know {', '.join(unknown)} yet. Fetch or import it first.")
    return papers


def _of_day(tables: Tables, day: date | None) -> tuple[Paper, ...]:
    """Return the papers of the day, or of the last day with papers; raises `NothingListedError`."""
    listed_day = day or tables.listings.latest_day()
    listing = listing_of_day(tables, listed_day) if listed_day else None
    if listing is None or not listing.paper_ids:
        when = f" for {listed_day}" if listed_day else ""
        raise NothingListedError(f"I have no papers{when} yet. Fetch or import some first.")
    return tables.papers.of_ids(listing.paper_ids)


async def _cost(summariser: Summariser, missing: list[SummaryJob], kept: int) -> str:
    total = sum([await summariser.estimate(each.paper, each.language) for each in missing])
    left = await summariser.tokens_left()
    return (
        f"{counted(len(missing), 'summary', 'summaries')} to make ({kept} made before), about {total:,} "
        f"tokens, or twice that and more if answers need correcting or more room; {left:,} tokens left today"
    )


async def _make(web: Web, clock: Clock, missing: list[SummaryJob], kept: int, *, again: bool) -> bool:
    """Make the summaries, print each and the totals, and return whether none failed."""
    started = clock.now()
    results: list[Result] = []
    try:
        with progress("summaries", len(missing)) as report:
            async with aclosing(web.summary_queue.make_all(missing, regenerate=again)) as made:
                async for result in made:
                    results.append(result)
                    report(_result_line(result))
    finally:
        # An interruption, or the end of today's tokens, shows the totals too.
        seconds = (clock.now() - started).total_seconds()
        say(_totals(results, len(missing), kept, seconds))
    return all(result.outcome is not Outcome.FAILED for result in results)


def _totals(results: list[Result], missing: int, kept: int, seconds: float) -> str:
    outcomes = Counter(result.outcome for result in results)
    counts = [
        f"{outcomes[each]} {each}" for each in Outcome if each is not Outcome.WITHDRAWN or outcomes[each]
    ]
    if len(results) < missing:
        counts.append(f"{missing - len(results)} unfinished")
    tokens = sum(result.tokens for result in results)
    return f"{', '.join(counts)}, {kept} made before; {tokens:,} tokens, {seconds:.1f} s"


def _result_line(result: Result) -> str:
    reason = f": {on_one_line(result.reason)}" if result.reason else ""
    return (
        f"{result.paper_id} {result.language}: {result.outcome}, {result.tokens:,} tokens, "
        f"{result.seconds:.1f} s{reason}"
    )
