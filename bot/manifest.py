"""The app's manifest, from which Slack creates the app: https://docs.slack.dev/reference/app-manifest

Its constants are those that the handlers register, so that the app cannot lack what the bot listens to.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

NAME = "Paper Round"
COMMAND = "/papers"
"""The slash command, where nobody renamed it."""

EVENTS_PATH = "/slack/events"
"""Where Slack sends events, commands and clicks over HTTP; Bolt's own default, as the next one is."""
REDIRECT_PATH = "/slack/oauth_redirect"
"""Where Slack sends whoever installed the app over HTTP."""


class Shortcut(StrEnum):
    """The callback ids of the shortcuts."""

    SEARCH = "search_papers"
    SAVE_FROM_MESSAGE = "save_from_message"


class Event(StrEnum):
    """The events that the bot listens to."""

    HOME_OPENED = "app_home_opened"
    MEMBER_JOINED = "member_joined_channel"
    USER_CHANGED = "user_change"
    REACTION_ADDED = "reaction_added"
    REACTION_REMOVED = "reaction_removed"
    LINK_SHARED = "link_shared"


class HttpEvent(StrEnum):
    """The events of an app that many workspaces install, over HTTP."""

    UNINSTALLED = "app_uninstalled"
    TOKENS_REVOKED = "tokens_revoked"
    #: An organisation has the app act in more of its workspaces, or in fewer.
    ACCESS_GRANTED = "team_access_granted"
    ACCESS_REVOKED = "team_access_revoked"


_HISTORY = (
    "looking for a message that Slack never confirmed, and reading one that somebody saves, or will read, "
    "by a reaction"
)
_CHANNELS = "whether a channel can have digests, and its name"
_FILES_OUT = "sending you your list as a file"
_LINKS = "previews of links to papers, in channels that want them"

SCOPES: Mapping[str, str] = {
    "chat:write": "digests, and answers that only one person sees",
    "commands": "`/papers` and the shortcuts",
    "users:read": "each person's language and time zone, and who is deactivated",
    "channels:read": _CHANNELS,
    "groups:read": _CHANNELS,
    "im:write": "sending you what you follow, or your list as a file",
    "files:write": _FILES_OUT,
    "files:read": "reading a file of references that you bring in",
    "reactions:read": "hearing of the reactions that save papers, and that say what you will read",
}
"""The scopes that the bot needs, and what for."""

OPTIONAL_SCOPES: Mapping[str, str] = {
    "channels:history": _HISTORY,
    "groups:history": _HISTORY,
    "im:history": "looking for a message with what you follow that Slack never confirmed",
    "channels:join": "joining a public channel in which somebody sets up a digest",
    "links:read": _LINKS,
    "links:write": _LINKS,
}
"""The scopes that whoever installs the app may leave out, and what for.

Reading a channel's messages is what people are most careful with, and nothing but these needs it.
"""

LINK_SCOPES = ("links:read", "links:write")
"""Those of the optional scopes without which no links are shown."""

UNFURL_DOMAINS = ("arxiv.org", "huggingface.co", "hf.co", "alphaxiv.org")
"""The sites whose links Slack tells the bot of, subdomains included."""

_DISPLAY = {
    "name": NAME,
    "description": "Each day's AI papers in your channel: one message, a card per paper, and a list of your "
    "own.",
    "long_description": "Paper Round brings each day's AI papers into your channels: one message a day, with "
    "a thread of cards under it, one per paper. Every card has a summary in the channel's language and says "
    "where that summary comes from. With {command} you search all papers ever listed, in English and "
    "Chinese, and look up any day; the shortcut Search papers does the same from anywhere, also in a thread. "
    "You also get a private list of saved papers, which is on the Home tab too.",
    "background_color": "#1f3a5f",
}
_USAGE_HINT = (
    "[tree search agents | 2025-09-29 | this week | 2509.21240 | saved | save ID #tag note | subscribe | "
    "settings | pause | status | help]"
)
_SHORTCUTS = (
    {
        "name": "Search papers",
        "type": "global",
        "callback_id": Shortcut.SEARCH,
        "description": "Search all papers ever listed",
    },
    {
        "name": "Save papers in message",
        "type": "message",
        "callback_id": Shortcut.SAVE_FROM_MESSAGE,
        "description": "Saves the papers in this message to your own list",
    },
)


def app_manifest(command: str = COMMAND, url: str = "") -> dict[str, Any]:
    """Return the manifest of an app for Socket Mode, or for HTTP where its public address is given.

    Over HTTP Slack needs an address for the command, for events and for clicks; Bolt serves all at one.
    """
    base = url.rstrip("/")
    listening = {"request_url": f"{base}{EVENTS_PATH}"} if base else {}
    redirecting = {"redirect_urls": [f"{base}{REDIRECT_PATH}"]} if base else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {name: text.replace("{command}", command) for name, text in _DISPLAY.items()},
        "features": _features(command, listening.get("request_url")),
        "oauth_config": {
            **redirecting,
            "scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**listening, "bot_events": [*Event, *(HttpEvent if base else ())]},
            # The last one is where Slack asks for the options of a menu.
            "interactivity": {"is_enabled": True, **listening, **_menus(listening.get("request_url"))},
            "org_deploy_enabled": bool(base),
            "socket_mode_enabled": not base,
            "token_rotation_enabled": False,
        },
    }


def manifest_text(app: Mapping[str, Any]) -> str:
    """Return the manifest as JSON, as `manifest.json` has it, without a line break at the end."""
    return json.dumps(app, indent=2, ensure_ascii=False)


def creation_link(app: Mapping[str, Any]) -> str:
    """Return the address at which Slack offers to create the app from this manifest.

    https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests#sharing_manifests
    """
    written = json.dumps(app, separators=(",", ":"), ensure_ascii=False)
    return f"https://api.slack.com/apps?new_app=1&manifest_json={quote(written, safe='')}"


def _features(command: str, request_url: str | None) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "shortcuts": [dict(each) for each in _SHORTCUTS],
        "slash_commands": [
            {
                "command": command,
                **({"url": request_url} if request_url else {}),
                "description": "Look up AI papers, save them, and set up this channel's daily digest",
                "usage_hint": _USAGE_HINT,
                "should_escape": False,
            }
        ],
        "unfurl_domains": list(UNFURL_DOMAINS),
    }


def _menus(request_url: str | None) -> dict[str, str]:
    return {"message_menu_options_url": request_url} if request_url else {}
