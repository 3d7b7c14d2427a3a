"""Answers over HTTP that begin and never end: a transport of httpx, in real or in virtual time."""

import asyncio
from collections.abc import AsyncIterator

import httpx


class EndlessAnswers(httpx.AsyncBaseTransport):
    """Answers each request with a head, and then with `piece` after each pause, or with silence.

    A deadline always comes before a limit on the size that lies above `piece` times deadline / `pause`,
    however quick the machine is. A request is counted before anybody can give it up.
    """

    def __init__(self, piece: bytes = b"", *, pause: float = 1.0) -> None:
        self.requests: list[httpx.Request] = []
        self._piece = piece
        self._pause = pause

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Begin an answer."""
        self.requests.append(request)
        return httpx.Response(200, stream=_Drip(self._piece, self._pause))


class _Drip(httpx.AsyncByteStream):
    def __init__(self, piece: bytes, pause: float) -> None:
        self._piece = piece
        self._pause = pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._piece:
            await asyncio.sleep(self._pause)
            yield self._piece
        await asyncio.Event().wait()
