"""The status of channels, sources and the whole bot, read from the tables for cards and commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cards.recap import Upcoming
from bot.cards.status import BotStatus, ChannelStatus, DeliveryStatus, TokensStatus
from bot.delivery.clockwork import HEARTBEAT
from bot.delivery.opening import is_stopped
from bot.listings.expected import latest_lists
from bot.subscriptions.due import is_paused, local_date, next_due
from bot.summarising.summariser import Allowance
from storage.nightly_backups import FAILED as BACKUP_FAILED
from storage.nightly_backups import HEARTBEAT as BACKUP
from storage.records import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Listing,
    MistakeReport,
    Subscription,
    SummaryFailure,
    TextRead,
)
from storage.retention import HEARTBEAT as RETENTION
from storage.tables import Tables

REPORTS_SHOWN = 10
"""How many reports of mistakes the status shows."""

_TEXTS_READ_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SummariesStatus:
    """The state of summaries."""

    #: Tokens spent on this UTC day.
    tokens_today: int
    #: Those of the last 24 hours.
    failures: tuple[SummaryFailure, ...]
    #: The newest reports of mistakes.
    reports: tuple[MistakeReport, ...]
    #: How many summaries of the last seven days a model made from which text.
    texts_read: Mapping[TextRead, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """Since when there is what; `None` where there is nothing."""

    lists_since: date | None = None
    digests_since: datetime | None = None
    #: When the oldest digest was opened of whose messages the content is kept.
    messages_since: datetime | None = None
    model_requests_since: datetime | None = None
    #: When what was past its time was last deleted.
    deleted_at: datetime | None = None
    #: When the last good nightly backup was made.
    backed_up_at: datetime | None = None
    #: When one failed since then.
    backup_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """Whether a person's own digest works; what it brings them and when is theirs alone."""

    workspace: str
    #: Their direct messages with the bot.
    channel: str
    #: The day of the latest delivery, and how it ended; `None` where there was none.
    last_day: date | None = None
    state: DeliveryState | None = None
    reason: str | None = None
    paused_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The status of everything, for the bot's admin."""

    bot: BotStatus
    channels: tuple[ChannelStatus, ...]
    #: People's own digests.
    people: tuple[PersonStatus, ...]
    #: Each source's latest listing.
    sources: tuple[Listing, ...]
    summaries: SummariesStatus
    history: HistoryStatus


def read_status(tables: Tables, now: datetime, messages_a_minute: int, allowance: Allowance | None) -> Status:
    """Return the status of the bot, all channels and all sources."""
    every = tables.subscriptions.all()
    channels = tuple(channel_status(tables, each, now) for each in every if not each.is_personal)
    people = tuple(_person_status(tables, each) for each in every if each.is_personal)
    bot = bot_status(tables, now, messages_a_minute, allowance)
    summaries = summaries_status(tables, now)
    return Status(bot, channels, people, _every_source(tables), summaries, _history_status(tables))


def _person_status(tables: Tables, subscription: Subscription) -> PersonStatus:
    place = (subscription.workspace, subscription.channel)
    last = tables.deliveries.latest_of_channel(*place)
    if last is None:
        return PersonStatus(*place, paused_reason=subscription.paused_reason)
    # Whether there was something for them tells of what they follow.
    reason = last.reason if last.state is DeliveryState.FAILED else None
    return PersonStatus(*place, last.day, last.state, reason, subscription.paused_reason)


def summaries_status(tables: Tables, now: datetime) -> SummariesStatus:
    """Return today's tokens, recent failures and the newest reports of mistakes."""
    return SummariesStatus(
        tokens_today=_tokens_today(tables, now),
        failures=tables.summary_failures.since(now - timedelta(days=1)),
        reports=tables.mistake_reports.latest(REPORTS_SHOWN),
        texts_read=tables.summaries.texts_read((now - _TEXTS_READ_FOR).astimezone(UTC).date()),
    )


def _history_status(tables: Tables) -> HistoryStatus:
    good, failed = tables.heartbeats.last(BACKUP), tables.heartbeats.last(BACKUP_FAILED)
    return HistoryStatus(
        lists_since=tables.listings.first_day(),
        digests_since=tables.deliveries.first_opened_at(),
        messages_since=tables.deliveries.first_with_payload_opened_at(),
        model_requests_since=tables.model_requests.first_at(),
        deleted_at=tables.heartbeats.last(RETENTION),
        backed_up_at=good,
        backup_failed_at=failed if failed and (good is None or good < failed) else None,
    )


