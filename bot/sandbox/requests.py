"""What the sandbox's servers have in common: their port, and how a request of the Web API is read."""

import base64
import binascii
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.checks import Json
from bot.sandbox.errors import ConfigurationError, RefusedError

HOST = "127.0.0.1"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def bind(runner: web.AppRunner, port: int) -> int:
    """Serve at the port, a free one for 0, and return it. Raises ConfigurationError if it is taken."""
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        await runner.cleanup()
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ConfigurationError(f"Port {port} cannot be used: {reason}. Choose another.") from error
    return int(runner.addresses[0][1])


def abort(request: web.Request) -> web.Response:
    """Drop the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def bearer_of(request: web.Request) -> str | None:
    """Return the token in the header `Authorization`."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else None


def credentials_of(request: web.Request) -> dict[str, str]:
    """Return the app's id and secret in the header `Authorization`, as arguments; none where it has none."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret}


async def arguments_of(request: web.Request) -> Json:
    """Return the arguments of a call: of the address, and of JSON or a form. Raises RefusedError."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise RefusedError("invalid_json") from None
        if not isinstance(body, dict):
            raise RefusedError("json_not_object")
        return {**arguments, **body}
    return {**arguments, **{key: str(value) for key, value in (await request.post()).items()}}


@web.middleware
async def local_requests_only(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Reject foreign hosts and origins, so that no other web page can drive the sandbox."""
    host = request.host.rsplit(":", 1)[0]
    origin = request.headers.get("Origin")
    if host not in {HOST, "localhost"} or (origin is not None and origin != f"http://{request.host}"):
        return web.Response(status=403, text="The sandbox accepts requests from this machine only.")
    return await handler(request)
