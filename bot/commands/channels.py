"""The commands for channels: what they want, delivering now, and how things are."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot.commands.terminal import database_option, on_one_line, settings_with, until_stopped, with_storage
from bot.errors import NothingListedError

if TYPE_CHECKING:
    # Commands import what they need when they run, so that --help is quick.
    from bot.app import Application
    from bot.delivery.selection import Verdict
    from bot.status import Status, SummariesStatus
    from storage.records import ChannelStatus, Listing, MistakeReport, Subscription, TokensStatus
    from storage.runner import Runner
    from storage.tables import Tables

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.command()
@click.argument("channels", metavar="C…", nargs=-1, required=True)
@click.option("--at", default="09:00", show_default=True, help="The wall-clock time of the digest.")
@click.option(
    "--tz", "zone", default="UTC", show_default=True, help="An IANA time zone, such as Asia/Shanghai."
)
@click.option(
    "--language", default="en", show_default=True, metavar="TAG", help="A BCP 47 tag, such as zh-CN."
)
@click.option(
    "--source", "sources", multiple=True, help="Whose lists; more than once for several. [digest-file]"
)
@click.option(
    "--weekday",
    "weekdays",
    multiple=True,
    type=click.Choice(_WEEKDAYS),
    help="Only on such days. [every day]",
)
@click.option("--most-cards", type=click.IntRange(min=1), help="At most so many cards; the rest in short.")
@click.option("--by-votes", is_flag=True, help="The most liked first, instead of as listed.")
@click.option("--word", "words", multiple=True, help="Only papers with one of these words.")
@click.option("--category", "categories", multiple=True, help="Only papers of one of these arXiv categories.")
@click.option("--least-votes", type=click.IntRange(min=0), default=0, help="Only papers with so many votes.")
@click.option("--never-word", "never_words", multiple=True, help="Never papers with one of these words.")
@click.option("--say-nothing-new", is_flag=True, help="One line on days without a new paper.")
@database_option
def subscribe(channels: tuple[str, ...], database: Path | None, **wishes: Any) -> None:
    """Bring a digest into the channels with the ids C… each day; a channel's old wishes are replaced."""
    from bot.app import connection
    from bot.clock import SystemClock
    from bot.subscriptions.preferences import begin

    clock = SystemClock()

    async def keep() -> None:
        async with connection(settings_with(database), clock) as bot:
            wanted = [_wanted(bot.workspace, channel, wishes) for channel in channels]

            def begin_all(tables: "Tables") -> "list[Subscription]":
                return [begin(tables, each, clock.now()) for each in wanted]

            click.echo("\n".join(map(_in_words, await bot.storage.write(begin_all))))

    until_stopped(keep())


@click.command()
@database_option
def subscriptions(database: Path | None) -> None:
    """List what the channels want."""

    async def read(storage: "Runner") -> "tuple[Subscription, ...]":
        return await storage.read(lambda tables: tables.subscriptions.all())

    for subscription in with_storage(database, read, must_exist=True):
        click.echo(_in_words(subscription))


@click.command()
@click.argument("channels", metavar="C…", nargs=-1, required=True)
@database_option
def unsubscribe(channels: tuple[str, ...], database: Path | None) -> None:
    """Bring no more digests into the channels with the ids C…."""
    from bot.clock import SystemClock

    now = SystemClock().now()

    def end_all(tables: "Tables") -> list[str]:
        ending = [each for each in tables.subscriptions.all() if each.channel in channels]
        for subscription in ending:
            tables.subscriptions.end(subscription.id or 0, now)
        return [subscription.channel for subscription in ending]

    async def end(storage: "Runner") -> list[str]:
        return await storage.write(end_all)

    ended = with_storage(database, end, must_exist=True)
    for channel in channels:
        click.echo(f"{channel}: {'no more digests' if channel in ended else 'was not subscribed'}")


