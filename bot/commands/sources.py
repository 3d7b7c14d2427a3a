"""The command that fetches what a source lists."""

import sys
from datetime import UTC, date, timedelta

import click

from bot.commands.terminal import (
    counted,
    current_clock,
    database_option,
    progress,
    read_date,
    run_to_end,
    say,
    settings_with,
    source_option,
)
from bot.errors import SourceError
from bot.listings.enricher import Enrichment
from bot.listings.watcher import Refresh
from bot.sources.full_text import FullText
from bot.web import Web, reach_web
from storage.address import Address
from storage.records import FEW, Listing


@click.command()
@source_option(
    "huggingface, or arxiv: and categories, such as arxiv:cs.CL. arXiv lists only today's papers.",
    default="huggingface",
    show_default=True,
)
@click.option(
    "--date", "day", metavar="DATE", type=read_date, show_default="today in UTC", help="Fetch this day."
)
@click.option("--since", metavar="DATE", type=read_date, help="Fetch every day from this one to today.")
@click.option(
    "--no-full-text", is_flag=True, help="Skip the papers' texts, each of which takes three seconds or more."
)
@database_option
def fetch(
    source: str, day: date | None, since: date | None, database: Address | None, *, no_full_text: bool
) -> None:
    """Fetch what a source lists, with details and full texts.

    The details are authors, categories and versions, and come from arXiv, as the texts do. If you interrupt
    it, run it again: finished days and texts are not fetched twice.

    Exits with status 1 if a list could not be fetched, and 130 if interrupted.
    """
    clock = current_clock()
    days = _days(day, since, clock.now().astimezone(UTC).date())

    async def fetch_all() -> bool:
        async with reach_web(settings_with(database), clock) as web:
            return await _fetch(web, source, days, no_full_text=no_full_text)

    if not run_to_end(fetch_all()):
        raise SourceError("I couldn't fetch every list; the lines above say why.")


async def _fetch(web: Web, source: str, days: list[date], *, no_full_text: bool) -> bool:
    """Fetch and print whatever is missing, and return whether the source answered for each day."""
    refreshes = await _lists(web, source, await web.watcher.unfinished(source, days))
    earlier = {refresh.earlier.day for refresh in refreshes if refresh.earlier}
    listed = await web.watcher.listed(source, sorted({*days, *earlier}))
    details = _details_line(await web.enricher.enrich(listed))
    if details:
        say(details)
    texts = "" if no_full_text else await _texts(web, listed)
    if texts or not (refreshes or details):
        say(texts or "Nothing to fetch: everything is here already.")
    return all(refresh.listing.trouble in {None, FEW} for refresh in refreshes)


async def _lists(web: Web, source: str, days: list[date]) -> list[Refresh]:
    """Fetch the list of each of the days and print how it is."""
    refreshes: list[Refresh] = []
    with progress(source, len(days)) as report:
        for day in days:
            refreshes.append(await web.watcher.refresh(source, day))
            report(_refresh_lines(refreshes[-1]))
    return refreshes


async def _texts(web: Web, paper_ids: tuple[str, ...]) -> str:
    """Read the papers' texts and return a line with their number; a paper that fails stops no other."""
    papers = await web.storage.read(lambda tables: tables.papers.of_ids(paper_ids))
    hidden = not sys.stderr.isatty()
    with click.progressbar(papers, label="full texts", file=sys.stderr, hidden=hidden) as bar:
        read = [await web.texts.read(paper.id, paper) for paper in bar]
    texts = [text for text in read if isinstance(text, FullText)]
    parts = sum(not text.is_whole for text in texts)
    in_part = f", {parts} of them in part" if parts else ""
    return f"full texts: {len(texts)} of {counted(len(read), 'paper')}{in_part}" if read else ""


def _details_line(enrichment: Enrichment) -> str:
    """Return how many papers got details from arXiv, or nothing where none lacked any."""
    trouble = f": {enrichment.trouble}" if enrichment.trouble else ""
    line = f"details from arXiv: {enrichment.found} of {counted(enrichment.asked, 'paper')}{trouble}"
    return line if enrichment.asked else ""


def _days(day: date | None, since: date | None, today: date) -> list[date]:
    """Return the days to fetch; raises `click.UsageError` for days that lie ahead."""
    if day and since:
        raise click.UsageError("Give either --date or --since, not both.")
    for name, given in (("--date", day), ("--since", since)):
        if given and given > today:
            raise click.UsageError(f"{name} {given} is in the future; today is {today} in UTC.")
    if since is None:
        return [day or today]
    return [since + timedelta(days=ahead) for ahead in range((today - since).days + 1)]


def _refresh_lines(refresh: Refresh) -> str:
    """Return a line for the day, and another one for an earlier day if the source showed that instead."""
    seconds, new = f"{refresh.seconds:.1f} s", refresh.new_papers
    if refresh.earlier is None:
        return _line(refresh.listing, new, seconds)
    shown = _line(refresh.earlier, new, f"shown on {refresh.listing.day}")
    return f"{_line(refresh.listing, 0, seconds)}\n{shown}"


def _line(listing: Listing, new_papers: int, how: str) -> str:
    trouble = f": {listing.trouble}" if listing.trouble else ""
    papers = counted(len(listing.paper_ids), "paper")
    return f"{listing.day}: {listing.state}, {papers} ({new_papers} new), {how}{trouble}"
