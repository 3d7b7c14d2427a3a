"""The commands for sources: fetching what they list."""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import SourceError
from bot.terminal import database_option, settings_with, until_stopped

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.enriching import Enrichment
    from bot.publishing import Refresh
    from bot.web import Web

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
    status is 1 where the source did not answer.
    """
    from bot.clock import SystemClock
    from bot.web import reach_web
    from storage.records import FEW

    clock = SystemClock()
    days = _days(day, since, clock.now().astimezone(UTC).date())

    async def fetch_all() -> list[str]:
        async with reach_web(settings_with(database), clock) as web:
            wanted = await web.publishing.unfinished(source, days)
            with click.progressbar(wanted, label=source, file=sys.stderr) as bar:
                done = [await web.publishing.refresh(source, each) for each in bar]
            listed = await web.publishing.listed(source, days)
            enriched = _enriched_in_words(await web.enriching.enrich(listed))
            texts = "" if no_full_text else await _texts_of(web, listed)
            failed.extend(refresh for refresh in done if refresh.listing.trouble not in {None, FEW})
            return [*map(_in_words, done), *filter(None, [enriched, texts])]

    failed: list[Refresh] = []
    lines = until_stopped(fetch_all()) or []
    click.echo("\n".join(lines) or "Nothing to fetch: all of it is complete.")
    if failed:
        raise SourceError("The source did not answer as it should; `paper-round fetch` tries again.")


async def _texts_of(web: "Web", paper_ids: tuple[str, ...]) -> str:
    """Read the papers' texts and return in words how many there are; one that fails touches no other."""
    from bot.sources.full_text import FullText

    with click.progressbar(paper_ids, label="full texts", file=sys.stderr) as bar:
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
    if since is None:
        return [day.date() if day else today]
    if since.date() > today:
        raise click.UsageError(f"--since {since.date()} lies in the future.")
    return [since.date() + timedelta(days=ahead) for ahead in range((today - since.date()).days + 1)]


def _in_words(refresh: "Refresh") -> str:
    listing = refresh.listing
    trouble = f": {listing.trouble}" if listing.trouble else ""
    return (
        f"{listing.day}: {listing.state}, {len(listing.paper_ids)} papers ({refresh.new_papers} new), "
        f"{refresh.seconds:.1f} s{trouble}"
    )
