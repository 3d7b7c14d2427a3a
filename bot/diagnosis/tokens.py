"""Slack's tokens: of which kind, workspace and app they are, and what they allow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.answers import Answer, UnreadableAnswerError, code_of
from bot.delivery.web_api import AnswerLostError, NotConnectedError, SlackCaller
from bot.diagnosis.finding import Finding, failed, ok, warning
from bot.manifest import OPTIONAL_SCOPES, SCOPES
from bot.text.slack_tokens import TokenKind, app_of_token, kind_of
from handlers.payloads import text_at

BOT_TOKEN, APP_TOKEN, SCOPES_PART = "bot token", "app token", "scopes"

WHERE: Mapping[TokenKind, str] = {
    TokenKind.BOT: "At api.slack.com/apps, choose your app, then Install App: copy the Bot User OAuth Token, "
    "which starts with xoxb-.",
    TokenKind.APP: "At api.slack.com/apps, choose your app, then Basic Information, App-Level Tokens: "
    "generate one with the scope connections:write; it starts with xapp-.",
}
"""Where Slack shows each token."""

_INSTALL_ANEW = (
    "At api.slack.com/apps, choose your app, then App Manifest: paste what `paper-round manifest` prints, "
    "and under Install App install it again."
)
_UNREACHABLE = "Check this machine's connection, its proxy (HTTPS_PROXY) and SLACK_API_URL, then try again."
_WHAT_IT_MEANS: Mapping[str, str] = {
    "invalid_auth": "Slack doesn't know it; perhaps a part is missing",
    "not_authed": "Slack doesn't know it; perhaps a part is missing",
    "token_revoked": "it was revoked",
    "token_expired": "it has expired",
    "account_inactive": "the app was removed from the workspace",
    "not_allowed_token_type": "it's of the wrong kind",
    "missing_scope": "it lacks the scope connections:write",
    "team_access_not_granted": "the app isn't allowed in this workspace",
    "forbidden_team": "the app isn't allowed in this workspace",
}
"""What Slack's errors say of a token: https://docs.slack.dev/reference/methods/auth.test#errors"""
_PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


class SlackSilentError(Exception):
    """Slack gave no answer that can be read; the message is why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a bot token is, as Slack says."""

    workspace: str
    workspace_id: str
    bot: str
    bot_id: str
    #: `None` where Slack does not say.
    scopes: frozenset[str] | None = None


async def asked(client: AsyncWebClient, method: str, **arguments: object) -> Answer:
    """Return Slack's answer, even if it is an error; raises `SlackSilentError`."""
    try:
        return await SlackCaller(client).call(method, arguments)
    except (NotConnectedError, AnswerLostError) as error:
        cause = type(error.__cause__).__name__
        raise SlackSilentError(f"Slack cannot be reached at {client.base_url} ({cause})") from error
    except UnreadableAnswerError as error:
        raise SlackSilentError(f"{client.base_url} is not Slack: it gave {error}") from error


def kind_finding(token: str, wanted: TokenKind) -> Finding | None:
    """Return what is wrong with a token by its looks alone, `None` where nothing is."""
    part = BOT_TOKEN if wanted is TokenKind.BOT else APP_TOKEN
    kind = kind_of(token)
    if kind is wanted:
        return None
    if not token:
        return failed(part, f"There is none; the bot needs {wanted}.", WHERE[wanted])
    what = f"This is {kind}" if kind else "This is no token of Slack's"
    return failed(part, f"{what}, and the bot needs {wanted} here.", WHERE[wanted])


def identity_in(answer: Answer) -> Identity | None:
    """Return whose token it is, where the answer to `auth.test` shows a bot."""
    workspace_id, bot_id = text_at(answer.body, "team_id"), text_at(answer.body, "bot_id")
    if answer.body.get("ok") is not True or not workspace_id or not bot_id:
        return None
    granted = header(answer, "x-oauth-scopes")
    scopes = frozenset(each.strip() for each in granted.split(",")) if granted is not None else None
    name, user = text_at(answer.body, "team") or workspace_id, text_at(answer.body, "user")
    return Identity(name, workspace_id, user or bot_id, bot_id, scopes)


def bot_token_finding(answer: Answer) -> Finding:
    """Return whose the bot token is, or why Slack does not take it."""
    identity = identity_in(answer)
    if identity:
        return ok(BOT_TOKEN, f"{identity.workspace} ({identity.workspace_id}), bot @{identity.bot}.")
    if answer.body.get("ok") is True:
        return failed(BOT_TOKEN, "It's not a bot's.", WHERE[TokenKind.BOT])
    return _refused(BOT_TOKEN, answer, TokenKind.BOT)


def app_token_finding(answer: Answer, token: str, app_id: str | None) -> Finding:
    """Return whether Slack opens connections for the app token, and whether it is of the bot's app."""
    named = app_of_token(token)
    if named and app_id and named != app_id:
        return failed(
            APP_TOKEN,
            f"It belongs to another app ({named}) than the bot token ({app_id}): the bot would post, but "
            "hear nothing.",
            f"{WHERE[TokenKind.APP]} Take both tokens from the same app.",
        )
    if answer.body.get("ok") is True:
        return ok(APP_TOKEN, f"Slack opens connections for it{f', app {app_id}' if app_id else ''}.")
    return _refused(APP_TOKEN, answer, TokenKind.APP)


def silent_finding(part: str, error: SlackSilentError) -> Finding:
    """Return that Slack did not answer."""
    return failed(part, f"{error}.", _UNREACHABLE)


def scope_findings(scopes: Collection[str] | None) -> list[Finding]:
    """Return which scopes the app lacks, with what will not work, and which it does not need."""
    if scopes is None:
        return [warning(SCOPES_PART, "Slack doesn't say which scopes the app has.", _INSTALL_ANEW)]
    findings = [
        failed(SCOPES_PART, "chat:write is missing, so nothing can be posted.", _INSTALL_ANEW)
        if scope == "chat:write"
        else warning(SCOPES_PART, f"{scope} is missing, which is for {_lower(reason)}.", _INSTALL_ANEW)
        for scope, reason in {**SCOPES, **OPTIONAL_SCOPES}.items()
        if scope not in scopes
    ]
    if superfluous := sorted(set(scopes) - SCOPES.keys() - OPTIONAL_SCOPES.keys()):
        names = ", ".join(superfluous)
        findings.append(
            warning(
                SCOPES_PART,
                f"The app has more than it needs: {names}.",
                f"Take them away unless you added them for something else. {_INSTALL_ANEW}",
            )
        )
    return findings or [ok(SCOPES_PART, "All that the bot needs, and no others.")]


def time_of(answer: Answer) -> datetime | None:
    """Return when Slack says that it answered, to the second."""
    try:
        return parsedate_to_datetime(header(answer, "date") or "").astimezone(UTC)
    except ValueError:
        return None


def header(answer: Answer, name: str) -> str | None:
    """Return a header of the answer, in whatever case its name is."""
    return next((value for each, value in answer.headers.items() if each.lower() == name), None)


def _refused(part: str, answer: Answer, kind: TokenKind) -> Finding:
    code = code_of(answer.body) or f"HTTP {answer.status}"
    if code in _PASSING or code.startswith("HTTP"):
        return failed(part, f"Slack can't say at the moment ({code}).", "Try again in a minute.")
    meaning = f"{_WHAT_IT_MEANS[code]} ({code})" if code in _WHAT_IT_MEANS else code
    return failed(part, f"Slack doesn't take it: {meaning}.", WHERE[kind])


def _lower(reason: str) -> str:
    return reason.replace("`", "")
