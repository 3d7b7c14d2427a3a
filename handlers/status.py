"""The status: a channel's last and next digest, its sources, and the whole bot."""

from bot.cards.blocks import Message
from bot.cards.status import BotStatus, ChannelStatus, status_message
from bot.status import bot_status, channel_status, source_status
from handlers.channels import Requester, refusal_reason, refusal_sentence
from handlers.parts import Parts
from handlers.requests import ShowStatus
from storage.records import Listing
from storage.tables import Tables


async def show_status(parts: Parts, requester: Requester, _request: ShowStatus) -> Message:
    """Answer with the status of the channel, of the person's own digest, of the sources and the whole bot."""
    now, person = parts.clock.now(), requester.person
    rate, allowance = parts.messages_a_minute, parts.summary_queue.allowance

    def read(
        tables: Tables,
    ) -> tuple[ChannelStatus | None, ChannelStatus | None, tuple[Listing, ...], BotStatus]:
        workspace = person.workspace
        subscription = tables.subscriptions.of_channel(workspace, requester.channel.id)
        own = tables.subscriptions.personal(workspace, person.id)
        return (
            channel_status(tables, subscription, now) if subscription else None,
            channel_status(tables, own, now) if own else None,
            source_status(tables, workspace, subscription),
            bot_status(tables, now, rate, allowance, workspace),
        )

    channel, own, sources, bot = await parts.storage.read(read)
    reason = None if channel else await refusal_reason(requester.channel)
    refusal = refusal_sentence(reason, requester.channel.bot, person.words) if reason else None
    return status_message(channel, sources, bot, person.reader(now), own=own, refusal=refusal)
