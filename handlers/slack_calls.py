"""Single calls of Slack's Web API for an act of a person: a readable answer, or one kind of error."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.web_api import Answer, AnswerLostError, NotConnectedError, SlackCaller
from bot.errors import SlackCallError

_OK = 200
_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""The errors of https://docs.slack.dev/reference/methods that say nothing of the call itself."""


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> Answer:
    """Call the method once and return Slack's answer; raises `SlackCallError`."""
    try:
        answer = await SlackCaller(client).call(method, arguments)
    except (NotConnectedError, AnswerLostError, AttributeError) as error:
        # The SDK looks for `ok` in any JSON; a list has none.
        raise SlackCallError("no answer", is_passing=True) from error
    if answer.status == _OK and answer.body.get("ok") is True:
        return answer
    raise _refusal(answer.status, answer.body)


def _refusal(status: int, body: Mapping[str, Any]) -> SlackCallError:
    error, needed = body.get("error"), body.get("needed")
    reason = error if isinstance(error, str) else f"HTTP {status}"
    is_passing = reason in _PASSING or not isinstance(error, str)
    return SlackCallError(reason, is_passing=is_passing, needed=needed if isinstance(needed, str) else "")
