"""A method's declaration, and one call of it: arguments from a form or JSON, and access checks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox.errors import RefusedError, invalid_arguments
from bot.sandbox.records import Channel

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace


@dataclass
class Call:
    """One call: the workspace, the arguments, the token, and the effects of faults and rate limits."""

    workspace: "Workspace"
    arguments: Mapping[str, Any]
    token: str = ""
    show_after: float = 0.0
    limited: bool = True

    def get(self, name: str) -> str | None:
        """Return a string argument, None if absent. Raises RefusedError for another type."""
        value = self.arguments.get(name)
        if value is None or isinstance(value, str):
            return value
        raise invalid_arguments(f"must be a string [json-pointer:/{name}]")

    def need(self, name: str, error: str | None = None) -> str:
        """Return a required string. Raises RefusedError (`error`, else `invalid_arguments`)."""
        value = self.get(name)
        if value:
            return value
        raise RefusedError(error) if error else invalid_arguments(f"missing required field: {name}")

    def flag(self, name: str) -> bool:
        """Return a boolean, sent as JSON or as 1, 0, true or false."""
        return str(self.arguments.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """Return an integer. Raises RefusedError."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None

    def json_object(self, name: str) -> dict[str, Any] | None:
        """Return an object, decoded from JSON if it is a string. Raises RefusedError."""
        value = self.arguments.get(name)
        try:
            parsed = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            parsed = value
        if parsed is None or isinstance(parsed, dict):
            return parsed
        raise invalid_arguments(f"must provide an object [json-pointer:/{name}]")

    def need_scope(self, scope: str) -> None:
        """Raise RefusedError (`missing_scope`) if the app lacks `scope`."""
        need_scope(self.workspace, scope)

    def channel_by_id(self, name: str = "channel") -> Channel:
        """Return the channel with the given id, if the app can see it. Raises RefusedError."""
        channel = self.workspace.channels.get(self.need(name, "channel_not_found"))
        if channel is None or (channel.is_private and self.workspace.bot.id not in channel.members):
            raise RefusedError("channel_not_found")
        return channel

    def need_member(self, channel: Channel) -> None:
        """Raise RefusedError (`not_in_channel`) if the app is not in `channel`."""
        if self.workspace.bot.id not in channel.members:
            raise RefusedError("not_in_channel")


def need_scope(workspace: "Workspace", scope: str) -> None:
    """Raise RefusedError (`missing_scope`) if the app lacks `scope`."""
    if scope not in workspace.scopes and scope != "connections:write":
        raise RefusedError("missing_scope", needed=scope, provided=",".join(workspace.scopes))


@dataclass(frozen=True)
class Method:
    """A Web API method: its implementation, supported arguments, rate tier and required scope.

    `takes` is the kind of token with which it is called.
    """

    name: str
    run: Callable[[Call], dict[str, Any]]
    arguments: frozenset[str]
    tier: str
    scope: str | None = None
    takes: Literal["bot token", "app token", "configuration token", "nothing"] = "bot token"
