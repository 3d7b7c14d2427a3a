"""Reads over HTTP with a limit on everything: time, size, redirects.

An answer from outside can be endless, a bomb (292 KB of gzip become 300 MB), cut off, or a login page on
another host. Whatever it is, it becomes bytes within the limit, or one sentence.
"""

import asyncio
import re
import ssl
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cache

import httpx

from bot.errors import SettingsError, SourceAnswerError, SourceRefusedError, SourceUnreachableError
from bot.retries import LONGEST_WAIT, retry_after
from bot.settings import wrong_proxy

_MOST_REDIRECTS = 3

# Services with several hosts; any other service is the host of the request alone.
_SERVICES = (
    frozenset({"huggingface.co", "hf.co"}),
    frozenset({"arxiv.org", "www.arxiv.org", "export.arxiv.org", "rss.arxiv.org"}),
)

# zlib's number for "gzip header and trailer only".
_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer below 400 with its decoded body; that of a 304 is empty."""

    status: int
    headers: httpx.Headers
    body: bytes


def web_client(*, trust_env: bool = True) -> httpx.AsyncClient:
    """Return a client, which the caller closes; `trust_env` uses the environment's proxies.

    Raises `SettingsError` for proxies and certificates of the environment that cannot be used.
    """
    verified = _trusted()
    try:
        return httpx.AsyncClient(verify=verified, trust_env=trust_env)
    except (httpx.InvalidURL, ImportError, ValueError) as error:
        raise wrong_proxy() from error


@cache
def _trusted() -> ssl.SSLContext:
    """Return the trusted certificates; shared by all clients, as reading them costs more than a request."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise SettingsError(
            f"The certificates in SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error.strerror}."
        ) from error


class Fetcher:
    """Fetches URLs through one shared client, with its connections and default headers.

    Polled URLs are requested conditionally where the service supports it (RFC 9110, 13.1). For this the
    latest answers are kept in memory, at most `most_kept_bytes`.
    """

    def __init__(self, client: httpx.AsyncClient, *, most_kept_bytes: int = 32 * 1024 * 1024) -> None:
        self._client = client
        self._kept = _KeptAnswers(most_kept_bytes)

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int,
        seconds: float = 30.0,
        before_redirect: Callable[[], Awaitable[None]] | None = None,
        is_polled: bool = False,
    ) -> Fetched:
        """Return the answer, complete within `seconds`, its decoded body at most `most_bytes`.

        An unchanged answer to a polled URL has status 304 and its earlier body. Up to three redirects within
        the service are followed, each after `before_redirect`. Raises SourceUnreachableError where no answer
        came in time, SourceRefusedError for 400 and above, and SourceAnswerError for an unusable answer.
        """
        # Only gzip is accepted: its decoder can be stopped at a limit, and reports a missing end.
        sent_headers = {"Accept-Encoding": "gzip", **(headers or {})}
        request = self._client.build_request("GET", url, params=params, headers=sent_headers, timeout=seconds)
        kept = self._kept.get(request.url) if is_polled else None
        request.headers.update(_conditions(kept))
        try:
            async with asyncio.timeout(seconds):
                fetched = await self._follow(request, most_bytes, before_redirect)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise SourceUnreachableError(
                f"{request.url.host} did not answer within {seconds:g} seconds."
            ) from error
        if is_polled and fetched.status == httpx.codes.NOT_MODIFIED:
            return replace(fetched, body=_unchanged(kept, request.url.host))
        if is_polled:
            self._kept.put(request.url, fetched)
        return fetched

    async def _follow(
        self, request: httpx.Request, most_bytes: int, before_redirect: Callable[[], Awaitable[None]] | None
    ) -> Fetched:
        first = request.url
        for _ in range(_MOST_REDIRECTS + 1):
            async with aclosing(await self._send(request)) as response:
                if response.next_request is None:
                    return await _fetched(response, most_bytes)
                request = response.next_request
            if not _is_same_service(first, request.url):
                raise SourceAnswerError(
                    f"{first.host} redirected to another service, {request.url.host}, which is not followed."
                )
            if before_redirect:
                await before_redirect()
        raise SourceAnswerError(f"{first.host} redirected more than {_MOST_REDIRECTS} times.")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(request, stream=True, follow_redirects=False)
        except httpx.TimeoutException:
            raise
        except httpx.TransportError as error:
            raise SourceUnreachableError(
                f"{request.url.host} cannot be reached: {str(error) or type(error).__name__}."
            ) from error


def _is_same_service(first: httpx.URL, then: httpx.URL) -> bool:
    if then.scheme not in {first.scheme, "https"} or then.port != first.port:
        return False
    return then.host == first.host or any({first.host, then.host} <= hosts for hosts in _SERVICES)


async def _fetched(response: httpx.Response, most_bytes: int) -> Fetched:
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise _refusal(response)
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(response.status_code, response.headers, b"")
    if response.is_redirect:
        raise SourceAnswerError(f"{response.url.host} redirected without an address.")
    return Fetched(response.status_code, response.headers, await _read(response, most_bytes))


# --- Conditional requests ---------------------------------------------------------------------------------

# The header that identifies a version of an answer, and the one that requests any other version.
_CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


