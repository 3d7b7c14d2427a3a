"""The status of one channel and of the whole bot; it never names another channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.list_states import source_names, status_sentence
from bot.cards.paper import shown_title
from bot.cards.preferences import when_sentence
from bot.cards.recap import Upcoming
from bot.cards.trouble import trouble_sentence
from bot.locale import Reader, Words
from bot.text.mrkdwn import Mrkdwn, cut, escape, join
from storage.records import (
    PARENT_DELETED,
    PARENT_UNCERTAIN,
    PAUSED_BY_PERSON,
    SOURCE_LATE,
    DeliveryState,
    Listing,
    Subscription,
)

_MOST_SOURCES = 10
_SOURCE_CHARACTERS = 250
_TITLE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How far a delivery has come."""

    day: date
    state: DeliveryState
    opened_at: datetime
    #: How many of its papers are certainly in the channel.
    posted: int
    #: How many papers it has.
    papers: int
    #: Why it ended, where that is not obvious.
    reason: str | None
    #: The sources whose lists it waits for before anything can be posted.
    waits_for: tuple[str, ...] = ()
    #: When it looks for a message that Slack did not confirm; until then it waits.
    looks_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """The last and the next digest of a channel."""

    subscription: Subscription
    #: The latest delivery, if any.
    last: DeliveryStatus | None
    #: When the next digest is due; a paused subscription has none.
    next_at: datetime | None
    #: The channel's name, where it is known.
    name: str = ""
    #: When the next recap is due, where the channel wants them.
    recap_at: datetime | None = None
    #: What the channel discusses next.
    upcoming: Upcoming | None = None


@dataclass(frozen=True, slots=True)
class TokensStatus:
    """The tokens that summaries take on this UTC day."""

    used: int
    allowed: int
    #: Whether what is left takes no paper with a long text.
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class BotStatus:
    """The bot's work over all channels."""

    #: How many messages wait to be posted.
    waiting: int
    #: When they will be out at the earliest; `None` where none waits.
    done_at: datetime | None
    #: When the bot last checked what is due.
    last_tick: datetime | None
    #: `None` where no model is set up.
    tokens: TokensStatus | None = None
    #: What keeps the database from being written, in a sentence for its admin; work pauses meanwhile.
    trouble: str | None = None


def status_message(
    channel: ChannelStatus | None,
    sources: Sequence[Listing],
    bot: BotStatus,
    reader: Reader,
    *,
    own: ChannelStatus | None = None,
    refusal: Mrkdwn | None = None,
) -> Message:
    """Return the status of a channel, its sources and the bot, and of the `own` digest of who asks.

    `channel` is `None` for a channel without a subscription, and `refusal` is why it can have none, where it
    cannot: then no button offers to set one up. `sources` are the latest listings.
    """
    words = reader.words
    none_here = refusal or words.mrkdwn("status.not_subscribed")
    is_own = bool(channel and channel.subscription.is_personal)
    here = _channel_lines(channel, reader) if channel else [none_here]
    if is_own:
        here = [words.mrkdwn("status.own_here"), *here]
    mine = [words.mrkdwn("status.own"), *_channel_lines(own, reader)] if own and not is_own else []
    lists = [
        escape(cut(status_sentence(listing, reader), _SOURCE_CHARACTERS))
        for listing in sources[:_MOST_SOURCES]
    ]
    everywhere = _bot_lines(bot, reader)
    drawn = (
        blocks.header(words("status.headline")),
        blocks.section(join("\n", here)),
        *([blocks.section(join("\n", mine))] if mine else []),
        *([blocks.section(join("\n", lists))] if lists else []),
        blocks.context(join("\n", everywhere)),
        *_status_buttons(channel, refusal, words),
    )
    return Message(join("\n", [*here, *mine, *lists, *everywhere]), drawn)


def _status_buttons(channel: ChannelStatus | None, refusal: Mrkdwn | None, words: Words) -> list[Block]:
    if channel and channel.subscription.is_personal:
        return [blocks.actions(Button(ids.OPEN_MY_SETTINGS, words("button.my_settings")))]
    if channel:
        return [blocks.actions(Button(ids.OPEN_PREFERENCES, words("button.settings")))]
    return [] if refusal else [blocks.actions(Button(ids.SET_UP, words("button.set_up"), primary=True))]


