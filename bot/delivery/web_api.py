"""Single calls of Slack's Web API, which tell a call that never left from one whose answer was lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the Web API."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class NotConnectedError(Exception):
    """Slack was not reached, so the call had no effect."""


class AnswerLostError(Exception):
    """Slack may have been reached, but no readable answer came back."""


class Caller(Protocol):
    """Calls a method of the Web API once."""

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, even if it is an error; raises `NotConnectedError` or `AnswerLostError`."""
        ...


class SlackCaller:
    """Calls Slack through its SDK.

    The client must have no retry handlers: the default one sends a message twice if the connection drops
    after Slack has read it, and the one for 429 sleeps unseen by pacer and ledger.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, even if it is an error; raises `NotConnectedError` or `AnswerLostError`."""
        is_reading = method.startswith("conversations.")
        sent = {"params" if is_reading else "json": dict(arguments)}
        try:
            response = await self._client.api_call(method, http_verb="GET" if is_reading else "POST", **sent)
        except SlackApiError as error:
            response = error.response
        except aiohttp.ClientConnectorError as error:
            raise NotConnectedError(str(error)) from error
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            raise AnswerLostError(type(error).__name__) from error
        status = getattr(response, "status_code", None)
        body = getattr(response, "data", None)
        if status is None or not isinstance(body, dict):
            raise AnswerLostError("an answer that is not JSON")
        return Answer(status, body, response.headers)