class _KeptAnswers:
    """Answers by URL, at most `most_bytes` together; the least recently used make room."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._answers: OrderedDict[httpx.URL, Fetched] = OrderedDict()

    def get(self, url: httpx.URL) -> Fetched | None:
        """Return the kept answer, if any, and mark it as recently used."""
        if url in self._answers:
            self._answers.move_to_end(url)
        return self._answers.get(url)

    def put(self, url: httpx.URL, answer: Fetched) -> None:
        """Keep the answer, replacing an earlier one, if it can be requested conditionally."""
        self._answers.pop(url, None)
        if _conditions(answer):
            self._answers[url] = answer
        while sum(len(each.body) for each in self._answers.values()) > self._most_bytes:
            self._answers.popitem(last=False)


def _unchanged(kept: Fetched | None, host: str) -> bytes:
    if kept is None:
        raise SourceAnswerError(f"{host} answered that nothing has changed, without being asked.")
    return kept.body


def _conditions(kept: Fetched | None) -> dict[str, str]:
    headers = kept.headers if kept else {}
    return {header: headers[name] for name, header in _CONDITIONS.items() if headers.get(name)}


# --- The body -------------------------------------------------------------------------------------------


# Encodings that this decoder does not know: https://www.iana.org/assignments/http-parameters
_OTHER_ENCODINGS = frozenset({"br", "compress", "dcb", "dcz", "deflate", "x-compress", "zstd"})
_GZIP_MAGIC = b"\x1f\x8b"


class _Body:
    """Decodes a body piece by piece, and never holds more than one piece above its limit.

    Whether it is gzip is told by its own first bytes, as servers label plain bodies as gzip, and gzip as
    nothing at all. Several members are one body, and what follows the last one is ignored, as gzip(1) does.
    """

    def __init__(self, encoding: str, most_bytes: int) -> None:
        names = [name.strip() for name in encoding.split(",")]
        if _OTHER_ENCODINGS & {*names} or sum("gzip" in name for name in names) > 1:
            raise _UnusableError(f"is encoded as “{encoding}”, which was not requested")
        self._most_bytes = most_bytes
        self._beginning = b""
        self._is_begun = self._is_over = False
        self._gzip: zlib._Decompress | None = None
        self._bytes = bytearray()

    def add(self, piece: bytes) -> None:
        """Decode the next piece."""
        if not self._is_begun:
            self._beginning += piece
            if len(self._beginning) < len(_GZIP_MAGIC):
                return
            piece = self._begin()
        self._decode(piece)

    def whole(self) -> bytes:
        """Return the whole body, after the last piece."""
        if not self._is_begun:
            self._decode(self._begin())
        if self._gzip and not self._gzip.eof:
            raise _UnusableError("was cut off")
        return bytes(self._bytes)

    def _begin(self) -> bytes:
        self._is_begun = True
        if self._beginning.startswith(_GZIP_MAGIC):
            self._gzip = zlib.decompressobj(_GZIP)
        return self._beginning

    def _decode(self, piece: bytes) -> None:
        if self._gzip is None:
            self._take(piece)
        while self._gzip and piece and not self._is_over:
            if self._gzip.eof:
                # Members are one after another: https://www.rfc-editor.org/rfc/rfc1952#section-2.2
                self._is_over = not _GZIP_MAGIC.startswith(piece[: len(_GZIP_MAGIC)])
                if self._is_over:
                    return
                self._gzip = zlib.decompressobj(_GZIP)
            self._take(self._unpacked(self._gzip, piece))
            piece = self._gzip.unused_data

    def _unpacked(self, member: "zlib._Decompress", piece: bytes) -> bytes:
        try:
            return member.decompress(piece, self._most_bytes - len(self._bytes) + 1)
        except zlib.error as error:
            raise _UnusableError("is not valid gzip") from error

    def _take(self, decoded: bytes) -> None:
        self._bytes += decoded
        if len(self._bytes) > self._most_bytes:
            raise _UnusableError(f"is larger than {self._most_bytes} bytes")


class _UnusableError(Exception):
    """Why an answer cannot be used: the rest of a sentence that starts with whose answer it is."""


async def _read(response: httpx.Response, most_bytes: int) -> bytes:
    try:
        body = _Body(response.headers.get("Content-Encoding", "").strip().lower(), most_bytes)
        async for piece in response.aiter_raw():
            body.add(piece)
        return body.whole()
    except httpx.TimeoutException:
        raise
    except httpx.TransportError as error:
        raise SourceAnswerError(f"The answer of {response.url.host} was cut off.") from error
    except _UnusableError as error:
        raise SourceAnswerError(f"The answer of {response.url.host} {error}.") from error


# --- Refusals -------------------------------------------------------------------------------------------

_RESET = re.compile(r";\s*t=([0-9]{1,9})(?![0-9.])")


def _refusal(response: httpx.Response) -> SourceRefusedError:
    status = response.status_code
    reason = f" {response.reason_phrase}" if response.reason_phrase else ""
    return SourceRefusedError(
        f"{response.url.host} answered with HTTP status {status}{reason}.",
        status,
        asked_wait(status, response.headers),
    )


def asked_wait(status: int, headers: httpx.Headers) -> float | None:
    """Return the wait in seconds that a refusal asks for, at most a day, if any.

    `Retry-After` comes first. Hugging Face's 429 has `RateLimit: "api";r=0;t=53` instead, where `t` is the
    wait: https://huggingface.co/docs/hub/rate-limits
    """
    wait = retry_after(headers)
    if wait is None and status == httpx.codes.TOO_MANY_REQUESTS:
        wait = max(map(float, _RESET.findall(headers.get("RateLimit", ""))), default=None)
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT)
