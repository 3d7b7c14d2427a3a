"""How things are: per channel and for the whole bot, as `status` tells it; nothing here is drawn yet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.clockwork import HEARTBEAT
from bot.listings.expected import latest_lists
from bot.subscriptions.due import is_paused, next_due
from bot.summarising.summariser import Allowance
from storage.posts import PostCounts
from storage.records import (
    BotStatus,
    ChannelStatus,
    Delivery,
    DeliveryStatus,
    Listing,
    MistakeReport,
    Subscription,
    SummaryFailure,
    TokensStatus,
)
from storage.tables import Tables

REPORTS_TOLD = 10
"""How many reports of mistakes are told, the latest ones."""


@dataclass(frozen=True, slots=True)
class SummariesStatus:
    """The tokens of this UTC day, the summaries that failed in the last 24 hours, and the latest reports."""

    tokens_today: int
    failures: tuple[SummaryFailure, ...]
    reports: tuple[MistakeReport, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How everything is, for whoever runs the bot: of each source its last day."""

    bot: BotStatus
    channels: tuple[ChannelStatus, ...]
    sources: tuple[Listing, ...]
    summaries: SummariesStatus


def read_status(tables: Tables, now: datetime, messages_a_minute: int, allowance: Allowance | None) -> Status:
    """Return how the bot, all channels and all sources are."""
    channels = tuple(channel_status(tables, each, now) for each in tables.subscriptions.all())
    bot = bot_status(tables, now, messages_a_minute, allowance)
    return Status(bot, channels, _every_source(tables), summaries_status(tables, now))


def summaries_status(tables: Tables, now: datetime) -> SummariesStatus:
    """Return what summaries take, which could not be had, and what people hold against them."""
    return SummariesStatus(
        tokens_today=_tokens_today(tables, now),
        failures=tables.summary_failures.since(now - timedelta(days=1)),
        reports=tables.mistake_reports.latest(REPORTS_TOLD),
    )


def source_status(tables: Tables, subscription: Subscription | None) -> tuple[Listing, ...]:
    """Return what is known of the last day of a channel's sources, or of those that any channel wants."""
    wanted = [subscription] if subscription else tables.subscriptions.all()
    sources = (source for each in wanted for source in each.preferences.sources)
    return latest_lists(tables, tuple(dict.fromkeys(sources)))


def _every_source(tables: Tables) -> tuple[Listing, ...]:
    """Return what is known of the last day of every source, those first that a channel wants."""
    wanted = [source for each in tables.subscriptions.all() for source in each.preferences.sources]
    return latest_lists(tables, tuple(dict.fromkeys([*wanted, *tables.listings.sources()])))


def channel_status(tables: Tables, subscription: Subscription, now: datetime) -> ChannelStatus:
    """Return how one channel's digests are; a paused one has no next."""
    latest = tables.deliveries.latest_of_channel(subscription.workspace, subscription.channel)
    last = _delivery_status(latest, tables.posts.counts(latest.id)) if latest else None
    paused = is_paused(subscription, now)
    return ChannelStatus(subscription, last, None if paused else _next_at(tables, subscription, now))


def bot_status(
    tables: Tables, now: datetime, messages_a_minute: int, allowance: Allowance | None
) -> BotStatus:
    """Return what waits over all channels; a channel takes one message a second, the workspace a set rate.

    `allowance` is what a model may take, where one is set up.
    """
    waiting = [tables.posts.counts(delivery.id).planned_posts for delivery in tables.deliveries.unfinished()]
    seconds = max([*waiting, sum(waiting) * 60 / messages_a_minute])
    done_at = now + timedelta(seconds=seconds) if sum(waiting) else None
    tokens = _tokens_status(tables, now, allowance) if allowance else None
    return BotStatus(sum(waiting), done_at, tables.heartbeats.last(HEARTBEAT), tokens)


def _tokens_today(tables: Tables, now: datetime) -> int:
    return tables.model_requests.tokens_of_day(now.astimezone(UTC).date())


def _tokens_status(tables: Tables, now: datetime, allowance: Allowance) -> TokensStatus:
    used = _tokens_today(tables, now)
    return TokensStatus(used, allowance.tokens_a_day, allowance.is_used_up(used))


def _delivery_status(delivery: Delivery, counts: PostCounts) -> DeliveryStatus:
    posted, papers = counts.posted_papers, counts.papers
    return DeliveryStatus(
        delivery.day, delivery.state, delivery.opened_at, posted, papers, delivery.reason, delivery.waits_for
    )


def _next_at(tables: Tables, subscription: Subscription, now: datetime) -> datetime:
    preferences, last_slot = subscription.preferences, tables.deliveries.last_slot(subscription.id)
    return next_due(now, preferences.at, ZoneInfo(preferences.zone), preferences.weekdays, last_slot)
