"""HTTP: the requests with which Slack tells the bot what people do, all to one address.

https://docs.slack.dev/apis/events-api/comparing-http-socket-mode
"""

import logging
from http import HTTPStatus

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clock import Clock
from bot.http.server import Answer, Request, Route, refusal
from bot.metrics import REFUSED_REQUESTS
from handlers.listeners import Listeners
from handlers.payloads import payload_of
from handlers.signatures import Signatures

_OF_A_REPETITION = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
_NO_MORE = {"X-Slack-No-Retry": "1"}

_logger = logging.getLogger(__name__)


class HttpMode:
    """Hands what Slack sends over HTTP to Bolt, once it is known to come from Slack."""

    def __init__(self, app: AsyncApp, signing_secret: str, clock: Clock) -> None:
        self._app = app
        self._signatures = Signatures(signing_secret, clock)
        self._listeners = Listeners(app, clock)
        self.route = Route(frozenset({"POST"}), self._answer)

    async def end_listeners(self) -> None:
        """Wait for what people asked for and is under way; the server is closed before that."""
        await self._listeners.end()

    async def _answer(self, request: Request) -> Answer:
        refused = self._signatures.check(request.headers, request.body)
        if refused:
            REFUSED_REQUESTS.labels(refused.value).inc()
            return refusal(HTTPStatus.UNAUTHORIZED)
        answer = await self._handle(request)
        if answer.status != HTTPStatus.OK:
            self._signatures.give_back(request.headers)
        return answer

    async def _handle(self, request: Request) -> Answer:
        """Have Bolt handle what Slack sent; what it would stumble over is refused, once for all."""
        payload = payload_of(request.body, request.headers.get("Content-Type", ""))
        if payload is None:
            _logger.warning("Slack sent what is no request; it is refused", extra={"action": "receive"})
            return refusal(HTTPStatus.BAD_REQUEST, _NO_MORE)
        # "socket_mode" is Bolt's word for what is read and verified already.
        whole = AsyncBoltRequest(
            mode="socket_mode",
            body=dict(payload),
            headers={name: request.headers[name] for name in _OF_A_REPETITION if name in request.headers},
        )
        return _answer_of(await self._app.async_dispatch(whole))


def _answer_of(response: BoltResponse) -> Answer:
    default = "application/json" if response.body.startswith("{") else "text/plain; charset=utf-8"
    (content_type,) = response.headers.get("content-type", [default])[:1]
    return Answer(response.status, response.body, content_type, keeps_open=True)
