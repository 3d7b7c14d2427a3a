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
    from bot.publishing import Refresh

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
@database_option
def fetch(source: str, day: datetime | None, since: datetime | None, database: Path | None) -> None:
    """Fetch what a source lists, a day at a time, and keep it; interrupted, call it again.

    Days that are complete are not fetched again. The status is 1 where the source did not answer.
    """
    from bot.app import publishing
    from bot.clock import SystemClock

    clock = SystemClock()
    days = _days(day, since, clock.now().astimezone(UTC).date())

    async def fetch_all() -> list["Refresh"]:
        async with publishing(settings_with(database), clock) as desk:
            wanted = await desk.unfinished(source, days)
            with click.progressbar(wanted, label=source, file=sys.stderr) as bar:
                return [await desk.refresh(source, each) for each in bar]

    done = until_stopped(fetch_all()) or []
    click.echo("\n".join(map(_in_words, done)) or "Nothing to fetch: all of it is complete.")
    if any(refresh.listing.trouble for refresh in done):
        raise SourceError("The source did not answer as it should; `paper-round fetch` tries again.")


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
