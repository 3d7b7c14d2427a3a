"""The person who acts, with the workspace they act in and how it reaches the app."""

from dataclasses import dataclass

from bot.sandbox.checks import Json
from bot.sandbox.errors import NotAnsweredError, NotPossibleError
from bot.sandbox.locators import find_message
from bot.sandbox.outlet import Outlet
from bot.sandbox.records import Channel, Message, Person
from bot.sandbox.sentences import TROUBLE, Sentence
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Actor:
    """A person who acts in a workspace."""

    workspace: Workspace
    outlet: Outlet
    person: Person

    def own_channel(self, reference: str) -> Channel:
        """Return a channel that this person has joined. Raises NotPossibleError."""
        channel = self.workspace.channel(reference)
        if self.person.id not in channel.members:
            raise NotPossibleError(f"{self.person.name} is not in #{channel.name}.")
        return channel

    def message(self, reference: Json) -> tuple[Channel, Message]:
        """Return the message with `channel` and `ts` of `reference`. Raises NotPossibleError."""
        channel = self.workspace.channel(reference["channel"])
        return channel, find_message(self.workspace, self.person, channel, reference["ts"])

    async def send(self, kind: str, payload: Json, notice: Sentence, **named: str) -> Json | None:
        """Send the app a payload and return the payload of its acknowledgement.

        Raises NotAnsweredError after showing the person `notice`, with what it names and Slack's error code,
        and NotPossibleError where the app is not installed.
        """
        if not self.workspace.is_installed:
            raise NotPossibleError("The app is not installed in this workspace.")
        try:
            return await self.outlet.request(kind, payload)
        except NotAnsweredError as unanswered:
            said = notice.said(self.person.locale, **named)
            self.workspace.notify(self.person, f"{said} ({unanswered.code})")
            raise

    def invalid_response(self, sentence: str) -> NotAnsweredError:
        """Notify the person and return the error for an acknowledgement that Slack would reject."""
        self.workspace.notify(self.person, TROUBLE.said(self.person.locale))
        return NotAnsweredError("invalid_response", sentence)