@click.command()
@click.option("--channel", help="Only into the channel with this id. Default: into all.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The papers listed on this day. Default: the last complete list.",
)
@click.option("--dry-run", is_flag=True, help="Only tell which papers would come, and why.")
@database_option
def deliver(channel: str | None, day: datetime | None, dry_run: bool, database: Path | None) -> None:
    """Deliver now, through the same ledger as ever: what a channel has had does not come twice."""
    from bot.app import connection
    from bot.clock import SystemClock

    wanted_day = day.date() if day else None
    if dry_run:
        lines = with_storage(database, lambda tables: _dry_run(tables, channel, wanted_day), must_exist=True)
        click.echo("\n".join(lines))
        return

    async def deliver_all() -> None:
        async with connection(settings_with(database), SystemClock()) as bot:
            for subscription in await _chosen(bot.storage, channel):
                click.echo(await _deliver_into(bot, subscription, wanted_day))

    until_stopped(deliver_all())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@database_option
def status(database: Path | None, *, as_json: bool) -> None:
    """Tell how things are: each channel's last and next digest, what is unfinished and why, and each source.

    Of summaries it tells the tokens of today and how many they may be, what failed in the last day and why,
    and the mistakes that people reported.
    """
    from bot.clock import SystemClock
    from bot.status import read_status
    from bot.summarising.summariser import allowance_of

    now, settings = SystemClock().now(), settings_with(database)
    rate = settings.messages_a_minute
    allowance = allowance_of(settings)

    async def read(storage: "Runner") -> "Status":
        return await storage.read(lambda tables: read_status(tables, now, rate, allowance))

    found = with_storage(database, read, must_exist=True)
    if as_json:
        click.echo(json.dumps(asdict(found), default=_plain, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_status_lines(found, now)))


def _wanted(workspace: str, channel: str, wishes: dict[str, Any]) -> "Subscription":
    from bot.documents.digest_file import SOURCE
    from bot.subscriptions.preferences import read_language, read_source, read_time, read_zone
    from storage.records import ALL_WEEKDAYS, Filters, Order, Subscription

    return Subscription(
        workspace=workspace,
        channel=channel,
        language=read_language(wishes["language"]),
        sources=tuple(dict.fromkeys(map(read_source, wishes["sources"]))) or (SOURCE,),
        at=read_time(wishes["at"]),
        zone=read_zone(wishes["zone"]),
        weekdays=frozenset(map(_WEEKDAYS.index, wishes["weekdays"])) or ALL_WEEKDAYS,
        most_cards=wishes["most_cards"],
        order=Order.VOTES if wishes["by_votes"] else Order.LISTED,
        filters=Filters(wishes["words"], wishes["categories"], wishes["least_votes"], wishes["never_words"]),
        says_when_nothing=wishes["say_nothing_new"],
    )


def _in_words(subscription: "Subscription") -> str:
    days = ", ".join(_WEEKDAYS[day] for day in sorted(subscription.weekdays))
    often = "every day" if len(subscription.weekdays) == len(_WEEKDAYS) else days
    paused = f", paused ({subscription.paused_reason})" if subscription.paused_reason else ""
    return (
        f"{subscription.channel}: {', '.join(subscription.sources)} at {subscription.at:%H:%M} "
        f"{subscription.zone}, {often}, in {subscription.language}{paused}"
    )


async def _chosen(storage: "Runner", channel: str | None) -> "list[Subscription]":
    known = await storage.read(lambda tables: tables.subscriptions.all())
    chosen = [each for each in known if channel in {None, each.channel}]
    if not chosen:
        whom = f"The channel {channel} has no" if channel else "No channel has a"
        raise NothingListedError(f"{whom} subscription yet. Begin one with paper-round subscribe.")
    return chosen


async def _day_for(storage: "Runner", subscription: "Subscription", day: date | None) -> date:
    latest = day or await storage.read(
        lambda tables: tables.listings.latest_complete_day(subscription.sources)
    )
    if latest is None:
        raise NothingListedError(
            f"{', '.join(subscription.sources)} listed nothing yet: import a digest first."
        )
    return latest


async def _deliver_into(bot: "Application", subscription: "Subscription", day: date | None) -> str:
    wanted_day = await _day_for(bot.storage, subscription, day)
    delivery_id = await bot.deliverer.open_asked(subscription, wanted_day)
    if delivery_id is None:
        return f"{subscription.channel}: nothing new of {wanted_day}"
    progress = await bot.deliverer.run(delivery_id)
    reason = f" ({progress.reason})" if progress.reason else ""
    return f"{subscription.channel}: {progress.posted} of {progress.papers} papers of {wanted_day}{reason}"


