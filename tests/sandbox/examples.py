"""Small blocks and views from which the examples of each rule are made."""

from typing import Any

import pytest

Json = dict[str, Any]

MANIFEST: Json = {
    "display_information": {"name": "To-do"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "To-do"},
        "slash_commands": [
            {"command": "/todo", "description": "Add a task", "usage_hint": "[task | new | all]"},
            {"command": "/tell", "description": "Tell somebody", "should_escape": True},
        ],
        "shortcuts": [
            {"name": "Make it a task", "type": "message", "callback_id": "from_message"},
            {"name": "New task", "type": "global", "callback_id": "new_task"},
        ],
        "unfurl_domains": ["tasks.example", "docs.todo.example"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "commands",
                "users:read",
                "reactions:read",
                "reactions:write",
                "files:read",
                "files:write",
                "channels:read",
                "groups:read",
                "im:read",
                "im:write",
                "channels:history",
                "groups:history",
                "im:history",
                "app_mentions:read",
                "links:read",
                "links:write",
            ],
            "bot_optional": ["channels:join"],
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "reaction_added",
                "reaction_removed",
                "file_shared",
                "link_shared",
                "member_joined_channel",
                "channel_left",
                "channel_archive",
                "channel_rename",
                "message.channels",
                "message.im",
            ]
        },
        "interactivity": {"is_enabled": True},
    },
}
about_sockets = pytest.mark.parametrize("mode", ["socket"], indirect=True)
"""Has a test run with an app in Socket Mode alone."""


def over_http(manifest: Json, url: str) -> Json:
    """Return the manifest of the same app over HTTP, where all comes to one address."""
    commands = [{**command, "url": url} for command in manifest["features"]["slash_commands"]]
    settings = manifest["settings"]
    return {
        **manifest,
        "features": {**manifest["features"], "slash_commands": commands},
        "settings": {
            **settings,
            "event_subscriptions": {**settings["event_subscriptions"], "request_url": url},
            "interactivity": {"is_enabled": True, "request_url": url, "message_menu_options_url": url},
        },
    }


UNLIMITED: Json = dict.fromkeys(
    ("message_seconds", "messages_per_minute", "tier_1", "tier_2", "tier_3", "tier_4", "special")
)


def plain(text: str = "text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "text") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def header(text: str = "text") -> Json:
    return {"type": "header", "text": plain(text)}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "a", **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def option(value: str = "v", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(f"v{index}") for index in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "a", "options": [option()], **more}


def text_input(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "a", **more}


def number_input(**more: Any) -> Json:
    return {"type": "number_input", "action_id": "a", "is_decimal_allowed": False, **more}


def external_select(**more: Any) -> Json:
    return {"type": "external_select", "action_id": "assignee", "min_query_length": 1, **more}


def file_input(**more: Any) -> Json:
    return {"type": "file_input", "action_id": "a", **more}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


def field(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element or text_input(), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    blocks = blocks or (section(),)
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks), **more}


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


def rich_text(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*runs: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(runs) or [{"type": "text", "text": "a"}]}
