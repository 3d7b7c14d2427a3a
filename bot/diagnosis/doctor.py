"""All checks, in the order in which one depends on another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.diagnosis.app import app_findings
from bot.diagnosis.channels import ROUND_TRIP, channel_findings, round_trip_finding
from bot.diagnosis.database import DatabaseLook, look_at_database, sentences
from bot.diagnosis.finding import Finding, failed, not_checked, ok, warning
from bot.diagnosis.model import PART as MODEL
from bot.diagnosis.model import model_finding, no_model_finding
from bot.diagnosis.sources import source_findings
from bot.diagnosis.time import clock_finding, zone_finding
from bot.diagnosis.workspaces import MOST_WORKSPACES, SlackLook, look_at_slack
from bot.errors import SettingsError, SlackUnavailableError, StorageError, UnknownChannelError
from bot.files import open_to_others
from bot.settings import ENV_FILE, Settings
from bot.sources.catalogue import catalogue
from bot.sources.http import Fetcher, web_client
from bot.web import arxiv_client
from storage.address import Address
from storage.records import Installation, Subscription
from storage.runner import InlineRunner
from storage.tables import Tables

SETTINGS, COMMAND, SOURCES, SUBSCRIPTIONS = "settings", "command", "sources", "digests"

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
    #: Look at what the app is told in Slack, with this token of somebody who configures it; empty for not.
    configuration_token: str = field(default="", repr=False)


async def diagnose(
    settings: Settings, wrong: Sequence[str], clock: Clock, wanted: Wanted, find_channel: FindChannel
) -> list[Finding]:
    """Return what every check found; `wrong` are the sentences of malformed settings."""
    database = await asyncio.to_thread(look_at_database, settings.database)
    kept = await asyncio.to_thread(_kept, settings.database, database)
    look = await look_at_slack(settings, wrong, kept.installations)
    return [
        *_settings_findings(wrong),
        *look.findings,
        *await _command(settings, look, wanted),
        *database.findings,
        *await _sources(settings, clock, kept.subscriptions),
        await _model(settings, clock, wanted),
        clock_finding(look.slack_time, clock.now()),
        *await _digests(look, kept),
        await _round_trip(look, wanted, find_channel),
    ]


def _settings_findings(wrong: Sequence[str]) -> list[Finding]:
    findings = [
        failed(
            SETTINGS,
            sentence,
            "Change it in the environment or in .env; docs/settings.md lists all settings.",
        )
        for sentence in wrong
    ]
    if readable := open_to_others([ENV_FILE] if ENV_FILE.is_file() else []):
        remedy = f"chmod go= {readable[0]}"
        findings.append(
            warning(SETTINGS, f"Others on this machine may read the tokens in {ENV_FILE}.", remedy)
        )
    return findings or [ok(SETTINGS, "All can be read.")]


async def _command(settings: Settings, look: SlackLook, wanted: Wanted) -> list[Finding]:
    if wanted.configuration_token:
        return await app_findings(wanted.configuration_token, settings, look.app_id)
    return [_unknown_command(settings.command)] if look.connected else []


def _unknown_command(name: str) -> Finding:
    return not_checked(
        COMMAND,
        f"Slack tells nobody whether another app has {name} too; of two, the one installed last gets it.",
        f"Type {name} help in Slack. If another app answers, or none, set PAPER_ROUND_COMMAND to another "
        "name, and give the app the manifest that `paper-round manifest` prints. --config-token compares "
        "the app with that.",
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the database has of workspaces and channels, and what is found where that cannot be read."""

    subscriptions: Sequence[Subscription] = ()
    installations: Sequence[Installation] = ()
    trouble: Finding | None = None


def _kept(address: Address, database: DatabaseLook) -> _Kept:
    if not database.is_readable:
        return _Kept(trouble=not_checked(SUBSCRIPTIONS, "The database has none that can be read yet."))

    def read(tables: Tables) -> _Kept:
        installed = tables.installations.installed("", MOST_WORKSPACES)
        return _Kept(tables.subscriptions.all(), installed)

    try:
        storage = InlineRunner(address)
        try:
            return asyncio.run(storage.read(read))
        finally:
            storage.close()
    except StorageError as error:
        what, remedy = sentences(str(error))
        return _Kept(trouble=warning(SUBSCRIPTIONS, what, remedy))


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


async def _digests(look: SlackLook, kept: _Kept) -> list[Finding]:
    if kept.trouble:
        return [kept.trouble]
    clients = {workspace: each.client for workspace, each in look.connected.items()}
    zones = zone_finding(kept.subscriptions)
    return [zones, *await channel_findings(clients, kept.subscriptions)] if clients else [zones]


async def _round_trip(look: SlackLook, wanted: Wanted, find_channel: FindChannel) -> Finding:
    if not wanted.channel:
        return not_checked(
            ROUND_TRIP,
            "Whether what the bot posts is found again, which keeps it from posting twice.",
            "To post, read back and delete a message, add --channel with a channel's name or id.",
        )
    refusal = f"The bot sees no channel {wanted.channel}."
    for workspace in look.connected.values():
        try:
            channel = await find_channel(workspace.client, wanted.channel)
        except (UnknownChannelError, SlackUnavailableError) as error:
            refusal = str(error)
            continue
        if channel:
            return await round_trip_finding(workspace.client, channel, workspace.bot_id)
    if not look.connected:
        return not_checked(ROUND_TRIP, "Without a bot token nothing can be posted.")
    return warning(ROUND_TRIP, refusal, "Give its id, or invite the bot.")
