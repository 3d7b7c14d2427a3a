"""The command that posts a digest now, or shows what it would post."""

from datetime import date

import click

from bot.app import Application, connection
from bot.cards.topic_effects import moved_lines
from bot.commands.channels import channel_id, known_names, learn_names, shown_place
from bot.commands.endings import Incomplete
from bot.commands.terminal import (
    counted,
    current_clock,
    database_option,
    read_date,
    run_to_end,
    say,
    settings_with,
    with_storage,
)
from bot.delivery.messages import choose_of_day
from bot.delivery.opening import DayCounts
from bot.delivery.selection import Verdict, Why
from bot.errors import NothingListedError
from bot.locale import words_for
from bot.lookup.papers import listing_of_day
from bot.text.mrkdwn import on_one_line
from bot.text.typed import plain_value
from storage.address import Address
from storage.records import Subscription
from storage.runner import Runner
from storage.tables import Tables

WHY = {
    Why.LISTED: "listed",
    Why.WORD: "mentions “{what}”",
    Why.CATEGORY: "in {what}",
    Why.HAD: "posted before",
    Why.NEVER_WORD: "mentions “{what}”",
    Why.NO_WORD: "mentions none of the words",
    Why.NO_CATEGORY: "in none of the categories",
    Why.FEW_VOTES: "fewer than {what} votes",
}
"""Why a paper is in a digest or not, for the terminal; `what` is the word, category or number."""


@click.command()
@click.option(
    "--channel",
    metavar="CHANNEL",
    type=plain_value,
    show_default="all",
    help="Only the channel with this name or id.",
)
@click.option(
    "--date",
    "day",
    metavar="DATE",
    type=read_date,
    show_default="the last complete list",
    help="The papers listed on this day, such as 2025-09-29.",
)
@click.option("--dry-run", is_flag=True, help="Post nothing; show which papers would come, and why.")
@database_option
def deliver(channel: str | None, day: date | None, dry_run: bool, database: Address | None) -> None:
    """Post a digest now, leaving out papers already posted.

    If you run it twice, nothing is posted twice. A digest that was interrupted is resumed. After a change of
    the filters, it brings what the channel has not had. A person's own digest comes only if you name it by
    its id, and a dry run tells nothing of it.

    Exits with status 1 if a digest did not arrive whole, and 130 if interrupted.
    """
    if dry_run:
        lines = with_storage(database, lambda storage: _dry_run(storage, channel, day), must_exist=True)
        say("\n".join(lines))
    elif not run_to_end(_deliver(database, channel, day)):
        raise Incomplete("Not every digest has arrived whole; the lines above say why.")


async def _deliver(database: Address | None, channel: str | None, day: date | None) -> bool:
    """Post the digests, print how much of each arrived, and return whether all did whole."""
    are_whole = True
    async with connection(settings_with(database), current_clock()) as bot:
        subscriptions = await _subscriptions(bot.storage, channel)
        client = (await bot.connections.of(bot.workspace)).client
        await learn_names(client, bot.storage, subscriptions)
        names = await bot.storage.read(known_names)
        for subscription in subscriptions:
            line, is_whole = await _deliver_into(bot, subscription, day)
            say(f"{shown_place(subscription, names[subscription.channel])}: {line}")
            are_whole = are_whole and is_whole
    return are_whole


async def _dry_run(storage: Runner, channel: str | None, day: date | None) -> list[str]:
    lines: list[str] = []
    names = await storage.read(known_names)
    for subscription in await _subscriptions(storage, channel):
        digest_day = await _day_for(storage, subscription, day)
        lines.append(f"{shown_place(subscription, names[subscription.channel])}, {digest_day}:")
        lines += await _verdicts(storage, subscription, digest_day)
    return lines


async def _subscriptions(storage: Runner, channel: str | None) -> list[Subscription]:
    """Return the subscription of the channel, or those of all channels; a person's own only by its id.

    Raises `NothingListedError` where none exist, and `UnknownChannelError`.
    """
    every, names = await storage.read(lambda tables: (tables.subscriptions.all(), known_names(tables)))
    if not every:
        raise NothingListedError(
            "No channel has a daily digest yet. Set one up with `paper-round subscribe`."
        )
    chosen = channel_id(channel, names) if channel else None
    subscriptions = [each for each in every if (each.channel == chosen if chosen else not each.is_personal)]
    if not subscriptions:
        whose = f"The channel {chosen} has no" if chosen else "No channel has a"
        raise NothingListedError(f"{whose} daily digest yet. Set one up with `paper-round subscribe`.")
    return subscriptions


async def _day_for(storage: Runner, subscription: Subscription, day: date | None) -> date:
    """Return the day to post: the given one, else that of the last complete list.

    Raises `NothingListedError` where the channel's sources have listed nothing for it.
    """
    sources = subscription.preferences.sources

    def find(tables: Tables) -> date | None:
        if day is None:
            return tables.listings.latest_complete_day(sources)
        return day if any(listing_of_day(tables, day, source) for source in sources) else None

    found = await storage.read(find)
    if found is None:
        when = f" for {day}" if day else ""
        raise NothingListedError(
            f"I have no papers from {', '.join(sources)}{when} yet. Fetch or import some first."
        )
    return found


async def _deliver_into(bot: Application, subscription: Subscription, day: date | None) -> tuple[str, bool]:
    """Post the channel's digest; return a line that says how much of it arrived, and whether all did."""
    digest_day = await _day_for(bot.storage, subscription, day)
    delivery_id = await bot.deliverer.open_asked(subscription, digest_day)
    if delivery_id is None:
        counts = await bot.deliverer.day_counts(subscription, digest_day)
        return f"nothing new for {digest_day}{_in_channel(counts)}", True
    progress = await bot.deliverer.run(delivery_id)
    counts = await bot.deliverer.day_counts(subscription, digest_day)
    of_day = "" if counts.listed == progress.papers else _in_channel(counts)
    reason = f" ({progress.reason})" if progress.reason else ""
    papers = f"{progress.posted} of {counted(progress.papers, 'paper')}"
    return f"{papers} for {digest_day}{of_day}{reason}", progress.posted == progress.papers


def _in_channel(counts: DayCounts) -> str:
    return f", {counts.here} of the day's {counted(counts.listed, 'paper')} in the channel"


async def _verdicts(storage: Runner, subscription: Subscription, day: date) -> list[str]:
    if subscription.is_personal:
        return []
    choice = await storage.read(lambda tables: choose_of_day(tables, day, subscription))
    lines = [_verdict_line(verdict) for verdict in choice.selection.verdicts]
    return [*lines, *(f"  = {line}" for line in moved_lines(choice.selection.moved, words_for("en")))]


def _verdict_line(verdict: Verdict) -> str:
    mark = "+" if verdict.is_in else "-"
    because = WHY[verdict.why].format(what=verdict.what)
    return f"  {mark} {verdict.entry.paper.id} {on_one_line(verdict.entry.paper.title)} ({because})"
