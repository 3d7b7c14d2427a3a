"""All checks, in the order in which one depends on another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.diagnosis.channels import ROUND_TRIP, channel_findings, round_trip_finding
from bot.diagnosis.database import DatabaseLook, look_at_database, sentences
from bot.diagnosis.finding import Finding, failed, not_checked, ok, warning
from bot.diagnosis.model import PART as MODEL
from bot.diagnosis.model import model_finding, no_model_finding
from bot.diagnosis.slack import BotLook, client_for, look_at_app_token, look_at_bot_token
from bot.diagnosis.sources import source_findings
from bot.diagnosis.time import clock_finding, zone_finding
from bot.diagnosis.tokens import APP_TOKEN, BOT_TOKEN, WHERE
from bot.errors import SettingsError, SlackUnavailableError, StorageError, UnknownChannelError
from bot.files import open_to_others
from bot.settings import ENV_FILE, Settings
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher, web_client
from bot.text.slack_tokens import TokenKind
from bot.web import arxiv_client
from storage.address import Address
from storage.records import Subscription
from storage.runner import InlineRunner

SETTINGS, COMMAND, SOURCES, SUBSCRIPTIONS = "settings", "command", "sources", "digests"

_MALFORMED = "It's malformed, as said above."
_USUAL_SOURCES = ("huggingface", "arxiv:cs.CL")

FindChannel = Callable[[AsyncWebClient, str], Awaitable[str | None]]
"""Returns the id of a channel by its name; raises `UnknownChannelError` or `SlackUnavailableError`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at only where somebody asks for it."""

    #: Post in this channel and read that back; empty for none.
    channel: str = ""
    #: Ask the model for one token.
    tries_model: bool = False


async def diagnose(
    settings: Settings, wrong: Sequence[str], clock: Clock, wanted: Wanted, find_channel: FindChannel
) -> list[Finding]:
    """Return what every check found; `wrong` are the sentences of malformed settings."""
    look = await _bot(settings, wrong)
    database = await asyncio.to_thread(look_at_database, settings.database)
    digests = await asyncio.to_thread(_subscribed, settings.database, database)
    return [
        *_settings_findings(wrong),
        *look.findings,
        await _app(settings, wrong, look),
        *_command(settings, look),
        *database.findings,
        *await _sources(settings, clock, digests.subscriptions),
        await _model(settings, clock, wanted),
        clock_finding(look.slack_time, clock.now()),
        *await _digests(settings, look, digests),
        await _round_trip(settings, look, wanted, find_channel),
    ]


def _settings_findings(wrong: Sequence[str]) -> list[Finding]:
    findings = [
        failed(SETTINGS, sentence, "Change it in the environment or in .env; the README lists all settings.")
        for sentence in wrong
    ]
    if readable := open_to_others([ENV_FILE] if ENV_FILE.is_file() else []):
        remedy = f"chmod go= {readable[0]}"
        findings.append(
            warning(SETTINGS, f"Others on this machine may read the tokens in {ENV_FILE}.", remedy)
        )
    return findings or [ok(SETTINGS, "All can be read.")]


async def _bot(settings: Settings, wrong: Sequence[str]) -> BotLook:
    if _is_among(wrong, "SLACK_BOT_TOKEN"):
        return BotLook([not_checked(BOT_TOKEN, _MALFORMED, WHERE[TokenKind.BOT])])
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    return await look_at_bot_token(token, settings.api_url)


async def _app(settings: Settings, wrong: Sequence[str], look: BotLook) -> Finding:
    if _is_among(wrong, "SLACK_APP_TOKEN"):
        return not_checked(APP_TOKEN, _MALFORMED, WHERE[TokenKind.APP])
    token = settings.app_token.get_secret_value() if settings.app_token else ""
    return await look_at_app_token(token, settings.api_url, look.app_id)


def _is_among(wrong: Sequence[str], variable: str) -> bool:
    return any(sentence.startswith(f"{variable} ") for sentence in wrong)


def _command(settings: Settings, look: BotLook) -> list[Finding]:
    scopes = look.identity.scopes if look.identity else None
    if scopes is None:
        return []
    name = settings.command
    return [
        not_checked(
            COMMAND,
            f"Slack tells nobody whether another app has {name} too; of two, the one installed last gets it.",
            f"Type {name} help in Slack. If another app answers, or none, set PAPER_ROUND_COMMAND to another "
            "name, and give the app the manifest that `paper-round manifest` prints.",
        )
    ]


@dataclass(frozen=True, slots=True)
class _Digests:
    """All subscriptions, and what is found where they cannot be read."""

    subscriptions: Sequence[Subscription] = ()
    trouble: Finding | None = None


def _subscribed(address: Address, database: DatabaseLook) -> _Digests:
    if not database.is_readable:
        return _Digests(trouble=not_checked(SUBSCRIPTIONS, "The database has none that can be read yet."))
    try:
        storage = InlineRunner(address)
        try:
            return _Digests(asyncio.run(storage.read(lambda tables: tables.subscriptions.all())))
        finally:
            storage.close()
    except StorageError as error:
        what, remedy = sentences(str(error))
        return _Digests(trouble=warning(SUBSCRIPTIONS, what, remedy))


async def _sources(settings: Settings, clock: Clock, subscriptions: Sequence[Subscription]) -> list[Finding]:
    followed = {source for each in subscriptions for source in each.preferences.sources}
    try:
        async with web_client() as client:
            fetcher = Fetcher(client)
            arxiv = arxiv_client(settings, clock, fetcher, settings.arxiv_gate)
            find = catalogue(fetcher, arxiv, settings.hugging_face_url)
            yesterday = clock.now().date() - timedelta(days=1)
            return await source_findings(sorted(followed) or _USUAL_SOURCES, find, arxiv, yesterday)
    except SettingsError as error:
        return [warning(SOURCES, str(error), "Until then no list is fetched.")]


async def _model(settings: Settings, clock: Clock, wanted: Wanted) -> Finding:
    if not settings.model:
        return no_model_finding()
    if not wanted.tries_model:
        return not_checked(MODEL, f"{settings.model} is set.", "To ask it for one token, add --model.")
    try:
        async with web_client() as client:
            return await model_finding(
                client, clock, url=settings.model_url, key=settings.model_key, model=settings.model
            )
    except SettingsError as error:
        return warning(MODEL, str(error), "Until then cards show what the abstract says.")


async def _digests(settings: Settings, look: BotLook, digests: _Digests) -> list[Finding]:
    if digests.trouble:
        return [digests.trouble]
    zones = zone_finding(digests.subscriptions)
    if look.identity is None or not settings.bot_token:
        return [zones]
    client = client_for(settings.bot_token.get_secret_value(), settings.api_url)
    return [zones, *await channel_findings(client, digests.subscriptions)]


async def _round_trip(
    settings: Settings, look: BotLook, wanted: Wanted, find_channel: FindChannel
) -> Finding:
    if not wanted.channel:
        return not_checked(
            ROUND_TRIP,
            "Whether what the bot posts is found again, which keeps it from posting twice.",
            "To post, read back and delete a message, add --channel with a channel's name or id.",
        )
    if look.identity is None or not settings.bot_token:
        return not_checked(ROUND_TRIP, "Without a bot token nothing can be posted.")
    client = client_for(settings.bot_token.get_secret_value(), settings.api_url)
    try:
        channel = await find_channel(client, wanted.channel)
    except (UnknownChannelError, SlackUnavailableError) as error:
        return warning(ROUND_TRIP, str(error), "Name another channel.")
    if channel is None:
        return warning(
            ROUND_TRIP, f"The bot sees no channel {wanted.channel}.", "Give its id, or invite the bot."
        )
    return await round_trip_finding(client, channel, look.identity.bot_id)