async def _dry_run(storage: "Runner", channel: str | None, day: date | None) -> list[str]:
    lines: list[str] = []
    for subscription in await _chosen(storage, channel):
        lines += await _verdicts(storage, subscription, await _day_for(storage, subscription, day))
    return lines


async def _verdicts(storage: "Runner", subscription: "Subscription", day: date) -> list[str]:
    from bot.delivery.messages import choose

    choice = await storage.read(lambda tables: choose(tables, subscription, day))
    return [f"{subscription.channel}, {day}:", *map(_verdict_line, choice.selection.verdicts)]


def _verdict_line(verdict: "Verdict") -> str:
    mark = "+" if verdict.is_in else "-"
    because = f"{verdict.why} {verdict.what}".strip()
    return f"  {mark} {verdict.entry.paper.id} {verdict.entry.paper.title} ({because})"


def _status_lines(found: "Status", now: datetime) -> "Iterable[str]":
    bot = found.bot
    tick = f"{bot.last_tick:%Y-%m-%d %H:%M:%S} UTC" if bot.last_tick else "never"
    done = f", done by {bot.done_at:%H:%M:%S} UTC at the earliest" if bot.done_at else ""
    yield f"last tick: {tick}; {bot.waiting} messages wait{done}"
    for channel in found.channels:
        following = f"next {channel.next_at:%Y-%m-%d %H:%M} UTC" if channel.next_at else "no next digest"
        yield f"{_in_words(channel.subscription)}; {_last_in_words(channel)}; {following}"
    wanted = {source for channel in found.channels for source in channel.subscription.sources}
    for listing in found.sources:
        unwanted = "" if listing.source in wanted else " No channel wants it."
        yield f"{_source_in_words(listing, now)}{unwanted}"
    yield from _summaries_in_words(found.summaries, bot.tokens)


def _summaries_in_words(found: "SummariesStatus", tokens: "TokensStatus | None") -> "Iterable[str]":
    allowed = f" of {tokens.allowed:,}" if tokens else ""
    model = "" if tokens else "no model is set (LLM_MODEL), "
    failed = f"{len(found.failures)} failed in the last day"
    yield f"summaries: {model}{found.tokens_today:,}{allowed} tokens today (UTC), {failed}"
    if tokens and tokens.is_used_up:
        yield (
            "  Today's tokens are used up: cards show the abstract, and summaries follow from tomorrow on, "
            "UTC (PAPER_ROUND_TOKENS_A_DAY)."
        )
    reasons = Counter(on_one_line(failure.reason) for failure in found.failures)
    yield from (f"  {count} x {reason}" for reason, count in reasons.most_common())
    if found.reports:
        yield "mistakes that people reported, the latest first:"
    yield from map(_report_in_words, found.reports)


def _report_in_words(report: "MistakeReport") -> str:
    made = f"{report.summary_source}, {report.summary_made_at}"
    summary = on_one_line(f"{report.paper_id} in {report.language} ({made})")
    return f"  {report.reported_at:%Y-%m-%d %H:%M} UTC: {summary}: {on_one_line(report.note) or 'no note'}"


def _source_in_words(listing: "Listing", now: datetime) -> str:
    """Return how a source is, in words, and what it answered, in its own; moments are in UTC."""
    from bot.cards.sources import status_sentence
    from bot.locale import Reader, words_for
    from storage.records import FEW

    sentence = status_sentence(listing, Reader(now, ZoneInfo("UTC"), words_for("en-GB")))
    is_answer = listing.trouble and listing.trouble != FEW
    answered = f" ({on_one_line(listing.trouble or '')})" if is_answer else ""
    return f"{listing.source}, {listing.day}, by UTC: {sentence}{answered}"


def _last_in_words(channel: "ChannelStatus") -> str:
    last = channel.last
    if last is None:
        return "no digest yet"
    if last.waits_for:
        return f"{last.day} waits for {', '.join(last.waits_for)}"
    reason = f" ({last.reason})" if last.reason else ""
    return f"last {last.day}: {last.posted} of {last.papers}, {last.state}{reason}"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()
