"""The workspaces in which the bot is: the one of its token, or all that installed it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnosis.finding import Finding, State, failed, not_checked, ok, warning
from bot.diagnosis.slack import BotLook, client_for, look_at_app_token, look_at_bot_token
from bot.diagnosis.tokens import APP_TOKEN, BOT_TOKEN, WHERE, SlackSilentError, asked, silent_finding, time_of
from bot.errors import SettingsError, SourceError, UnreadableTokenError
from bot.installations.cipher import TokenCipher
from bot.settings import OverHttp, OverSocket, Settings, token_keys, way_to_run
from bot.sources.http import Fetcher, web_client
from bot.text.slack_tokens import TokenKind
from storage.records import Installation

KEYS, ADDRESS, SLACK, WAY = "token keys", "public address", "Slack", "way to run"

MOST_WORKSPACES = 30
"""How many workspaces are looked at one by one."""

_MALFORMED = "It's malformed, as said above."
_MOST_BYTES = 10_000
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Connected:
    """A workspace that takes the bot's token."""

    client: AsyncWebClient
    bot_id: str


@dataclass(frozen=True, slots=True)
class SlackLook:
    """What is found of the bot in Slack, and the workspaces that take its tokens, by their ids."""

    findings: list[Finding]
    connected: Mapping[str, Connected] = field(default_factory=dict)
    #: The bot's app, where Slack names it.
    app_id: str | None = None
    #: When Slack says that it answered.
    slack_time: datetime | None = None


async def look_at_slack(
    settings: Settings, wrong: Sequence[str], installations: Sequence[Installation]
) -> SlackLook:
    """Return what is found of the tokens with which the bot would run, in Socket Mode or over HTTP.

    `wrong` are the sentences of malformed settings, `installations` those in the database.
    """
    try:
        way = way_to_run(settings)
    except SettingsError as error:
        if settings.app_token or not (
            settings.client_id or settings.client_secret or settings.signing_secret
        ):
            return await _over_socket(settings, wrong)
        what, _, remedy = str(error).partition(". ")
        return SlackLook([failed(WAY, f"{what}.", remedy)])
    if isinstance(way, OverSocket):
        return await _over_socket(settings, wrong)
    return await _over_http(settings, way, installations)


# --- Socket Mode ------------------------------------------------------------------------------------------


async def _over_socket(settings: Settings, wrong: Sequence[str]) -> SlackLook:
    token = _revealed(settings.bot_token)
    look = await _bot(settings, wrong, token)
    findings = [*_both_ways(settings), *look.findings, await _app(settings, wrong, look)]
    return SlackLook(findings, _connected(settings, look, token), look.app_id, look.slack_time)


def _both_ways(settings: Settings) -> list[Finding]:
    """Return that the settings for HTTP count for nothing, where any are there."""
    if settings.app_token and (settings.client_id or settings.client_secret or settings.signing_secret):
        what = "The settings for HTTP count for nothing, as SLACK_APP_TOKEN is set."
        return [warning(WAY, what, "To run over HTTP, in many workspaces, set no SLACK_APP_TOKEN.")]
    return []


async def _bot(settings: Settings, wrong: Sequence[str], token: str) -> BotLook:
    if _is_among(wrong, "SLACK_BOT_TOKEN"):
        return BotLook([not_checked(BOT_TOKEN, _MALFORMED, WHERE[TokenKind.BOT])])
    return await look_at_bot_token(token, settings.api_url)


async def _app(settings: Settings, wrong: Sequence[str], look: BotLook) -> Finding:
    if _is_among(wrong, "SLACK_APP_TOKEN"):
        return not_checked(APP_TOKEN, _MALFORMED, WHERE[TokenKind.APP])
    return await look_at_app_token(_revealed(settings.app_token), settings.api_url, look.app_id)


def _connected(settings: Settings, look: BotLook, token: str) -> dict[str, Connected]:
    if look.identity is None:
        return {}
    return {look.identity.workspace_id: Connected(client_for(token, settings.api_url), look.identity.bot_id)}


