"""What people do with the bot again and again in these tests."""

from typing import Any

from bot.cards import ids
from bot.cards.ids import Field
from bot.sandbox import Member


def shows(text: str) -> Any:
    """Return whether a person's view holds the text anywhere."""
    return lambda view: text in str(view)


async def say(person: Member, text: str, until: str, channel: str = "papers") -> str:
    """Say a command and return the text of the new message that holds what is waited for."""
    before = [message["ts"] for message in person.messages(channel)]
    await person.command(channel, text)
    return await hears(person, until, before, channel)


async def hears(person: Member, until: str, before: list[str], channel: str = "papers") -> str:
    """Wait for a message that was not there before and holds the text."""

    def new(_view: Any) -> str:
        found = (each["text"] for each in person.messages(channel) if each["ts"] not in before)
        return next((text for text in found if until in text), "")

    return str(await person.sees(new))


async def opened(person: Member, until: str = "Time zone") -> dict[str, Any]:
    """Wait for the modal to show the text, and return it."""

    def modal(view: dict[str, Any]) -> dict[str, Any]:
        return next(filter(shows(until), view["modals"]), {})

    return await person.sees(modal)


async def open_preferences(
    person: Member, channel: str = "papers", until: str = "Time zone"
) -> dict[str, Any]:
    await person.command(channel, "/papers subscribe")
    return await opened(person, until)


def filled(**values: Any) -> dict[str, dict[str, Any]]:
    """Return what is entered, by the names of the fields."""
    fields = {Field[name.upper()]: value for name, value in values.items()}
    return {str(field): {str(field): value} for field, value in fields.items()}


async def subscribe(person: Member, channel: str = "papers", *, tells: bool = True, **values: Any) -> None:
    """Submit preferences; `tells` is whether they change, so that the channel hears of it."""
    before = [message["ts"] for message in person.messages(channel)]
    view = await open_preferences(person, channel)
    errors = await person.submit(view, filled(**values))
    assert errors == {}
    await person.sees(shows("Saved."))
    await person.close(person.modals()[-1])
    if tells:
        await hears(person, f"<@{person.id}>", before, channel)


def last_with(person: Member, action_id: str, channel: str = "papers") -> dict[str, Any]:
    """Return the last message that has the button."""
    return [each for each in person.messages(channel) if action_id in str(each["blocks"])][-1]


async def press(person: Member, action_id: str, until: str, channel: str = "papers") -> str:
    """Press the button on the last message that has it, and return the answer."""
    before = [message["ts"] for message in person.messages(channel)]
    await person.click(last_with(person, action_id, channel), action_id)
    return await hears(person, until, before, channel)


POST_NOW, RESUME, SET_UP = ids.POST_NOW, ids.RESUME_DIGESTS, ids.SET_UP
