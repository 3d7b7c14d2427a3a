"""How things are here: the last digest and the next, the sources, and what the bot is at."""

from bot.cards.blocks import Message
from bot.cards.status import status_message
from bot.status import bot_status, channel_status, source_status
from handlers.parts import Parts
from handlers.requests import Status
from handlers.subscriptions import Asked
from storage.records import BotStatus, ChannelStatus, Listing
from storage.tables import Tables


async def show_status(parts: Parts, asked: Asked, _request: Status) -> Message:
    """Answer with how things are in this channel, with its sources and for the whole bot."""
    now = parts.clock.now()

    rate, allowance = parts.messages_a_minute, parts.summarising.allowance

    def read(tables: Tables) -> tuple[ChannelStatus | None, tuple[Listing, ...], BotStatus]:
        wanted = tables.subscriptions.of_channel(asked.person.workspace, asked.here.channel)
        here = channel_status(tables, wanted, now) if wanted else None
        return here, source_status(tables, wanted), bot_status(tables, now, rate, allowance)

    here, sources, everywhere = await parts.storage.read(read)
    return status_message(here, sources, everywhere, asked.person.reader(now))