def source_status(tables: Tables, workspace: str, subscription: Subscription | None) -> tuple[Listing, ...]:
    """Return the latest listings of a channel's sources, or of all that its workspace subscribed to."""
    wanted = [subscription] if subscription else tables.subscriptions.all(workspace)
    sources = (source for each in wanted for source in each.preferences.sources)
    return latest_lists(tables, tuple(dict.fromkeys(sources)))


def _every_source(tables: Tables) -> tuple[Listing, ...]:
    """Return the latest listing of every source, subscribed ones first."""
    wanted = [source for each in tables.subscriptions.all() for source in each.preferences.sources]
    return latest_lists(tables, tuple(dict.fromkeys([*wanted, *tables.listings.sources()])))


def channel_status(tables: Tables, subscription: Subscription, now: datetime) -> ChannelStatus:
    """Return the status of one channel; a paused one has no next digest."""
    latest = tables.deliveries.latest_digest(subscription.workspace, subscription.channel)
    last = _delivery_status(tables, latest) if latest else None
    next_at = None if is_paused(subscription, now) else _next_at(tables, subscription, now)
    name = tables.channel_names.get(subscription.workspace, subscription.channel)
    return ChannelStatus(
        subscription,
        last,
        next_at,
        name,
        recap_at=_recap_at(tables, subscription, now) if next_at else None,
        upcoming=_upcoming(tables, subscription, now),
    )


def _recap_at(tables: Tables, subscription: Subscription, now: datetime) -> datetime | None:
    """Return when the next recap is due; `None` where the channel wants none."""
    recap = subscription.preferences.recap
    if recap is None:
        return None
    zone = ZoneInfo(subscription.preferences.zone)
    last_slot = tables.deliveries.last_slot(subscription.id, DeliveryKind.RECAP)
    return next_due(now, recap.at, zone, frozenset({recap.weekday}), last_slot)


def _upcoming(tables: Tables, subscription: Subscription, now: datetime) -> Upcoming | None:
    """Return what the channel discusses next, from today on."""
    today = local_date(now, ZoneInfo(subscription.preferences.zone))
    place = (subscription.workspace, subscription.channel)
    discussion = tables.discussions.next_of_channel(*place, today)
    paper = tables.papers.get(discussion.paper_id) if discussion else None
    return Upcoming(paper, discussion.planned_for) if discussion and paper else None


def bot_status(
    tables: Tables,
    now: datetime,
    messages_a_minute: int,
    allowance: Allowance | None,
    workspace: str | None = None,
) -> BotStatus:
    """Return how much waits to be posted in all channels, and when it will be done at the earliest.

    They are those of one workspace, as its people see it, or of all, as who runs the bot does. A channel
    takes one message a second, the workspace `messages_a_minute`. `allowance` is the model's, where one is
    set up.
    """
    unfinished = [
        each
        for each in tables.deliveries.unfinished()
        if not each.is_stop_asked and workspace in (None, each.workspace)
    ]
    waiting = [tables.posts.counts(delivery.id).planned_posts for delivery in unfinished]
    seconds = max([*waiting, sum(waiting) * 60 / messages_a_minute])
    done_at = now + timedelta(seconds=seconds) if sum(waiting) else None
    tokens = _tokens_status(tables, now, allowance) if allowance else None
    last_tick, trouble = tables.heartbeats.last(HEARTBEAT), tables.condition.trouble()
    return BotStatus(sum(waiting), done_at, last_tick, tokens, trouble)


def _tokens_today(tables: Tables, now: datetime) -> int:
    return tables.model_requests.tokens_of_day(now.astimezone(UTC).date())


def _tokens_status(tables: Tables, now: datetime, allowance: Allowance) -> TokensStatus:
    used = _tokens_today(tables, now)
    return TokensStatus(used, allowance.tokens_a_day, allowance.is_used_up(used))


def _delivery_status(tables: Tables, delivery: Delivery) -> DeliveryStatus:
    counts = tables.posts.counts(delivery.id)
    state = DeliveryState.STOPPED if is_stopped(tables, delivery) else delivery.state
    return DeliveryStatus(
        day=delivery.day,
        state=state,
        opened_at=delivery.opened_at,
        posted=counts.posted_papers,
        papers=counts.papers,
        reason=delivery.reason,
        waits_for=delivery.waits_for,
        looks_at=counts.next_look_at if state is DeliveryState.OPEN else None,
    )


def _next_at(tables: Tables, subscription: Subscription, now: datetime) -> datetime:
    preferences, last_slot = subscription.preferences, tables.deliveries.last_slot(subscription.id)
    return next_due(now, preferences.at, ZoneInfo(preferences.zone), preferences.weekdays, last_slot)