def _channel_lines(channel: ChannelStatus, reader: Reader) -> list[Mrkdwn]:
    wanted, words = channel.subscription, reader.words
    last = _last_lines(channel, channel.last, reader) if channel.last else [words.mrkdwn("status.none_yet")]
    following = [escape(when_sentence(wanted, channel.next_at, reader))]
    return [*last, *following, *_reading_lines(channel, reader), *_pause_lines(channel, words)]


def _reading_lines(channel: ChannelStatus, reader: Reader) -> list[Mrkdwn]:
    """Return when the next recap comes, and what the channel discusses next."""
    words, lines = reader.words, []
    if channel.recap_at:
        lines.append(words.mrkdwn("status.next_recap", moment=reader.moment(channel.recap_at)))
    if channel.upcoming:
        title, day = shown_title(channel.upcoming.paper, _TITLE_CHARACTERS), reader.day(channel.upcoming.day)
        lines.append(escape(words("status.next_discussion", title=title, date=day)))
    return lines


def _last_lines(channel: ChannelStatus, last: DeliveryStatus, reader: Reader) -> list[Mrkdwn]:
    words, moment = reader.words, reader.moment(last.opened_at)
    if last.waits_for:
        names = source_names(last.waits_for, words)
        return [words.mrkdwn("status.waits_for", date=reader.day(last.day), sources=names)]
    if last.reason == SOURCE_LATE:
        return [words.mrkdwn("status.gave_up", date=reader.day(last.day))]
    if not last.papers:
        return [words.mrkdwn("status.last_was_empty", moment=moment)]
    line = escape(words.count("status.last", last.papers, moment=moment, posted=last.posted))
    if last.looks_at:
        return [line, words.mrkdwn("status.looks_at", moment=reader.moment(last.looks_at))]
    return [line, *_rest_lines(channel, last, words)]


def _rest_lines(channel: ChannelStatus, last: DeliveryStatus, words: Words) -> list[Mrkdwn]:
    """Return what becomes of the papers that are not in the channel."""
    if last.state is DeliveryState.OPEN:
        return [words.mrkdwn("status.under_way")]
    if last.state is DeliveryState.STOPPED:
        return [words.mrkdwn("status.stopped" if channel.next_at else "status.stopped_by_pause")]
    if last.state is DeliveryState.FAILED:
        return [_why_failed(channel, last, words)]
    return [words.mrkdwn("status.not_certain")] if last.posted < last.papers else []


def _why_failed(channel: ChannelStatus, last: DeliveryStatus, words: Words) -> Mrkdwn:
    """Return why a digest ended early; where that paused the channel, only as long as it does."""
    reason = last.reason or ""
    if channel.next_at and reason not in {PARENT_DELETED, PARENT_UNCERTAIN}:
        return words.mrkdwn("status.ended_early", reason=reason)
    return trouble_sentence(channel.subscription.channel, last.day, reason, words)


def _pause_lines(channel: ChannelStatus, words: Words) -> list[Mrkdwn]:
    """Return why Slack paused the digests, unless the last digest's lines say so already."""
    wanted, last = channel.subscription, channel.last
    is_told = last and last.state is DeliveryState.FAILED and last.reason == wanted.paused_reason
    if channel.next_at or is_told or wanted.paused_reason in (None, PAUSED_BY_PERSON):
        return []
    return [words.mrkdwn("status.paused_by_slack", reason=wanted.paused_reason)]


def _bot_lines(bot: BotStatus, reader: Reader) -> list[Mrkdwn]:
    words, waiting = reader.words, reader.words("status.nothing_waits")
    if bot.done_at:
        waiting = words.count("status.waiting", bot.waiting, moment=reader.moment(bot.done_at))
    tick = words("status.no_tick")
    if bot.last_tick:
        tick = words("status.last_tick", moment=reader.moment(bot.last_tick))
    paused = [words.mrkdwn("status.disk_full")] if bot.trouble else []
    return [*paused, escape(waiting), escape(tick), *_token_lines(bot.tokens, words)]


def _token_lines(tokens: TokensStatus | None, words: Words) -> list[Mrkdwn]:
    """Return the tokens that summaries have used, and whether they pause for today."""
    if tokens is None:
        return []
    key = "status.tokens_used_up" if tokens.is_used_up else "status.tokens"
    return [words.mrkdwn(key, used=f"{tokens.used:,}", allowed=f"{tokens.allowed:,}")]
