"""The connections to all workspaces in which the bot is installed, each with a token of its own."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import Answer
from bot.delivery.connections import Connection
from bot.delivery.web_api import NotConnectedError, SlackCaller
from bot.delivery.wire import SlackWire, Wire
from bot.errors import NotInstalledError, TokenRenewalError, UnreadableTokenError
from bot.installations.changes import UNINSTALLED
from bot.installations.tokens import Tokens

ANY_WORKSPACE = "https://slack.com/"
"""An address under which Slack finds the workspace that a person is signed in to."""


class InstalledWorkspaces:
    """Connects to a workspace with the token that it gave; `forget` is called when that ends."""

    def __init__(self, tokens: Tokens, api_url: str) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._wires: dict[str, SlackWire] = {}

    async def wire(self, workspace: str) -> Wire:
        """Return the wire to a workspace; where the bot has no token any more, all it sends is refused."""
        known = self._wires.get(workspace)
        if known:
            return known
        caller = _InstalledCaller(self._tokens, workspace, self._api_url)
        try:
            bot_id = (await self._tokens.access(workspace)).installation.bot_id
        except (NotInstalledError, TokenRenewalError, UnreadableTokenError):
            # Nothing is sent over it, and the next one may have a token.
            return SlackWire(caller, "")
        return self._wires.setdefault(workspace, SlackWire(caller, bot_id))

    async def of(self, workspace: str) -> Connection:
        """Return the connection to a workspace; raises what `Tokens.of` raises."""
        access = await self._tokens.access(workspace)
        client = AsyncWebClient(token=access.token, base_url=self._api_url)
        return Connection(access.installation.team_url or ANY_WORKSPACE, client)

    def forget(self, workspace: str) -> None:
        """Forget the wire to a workspace; of an organisation, those to all, as any may be its own."""
        if workspace in self._wires:
            del self._wires[workspace]
        else:
            self._wires.clear()


class _InstalledCaller:
    """Calls Slack with a workspace's token as it is at that moment, since it may be renewed or removed."""

    def __init__(self, tokens: Tokens, workspace: str, api_url: str) -> None:
        self._tokens = tokens
        self._workspace = workspace
        self._api_url = api_url
        self._token = ""
        self._caller: SlackCaller | None = None

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer; without a token, the one that Slack gives to a removed app.

        Raises `NotConnectedError`, `AnswerLostError` or `UnreadableAnswerError`.
        """
        try:
            token = await self._tokens.of(self._workspace)
        except TokenRenewalError as error:
            if error.is_passing:
                raise NotConnectedError(str(error)) from error
            return _refusal("token_expired")
        except UnreadableTokenError:
            return _refusal("invalid_auth")
        except NotInstalledError:
            return _refusal(UNINSTALLED)
        return await self._with(token).call(method, arguments)

    def _with(self, token: str) -> SlackCaller:
        if self._caller is None or token != self._token:
            # No retry handlers: see SlackCaller.
            client = AsyncWebClient(token=token, base_url=self._api_url, retry_handlers=[])
            self._token, self._caller = token, SlackCaller(client)
        return self._caller


def _refusal(error: str) -> Answer:
    return Answer(HTTPStatus.OK, {"ok": False, "error": error}, {})
