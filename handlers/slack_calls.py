"""Single calls of Slack's Web API for an act of a person: a readable answer, or one kind of error."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import Answer, UnreadableAnswerError, code_of
from bot.delivery.slack_errors import UNLISTED, meaning_of
from bot.delivery.web_api import AnswerLostError, NotConnectedError, SlackCaller
from bot.errors import SlackCallError
from handlers.payloads import text_at

_OK = 200


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> Answer:
    """Call the method once and return Slack's answer; raises `SlackCallError`."""
    try:
        answer = await SlackCaller(client).call(method, arguments)
    except (NotConnectedError, AnswerLostError, UnreadableAnswerError) as error:
        raise SlackCallError("no answer", is_passing=True) from error
    if answer.status == _OK and answer.body.get("ok") is True:
        return answer
    raise _refusal(method, answer)


def _refusal(method: str, answer: Answer) -> SlackCallError:
    code, needed = code_of(answer.body), text_at(answer.body, "needed")
    if not code:
        return SlackCallError(f"HTTP {answer.status}", is_passing=True)
    meaning = meaning_of(method, code)
    is_passing = meaning.scope is None and meaning is not UNLISTED
    return SlackCallError(code, is_passing=is_passing, needed=needed)
