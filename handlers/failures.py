"""What a person is told when a handler fails: a sentence with a reference that the log has too."""

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

_UNTIL_BOLT_HAS_SEEN_THE_ACK = 0.05

_logger = logging.getLogger(__name__)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to what the other handlers raise."""

    async def on_error(
        error: Exception,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        # Bolt looks for the ack every 10 ms, and forgets one that it has not seen when this returns.
        await asyncio.sleep(_UNTIL_BOLT_HAS_SEEN_THE_ACK)
        reference = secrets.token_hex(3)
        _logger.error(
            "Failed as %s at %s", reference, body.get("type") or body.get("command"), exc_info=error
        )
        is_form = body.get("type") == "view_submission" and response is not None
        if not is_form and not respond.response_url:
            return None
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        sentence = person.words.mrkdwn("error.unexpected", reference=reference)
        if is_form:
            return _in_place_of(body["view"], sentence, person.words)
        message = notice(sentence)
        await respond(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=False
        )
        return None

    app.error(on_error)


def _in_place_of(form: dict[str, Any], sentence: Mrkdwn, words: Words) -> BoltResponse:
    """Return the ack that puts the sentence where the form is that was sent in."""
    view = blocks.modal(form["title"]["text"], words("button.close"), [blocks.section(sentence)])
    return BoltResponse(status=200, body={"response_action": "update", "view": view})
