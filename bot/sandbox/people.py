"""One person of the workspace who acts and looks, in process; the control API does the same by HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox import seen, transcript
from bot.sandbox.acts import channels, modals, pressing, writing
from bot.sandbox.acts.actor import Actor
from bot.sandbox.checks import Json
from bot.sandbox.errors import NeverSeenError, NotPossibleError
from bot.sandbox.targets import Container, Place, find_place

_Seen = TypeVar("_Seen")
_Values = dict[str, dict[str, Any]]
"""What a person enters: block_id, action_id, and an option's value, a list of those, a text, or None."""


class Member:
    """One person.

    Acts return once the app has acknowledged. They raise NotAnsweredError where it did not in time, and
    NotPossibleError where the person could not do that at all.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._workspace = actor.workspace
        self._person = actor.person

    @property
    def id(self) -> str:
        """The user id, `U…`."""
        return self._person.id

    # ---- Acts

    async def message(self, channel: str, text: str, thread: Json | None = None) -> Json:
        """Write a message, in the thread of `thread` where one is given, and return it."""
        thread_ts = thread.get("thread_ts", thread["ts"]) if thread else None
        new = writing.write(self._actor, channel, text, thread_ts)
        return next(each for each in self.messages(new.channel) if each["ts"] == new.ts)

    async def command(self, channel: str, text: str) -> None:
        """Say a slash command, such as `/papers saved`."""
        await writing.say_command(self._actor, channel, text)

    async def click(
        self,
        container: Container,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Press a button; `value` or `block_id` choose among several with this action_id.

        `state` is what was entered before, in the inputs beside it.
        """
        place = self._place(container, state)
        await pressing.click(self._actor, place, action_id, value=value, block_id=block_id)

    async def overflow(
        self,
        container: Container,
        action_id: str,
        value: str,
        *,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Choose the option with `value` of an overflow menu."""
        place = self._place(container, state)
        await pressing.overflow(self._actor, place, action_id, value, block_id=block_id)

    async def select(
        self,
        container: Container,
        action_id: str,
        value: Any,
        *,
        block_id: str | None = None,
        state: _Values | None = None,
    ) -> None:
        """Set an input: an option's value, a list of those, a date, a time, a text, a number, or None."""
        place = self._place(container, state)
        await pressing.select(self._actor, place, action_id, value, block_id=block_id)

    async def submit(self, view: Container, values: _Values | None = None) -> dict[str, str]:
        """Fill inputs and send the modal in; return the errors by block_id, none where all was well.

        Inputs that `values` does not name keep what they hold. What Slack's client itself refuses (a missing
        value, one that is too long) does not reach the app.
        """
        return await modals.submit(self._actor, modals.modal_of(self._place(view, values)))

    async def close(self, view: Container) -> None:
        """Close a modal without sending it in."""
        await modals.close(self._actor, modals.modal_of(self._place(view, None)))

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Run a shortcut, on a message where it is one of those."""
        await pressing.run_shortcut(self._actor, callback_id, message)

    async def react(self, message: Json, name: str) -> None:
        """Add a reaction, by its name without colons."""
        channels.react(self._actor, message, name)

    async def unreact(self, message: Json, name: str) -> None:
        """Take a reaction back."""
        channels.unreact(self._actor, message, name)

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        channels.open_home(self._actor)

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
        """Give a channel another name."""
        channels.rename(self._actor, channel, name)

    async def delete(self, message: Json) -> None:
        """Delete an own message, any message as an admin, or dismiss an ephemeral one."""
        channels.delete(self._actor, message)

    def _place(self, container: Container, values: _Values | None) -> Place:
        place = find_place(self._workspace, self._person, container)
        pressing.enter(self._actor, place, values or {})
        return place

    # ---- Looking

    def view(self) -> Json:
        """Return all that this person sees, as `GET /control/view` tells it."""
        return seen.view_of(self._workspace, self._person)

    def messages(self, channel: str) -> list[Json]:
        """Return the messages that this person sees in a channel, replies among them, in order."""
        where = self._workspace.channel(channel)
        if where not in seen.channels_of(self._workspace, self._person):
            raise NotPossibleError(f"{self._person.name} does not see #{where.name}.")
        self._workspace.settle()
        return seen.messages_of(self._workspace, self._person, where)

    def thread(self, message: Json) -> list[Json]:
        """Return a message and the replies to it, ephemeral ones too."""
        top = message.get("thread_ts", message["ts"])
        return [m for m in self.messages(message["channel"]) if top in {m["ts"], m.get("thread_ts")}]

    def direct_messages(self) -> list[Json]:
        """Return the messages of the conversation with the app."""
        return self.messages(self._workspace.direct(self.id).id)

    def modals(self) -> list[Json]:
        """Return the modals that are open, the one on top last."""
        modals_open: list[Json] = self.view()["modals"]
        return modals_open

    def home(self) -> Json | None:
        """Return the Home tab, None where the app has not published one."""
        home: Json | None = self.view()["home"]
        return home

    def notices(self) -> list[str]:
        """Return what Slack's client has told this person, such as that the app did not respond."""
        return [notice["text"] for notice in self._person.notices]

    def transcript(self, channel: str) -> str:
        """Return the conversation in a channel as this person sees it, as text."""
        return transcript.of_messages(self.messages(channel), self._workspace.name_of)

    def everything(self) -> str:
        """Return all that this person sees as text: each channel that holds something, views and notices."""
        return transcript.of_everything(self.view(), self._workspace.name_of)

    async def sees(self, condition: Callable[[Json], _Seen], within: float = 60.0) -> _Seen:
        """Wait until `condition` of what this person sees is true, and return what it gave.

        `within` is in real seconds; nothing is polled, each change is looked at. Raises NeverSeenError.
        """
        changed = asyncio.Event()
        stop = self._workspace.subscribe(changed.set)
        try:
            async with asyncio.timeout(within):
                while True:
                    changed.clear()
                    if found := condition(self.view()):
                        return found
                    await changed.wait()
        except TimeoutError:
            sentence = f"{self._person.name} did not see within {within} s what was waited for, but:\n"
            raise NeverSeenError(sentence + self.everything()) from None
        finally:
            stop()
