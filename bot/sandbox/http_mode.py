"""HTTP: signed requests to the app's request URLs, and its responses as acknowledgements.

https://docs.slack.dev/apis/events-api and https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.checks import Json
from bot.sandbox.errors import ConfigurationError, NotAnsweredError
from bot.sandbox.outlet import NoRetryError, Outlet
from bot.sandbox.workspace import Workspace

_REDIRECTS = 2
"""How many redirects Slack follows with an event."""
_CONNECTION_ERRORS = (
    (aiohttp.TooManyRedirects, "too_many_redirects"),
    (aiohttp.ClientSSLError, "ssl_error"),
    (aiohttp.ClientError, "connection_failed"),
)
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True)
class _Answer:
    """What the app answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    def is_taken(self, *, is_event: bool) -> bool:
        """Tell whether the app took what it was sent: an event by any 2xx, all else by a 200."""
        return self.status == HTTPStatus.OK or (
            is_event and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )

    @property
    def acknowledgement(self) -> Json | None:
        """The acknowledgement's payload: JSON that is called so, or the text that a command shows."""
        if not self.text.strip():
            return None
        if not self.headers.get("Content-Type", "").startswith(_JSON):
            return {"text": self.text}
        try:
            answer = json.loads(self.text)
        except ValueError:
            return {"text": self.text}
        return answer if isinstance(answer, dict) else {"text": self.text}


class HttpMode(Outlet):
    """Sends what people do to the addresses that the manifest names.

    `reached_at` says where to send instead for the beginnings of some, as a proxy would.
    """

    reasons: ClassVar[Mapping[str, str]] = {
        code: code for code in ("http_error", *(code for _, code in _CONNECTION_ERRORS))
    }
    too_late: ClassVar[str] = "http_timeout"

    def __init__(
        self, workspace: Workspace, signing_secret: str, reached_at: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(workspace)
        self._reached_at = reached_at if reached_at is not None else {}
        self._secret = signing_secret.encode()
        self._session: aiohttp.ClientSession | None = None

    @property
    def connection_count(self) -> int:
        """The number of connections that the app has opened: over HTTP none."""
        return 0

    async def verify(self) -> None:
        """Have the app show that the address of events is its own, as when it is entered in Slack.

        Raises ConfigurationError.
        """
        challenge = self._workspace.new_key("challenge")
        payload = {"token": "sandbox", "challenge": challenge, "type": "url_verification"}
        try:
            answer = await self._send("events_api", payload, {})
        except NotAnsweredError as error:
            raise ConfigurationError(f"The request URL did not answer: {error}") from error
        given = {(answer or {}).get("challenge"), (answer or {}).get("text")}
        if given.isdisjoint({challenge, f"challenge={challenge}"}):
            raise ConfigurationError("The request URL did not answer with the challenge.")

    async def aclose(self) -> None:
        """Cancel all background tasks and close the connections."""
        await super().aclose()
        if self._session is not None:
            await self._session.close()

    async def _send(self, kind: str, payload: Json, more: Json) -> Json | None:
        url, is_event = self._url(kind, payload), kind == "events_api"
        if not url:
            raise NoRetryError("dispatch_failed", "The manifest names no address for this.")
        content_type, body = _encoded(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": _USER_AGENT}
        headers |= {**self._signature(body), **_repetition(more)}
        try:
            answer = await self._in_time(self._post(url, body, headers, _REDIRECTS if is_event else 0))
        except aiohttp.ClientError as error:
            code = next(code for cause, code in _CONNECTION_ERRORS if isinstance(error, cause))
            raise NotAnsweredError(code, f"The app was not reached: {error!r}") from error
        if not answer.is_taken(is_event=is_event):
            kept = NoRetryError if answer.headers.get("X-Slack-No-Retry") == "1" else NotAnsweredError
            raise kept("http_error", f"The app answered with HTTP status {answer.status}.")
        return answer.acknowledgement

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str], redirects: int) -> "_Answer":
        if self._workspace.faults.strikes("drop_socket"):
            raise aiohttp.ClientConnectionError("A fault dropped the connection.")
        if self._session is None:
            # An app that was started again must not be taken for one that hung up.
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        sent = self._session.post(
            url,
            data=body,
            headers=headers,
            allow_redirects=redirects > 0,
            # aiohttp counts the first request as well.
            max_redirects=redirects + 1,
        )
        async with sent as answer:
            read = _Answer(answer.status, answer.headers, await answer.text(errors="replace"))
        if self._workspace.faults.strikes("lose_ack"):
            await asyncio.Event().wait()
        return read

    def _url(self, kind: str, payload: Json) -> str:
        url = self._named_url(kind, payload)
        for public, local in self._reached_at.items():
            if url.startswith(public):
                return local + url.removeprefix(public)
        return url

    def _named_url(self, kind: str, payload: Json) -> str:
        manifest = self._workspace.manifest
        if kind == "slash_commands":
            urls = {each.command: each.url for each in manifest.features.slash_commands}
            return urls[payload["command"]]
        if kind == "events_api":
            return manifest.settings.event_subscriptions.request_url
        interactivity = manifest.settings.interactivity
        is_menu = payload["type"] == "block_suggestion"
        return interactivity.message_menu_options_url if is_menu else interactivity.request_url

    def _signature(self, body: bytes) -> dict[str, str]:
        # Whoever checks it asks whether it was sent just now by the clock that both share.
        timestamp = str(int(self._workspace.clock.now().timestamp()))
        signed = hmac.new(self._secret, f"v0:{timestamp}:".encode() + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed.hexdigest()}"}


def _encoded(kind: str, payload: Json) -> tuple[str, bytes]:
    if kind == "events_api":
        return _JSON, json.dumps(payload).encode()
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return _FORM, urlencode(fields).encode()


def _repetition(more: Json) -> dict[str, str]:
    if not more.get("retry_attempt"):
        return {}
    return {"X-Slack-Retry-Num": str(more["retry_attempt"]), "X-Slack-Retry-Reason": more["retry_reason"]}
