"""Who acts: a person, the workspace they act in, and the app's sockets."""

from dataclasses import dataclass

from bot.sandbox.checks import Json
from bot.sandbox.errors import NotAnsweredError, NotPossibleError
from bot.sandbox.records import Channel, Message, Person
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.targets import find_message
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
"""What Slack's client says when the app does not answer a modal as it should."""


@dataclass(frozen=True)
class Actor:
    """A person about to act."""

    workspace: Workspace
    socket_mode: SocketMode
    person: Person

    def own_channel(self, reference: str) -> Channel:
        """Return a channel that this person is in. Raises NotPossibleError."""
        channel = self.workspace.channel(reference)
        if self.person.id not in channel.members:
            raise NotPossibleError(f"{self.person.name} is not in #{channel.name}.")
        return channel

    def message(self, told: Json) -> tuple[Channel, Message]:
        """Return the channel and the message that `told` (`channel`, `ts`) names. Raises NotPossibleError."""
        channel = self.workspace.channel(told["channel"])
        return channel, find_message(self.workspace, self.person, channel, told["ts"])

    async def ask(self, kind: str, payload: Json, said_otherwise: str) -> Json | None:
        """Send the app what was done and return what its acknowledgement carried.

        Raises NotAnsweredError, after showing the person `said_otherwise` and Slack's word for it.
        """
        try:
            return await self.socket_mode.ask(kind, payload)
        except NotAnsweredError as unanswered:
            self.workspace.notify(self.person, f"{said_otherwise} ({unanswered.code})")
            raise

    def bad_answer(self, sentence: str) -> NotAnsweredError:
        """Return the error for an acknowledgement that Slack would not take, after telling the person."""
        self.workspace.notify(self.person, TROUBLE)
        return NotAnsweredError("invalid_response", sentence)
