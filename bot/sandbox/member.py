"""One person of the workspace, who acts and looks in process, as the control API does over HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox import snapshots, transcript
from bot.sandbox.actions import channels, clicks, commands, files, messages, shortcuts, suggestions, views
from bot.sandbox.actions.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NeverSeenError, NotPossibleError
from bot.sandbox.locators import Container, Place, find_place
from bot.sandbox.records import File

_Seen = TypeVar("_Seen")
_Values = dict[str, dict[str, Any]]
"""Entered values by block_id and action_id: an option's value, a file's id, a list of them, text, or None."""


class Member:
    """One person.

    Actions return once the app has acknowledged. They raise NotAnsweredError if it does not in time, and
    NotPossibleError if the person cannot act so.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._workspace = actor.workspace
        self._person = actor.person

    @property
    def id(self) -> str:
        """The user id, `U…`."""
        return self._person.id

    # ---- Actions

    async def message(self, channel: str, text: str, thread: Json | None = None) -> Json:
        """Post a message, in the thread of the message `thread` if given, and return it."""
        thread_ts = thread.get("thread_ts", thread["ts"]) if thread else None
        new = messages.post(self._actor, channel, text, thread_ts)
        return next(each for each in self.messages(new.channel) if each["ts"] == new.ts)

    async def draft(self, text: str) -> str:
        """Write a message without sending it, and return the id of its links."""
        return messages.draft(self._actor, text)

    async def command(self, channel: str, text: str) -> None:
        """Run a slash command, such as `/papers saved`."""
        await commands.run_command(self._actor, channel, text)

    async def click(
        self,
        container: Container,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Click a button; `value` or `block_id` choose among several with this action_id.

        `state` holds the values entered before, in inputs beside the button.
        """
        place = self._place_beside(container, state)
        await clicks.click(self._actor, place, action_id, value=value, block_id=block_id)

    async def overflow(
        self,
        container: Container,
        action_id: str,
        value: str,
        *,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Choose the option with `value` in an overflow menu."""
        place = self._place_beside(container, state)
        await clicks.overflow(self._actor, place, action_id, value, block_id=block_id)

    async def select(
        self,
        container: Container,
        action_id: str,
        value: Any,
        *,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Set an input to an option's value, a list of those, a date, time, text, number, or None."""
        place = self._place_beside(container, state)
        await clicks.select(self._actor, place, action_id, value, block_id=block_id)

    async def suggest(
        self, container: Container, action_id: str, typed: str, *, block_id: str | None = None
    ) -> Json:
        """Type in an external select and return the `options` or `option_groups` that the app suggests."""
        place = find_place(self._workspace, self._person, container)
        return await suggestions.suggest(self._actor, place, action_id, typed, block_id=block_id)

    async def submit(self, view: Container, values: _Values | None = None) -> dict[str, str]:
        """Set inputs and submit the modal; return the errors by block_id, empty on success.

        Inputs missing from `values` keep their value. Errors of Slack's own client (a missing or overlong
        value) prevent the submission from reaching the app.
        """
        return await views.submit(self._actor, views.modal_of(self._place(view, values)))

    async def close(self, view: Container) -> None:
        """Close a modal without submitting it."""
        await views.close(self._actor, views.modal_of(self._place(view, None)))

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Run a shortcut, on `message` if it is a message shortcut."""
        await shortcuts.run_shortcut(self._actor, callback_id, message)

    async def react(self, message: Json, name: str) -> None:
        """Add a reaction, by its name without colons."""
        messages.react(self._actor, message, name)

    async def unreact(self, message: Json, name: str) -> None:
        """Remove an own reaction."""
        messages.unreact(self._actor, message, name)

    def upload(self, name: str, content: bytes) -> Json:
        """Upload a file and return its file object; its `id` is a value for a file input of a modal."""
        return files.upload(self._actor, name, content)

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        views.open_home(self._actor)

    async def invite(self, channel: str) -> None:
        """Invite the bot into a channel."""
        channels.invite(self._actor, channel)

    async def remove(self, channel: str) -> None:
        """Remove the bot from a channel."""
        channels.remove(self._actor, channel)

    async def archive(self, channel: str) -> None:
        """Archive a channel."""
        channels.archive(self._actor, channel)

    async def rename(self, channel: str, name: str) -> None:
        """Rename a channel."""
        channels.rename(self._actor, channel, name)

    async def delete(self, message: Json) -> None:
        """Delete a message, or dismiss an ephemeral one; only admins delete messages of others."""
        messages.delete(self._actor, message)

    def _place_beside(self, container: Container, state: _Values | None) -> Place:
        place = find_place(self._workspace, self._person, container)
        clicks.enter(self._actor, place, clicks.still_there(place, state or {}))
        return place

    def _place(self, container: Container, values: _Values | None) -> Place:
        place = find_place(self._workspace, self._person, container)
        clicks.enter(self._actor, place, values or {})
        return place

    # ---- Looking

    def view(self) -> Json:
        """Return everything that this person sees, as `GET /control/view` does."""
        return snapshots.snapshot_of(self._workspace, self._person)

    def messages(self, channel: str) -> list[Json]:
        """Return the messages that this person sees in a channel, including replies, in order."""
        opened = self._workspace.channel(channel)
        if opened not in snapshots.visible_channels(self._workspace, self._person):
            raise NotPossibleError(f"{self._person.name} does not see #{opened.name}.")
        self._workspace.settle()
        return snapshots.visible_messages(self._workspace, self._person, opened)

    def previews(self, draft_id: str) -> list[Json]:
        """Return what the app shows of the links of a message that this person writes."""
        draft = self._workspace.drafts[draft_id]
        return [snapshots.attachment(each) for each in draft.attachments]

    def thread(self, message: Json) -> list[Json]:
        """Return a message and its replies, including ephemeral ones."""
        top = message.get("thread_ts", message["ts"])
        return [m for m in self.messages(message["channel"]) if top in {m["ts"], m.get("thread_ts")}]

    def direct_messages(self) -> list[Json]:
        """Return the direct messages between this person and the app."""
        return self.messages(self._workspace.direct(self.id).id)

    def modals(self) -> list[Json]:
        """Return the open modals, the topmost last."""
        modals_open: list[Json] = self.view()["modals"]
        return modals_open

    def home(self) -> Json | None:
        """Return the Home tab, None if the app has not published one."""
        home: Json | None = self.view()["home"]
        return home

    def file(self, file_id: str) -> File:
        """Return a file that this person sees, with its bytes."""
        return files.download(self._actor, file_id)

    def notices(self) -> list[str]:
        """Return the notices of Slack's client, such as that the app did not respond."""
        return [notice["text"] for notice in self._person.notices]

    def transcript(self, channel: str) -> str:
        """Return a channel's conversation as this person sees it, as text."""
        return transcript.of_messages(self.messages(channel), self._workspace.name_of)

    def everything(self) -> str:
        """Return everything that this person sees, as text: nonempty channels, views and notices."""
        return transcript.of_everything(self.view(), self._workspace.name_of)

    async def sees(self, condition: Callable[[Json], _Seen], within: float = 60.0) -> _Seen:
        """Wait until `condition` holds for what this person sees, and return its result.

        Each change of the workspace is checked; `within` is in real seconds. Raises NeverSeenError.
        """
        changed = asyncio.Event()
        stop = self._workspace.subscribe(changed.set)
        try:
            async with asyncio.timeout(within):
                while True:
                    changed.clear()
                    if result := condition(self.view()):
                        return result
                    await changed.wait()
        except TimeoutError:
            sentence = f"The condition did not hold within {within} s. {self._person.name} sees:\n"
            raise NeverSeenError(sentence + self.everything()) from None
        finally:
            stop()
