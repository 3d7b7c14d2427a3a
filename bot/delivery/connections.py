"""How the bot reaches each workspace: with the one token of its own Slack, or with the token of each."""

from dataclasses import dataclass
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.wire import Wire


@dataclass(frozen=True, slots=True)
class Connection:
    """How the bot reaches one workspace."""

    #: The workspace's address in Slack, which ends in a slash.
    url: str
    #: It answers people, and may wait for Slack.
    client: AsyncWebClient


class Wires(Protocol):
    """The wires to all workspaces."""

    async def wire(self, workspace: str) -> Wire:
        """Return the wire to a workspace; where the bot has no token any more, all it sends is refused."""
        ...


class Connections(Wires, Protocol):
    """The connections to all workspaces."""

    async def of(self, workspace: str) -> Connection:
        """Return the connection to a workspace; raises `NotInstalledError` where the bot has no token."""
        ...


class OneWire:
    """One wire to whatever workspace there is."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def wire(self, _workspace: str) -> Wire:
        """Return the wire."""
        return self._wire


class OneWorkspace(OneWire):
    """The connection to the workspace of the one token that the bot has."""

    def __init__(self, wire: Wire, connection: Connection) -> None:
        super().__init__(wire)
        self._connection = connection

    async def of(self, _workspace: str) -> Connection:
        """Return the connection."""
        return self._connection
