"""What the app is told in Slack, compared with what the bot listens to."""

from collections.abc import Mapping
from typing import Any

from bot.delivery.answers import code_of
from bot.diagnosis.finding import Finding, not_checked, ok, warning
from bot.diagnosis.slack import client_for
from bot.diagnosis.tokens import SlackSilentError, asked
from bot.manifest import app_manifest
from bot.settings import Settings
from bot.text.slack_tokens import TokenKind, kind_of
from handlers.payloads import record_at

APP = "app"

_ANEW = (
    "At api.slack.com/apps, choose your app, then App Manifest: paste what `paper-round manifest` prints"
    "{http}, and under Install App install it again."
)
_WHERE = (
    "At api.slack.com/apps, under Your App Configuration Tokens, generate one for your workspace; it starts "
    "with xoxe.xoxp- and lasts for 12 hours."
)


_LISTED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "commands": (("features", "slash_commands"), "command"),
    "shortcuts": (("features", "shortcuts"), "callback_id"),
    "events": (("settings", "event_subscriptions", "bot_events"), ""),
}
"""What the bot listens to by name: where that is in a manifest, and in which field the name is."""
_SWITCHES: Mapping[tuple[str, ...], str] = {
    ("settings", "socket_mode_enabled"): "Socket Mode",
    ("settings", "interactivity", "is_enabled"): "Interactivity",
    ("features", "app_home", "home_tab_enabled"): "The Home tab",
    ("features", "app_home", "messages_tab_enabled"): "The Messages tab",
}


async def app_findings(token: str, settings: Settings, app_id: str | None) -> list[Finding]:
    """Return what the app lacks or has otherwise, by its manifest in Slack."""
    if (kind := kind_of(token)) is not TokenKind.CONFIGURATION:
        what = f"This is {kind or 'no token'}, and the app's manifest takes {TokenKind.CONFIGURATION}."
        return [not_checked(APP, what, _WHERE)]
    if app_id is None:
        return [
            not_checked(APP, "Slack doesn't say which app the bot belongs to.", "See the bot token above.")
        ]
    try:
        answer = await asked(client_for(token, settings.api_url), "apps.manifest.export", app_id=app_id)
    except SlackSilentError as error:
        return [not_checked(APP, f"{error}.", "Try again in a minute.")]
    theirs = record_at(answer.body, "manifest")
    if not theirs:
        return [not_checked(APP, f"Slack doesn't show the app's manifest ({code_of(answer.body)}).", _WHERE)]
    url = settings.public_url or ""
    differences = differing(theirs, app_manifest(settings.command, "" if settings.app_token else url))
    remedy = _ANEW.format(http=f" with --http {url}" if url and not settings.app_token else "")
    return [warning(APP, each, remedy) for each in differences] or [ok(APP, "It is as the bot needs it.")]


def differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each part of a manifest that keeps something from reaching the bot; pure."""
    sentences = [
        _lacking(what, _names(ours, path, key), _names(theirs, path, key))
        for what, (path, key) in _LISTED.items()
    ]
    for path, name in _SWITCHES.items():
        wanted = _at(ours, *path)
        if bool(_at(theirs, *path)) != bool(wanted):
            sentences.append(
                f"{name} is {'off' if wanted else 'on'}, and should be {'on' if wanted else 'off'}."
            )
    return [each for each in sentences if each]


def _lacking(what: str, wanted: list[str], there: list[str]) -> str:
    missing = [name for name in wanted if name not in there]
    found = f"; it has {', '.join(there)}" if there and what == "commands" else ""
    return f"The app lacks the {what} {', '.join(missing)}{found}." if missing else ""


def _names(manifest: Mapping[str, Any], path: tuple[str, ...], key: str) -> list[str]:
    """Return the names in the list at the path, of objects those in the field `key`."""
    found = _at(manifest, *path)
    return (
        [str(each.get(key) if isinstance(each, dict) else each) for each in found]
        if isinstance(found, list)
        else []
    )


def _at(manifest: Mapping[str, Any], *path: str) -> Any:  # any JSON
    *parents, last = path
    return record_at(manifest, *parents).get(last)
