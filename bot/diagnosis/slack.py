"""What Slack says of the tokens, asked once each."""

from dataclasses import dataclass
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import Answer
from bot.diagnosis.finding import Finding
from bot.diagnosis.tokens import (
    APP_TOKEN,
    BOT_TOKEN,
    Identity,
    SlackSilentError,
    app_token_finding,
    asked,
    bot_token_finding,
    identity_in,
    kind_finding,
    scope_findings,
    silent_finding,
    time_of,
)
from bot.settings import wrong_proxy
from bot.text.slack_tokens import TokenKind
from handlers.payloads import text_at


@dataclass(frozen=True, slots=True)
class BotLook:
    """What is found of a bot token; without an identity the bot cannot use it."""

    findings: list[Finding]
    identity: Identity | None = None
    #: The bot's app, where Slack names it.
    app_id: str | None = None
    #: When Slack says that it answered.
    slack_time: datetime | None = None


def client_for(token: str, api_url: str) -> AsyncWebClient:
    """Return a client that makes each call once; raises `SettingsError` for a proxy that cannot be used."""
    client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[])
    if client.proxy and not client.proxy.startswith(("http://", "https://")):
        raise wrong_proxy()
    return client


async def look_at_bot_token(token: str, api_url: str) -> BotLook:
    """Return whose the token is and what it allows."""
    if wrong := kind_finding(token, TokenKind.BOT):
        return BotLook([wrong])
    client = client_for(token, api_url)
    try:
        answer = await asked(client, "auth.test")
    except SlackSilentError as error:
        return BotLook([silent_finding(BOT_TOKEN, error)])
    finding, identity = bot_token_finding(answer), identity_in(answer)
    if identity is None:
        return BotLook([finding], slack_time=time_of(answer))
    app_id = await _app_of(client, identity)
    return BotLook([finding, *scope_findings(identity.scopes)], identity, app_id, time_of(answer))


async def look_at_app_token(token: str, api_url: str, app_id: str | None) -> Finding:
    """Return whether the bot of this app can connect with the app-level token."""
    if wrong := kind_finding(token, TokenKind.APP):
        return wrong
    try:
        answer = await asked(client_for(token, api_url), "apps.connections.open")
    except SlackSilentError as error:
        return silent_finding(APP_TOKEN, error)
    return app_token_finding(answer, token, app_id)


async def _app_of(client: AsyncWebClient, identity: Identity) -> str | None:
    """Return the id of the bot's app; `None` where the scope users:read is missing."""
    try:
        answer: Answer = await asked(client, "bots.info", bot=identity.bot_id)
    except SlackSilentError:
        return None
    return text_at(answer.body, "bot", "app_id") or None
