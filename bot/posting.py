"""Posting one message to Slack, and telling what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pacing import SECONDS_BETWEEN_MESSAGES

_RATE_LIMITED = 429
_SERVER_ERROR = 500

# Slack says of these that some aspect of the call may have succeeded all the same.
_MAYBE_WRITTEN = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}


@dataclass(frozen=True, slots=True)
class Posted:
    """The message is written, and `ts` is Slack's name for it."""

    ts: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Nothing was written; it may be tried again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, and trying again changes nothing; `reason` is Slack's error."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the message was written."""

    reason: str


Outcome = Posted | NotNow | Refused | Unknown


class Poster(Protocol):
    """Posts a message; the only way in which a delivery reaches Slack."""

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Outcome:
        """Try once to post the payload into the channel, or into a thread of it."""
        ...


class SlackPoster:
    """Posts through Slack's Web API.

    The client must have no retry handlers: the default one sends a message twice where the connection drops
    after Slack has read it, and the one for 429 sleeps where neither pacing nor ledger sees it.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel: str, payload: Mapping[str, Any], thread_ts: str | None) -> Outcome:
        """Try once to post the payload into the channel, or into a thread of it."""
        try:
            answer = await self._client.chat_postMessage(channel=channel, thread_ts=thread_ts, **payload)
        except SlackApiError as error:
            return _outcome_of(error)
        except aiohttp.ClientConnectorError:
            return NotNow(SECONDS_BETWEEN_MESSAGES)
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            return Unknown(type(error).__name__)
        return Posted(answer["ts"])


def _outcome_of(error: SlackApiError) -> Outcome:
    response = error.response
    if response.status_code == _RATE_LIMITED:
        return NotNow(float(response.headers.get("Retry-After", SECONDS_BETWEEN_MESSAGES)))
    body = response.data if isinstance(response.data, dict) else {}
    reason = body.get("error")
    if reason is None or reason in _MAYBE_WRITTEN or response.status_code >= _SERVER_ERROR:
        return Unknown(reason or f"HTTP {response.status_code}")
    return Refused(reason)