def _is_among(wrong: Sequence[str], variable: str) -> bool:
    return any(sentence.startswith(f"{variable} ") for sentence in wrong)


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


# --- HTTP -------------------------------------------------------------------------------------------------


async def _over_http(settings: Settings, way: OverHttp, installations: Sequence[Installation]) -> SlackLook:
    findings = [await _address(way)]
    try:
        slack_time = time_of(await asked(client_for("", settings.api_url), "auth.test"))
    except SlackSilentError as error:
        return SlackLook([*findings, silent_finding(SLACK, error)])
    try:
        cipher = TokenCipher(token_keys(settings))
    except SettingsError as error:
        what, _, remedy = str(error).partition("; ")
        return SlackLook([*findings, failed(KEYS, f"{what}.", remedy)], slack_time=slack_time)
    if unreadable := _wrong_keys(cipher, installations):
        return SlackLook([*findings, _unreadable(KEYS, unreadable, failed)], slack_time=slack_time)
    connected: dict[str, Connected] = {}
    for installation in installations[:MOST_WORKSPACES]:
        found, taken = await _workspace(settings, way, cipher, installation)
        findings += found
        connected |= taken
    if not installations:
        remedy = f"Open {way.public_url}slack/install in a browser once the bot runs."
        findings.append(warning(SLACK, "No workspace has installed the bot yet.", remedy))
    app_id = next((each.app_id for each in installations), None)
    return SlackLook(findings, connected, app_id, slack_time)


async def _workspace(
    settings: Settings, way: OverHttp, cipher: TokenCipher, installation: Installation
) -> tuple[list[Finding], dict[str, Connected]]:
    part = installation.team_name or installation.workspace
    try:
        token = _token(cipher, installation)
    except UnreadableTokenError as error:
        return [_unreadable(part, error, warning)], {}
    look = await look_at_bot_token(token, settings.api_url)
    anew = f"Open {way.public_url}slack/install and install the bot there again."
    found = [_of_workspace(part, finding, anew) for finding in look.findings]
    return found, _connected(settings, look, token)


def _wrong_keys(cipher: TokenCipher, installations: Sequence[Installation]) -> UnreadableTokenError | None:
    """Return the error of the tokens if none can be read: the bot does not start with another's keys."""
    unreadable = None
    for installation in installations[:MOST_WORKSPACES]:
        try:
            _token(cipher, installation)
        except UnreadableTokenError as error:
            unreadable = error
        else:
            return None
    return unreadable


def _token(cipher: TokenCipher, installation: Installation) -> str:
    return cipher.decrypt(installation.tokens.token) if installation.tokens else ""


def _unreadable(
    part: str, error: UnreadableTokenError, finding: Callable[[str, str, str], Finding]
) -> Finding:
    what, _, remedy = str(error).partition(". ")
    return finding(part, f"{what}.", remedy)


def _of_workspace(part: str, finding: Finding, anew: str) -> Finding:
    """Return a finding of one workspace of several, without which the bot can run in the others."""
    if finding.state is State.OK:
        return ok(part, finding.what)
    return warning(part, finding.what, anew)


async def _address(way: OverHttp) -> Finding:
    """Return whether the bot answers at the address that Slack is told."""
    try:
        async with web_client() as client:
            await Fetcher(client).get(f"{way.public_url}healthz", most_bytes=_MOST_BYTES, seconds=_SECONDS)
    except SettingsError as error:
        return warning(ADDRESS, str(error), "Until then it cannot be looked at from here.")
    except SourceError as error:
        return warning(
            ADDRESS,
            f"Nobody answers at {way.public_url} as seen from here: {error}",
            f"Start the bot, and check that PAPER_ROUND_URL leads to its port {way.port}.",
        )
    return ok(ADDRESS, f"The bot answers at {way.public_url}.")
