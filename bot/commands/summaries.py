"""The command for summaries: having a model make them, and what that would cost."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.terminal import (
    database_option,
    language_option,
    on_one_line,
    settings_with,
    telling,
    until_stopped,
)
from bot.errors import NothingListedError, SettingsError, SummaryError

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.summarising.queue import SummaryJob
    from bot.summarising.summariser import Result, Summariser
    from bot.web import Web


@click.command()
@click.argument("paper_ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="All papers of a day. Default: the last day that has papers.",
)
@language_option
@click.option("--again", is_flag=True, help="Also those that a model has summarised already.")
@click.option("--dry-run", is_flag=True, help="Only say what it would cost.")
@database_option
def summarise(
    paper_ids: tuple[str, ...],
    day: datetime | None,
    language: str | None,
    database: Path | None,
    *,
    again: bool,
    dry_run: bool,
) -> None:
    """Have a model summarise papers, by arXiv ID or link, or those of a day.

    Without --language in each language that some channel reads. Interrupted, call it again: what is made is
    not made again. Posted cards follow when the bot runs. The status is 1 where a summary could not be had.
    """
    from bot.clock import SystemClock
    from bot.web import reach_web

    if paper_ids and day:
        raise click.UsageError("Either name papers, or a day with --date.")

    async def work() -> bool:
        async with reach_web(settings_with(database), SystemClock()) as web:
            if web.summariser is None:
                raise SettingsError("The setting LLM_MODEL is missing: the name of the model to ask.")
            wanted, there = await _wanted(web, paper_ids, day, language, again=again)
            if dry_run:
                click.echo(await _cost(web.summariser, wanted, there))
                return True
            return await _make(web, wanted, there, again=again)

    all_made = until_stopped(work())
    if all_made is None:
        raise SummaryError("Stopped before the end. Call it again: what is made is not made again.")
    if not all_made:
        raise SummaryError("Some summaries could not be had; `paper-round summarise` tries them again.")


async def _wanted(
    web: "Web", paper_ids: tuple[str, ...], day: datetime | None, language: str | None, *, again: bool
) -> "tuple[list[SummaryJob], int]":
    """Return what is to be made, and how many summaries of a model are there already."""
    from bot.arxiv_id import find_arxiv_id
    from bot.lookup.papers import listing_of_day
    from bot.summarising.queue import SummaryJob
    from storage.records import FROM_MODEL, Paper
    from storage.tables import Tables

    def papers(tables: Tables) -> tuple[Paper, ...]:
        if paper_ids:
            ids = [find_arxiv_id(text) or text for text in paper_ids]
            found = tables.papers.of_ids(ids)
            missing = sorted({*ids} - {paper.id for paper in found})
            if missing:
                raise NothingListedError(f"No list has had {', '.join(missing)}. Fetch or import it first.")
            return found
        on = day.date() if day else tables.listings.latest_day()
        listing = listing_of_day(tables, on) if on else None
        if listing is None or not listing.paper_ids:
            raise NothingListedError(
                f"Nothing is listed{f' for {on}' if on else ''}. Fetch or import it first."
            )
        return tables.papers.of_ids(listing.paper_ids)

    def read(tables: Tables) -> tuple[list[SummaryJob], int]:
        spoken = {each.preferences.language for each in tables.subscriptions.all()}
        languages = [language] if language else sorted(spoken)
        every = [SummaryJob(paper, tag) for paper in papers(tables) for tag in languages or ["en"]]
        made = tables.summaries.made((each.paper.id for each in every), FROM_MODEL)
        wanted = [each for each in every if again or (each.paper.id, each.language) not in made]
        return wanted, len(every) - len(wanted)

    return await web.storage.read(read)


async def _cost(summariser: "Summariser", wanted: "list[SummaryJob]", there: int) -> str:
    total = sum([await summariser.estimate(each.paper, each.language) for each in wanted])
    left = await summariser.tokens_left()
    return (
        f"{len(wanted)} summaries to make ({there} are there), at most {total:,} tokens, or twice that "
        f"where answers have to be corrected; today {left:,} tokens are left"
    )


async def _make(web: "Web", wanted: "list[SummaryJob]", there: int, *, again: bool) -> bool:
    """Make them, tell of each and of all together, and return whether none failed."""
    from contextlib import aclosing

    from bot.clock import SystemClock
    from bot.summarising.summariser import Outcome

    clock = SystemClock()
    started = clock.now()
    done: list[Result] = []
    try:
        with telling("summaries", len(wanted)) as tell:
            async with aclosing(web.summary_queue.make_all(wanted, regenerate=again)) as results:
                async for result in results:
                    done.append(result)
                    tell(_in_words(result))
    finally:
        # Whoever stops it, or whose tokens are used up, is told too what there is by then.
        seconds = (clock.now() - started).total_seconds()
        click.echo(_counts(done, len(wanted), there, seconds))
    return all(result.outcome is not Outcome.FAILED for result in done)


def _counts(done: "list[Result]", wanted: int, there: int, seconds: float) -> str:
    from bot.summarising.summariser import Outcome

    counts = [f"{sum(result.outcome is outcome for result in done)} {outcome}" for outcome in Outcome]
    if len(done) < wanted:
        counts.append(f"{wanted - len(done)} not begun or not ended")
    tokens = sum(result.tokens for result in done)
    return f"{', '.join(counts)}, {there} there before; {tokens:,} tokens, {seconds:.1f} s"


def _in_words(result: "Result") -> str:
    reason = f": {on_one_line(result.reason)}" if result.reason else ""
    return (
        f"{result.paper_id} {result.language}: {result.outcome}, {result.tokens:,} tokens, "
        f"{result.seconds:.1f} s{reason}"
    )
