"""The answer when a handler fails: a sentence with a reference that the log has too."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.notices import answer_modal, notice
from bot.metrics import REQUESTS, UNEXPECTED_ERRORS
from handlers.answers import Answers
from handlers.listeners import kind_of, mark_failed
from handlers.parts import Parts
from handlers.payloads import place_of

_SECONDS_UNTIL_BOLT_SEES_THE_ACK = 0.05

_FORM = "view_submission"
_ACTS_OF_A_PERSON = frozenset({"block_actions", "message_action", _FORM})
"""The requests that a person waits for an answer to, beside the command."""

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
        if isinstance(error, BoltUnhandledRequestError):
            _log_unheard(body)
            REQUESTS.labels(kind_of(body), "unheard").inc()
            if not body.get("command"):
                return BoltResponse(status=200)
            person = await parts.people.get(client, context.team_id or "", context.user_id or "")
            return BoltResponse(status=200, body=person.words("error.other_command", command=parts.command))
        mark_failed(context)
        # Bolt polls for the ack every 10 ms, and drops one that it has not seen when this returns.
        await asyncio.sleep(_SECONDS_UNTIL_BOLT_SEES_THE_ACK)
        reference = secrets.token_hex(3)
        request = body.get("type") or body.get("command")
        fields = {"reference": reference, "request": request}
        UNEXPECTED_ERRORS.labels("request").inc()
        _logger.error("Failed as %s at %s", reference, request, exc_info=error, extra=fields)
        if request not in {*_ACTS_OF_A_PERSON, parts.command}:
            return None
        is_form = request == _FORM
        if is_form and response is None:
            # It has been answered; what failed came after that.
            return None
        person = await parts.people.get(client, context.team_id or "", context.user_id or "")
        place = place_of(body)
        message = notice(person.words.mrkdwn("error.unexpected", reference=reference))
        if is_form:
            view = answer_modal(message, place.view_title, person.words)
            return BoltResponse(status=200, body={"response_action": "update", "view": view})
        await Answers(client, respond, person.id, place).tell(message, person.words)
        return None

    app.error(on_error)


def _log_unheard(body: Mapping[str, Any]) -> None:
    """Log a request that no listener is for; Slack shows people one without an answer as a failure."""
    request = body.get("command") or body.get("type")
    _logger.warning(
        "Slack sent a request that nothing here answers (%s); it is acknowledged and left alone",
        request,
        extra={"action": "receive", "request": request},
    )
