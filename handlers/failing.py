"""What a person is told when a handler fails: a sentence with a reference that the log has too."""

import asyncio
import logging
import secrets
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.notices import notice
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
    ) -> None:
        # Bolt looks for the ack every 10 ms, and forgets one that it has not seen when this returns.
        await asyncio.sleep(_UNTIL_BOLT_HAS_SEEN_THE_ACK)
        reference = secrets.token_hex(3)
        _logger.error(
            "Failed as %s at %s", reference, body.get("type") or body.get("command"), exc_info=error
        )
        if not respond.response_url:
            return
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        message = notice(person.words.mrkdwn("error.unexpected", reference=reference))
        await respond(
            text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=False
        )

    app.error(on_error)
