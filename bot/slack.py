"""How the bot and Slack reach each other: in one workspace over a socket, or in many over HTTP."""

import os
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.answers import UnreadableAnswerError, failure_of
from bot.delivery.connections import Connection, Connections, OneWorkspace
from bot.delivery.outcomes import NotNow, Unknown
from bot.delivery.web_api import AnswerLostError, NotConnectedError, SlackCaller
from bot.delivery.wire import SlackWire
from bot.http.server import Route
from bot.installations.authorisation import Authorisation
from bot.installations.bolt_store import BoltStore
from bot.installations.changes import InstallationChanges
from bot.installations.checks import InstallationChecks
from bot.installations.cipher import TokenCipher
from bot.installations.connections import ANY_WORKSPACE, InstalledWorkspaces
from bot.installations.exchange import SlackExchange
from bot.installations.key_change import encrypt_anew
from bot.installations.tokens import Tokens
from bot.locale import CATALOGUES, words_for
from bot.manifest import EVENTS_PATH, OPTIONAL_SCOPES, SCOPES
from bot.settings import OverHttp, OverSocket, Settings, bot_token, token_keys, wrong_proxy
from bot.watchdog import Sign
from handlers.http_mode import HttpMode
from handlers.installs import INSTALL_PATH, Installing
from handlers.socket_mode import SocketModeHandler, rejected, unable, unreachable
from storage.claims import Claims
from storage.runner import Runner

# Without a name Bolt searches all modules for its caller.
_NAME = "paper-round"


class Slack(ABC):
    """How Slack is reached, and how it reaches the bot."""

    connections: Connections
    #: The workspace of the one token that the bot has; empty where it serves all that installed it.
    workspace: str = ""
    #: Bolt's app, for which handlers are registered before `connect`.
    app: AsyncApp
    #: `None` where the bot has one token.
    changes: InstallationChanges | None = None
    #: What runs by itself for the connection, by its names.
    jobs: Mapping[str, Callable[[], Awaitable[None]]] = MappingProxyType({})
    #: Where the bot serves; `None` where it does not.
    port: int | None
    #: Tells whether Slack's socket is open; `None` where there is none.
    is_connected: Callable[[], Awaitable[bool]] | None = None

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is served at the port beside health, once it is connected."""
        return {}

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The signs of life that the connection gives, once it is there."""
        return ()

    @abstractmethod
    async def connect(self, stack: AsyncExitStack) -> None:
        """Have Slack's requests come, until the stack closes.

        Raises `SlackUnavailableError` or `UnreadableTokenError`.
        """

    @abstractmethod
    async def end_listeners(self) -> None:
        """Wait for what people asked for and is under way, for some seconds."""


