"""Answers to Slack's response URLs over connections that stay open, as a new one costs a TLS handshake."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

# As long as Slack's own client waits.
_SECONDS = 30


class Respond(AsyncRespond):
    """Bolt's `respond`, which opens a connection for each answer, with the given ones."""

    def __init__(self, of_bolt: AsyncRespond, session: ClientSession) -> None:
        super().__init__(response_url=of_bolt.response_url, proxy=of_bolt.proxy, ssl=of_bolt.ssl)
        self._session = session

    async def __call__(self, **message: Any) -> WebhookResponse:  # type: ignore[override]  # by name alone
        """Send the message; raises ValueError where Slack gave no address for it."""
        if self.response_url is None:
            raise ValueError("There is no response_url.")
        client = AsyncWebhookClient(self.response_url, proxy=self.proxy, ssl=self.ssl, session=self._session)
        return await client.send_dict(message)


@asynccontextmanager
async def kept_open(app: AsyncApp) -> AsyncIterator[None]:
    """Have all handlers of the app answer over connections that stay open until the block ends."""
    timeout = ClientTimeout(total=_SECONDS)
    async with ClientSession(timeout=timeout, cookie_jar=DummyCookieJar()) as session:

        async def keep(context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
            if context.respond:
                context["respond"] = Respond(context.respond, session)
            await next_()

        app.middleware(keep)
        yield
