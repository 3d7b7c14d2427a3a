"""What is kept of a person: shown to them, and removed when they confirm it; a leaver's goes after a time."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext

from bot.cards import ids
from bot.cards.blocks import Message
from bot.cards.erasure import forgotten_message, kept_message
from bot.manifest import Event
from handlers.clicks import Click, listen
from handlers.parts import Parts
from handlers.payloads import record_at, text_at
from handlers.people import Person
from handlers.requests import ForgetMe


async def show_kept(parts: Parts, person: Person, _request: ForgetMe) -> Message:
    """Answer how much is kept of the person, with a button that removes it."""
    kept = await parts.storage.read(lambda tables: tables.people.what_is_kept(person.workspace, person.id))
    return kept_message(kept, person.words)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the button that removes all, and to who is deactivated in the workspace."""
    listen(app, parts, ids.FORGET_ME, _on_forget)

    async def on_user_change(event: dict[str, Any], context: AsyncBoltContext) -> None:
        workspace, user = context.team_id or "", record_at(event, "user")
        person, is_deleted = text_at(user, "id"), user.get("deleted")
        if workspace and person and isinstance(is_deleted, bool):
            await _note_deactivation(parts, workspace, person, is_deleted=is_deleted)

    app.event(Event.USER_CHANGED)(on_user_change)


async def _on_forget(parts: Parts, click: Click) -> None:
    """Remove all that is kept of whoever clicked; the button carries nothing."""
    person = click.person
    kept = await parts.storage.write(lambda tables: tables.people.forget(person.workspace, person.id))
    # Their language is remembered for an hour.
    parts.people.forget(person.workspace, person.id)
    await click.replace(forgotten_message(kept, person.words))


async def _note_deactivation(parts: Parts, workspace: str, person: str, *, is_deleted: bool) -> None:
    """Note since when the person is deactivated, or that they are not; most changes need no write."""
    now = parts.clock.now()

    noted, kept = await parts.storage.read(
        lambda tables: (
            tables.people.is_deactivated(workspace, person),
            tables.people.what_is_kept(workspace, person),
        )
    )
    if noted == is_deleted or (is_deleted and kept.is_nothing):
        return
    if is_deleted:
        await parts.storage.write(lambda tables: tables.people.note_deactivated(workspace, person, now))
    else:
        await parts.storage.write(lambda tables: tables.people.note_active(workspace, person))