class SlackOverSocket(Slack):
    """One workspace, over Socket Mode."""

    def __init__(
        self, way: OverSocket, settings: Settings, clock: Clock, reached: "Reached", ping_seconds: float
    ) -> None:
        self.connections, self.workspace = reached.connections, reached.workspace
        self.port = settings.port
        self._way = way
        self._clock = clock
        self._ping_seconds = ping_seconds
        with _hidden_from_bolt():
            # Else Bolt leaves what no listener is for unacknowledged.
            self.app = AsyncApp(name=_NAME, token=way.bot_token, raise_error_for_unhandled_request=True)
        self.app.client.base_url = settings.api_url
        self._handler: SocketModeHandler | None = None
        self.is_connected = self._is_connected

    async def connect(self, stack: AsyncExitStack) -> None:
        """Open the socket; raises `SlackUnavailableError`."""
        self._handler = SocketModeHandler(self.app, self._way.app_token, self._clock, self._ping_seconds)
        stack.push_async_callback(self._handler.close_async)
        # The client would retry a rejected token for ever; fetching the URL here raises instead.
        self._handler.client.wss_uri = await self._handler.client.issue_new_wss_url()
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    async def end_listeners(self) -> None:
        """Wait for what people asked for and is under way, for some seconds."""
        if self._handler:
            await self._handler.end_listeners()

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The signs of life of the socket."""
        return self._handler.signs if self._handler else ()

    async def _is_connected(self) -> bool:
        return self._handler is not None and await self._handler.client.is_connected()


class SlackOverHttp(Slack):
    """All workspaces that install the bot, over HTTP."""

    def __init__(
        self, way: OverHttp, settings: Settings, clock: Clock, storage: Runner, claims: Claims
    ) -> None:
        client = AsyncWebClient(base_url=settings.api_url, retry_handlers=[])
        self._storage = storage
        self._cipher = TokenCipher(token_keys(settings))
        exchange = SlackExchange(client, way.client_id, SecretStr(way.client_secret))
        tokens = Tokens(storage, clock, self._cipher, claims, exchange)
        installed = InstalledWorkspaces(tokens, settings.api_url)
        self.connections = installed
        self.changes = InstallationChanges(storage, clock, [tokens, installed])
        self.jobs = {
            "installations": InstallationChecks(
                storage, clock, claims, tokens, self.changes, lambda token: _calling(token, settings.api_url)
            ).tick
        }
        self.port = way.port
        store = BoltStore(self.changes, tokens, self._cipher, client, clock)
        scopes = (*SCOPES, *OPTIONAL_SCOPES)
        self._installing = Installing(way, client, scopes, store, clock, settings.command)
        with _hidden_from_bolt():
            self.app = AsyncApp(
                name=_NAME,
                client=AsyncWebClient(base_url=settings.api_url),
                authorize=Authorisation(tokens),  # type: ignore[arg-type]  # Bolt takes its own class, too
                signing_secret=way.signing_secret,
                raise_error_for_unhandled_request=True,
                user_facing_authorize_error_message=_no_access(way.public_url),
            )
        self._signing_secret, self._clock = way.signing_secret, clock
        self._http: HttpMode | None = None

    @property
    def routes(self) -> Mapping[str, Route]:
        """What is served once it is connected."""
        events = {EVENTS_PATH: self._http.route} if self._http else {}
        return {**self._installing.routes, **events}

    async def connect(self, _stack: AsyncExitStack) -> None:
        """Get ready to take requests, which come as soon as the routes are served."""
        await encrypt_anew(self._storage, self._cipher)
        self._http = HttpMode(self.app, self._signing_secret, self._clock)

    async def end_listeners(self) -> None:
        """Wait for what people asked for and is under way, for some seconds."""
        if self._http:
            await self._http.end_listeners()


def _no_access(public_url: str) -> str:
    """Return what people are told where the bot has no token: in each language, as theirs is unknown."""
    address = urljoin(public_url, INSTALL_PATH.removeprefix("/"))
    return "\n".join(words_for(tag)("install.no_access", address=address) for tag in CATALOGUES)


@contextmanager
def _hidden_from_bolt() -> Iterator[None]:
    """Hide Slack's settings from Bolt, which looks for them in the environment too.

    With a client id and secret there it drops the token, and looks for those of installations in files.
    """
    hidden = {name: value for name, value in os.environ.items() if name.startswith("SLACK_")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _calling(token: str, api_url: str) -> SlackCaller:
    # No retry handlers: see SlackCaller.
    return SlackCaller(AsyncWebClient(token=token, base_url=api_url, retry_handlers=[]))


@dataclass(frozen=True, slots=True)
class Reached:
    """The workspace of the one token that the bot has."""

    connections: Connections
    workspace: str


async def reach_one(settings: Settings) -> Reached:
    """Return the workspace of the bot token; raises `SettingsError` or `SlackUnavailableError`."""
    token = bot_token(settings)
    client = AsyncWebClient(token=token, base_url=settings.api_url)
    if client.proxy and not client.proxy.startswith(("http://", "https://")):
        raise wrong_proxy()
    identity = await _identity(client)
    # No retry handlers: see SlackCaller.
    posting = AsyncWebClient(token=token, base_url=settings.api_url, retry_handlers=[])
    wire = SlackWire(SlackCaller(posting), identity.bot_id)
    return Reached(OneWorkspace(wire, Connection(identity.url, client)), identity.workspace)


@dataclass(frozen=True, slots=True)
class _Identity:
    """Which workspace the bot token is for, and this bot's id there."""

    workspace: str
    bot_id: str
    #: The workspace's address, which ends in a slash.
    url: str


async def _identity(client: AsyncWebClient) -> _Identity:
    """Ask Slack whose token it is; raises `SlackUnavailableError`."""
    try:
        answer = await SlackCaller(client).call("auth.test", {})
        failure = failure_of("auth.test", answer)
    except (NotConnectedError, AnswerLostError, UnreadableAnswerError) as error:
        raise unreachable(client.base_url, error) from error
    if isinstance(failure, Unknown) or (isinstance(failure, NotNow) and failure.lasting is None):
        raise unable(failure.reason)
    if failure:
        raise rejected("SLACK_BOT_TOKEN", failure.reason)
    workspace, bot_id = answer.body.get("team_id"), answer.body.get("bot_id")
    if not isinstance(workspace, str) or not isinstance(bot_id, str):
        raise rejected("SLACK_BOT_TOKEN", "it is not a bot's")
    url = answer.body.get("url")
    return _Identity(workspace, bot_id, url if isinstance(url, str) and url.endswith("/") else ANY_WORKSPACE)
