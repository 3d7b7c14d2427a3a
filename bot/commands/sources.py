"""The commands for sources: fetching what they list."""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.terminal import database_option, settings_with, telling, until_stopped
from bot.errors import SourceError

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.listings.arxiv_records import Enrichment
    from bot.listings.watcher import Refresh
    from bot.web import Web
    from storage.records import Listing

_INTERRUPTED = 130
"""The status of a command that Ctrl-C ended, as shells have it: 128 and the number of SIGINT."""

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--source",
    default="huggingface",
    show_default=True,
    help="huggingface, or arxiv: with categories, such as arxiv:cs.CL; arXiv lists today alone.",
)
@click.option("--date", "day", type=_DAY, help="One day. Default: today, by UTC.")
@click.option("--since", type=_DAY, help="All days from this one on.")
@click.option(
    "--no-full-text", is_flag=True, help="Only the lists; a paper's text takes arXiv three seconds or more."
)
@database_option
def fetch(
    source: str, day: datetime | None, since: datetime | None, database: Path | None, *, no_full_text: bool
) -> None:
    """Fetch what a source lists, a day at a time, what arXiv says of the papers, and their texts; keep all.

    Interrupted, call it again: days that are complete and texts that are kept are not fetched again. The
    status is 1 where a list could not be had, and 130 where it was interrupted.
    """
    from bot.clock import SystemClock
    from bot.web import reach_web

    clock = SystemClock()
    days = _days(day, since, clock.now().astimezone(UTC).date())

    async def fetch_all() -> bool:
        async with reach_web(settings_with(database), clock) as web:
            return await _fetch(web, source, days, no_full_text=no_full_text)

    answered = until_stopped(fetch_all())
    if answered is None:
        click.echo("Interrupted; the same command goes on from here.", err=True)
        sys.exit(_INTERRUPTED)
    if not answered:
        raise SourceError("Not every list could be had; its line says why.")


async def _fetch(web: "Web", source: str, days: list[date], *, no_full_text: bool) -> bool:
    """Fetch all that is not here, tell of it, and return whether the source answered for each day."""
    from storage.records import FEW

    done = await _lists_of(web, source, await web.watcher.unfinished(source, days))
    earlier = {refresh.earlier.day for refresh in done if refresh.earlier}
    listed = await web.watcher.listed(source, sorted({*days, *earlier}))
    enriched = _enriched_in_words(await web.enricher.enrich(listed))
    if enriched:
        click.echo(enriched)
    texts = "" if no_full_text else await _texts_of(web, listed)
    if texts or not (done or enriched):
        click.echo(texts or "Nothing to fetch: all of it is complete.")
    return all(refresh.listing.trouble in {None, FEW} for refresh in done)


async def _lists_of(web: "Web", source: str, days: list[date]) -> "list[Refresh]":
    """Look at each of the days and tell of it."""
    done: list[Refresh] = []
    with telling(source, len(days)) as tell:
        for day in days:
            done.append(await web.watcher.refresh(source, day))
            tell(_in_words(done[-1]))
    return done


async def _texts_of(web: "Web", paper_ids: tuple[str, ...]) -> str:
    """Read the papers' texts and return in words how many there are; one that fails touches no other."""
    from bot.sources.full_text import FullText

    hidden = not sys.stderr.isatty()
    with click.progressbar(paper_ids, label="full texts", file=sys.stderr, hidden=hidden) as bar:
        read = [await web.texts.read(paper_id) for paper_id in bar]
    texts = [text for text in read if isinstance(text, FullText)]
    return f"full texts: {len(texts)} of {len(read)} papers" if read else ""


def _enriched_in_words(enrichment: "Enrichment") -> str:
    """Return how many papers arXiv told more of, or nothing where none lacked anything."""
    trouble = f": {enrichment.trouble}" if enrichment.trouble else ""
    line = f"authors, categories and versions: {enrichment.found} of {enrichment.asked} papers{trouble}"
    return line if enrichment.asked else ""


def _days(day: datetime | None, since: datetime | None, today: date) -> list[date]:
    if day and since:
        raise click.UsageError("--date and --since exclude each other.")
    for name, given in (("--date", day), ("--since", since)):
        if given and given.date() > today:
            raise click.UsageError(f"{name} {given.date()} lies in the future; today is {today} by UTC.")
    if since is None:
        return [day.date() if day else today]
    return [since.date() + timedelta(days=ahead) for ahead in range((today - since.date()).days + 1)]


def _in_words(refresh: "Refresh") -> str:
    """Return a line for the day, and another one for an earlier day where the source showed that."""
    seconds, new = f"{refresh.seconds:.1f} s", refresh.new_papers
    if refresh.earlier is None:
        return _line(refresh.listing, new, seconds)
    shown = _line(refresh.earlier, new, f"shown on {refresh.listing.day}")
    return f"{_line(refresh.listing, 0, seconds)}\n{shown}"


def _line(listing: "Listing", new_papers: int, how: str) -> str:
    trouble = f": {listing.trouble}" if listing.trouble else ""
    return (
        f"{listing.day}: {listing.state}, {len(listing.paper_ids)} papers ({new_papers} new), {how}{trouble}"
    )
