"""Socket Mode: the connection over which Slack tells the bot what people do.

Slack hands out the connection's address for each connection anew:
https://docs.slack.dev/reference/methods/apps.connections.open
"""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.answers import Answer, UnreadableAnswerError, failure_of
from bot.delivery.outcomes import NotNow, Unknown
from bot.delivery.web_api import AnswerLostError, Caller, NotConnectedError, SlackCaller
from bot.errors import SlackUnavailableError
from bot.outages import Outages
from bot.retries import Backoff
from bot.watchdog import Pulse, Sign
from handlers.listeners import Listeners
from handlers.payloads import is_sound

_METHOD = "apps.connections.open"
_CONNECTION = "The connection to Slack"

# The method is in Slack's lowest tier, which allows little more than a call a minute.
_BACKOFF = Backoff(first=timedelta(seconds=15), longest=timedelta(minutes=5))

_logger = logging.getLogger(__name__)


PING_SECONDS = 10.0
"""How often the connection is pinged; one that does not answer within half of it is replaced."""

_PINGS_UNANSWERED = 12
"""After how many the process counts as stuck; the client should have replaced the connection after four."""

_UNTRIED_FOR = timedelta(minutes=15)
"""How long nobody may try to connect: three times the longest wait."""


class SocketModeHandler(AsyncSocketModeHandler):
    """Bolt's handler with a client that looks at the address before it connects."""

    def __init__(
        self, app: AsyncApp, app_token: str, clock: Clock, ping_seconds: float = PING_SECONDS
    ) -> None:
        # Bolt's own constructor would make the client that this one replaces, and leave it open.
        self.app = app
        self.app_token = app_token
        self._listeners = Listeners(app, clock)
        asking = AsyncWebClient(token=app_token, base_url=app.client.base_url, retry_handlers=[])
        schemes = {"wss"} if app.client.base_url.startswith("https:") else {"wss", "ws"}
        outages = Outages(clock)
        self._addresses = Addresses(SlackCaller(asking), clock, schemes, outages)
        self.client = _Client(app, app_token, self._addresses, clock, outages, ping_seconds)
        self.client.on_message_listeners.append(self._on_message)
        self._messages, self._silent_for = Pulse(), ping_seconds * _PINGS_UNANSWERED
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as Bolt does

    async def handle(  # type: ignore[override]  # as in Bolt's own
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Have Bolt handle what Slack sent; what it would stumble over is acknowledged and left alone."""
        self._listeners.note()
        if is_sound(req.payload):
            await super().handle(client, req)
            return
        fields = {"action": "receive", "request": req.type}
        _logger.warning("Slack sent what is no request; it is acknowledged and left alone", extra=fields)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The signs of life of the connection: answers over an open one, else tries to open another."""
        return (
            Sign("The connection to Slack is open, but nothing has come", self._last_heard, self._silent_for),
            Sign("Nobody has tried to connect to Slack", self._tries, _UNTRIED_FOR.total_seconds()),
        )

    def _last_heard(self) -> object:
        """Return what each answer to a ping and each message changes; `None` without an open connection."""
        client = self.client
        is_open = not client.closed and client.current_session and not client.current_session.closed
        return (client.last_ping_pong_time, self._messages.beats) if is_open else None

    def _tries(self) -> object:
        """Return what each try to connect changes; `None` while there is a connection."""
        is_open = self._last_heard() is not None
        return None if is_open or self.client.closed else self._addresses.asked

    async def _on_message(self, _message: WSMessage) -> None:
        self._messages.beat()

    async def end_listeners(self) -> None:
        """Wait for what people asked for and is under way, within `SECONDS_TO_END`.

        The socket has to be open still, as the answer to a form goes through it.
        """
        await self._listeners.end()


class Addresses:
    """The addresses that Slack hands out; only those of the given schemes are connections."""

    def __init__(self, caller: Caller, clock: Clock, schemes: set[str], outages: Outages) -> None:
        self._caller = caller
        self._clock = clock
        self._schemes = schemes
        self._outages = outages
        #: How often Slack was asked for one.
        self.asked = 0

    async def next(self) -> str:
        """Return a new address, asking again with growing waits as long as the answer has none.

        Raises `SlackUnavailableError` if Slack is unreachable or rejects the token.
        """
        retries = 0
        while not isinstance(found := await self._ask(), str):
            wait = found.seconds or _BACKOFF.wait(retries).total_seconds()
            if self._outages.begin(_CONNECTION):
                _logger.warning(
                    "Slack handed out no usable address for Socket Mode (%s); asking again in %d seconds",
                    found.reason,
                    wait,
                    extra={"action": "connect"},
                )
            await self._clock.sleep(wait)
            retries += 1
        return found

    async def _ask(self) -> str | NotNow:
        self.asked += 1
        try:
            answer = await self._caller.call(_METHOD, {})
            return self._address(answer)
        except UnreadableAnswerError as error:
            return NotNow(None, str(error))
        except (NotConnectedError, AnswerLostError) as error:
            self._outages.note(_CONNECTION)
            raise unreachable("Socket Mode", error) from error

    def _address(self, answer: Answer) -> str | NotNow:
        failure = failure_of(_METHOD, answer)
        if isinstance(failure, Unknown):
            return NotNow(None, failure.reason)
        if isinstance(failure, NotNow) and failure.lasting is None:
            return failure
        if failure:
            self._outages.note(_CONNECTION)
            raise rejected("SLACK_APP_TOKEN", failure.reason)
        url = answer.body.get("url")
        # The address itself is a secret: whoever has it receives what Slack tells the bot.
        if not isinstance(url, str) or _scheme(url) not in self._schemes:
            return NotNow(None, f"it is no address that begins with {' or '.join(sorted(self._schemes))}://")
        return url


class Session:
    """An HTTP session that opens sockets, with another address where one leads nowhere.

    Bolt's client would try the same address for ever, with a traceback each time.
    """

    def __init__(self, session: ClientSession, addresses: Addresses, clock: Clock, outages: Outages) -> None:
        self._session = session
        self._addresses = addresses
        self._clock = clock
        self._outages = outages

    @property
    def closed(self) -> bool:
        """Whether the session is closed."""
        return self._session.closed

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> ClientWebSocketResponse:
        """Open the socket at the address, or at the first later one that opens."""
        retries = 0
        while True:
            try:
                socket: ClientWebSocketResponse = await self._session.ws_connect(url, **options)
            except (ClientError, OSError, TimeoutError, ValueError) as error:
                wait = _BACKOFF.wait(retries).total_seconds()
                if self._outages.begin(_CONNECTION):
                    _logger.warning(
                        "Slack's address for Socket Mode leads nowhere (%s); asking for another in %d "
                        "seconds",
                        type(error).__name__,
                        wait,
                        extra={"action": "connect"},
                    )
            else:
                return socket
            await self._clock.sleep(wait)
            url = await self._addresses.next()
            retries += 1


class _Client(SocketModeClient):
    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        addresses: Addresses,
        clock: Clock,
        outages: Outages,
        ping_seconds: float,
    ) -> None:
        super().__init__(app_token=app_token, web_client=app.client, ping_interval=ping_seconds)
        self.logger = _Log(app.logger, self, outages)  # type: ignore[assignment]  # all of it that is used
        self._addresses = addresses
        self._outages = outages
        session = Session(self.aiohttp_client_session, addresses, clock, outages)
        self.aiohttp_client_session = session  # type: ignore[assignment]  # all of it that the client uses

    async def issue_new_wss_url(self) -> str:
        """Return the address of the next connection."""
        return await self._addresses.next()

    async def connect(self) -> None:
        """Connect, trying until it works, and say so if it did not."""
        await super().connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
        if not self.closed:
            self._outages.end(_CONNECTION, {"action": "connect"})


