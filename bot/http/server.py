"""A web server that strangers reach: few paths, small requests, and no connection that holds out for long."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from bot.errors import SettingsError
from bot.metrics import UNEXPECTED_ERRORS

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # aiohttp's own names its version.
    "Server": "Paper Round",
}
_PLAIN = "text/plain; charset=utf-8"

_BACKLOG = 1024
"""How many new connections the system keeps until they are accepted."""

_ACCEPTED_AT_ONCE = 64
"""How many asyncio accepts before it reads what the accepted ones sent; it takes its own backlog for it."""

_SECONDS_TO_END = 2.0
"""How long a request under way may take when the server closes; aiohttp waits for this long twice."""

_logger = logging.getLogger(__name__)

# Whatever is not HTTP would be a line with a traceback; the errors of our own code are logged here.
_wire_logger = logging.getLogger(f"{__name__}.wire")
_wire_logger.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has come whole."""

    method: str
    path: str
    #: As it stands in the address, with its escapes and without the question mark.
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers; those of the server's own headers that it names are replaced."""

    status: int
    body: str = ""
    content_type: str = _PLAIN
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Whether the connection stays open for another request. Only whoever is known may keep one.
    keeps_open: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """What answers the requests to one path."""

    methods: frozenset[str]
    answer: Callable[[Request], Awaitable[Answer]]


def for_readers(answer: Callable[[Request], Awaitable[Answer]]) -> Route:
    """Return a route that shows something."""
    return Route(frozenset({"GET", "HEAD"}), answer)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a stranger may take."""

    #: The longest body, in bytes; Slack's own requests are smaller by far.
    body_bytes: int = 1_000_000
    #: The seconds within which the head of a request has to come, and then its body.
    seconds: float = 10.0
    #: The seconds for which the rest of what is refused is read, as else its sender would not see the answer.
    lingering_seconds: float = 0.25
    #: How many connections may be open over which no whole request has come yet; the oldest gives way.
    newcomers: int = 500
    #: The seconds that a connection may stay open between requests; longer than proxies keep theirs.
    idle_seconds: float = 120.0


class HttpServer:
    """Serves the routes by their paths, on all addresses of this machine unless one is named."""

    def __init__(
        self, routes: Mapping[str, Route], port: int, host: str | None = None, limits: Limits = Limits()
    ) -> None:
        self._routes = routes
        self._host, self._wanted_port = host, port
        self._limits = limits
        self._newcomers = _Newcomers(limits)
        self._runner: web.ServerRunner | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; where port 0 was wanted, the one that was free."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else self._wanted_port

    async def start(self) -> None:
        """Listen; raises `SettingsError` where the port cannot be had."""
        server = _Server(self._handle, self._newcomers, self._limits)
        self._runner = web.ServerRunner(server, shutdown_timeout=_SECONDS_TO_END)
        await self._runner.setup()
        listening = self._listening()
        await web.SockSite(self._runner, listening, backlog=_ACCEPTED_AT_ONCE).start()
        listening.listen(_BACKLOG)

    def _listening(self) -> socket.socket:
        dual = self._host is None and socket.has_dualstack_ipv6()
        try:
            return socket.create_server(
                (self._host or "", self._wanted_port),
                family=socket.AF_INET6 if dual else socket.AF_INET,
                dualstack_ipv6=dual,
            )
        except OSError as error:
            # Its own text names the address too.
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            raise SettingsError(
                f"Nothing can listen on port {self._wanted_port} ({reason}). Set PORT to a free one."
            ) from error

    async def aclose(self) -> None:
        """Accept no connection any more, and let the requests under way end, within a few seconds."""
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        answer = await self._answer(request)
        headers = CIMultiDict({**_HEADERS, "Content-Type": answer.content_type})
        headers.update(answer.headers)
        response = web.Response(status=answer.status, body=answer.body.encode(), headers=headers)
        if not answer.keeps_open:
            response.force_close()
        return response

    async def _answer(self, request: web.BaseRequest) -> Answer:
        route = self._routes.get(request.path)
        if route is None:
            return refusal(HTTPStatus.NOT_FOUND)
        if request.method not in route.methods:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(sorted(route.methods))})
        body = await self._body(request)
        if isinstance(body, Answer):
            return body
        self._newcomers.remove(request.protocol)
        whole = Request(request.method, request.path, request.rel_url.raw_query_string, request.headers, body)
        try:
            return await route.answer(whole)
        except Exception:
            # One request must not end the server; whoever sent it is told that it failed.
            UNEXPECTED_ERRORS.labels("http").inc()
            _logger.exception("A request to %s failed", request.path, extra={"action": "serve"})
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _body(self, request: web.BaseRequest) -> bytes | Answer:
        if (request.content_length or 0) > self._limits.body_bytes:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await request.read()
        except TimeoutError:
            return refusal(HTTPStatus.REQUEST_TIMEOUT)
        except web.HTTPRequestEntityTooLarge:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except (OSError, aiohttp.ClientError, web.RequestPayloadError, ValueError):
            return refusal(HTTPStatus.BAD_REQUEST)


@asynccontextmanager
async def serving(
    routes: Mapping[str, Route], port: int, host: str | None = None
) -> AsyncIterator[HttpServer]:
    """Serve the routes until the block ends; raises `SettingsError` where the port cannot be had."""
    server = HttpServer(routes, port, host)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


def refusal(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a request that is refused: the name of its status, and no more."""
    return Answer(status, f"{status.phrase}\n", headers=headers or {})


class _Newcomers:
    """The connections over which no whole request has come yet.

    aiohttp limits neither their number nor how long they take to send a head.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[web.RequestHandler, tuple[asyncio.Transport, asyncio.TimerHandle]] = {}

    def add(self, connection: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Add one that was accepted; the oldest is cut off where there are too many."""
        if len(self._open) >= self._limits.newcomers:
            self._cut_off(next(iter(self._open)))
        timer = asyncio.get_running_loop().call_later(self._limits.seconds, self._cut_off, connection)
        self._open[connection] = (transport, timer)

    def has_head(self, connection: web.RequestHandler) -> None:
        """Let it take its time for the body, whose own time is limited too."""
        if found := self._open.get(connection):
            found[1].cancel()

    def remove(self, connection: web.RequestHandler) -> None:
        """Remove one that ended, or over which a request has come."""
        if found := self._open.pop(connection, None):
            found[1].cancel()

    def _cut_off(self, connection: web.RequestHandler) -> None:
        transport, _ = self._open[connection]
        self.remove(connection)
        transport.abort()


class _Server(web.Server):
    """aiohttp's server, which knows its newcomers."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        newcomers: _Newcomers,
        limits: Limits,
    ) -> None:
        super().__init__(
            handler,
            request_factory=self._request,
            access_log=None,
            logger=_wire_logger,
            # What Slack signs is the body as it came, and what is small may unpack to much.
            auto_decompress=False,
            keepalive_timeout=limits.idle_seconds,
            lingering_time=limits.lingering_seconds,
        )
        self._newcomers = newcomers
        self._body_bytes = limits.body_bytes

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Note a connection that was accepted."""
        super().connection_made(handler, transport)
        self._newcomers.add(handler, transport)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection that ended."""
        self._newcomers.remove(handler)
        super().connection_lost(handler, exc)

    def _request(
        self, message: Any, payload: Any, protocol: web.RequestHandler, writer: Any, task: Any
    ) -> web.BaseRequest:
        self._newcomers.has_head(protocol)
        return web.BaseRequest(
            message,
            payload,
            protocol,
            writer,
            task,
            asyncio.get_running_loop(),
            client_max_size=self._body_bytes,
        )
