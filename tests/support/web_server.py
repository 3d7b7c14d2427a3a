"""A small HTTP service on 127.0.0.1 that says what a test tells it to, and can misbehave as the web does."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Service:
    """Where a test's service is, what it answers by path, and what it was asked, in order."""

    address: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self.answers.get(request.path)
        return await answer(request) if answer else web.Response(status=404)


@asynccontextmanager
async def serving(answers: dict[str, Answer]) -> AsyncIterator[Service]:
    """Serve until the block ends; requests that still wait are given up then."""
    service = Service(answers=answers)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    service.address = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()


@cache
def _held_port() -> socket.socket:
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held


def refusing_address() -> str:
    """Return an address that refuses connections: nobody listens there, and nobody else can begin to."""
    return f"http://127.0.0.1:{_held_port().getsockname()[1]}/"


def saying(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    """Answer with this body; in the names of `headers` an underscore stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=raw, status=status, headers=named)

    return answer


def zipped(body: bytes | str) -> Answer:
    """Answer with this body in gzip."""
    raw = body.encode() if isinstance(body, str) else body
    return saying(gzip.compress(raw, mtime=0), Content_Encoding="gzip")


def redirecting(location: str, status: int = 302) -> Answer:
    """Answer that it is at `location`."""
    return saying(b"", status, Location=location)


def cut_off(body: bytes, promised: int) -> Answer:
    """Send the body, promise `promised` bytes, and hang up."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(promised)})
        await response.prepare(request)
        await response.write(body)
        return _hung_up(request, response)

    return answer


def hanging_up() -> Answer:
    """Close the connection without a word."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return _hung_up(request, web.StreamResponse())

    return answer


def never_ending(piece: bytes = b"") -> Answer:
    """Begin to answer and never end: silent after the head, or with the piece again and again."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while piece:
            await response.write(piece)
            await asyncio.sleep(0)
        await asyncio.Event().wait()
        return response

    return answer


def _hung_up(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport:
        request.transport.close()
    return response
