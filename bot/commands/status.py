"""The command that shows the status of the bot, its channels, its sources and its summaries."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.cards.list_states import status_sentence
from bot.cards.paper import shown_title
from bot.cards.status import BotStatus, ChannelStatus, DeliveryStatus, TokensStatus
from bot.commands.channels import in_several
from bot.commands.subscriptions import in_words
from bot.commands.terminal import counted, current_clock, database_option, say, settings_with, with_storage
from bot.locale import Reader, words_for
from bot.settings import backup_folder
from bot.status import HistoryStatus, PersonStatus, Status, SummariesStatus, read_status
from bot.summarising.summariser import allowance_of
from bot.text.mrkdwn import json_text, on_one_line
from storage.address import Address
from storage.records import (
    FEW,
    NOTHING_NEW,
    SOURCE_LATE,
    DeliveryState,
    Listing,
    MistakeReport,
    TextRead,
)
from storage.runner import Runner

_WITHOUT_PAPERS = {NOTHING_NEW: "nothing new", SOURCE_LATE: "no papers, as a source was late"}

_TITLE_CHARACTERS = 200

_STATES = {
    DeliveryState.OPEN: "posted so far",
    DeliveryState.LAST_LOOK: "posted",
    DeliveryState.STOPPED: "posted, then it was stopped",
    DeliveryState.DONE: "posted",
    DeliveryState.FAILED: "posted, then it failed",
}

_TEXTS_READ = {
    TextRead.FULL_TEXT: "from the full text",
    TextRead.PART: "from part of it",
    TextRead.ABSTRACT: "from the abstract",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
@database_option
def status(database: Address | None, *, as_json: bool) -> None:
    """Show how digests, sources and summaries are doing.

    For each channel you see its last and next digest and what is unfinished, for each source its latest
    list, what is kept since when, the last backup, and for summaries today's tokens, recent failures and
    the mistakes people reported. All times are in UTC.
    """
    now, settings = current_clock().now(), settings_with(database)
    rate, allowance = settings.messages_a_minute, allowance_of(settings)

    async def read(storage: Runner) -> Status:
        return await storage.read(lambda tables: read_status(tables, now, rate, allowance))

    report = with_storage(database, read, must_exist=True)
    has_backups = backup_folder(settings) is not None
    if as_json:
        say(json_text(asdict(report), _plain))
    else:
        say("\n".join(_lines(report, now, has_backups=has_backups)))


def _lines(report: Status, now: datetime, *, has_backups: bool) -> Iterator[str]:
    if report.bot.trouble:
        yield f"{report.bot.trouble} Until then work pauses."
    yield _bot_line(report.bot)
    of_several = in_several(each.subscription for each in report.channels)
    for channel in report.channels:
        yield from _channel_lines(channel, of_several=of_several)
    yield from _people_lines(report.people)
    followed = {source for each in report.channels for source in each.subscription.preferences.sources}
    for listing in report.sources:
        unfollowed = "" if listing.source in followed else " No channel follows it."
        yield f"{_source_line(listing, now)}{unfollowed}"
    yield _history_line(report.history)
    if has_backups:
        yield _backup_line(report.history)
    yield from _summaries_lines(report.summaries, report.bot.tokens)


def _bot_line(bot: BotStatus) -> str:
    checked = _moment(bot.last_tick) if bot.last_tick else "never"
    done = f", posted by {_moment(bot.done_at)} at the earliest" if bot.done_at else ""
    return f"Last check: {checked}. {counted(bot.waiting, 'message')} waiting{done}."


def _channel_lines(channel: ChannelStatus, *, of_several: bool) -> Iterator[str]:
    yield in_words(channel.subscription, channel.name, of_several=of_several)
    yield f"  Last digest: {_last_digest(channel.last) if channel.last else 'none yet'}"
    yield f"  Next digest: {_moment(channel.next_at) if channel.next_at else 'none while paused'}"
    if channel.recap_at:
        yield f"  Next recap: {_moment(channel.recap_at)}"
    if channel.upcoming:
        title = shown_title(channel.upcoming.paper, _TITLE_CHARACTERS)
        yield f"  Next discussion: {channel.upcoming.day}, {title}"


def _people_lines(people: Sequence[PersonStatus]) -> Iterator[str]:
    """Count the digests of people that work, and yield those that do not by their ids."""
    failing = [each for each in people if each.state is DeliveryState.FAILED or each.paused_reason]
    if people:
        fine = len(people) - len(failing)
        yield f"People's own digests: {len(people)}, {fine} of them without trouble."
    for each in failing:
        what = f"the digest of {each.last_day} failed ({each.reason})" if each.reason else "paused"
        by = f" ({each.paused_reason})" if each.paused_reason and not each.reason else ""
        yield f"  a person's digest ({each.channel}): {what}{by}"


def _last_digest(last: DeliveryStatus) -> str:
    if last.waits_for:
        return f"{last.day}, waiting for {', '.join(last.waits_for)}"
    if last.reason in _WITHOUT_PAPERS:
        return f"{last.day}, {_WITHOUT_PAPERS[last.reason]}"
    reason = f" ({last.reason})" if last.reason else ""
    look = f", waiting until {last.looks_at:%H:%M:%S} UTC to look for a message" if last.looks_at else ""
    return f"{last.day}, {last.posted} of {counted(last.papers, 'paper')} {_STATES[last.state]}{reason}{look}"


def _source_line(listing: Listing, now: datetime) -> str:
    """Return the status of a source's latest list, with the source's own answer where it failed."""
    reader = Reader(now, ZoneInfo("UTC"), words_for("en-GB"))
    sentence = status_sentence(listing, reader)
    # What a source publishes on Saturdays, or has not published yet, is said without a date.
    day = "" if reader.day(listing.day) in sentence else f"{listing.day}: "
    is_answer = listing.trouble and listing.trouble != FEW
    answer = f" ({on_one_line(listing.trouble or '')})" if is_answer else ""
    return f"{day}{sentence}{answer}"


def _summaries_lines(summaries: SummariesStatus, tokens: TokensStatus | None) -> Iterator[str]:
    model = "" if tokens else "no model set (LLM_MODEL), "
    allowed = f" of {tokens.allowed:,}" if tokens else ""
    used = f"{summaries.tokens_today:,}{allowed} tokens today"
    yield f"Summaries: {model}{used}, {counted(len(summaries.failures), 'failure')} in the last 24 hours."
    if tokens and tokens.is_used_up:
        yield (
            "  Today's tokens are used up (PAPER_ROUND_TOKENS_A_DAY). "
            "Until midnight UTC, cards show the abstract instead."
        )
    if summaries.texts_read:
        texts = ", ".join(f"{count} {_TEXTS_READ[text]}" for text, count in summaries.texts_read.items())
        yield f"  Made in the last 7 days: {texts}."
    reasons = Counter(on_one_line(failure.reason) for failure in summaries.failures)
    yield from (f"  {count} × {reason}" for reason, count in reasons.most_common())
    if summaries.reports:
        yield "Reported mistakes, newest first:"
    yield from map(_report_line, summaries.reports)


def _history_line(history: HistoryStatus) -> str:
    since = {
        "lists": history.lists_since,
        "digests": history.digests_since,
        "the content of messages": history.messages_since,
        "what summaries cost": history.model_requests_since,
    }
    kept = [f"{what} since {moment:%Y-%m-%d}" for what, moment in since.items() if moment]
    deleted = _moment(history.deleted_at) if history.deleted_at else "never"
    return f"Kept: {', '.join(kept) or 'nothing yet'}. Last tidied up: {deleted}."


def _backup_line(history: HistoryStatus) -> str:
    last = _moment(history.backed_up_at) if history.backed_up_at else "never"
    failed = history.backup_failed_at
    return f"Last backup: {last}." + (
        f" The one of {_moment(failed)} failed, and the log says why." if failed else ""
    )


def _report_line(report: MistakeReport) -> str:
    made = f"{report.summary_source}, {report.summary_made_at}"
    summary = on_one_line(f"{report.paper_id} in {report.language} ({made})")
    return f"  {_moment(report.reported_at)}: {summary}: {on_one_line(report.note) or 'no note'}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()