class _Log(logging.LoggerAdapter[logging.Logger]):
    """The client's log: what it warns of while it has no open socket is an outage."""

    def __init__(self, logger: logging.Logger, client: SocketModeClient, outages: Outages) -> None:
        super().__init__(logger)
        self._client = client
        self._outages = outages

    @property
    def level(self) -> int:
        """The level that was set on the log, which Bolt looks at."""
        return self.logger.level

    def log(self, level: int, msg: object, *args: object, **options: Any) -> None:
        """Log it, unless the outage was logged within the hour."""
        socket = self._client.current_session
        is_of_outage = level >= logging.WARNING and (socket is None or socket.closed)
        if is_of_outage and not self._outages.begin(_CONNECTION):
            return
        super().log(level, msg, *args, **options)


def rejected(setting: str, reason: str) -> SlackUnavailableError:
    """Return the error for a token that Slack does not take, with its error code."""
    return SlackUnavailableError(f"Slack rejected the token ({reason}). Check {setting}.")


def unable(reason: str) -> SlackUnavailableError:
    """Return the error for a Slack that does not answer for now, with its error code."""
    return SlackUnavailableError(f"Slack can't answer at the moment ({reason}). Try again in a minute.")


def unreachable(address: str, error: Exception) -> SlackUnavailableError:
    """Return the error for a Slack that did not answer at the address."""
    cause = str(error) if isinstance(error, UnreadableAnswerError) else type(error.__cause__).__name__
    return SlackUnavailableError(f"Slack cannot be reached at {address} ({cause}). Check SLACK_API_URL.")


def _scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme if parts.hostname else ""
