"""Single calls of Slack's Web API for an act of a person: a readable answer, or one kind of error."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.answers import Answer, UnreadableAnswerError, code_of
from bot.delivery.slack_errors import UNLISTED, meaning_of
from bot.delivery.web_api import AnswerLostError, NotConnectedError, SlackCaller
from bot.errors import SlackCallError
from handlers.payloads import text_at

_OK = 200
_SECONDS_A_FILE = 60


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> Answer:
    """Call the method once and return Slack's answer; raises `SlackCallError`."""
    try:
        answer = await SlackCaller(client).call(method, arguments)
    except (NotConnectedError, AnswerLostError, UnreadableAnswerError) as error:
        raise SlackCallError("no answer", is_passing=True) from error
    if answer.status == _OK and answer.body.get("ok") is True:
        return answer
    raise _refusal(method, answer)


async def direct_messages_with(client: AsyncWebClient, person: str) -> str:
    """Return the id of the person's direct messages with the bot; raises `SlackCallError`."""
    opened = await call(client, "conversations.open", users=person)
    return text_at(opened.body, "channel", "id")


async def send_file(client: AsyncWebClient, person: str, name: str, content: bytes, comment: str) -> None:
    """Send the person a file in a direct message; raises `SlackCallError`.

    The three calls: https://docs.slack.dev/messaging/working-with-files
    """
    channel = await direct_messages_with(client, person)
    try:
        await client.files_upload_v2(
            channel=channel,
            filename=name,
            title=name,
            content=content,
            initial_comment=comment,
        )
    except SlackApiError as error:
        body = error.response.data if isinstance(error.response, AsyncSlackResponse) else {}
        reason, needed = text_at(body, "error"), text_at(body, "needed")
        raise SlackCallError(reason or "no answer", is_passing=False, needed=needed) from None
    except (TimeoutError, aiohttp.ClientError, SlackClientError, LookupError, TypeError, ValueError) as error:
        # The text of the error may have the address, which is a secret.
        raise SlackCallError(type(error).__name__, is_passing=True) from None


async def read_file(client: AsyncWebClient, file_id: str, most_bytes: int) -> tuple[str, bytes]:
    """Return a file's name and its bytes, at most one more than `most_bytes`; raises `SlackCallError`.

    Its address comes from Slack and not from a form, since the token goes along.
    """
    answer = await call(client, "files.info", file=file_id)
    name, url = text_at(answer.body, "file", "name"), text_at(answer.body, "file", "url_private_download")
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with (
            aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(_SECONDS_A_FILE)) as session,
            # Without the scope Slack leads to a page where people sign in.
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            if response.status != _OK:
                raise SlackCallError(f"HTTP {response.status}", is_passing=False)
            content = bytearray()
            async for part in response.content.iter_chunked(65_536):
                content += part
                if len(content) > most_bytes:
                    break
            return name, bytes(content[: most_bytes + 1])
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise SlackCallError(type(error).__name__, is_passing=True) from None


def _refusal(method: str, answer: Answer) -> SlackCallError:
    code, needed = code_of(answer.body), text_at(answer.body, "needed")
    if not code:
        return SlackCallError(f"HTTP {answer.status}", is_passing=True)
    meaning = meaning_of(method, code)
    is_passing = meaning.scope is None and meaning is not UNLISTED
    return SlackCallError(code, is_passing=is_passing, needed=needed)
