"""Single calls of Slack's Web API, which tell a call that never left from one whose answer was lost."""

from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import RATE_LIMITED, Answer, UnreadableAnswerError
from bot.metrics import RATE_LIMITS

_READING = frozenset(
    {
        "bots.info",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.replies",
        "users.info",
    }
)
"""The methods that take their arguments in the address and none as JSON."""

# What the SDK stumbles over in a list, a string, bad UTF-8 or deep JSON, instead of saying so.
_STUMBLES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class NotConnectedError(Exception):
    """Slack was not reached, so the call had no effect."""


class AnswerLostError(Exception):
    """Slack may have been reached, but no answer came back."""


class Caller(Protocol):
    """Calls a method of the Web API once."""

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, even if it is an error.

        Raises `NotConnectedError`, `AnswerLostError` or `UnreadableAnswerError`.
        """
        ...


class SlackCaller:
    """Calls Slack through its SDK.

    The client must have no retry handlers: the default one sends a message twice if the connection drops
    after Slack has read it, and the one for 429 sleeps unseen by pacer and ledger.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Return the answer, even if it is an error.

        Raises `NotConnectedError`, `AnswerLostError` or `UnreadableAnswerError`.
        """
        is_reading = method in _READING
        sent = {"params" if is_reading else "json": dict(arguments)}
        try:
            response = await self._client.api_call(method, http_verb="GET" if is_reading else "POST", **sent)
        except SlackApiError as error:
            response = error.response
        except aiohttp.ClientConnectorError as error:
            raise NotConnectedError(str(error)) from error
        except (OSError, aiohttp.ClientError, SlackClientError) as error:
            raise AnswerLostError(type(error).__name__) from error
        except _STUMBLES as error:
            raise UnreadableAnswerError(_UNREADABLE) from error
        answer = _answer(response)
        if answer.status == RATE_LIMITED:
            RATE_LIMITS.labels(method).inc()
        return answer


_UNREADABLE = "an answer that is no JSON object"


def _answer(response: Any) -> Answer:  # the SDK's response, or aiohttp's where it could not read the body
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    body = getattr(response, "data", None)
    if not isinstance(status, int):
        raise UnreadableAnswerError(_UNREADABLE)
    if isinstance(body, dict):
        return Answer(status, body, response.headers)
    if status == RATE_LIMITED:
        # Whatever a gateway writes below it, the call was not let through.
        return Answer(status, {}, response.headers)
    raise UnreadableAnswerError(_UNREADABLE)
