"""The answer when a handler fails: a sentence with a reference that the log has too."""

import asyncio
import logging
import secrets
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import blocks
from bot.cards.notices import notice
from bot.locale import Words
from bot.text import Mrkdwn
from handlers.parts import Parts

_SECONDS_UNTIL_BOLT_SEES_THE_ACK = 0.05

_logger = logging.getLogger(__name__)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the errors that the other handlers raise."""

    async def on_error(
        error: Exception,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        # Bolt polls for the ack every 10 ms, and drops one that it has not seen when this returns.
        await asyncio.sleep(_SECONDS_UNTIL_BOLT_SEES_THE_ACK)
        reference = secrets.token_hex(3)
        request = body.get("type") or body.get("command")
        fields = {"reference": reference, "request": request}
        _logger.error("Failed as %s at %s", reference, request, exc_info=error, extra=fields)
        is_form = body.get("type") == "view_submission" and response is not None
        if not is_form and not respond.response_url:
            return None
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        sentence = person.words.mrkdwn("error.unexpected", reference=reference)
        if is_form:
            return _replacing(body["view"], sentence, person.words)
        message = notice(sentence)
        await respond(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=False
        )
        return None

    app.error(on_error)


def _replacing(form: dict[str, Any], sentence: Mrkdwn, words: Words) -> BoltResponse:
    """Return the ack that replaces a submitted form with the sentence."""
    view = blocks.modal(form["title"]["text"], words("button.close"), [blocks.section(sentence)])
    return BoltResponse(status=200, body={"response_action": "update", "view": view})
