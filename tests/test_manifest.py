import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from slack_bolt.async_app import AsyncApp

import bot.slack
from bot.manifest import (
    OPTIONAL_SCOPES,
    SCOPES,
    Event,
    HttpEvent,
    app_manifest,
    creation_link,
    manifest_text,
)
from bot.settings import Settings
from tests.support.command import run
from tests.support.stage import set_stage
from tests.test_readme import ROOT, read

URL = "https://bot.example.org"


@pytest.mark.parametrize("url", ["", URL])
def test_the_manifest_is_one_that_slack_takes(shared_data: Path, url: str) -> None:
    schema = json.loads((shared_data / "slack" / "manifest.schema.1.0.0.json").read_text())

    jsonschema.validate(json.loads(manifest_text(app_manifest(url=url))), schema)


def test_the_manifest_in_the_repository_is_what_the_command_prints() -> None:
    result = run("manifest", PAPER_ROUND_COMMAND="/papers")

    assert result.exit_code == 0
    assert result.stdout == (ROOT / "manifest.json").read_text(encoding="utf-8")


def test_the_manifest_s_command_is_the_default_setting() -> None:
    assert commands(app_manifest()) == [Settings.model_fields["command"].default]


@pytest.mark.parametrize(
    ("arguments", "environment", "command"),
    [
        ([], {"PAPER_ROUND_COMMAND": "/reading"}, "/reading"),
        (["--command", "/lire"], {"PAPER_ROUND_COMMAND": "/reading"}, "/lire"),
    ],
)
def test_a_renamed_command_is_renamed_in_the_manifest(
    arguments: list[str], environment: dict[str, str], command: str
) -> None:
    app = json.loads(run("manifest", *arguments, **environment).stdout)

    assert commands(app) == [command]
    assert f"With {command} you search" in app["display_information"]["long_description"]


def test_a_manifest_for_http_has_its_addresses_and_the_events_of_installing() -> None:
    app = json.loads(run("manifest", "--http", f"{URL}/", "--command", "/papers").stdout)
    plain = app_manifest()

    listening = f"{URL}/slack/events"
    settings = {
        **plain["settings"],
        "event_subscriptions": {"request_url": listening, "bot_events": [*Event, *HttpEvent]},
        "interactivity": {
            "is_enabled": True,
            "request_url": listening,
            "message_menu_options_url": listening,
        },
        "org_deploy_enabled": True,
        "socket_mode_enabled": False,
    }
    (command,) = plain["features"]["slash_commands"]
    assert app == {
        **plain,
        "features": {**plain["features"], "slash_commands": [{**command, "url": listening}]},
        "oauth_config": {**plain["oauth_config"], "redirect_urls": [f"{URL}/slack/oauth_redirect"]},
        "settings": settings,
    }


@pytest.mark.parametrize(
    "address", ["http://bot.example.org", "bot.example.org", "https://", "https://a.org/?key=1"]
)
def test_an_address_that_slack_would_not_call_is_refused(address: str) -> None:
    result = run("manifest", "--http", address)

    assert (result.exit_code, "starts with https://" in result.stderr) == (2, True)


def test_the_link_that_creates_the_app_has_the_manifest_in_it() -> None:
    link = urlsplit(creation_link(app_manifest()))

    asked = parse_qs(link.query)
    assert (link.netloc, link.path, asked["new_app"]) == ("api.slack.com", "/apps", ["1"])
    assert json.loads(asked["manifest_json"][0]) == app_manifest()


def test_every_scope_has_its_reason_in_the_documents() -> None:
    section = read("docs/slack.md").partition("## What the app may do")[2]
    rows = re.findall(r"^\| (`.*?)( \(optional\))? \| (.*?) \|$", section, re.MULTILINE)

    told = [
        ((name, reason), bool(optional))
        for names, optional, reason in rows
        for name in re.findall(r"`(.*?)`", names)
    ]
    assert dict(each for each, optional in told if not optional) == SCOPES
    assert dict(each for each, optional in told if optional) == OPTIONAL_SCOPES


class _Listed(AsyncApp):
    """Bolt's app, which notes what the handlers register with it by name."""

    heard: list[tuple[str, str]]

    def __init__(self, **options: Any) -> None:
        type(self).heard = []
        super().__init__(**options)

    def event(self, event: Any, *more: Any, **options: Any) -> Any:
        return self._noted("event", event, super().event(event, *more, **options))

    def command(self, command: Any, *more: Any, **options: Any) -> Any:
        return self._noted("command", command, super().command(command, *more, **options))

    def shortcut(self, constraints: Any, *more: Any, **options: Any) -> Any:
        return self._noted("shortcut", constraints, super().shortcut(constraints, *more, **options))

    def global_shortcut(self, callback_id: Any, *more: Any, **options: Any) -> Any:
        return self._noted("shortcut", callback_id, super().global_shortcut(callback_id, *more, **options))

    def message_shortcut(self, callback_id: Any, *more: Any, **options: Any) -> Any:
        return self._noted("shortcut", callback_id, super().message_shortcut(callback_id, *more, **options))

    def _noted(self, kind: str, name: Any, listener: Any) -> Any:
        if isinstance(name, str):
            self.heard.append((kind, name))
        return listener


async def test_the_manifest_has_just_what_the_handlers_listen_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.slack, "AsyncApp", _Listed)
    async with set_stage(tmp_path / "paper-round.db"):
        heard = sorted(_Listed.heard)

    app = app_manifest()
    assert heard == sorted(
        [
            *(("event", name) for name in app["settings"]["event_subscriptions"]["bot_events"]),
            *(("command", name) for name in commands(app)),
            *(("shortcut", each["callback_id"]) for each in app["features"]["shortcuts"]),
        ]
    )


@pytest.mark.parametrize(
    ("place", "most"),
    [("name", 35), ("description", 140), ("long_description", 4000)],
)
def test_the_manifest_s_texts_are_short_enough(place: str, most: int) -> None:
    assert len(app_manifest()["display_information"][place]) <= most


def commands(app: dict[str, Any]) -> list[str]:
    return [command["command"] for command in app["features"]["slash_commands"]]
