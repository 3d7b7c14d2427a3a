"""A channel's shelf, for whoever asks in the channel."""

from slack_bolt.async_app import AsyncApp

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.ids import ShelfPage
from bot.cards.shelf import Shelf, ask_in_channel, shelf_message
from bot.lookup.shelf import shelf_of
from bot.subscriptions.readers import reading_in
from handlers.channels import Requester
from handlers.clicks import Click, listen
from handlers.parts import Parts
from handlers.people import Person
from handlers.requests import ShowShelf
from storage.records import Reading
from storage.tables import Tables

_TURNING = (ids.SHELF_PREVIOUS, ids.SHELF_NEXT, ids.SHELF_DISCUSSED, ids.SHELF_OPEN)


async def show_shelf(parts: Parts, requester: Requester, _request: ShowShelf) -> Message:
    """Answer with the first page of the channel's shelf; elsewhere, that it is to be asked for in one."""
    if requester.channel.name is None:
        return ask_in_channel(parts.command, requester.person.words)
    return await _page(parts, requester.person, requester.channel.id, ShelfPage())


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the buttons that turn the shelf's pages."""
    for action_id in _TURNING:
        listen(app, parts, action_id, _on_turn)


async def _on_turn(parts: Parts, click: Click) -> None:
    page = ids.read_shelf(click.value)
    done = await _page(parts, click.person, click.channel, page)
    await (click.replace(done) if click.is_on_answer else click.answer(done))


async def _page(parts: Parts, person: Person, channel: str, page: ShelfPage) -> Message:
    now, place = parts.clock.now(), (person.workspace, channel)

    def read(tables: Tables) -> Shelf:
        is_on = reading_in(tables, *place) is not Reading.OFF
        return shelf_of(tables, *place, page, now, is_on=is_on)

    return shelf_message(await parts.storage.read(read), parts.command, person.reader(now))
