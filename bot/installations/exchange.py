"""Exchanging a refresh token for new tokens, where the app's tokens rotate.

https://docs.slack.dev/authentication/using-token-rotation
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.slack_errors import UNLISTED, meaning_of
from bot.errors import SlackCallError

_METHOD = "oauth.v2.access"


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What Slack gives for a refresh token, which it takes only once."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    #: How long Slack takes the token.
    lasts: timedelta


class Exchange(Protocol):
    """Exchanges refresh tokens."""

    async def new_tokens(self, refresh_token: str) -> NewTokens:
        """Return new tokens; raises `SlackCallError`, and the refresh token may be used up even then."""
        ...


class SlackExchange:
    """Exchanges refresh tokens with Slack; the client must have no retry handlers, since each counts once."""

    def __init__(self, client: AsyncWebClient, client_id: str, client_secret: SecretStr) -> None:
        self._client = client
        # The SDK's own way has aiohttp warn; and what is in a header it leaves out of its log.
        pair = f"{client_id}:{client_secret.get_secret_value()}"
        self._headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    async def new_tokens(self, refresh_token: str) -> NewTokens:
        """Return new tokens; raises `SlackCallError`, and the refresh token may be used up even then."""
        try:
            answer = await self._client.api_call(
                _METHOD,
                headers=self._headers,
                data={"grant_type": "refresh_token", "refresh_token": refresh_token},
            )
            return _read(answer.data)
        except SlackApiError as error:
            raise _refusal(error.response) from None
        except (OSError, aiohttp.ClientError, SlackClientError) as error:
            raise SlackCallError(type(error).__name__, is_passing=True) from None
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
            # Also what the SDK stumbles over; the text of the error may have the tokens.
            raise SlackCallError("an answer without tokens", is_passing=True) from None


def _read(body: Any) -> NewTokens:
    """Return the tokens in an answer; raises LookupError, TypeError or ValueError without them."""
    token, refresh_token, seconds = body["access_token"], body["refresh_token"], int(body["expires_in"])
    if not (isinstance(token, str) and token and isinstance(refresh_token, str) and refresh_token):
        raise ValueError("no tokens")
    return NewTokens(token, refresh_token, timedelta(seconds=seconds))


def _refusal(response: Any) -> SlackCallError:
    body = getattr(response, "data", None)
    code = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(code, str):
        return SlackCallError("no answer", is_passing=True)
    meaning = meaning_of(_METHOD, code)
    return SlackCallError(code, is_passing=meaning.scope is None and meaning is not UNLISTED)
