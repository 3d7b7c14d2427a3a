"""HTTP: signed requests to the app's request URLs, and its responses as acknowledgements.

https://docs.slack.dev/apis/events-api and https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.checks import Json
from bot.sandbox.errors import ConfigurationError, NotAnsweredError
from bot.sandbox.outlet import NoRetryError, Outlet
from bot.sandbox.workspace import Workspace

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class HttpMode(Outlet):
    """Sends what people do to the addresses that the manifest names."""

    def __init__(self, workspace: Workspace, signing_secret: str) -> None:
        super().__init__(workspace)
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
        if challenge not in {(answer or {}).get("challenge"), (answer or {}).get("text")}:
            raise ConfigurationError("The request URL did not answer with the challenge.")

    async def aclose(self) -> None:
        """Cancel all background tasks and close the connections."""
        await super().aclose()
        if self._session is not None:
            await self._session.close()

    async def _send(self, kind: str, payload: Json, more: Json) -> Json | None:
        content_type, body = _encoded(kind, payload)
        headers = {"Content-Type": content_type, **self._signature(body), **_repetition(more)}
        try:
            status, answer_headers, text = await self._in_time(
                self._post(self._url(kind, payload), body, headers)
            )
        except aiohttp.ClientError as error:
            raise NotAnsweredError("connection_failed", f"The app was not reached: {error}") from error
        if status != HTTPStatus.OK:
            kept = NoRetryError if answer_headers.get("X-Slack-No-Retry") == "1" else NotAnsweredError
            raise kept("http_error", f"The app answered with HTTP status {status}.")
        return _acknowledgement(text)

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], str]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.text()

    def _url(self, kind: str, payload: Json) -> str:
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


def _acknowledgement(text: str) -> Json | None:
    """Return the payload of an acknowledgement: JSON, or the text that a command shows."""
    if not text.strip():
        return None
    try:
        answer = json.loads(text)
    except ValueError:
        return {"text": text}
    return answer if isinstance(answer, dict) else {"text": text}
