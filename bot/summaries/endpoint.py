"""Sends one request to a model's endpoint, with limits on everything; the key never leaves this module."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import (
    ModelAnswerError,
    ModelError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
    SettingsError,
)
from bot.summaries.almost_json import storable
from bot.summaries.answers import Completion, read_completion, read_json
from bot.summaries.events import are_events, body_of_events
from bot.summaries.refusals import Cause, Refusal, error_in, refusal_of, refusal_within

_MOST_BYTES = 2_000_000
_PATH = "/chat/completions"
_ADDRESS_ADVICE = f"Check LLM_BASE_URL: the address before {_PATH}, often ending in /v1."
_ERRORS: Mapping[Cause, tuple[type[ModelError], str]] = {
    Cause.EXHAUSTED: (ModelQuotaError, "The quota of LLM_API_KEY is used up."),
    Cause.WRONG_KEY: (ModelRefusedError, "Check LLM_API_KEY: it is missing, wrong or not accepted there."),
    Cause.BARRED: (ModelRefusedError, "Check LLM_BASE_URL: this one does not serve you from here."),
    Cause.WRONG_MODEL: (
        ModelRefusedError,
        "Check LLM_MODEL: the endpoint does not offer this model.",
    ),
    Cause.WRONG_ADDRESS: (ModelRefusedError, _ADDRESS_ADVICE),
    Cause.TOO_LONG: (ModelAnswerError, "The question is too long for it. Lower PAPER_ROUND_TOKENS_A_TEXT."),
    Cause.FILTERED: (ModelAnswerError, "Its content filter rejected the question."),
}
_NOT_TAKEN = (ModelAnswerError, "It rejected the question.")


class Endpoint:
    """An OpenAI-compatible endpoint: `base_url` followed by `/chat/completions`.

    A request may take `seconds`, and its answer 2 MB; redirects are not followed. Raises SettingsError for a
    malformed address or key.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        base_url: str,
        api_key: SecretStr | None,
        seconds: float,
    ) -> None:
        self._client = client
        self._clock = clock
        self._url = _url(base_url)
        self._key = _key(api_key)
        self._seconds = seconds

    @property
    def host(self) -> str:
        """The endpoint's host, for messages."""
        return self._url.host

    def error(self, refusal: Refusal) -> ModelError:
        """Return the error to raise for a final refusal."""
        sentence = f"{self.host} {refusal.what}."
        if refusal.cause in {Cause.FAILED, Cause.RATE_LIMITED}:
            return ModelUnavailableError(sentence, refusal.wait)
        kind, advice = _ERRORS.get(refusal.cause, _NOT_TAKEN)
        return kind(f"{sentence} {advice}")

    async def send(self, body: bytes) -> Completion | Refusal:
        """Send one request and return its answer.

        Raises ModelAnswerError for an unusable answer, and ModelRefusedError for one of another API.
        """
        request = self._client.build_request(
            "POST", self._url, content=body, headers=self._headers(), timeout=self._seconds
        )
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    content = await _read(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException):
            return Refusal(Cause.FAILED, f"did not answer within {self._seconds:g} seconds")
        except httpx.TransportError as error:
            # The error's text may repeat what was sent.
            return Refusal(Cause.FAILED, f"cannot be reached ({type(error).__name__})")
        return self._understood(response, content)

    def _headers(self) -> dict[str, str]:
        key = self._key.get_secret_value()
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            # An answer is a few kilobytes, and an uncompressed one cannot be a bomb.
            "Accept-Encoding": "identity",
            **({"Authorization": f"Bearer {key}"} if key else {}),
        }

    def _understood(self, response: httpx.Response, content: bytes | None) -> Completion | Refusal:
        now, key = self._clock.now(), self._key.get_secret_value()
        if response.status_code != httpx.codes.OK:
            return refusal_of(response.status_code, response.headers, content or b"", now, key)
        document = self._document(content)
        error = error_in(document)
        return refusal_within(error, response.headers, now, key) if error else read_completion(document)

    def _document(self, content: bytes | None) -> Any:  # any JSON
        if content is None:
            raise ModelAnswerError(f"{self.host} answered with more than {_MOST_BYTES} bytes, or compressed.")
        try:
            return _body(content)
        except ValueError:
            if content.lstrip().startswith(b"<"):
                raise ModelAnswerError(f"{self.host} answered with a web page. {_ADDRESS_ADVICE}") from None
            raise ModelAnswerError(f"{self.host} answered with something other than JSON.") from None


async def _read(response: httpx.Response) -> bytes | None:
    """Return the body, or `None` where it is too large or compressed; the rest is not read."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return None
    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > _MOST_BYTES:
            return None
    return bytes(content)


def _body(content: bytes) -> Any:  # any JSON
    """Return the body, the first of several that stand on lines of their own; raises ValueError."""
    if are_events(content):
        return storable(body_of_events(content))
    try:
        return read_json(content)
    except ValueError:
        first, *others = content.splitlines() or [b""]
        if not others or not first.startswith(b"{"):
            raise
        return read_json(first)


def _url(base_url: str) -> httpx.URL:
    """Return the whole URL; a password or a query in it would end up in logs."""
    try:
        url = httpx.URL(base_url.rstrip("/").removesuffix(_PATH) + _PATH)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise SettingsError(
            "The setting LLM_BASE_URL must be an address such as https://api.openai.com/v1, "
            "without a password or a question mark."
        )
    return url


def _key(api_key: SecretStr | None) -> SecretStr:
    key = api_key.get_secret_value().strip() if api_key else ""
    if not (key.isascii() and key.isprintable()):
        raise SettingsError("The setting LLM_API_KEY has a character that no key has. Copy it again.")
    return SecretStr(key)
