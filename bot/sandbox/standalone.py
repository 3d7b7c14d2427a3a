"""The sandbox by itself: runs a workspace and prints what a bot in another process needs."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.composition import create_workspace
from bot.sandbox.config import Configuration, Manifest
from bot.sandbox.errors import ConfigurationError
from bot.sandbox.server import Sandbox
from bot.sandbox.teams import TWO_TEAMS, Teams


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file. Raises ConfigurationError that names the file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} must hold a JSON object.")
    return data


def bot_settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables with which a bot connects to this sandbox."""
    return {
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.workspace.bot_token,
        "SLACK_APP_TOKEN": sandbox.workspace.app_token,
    }


def settings_over_http(teams: Teams) -> dict[str, str]:
    """Return the environment variables with which a bot over HTTP is installed in these workspaces."""
    return {
        "SLACK_API_URL": teams.api_url,
        "SLACK_CLIENT_ID": teams.credentials.client_id,
        "SLACK_CLIENT_SECRET": teams.credentials.client_secret,
        "SLACK_SIGNING_SECRET": teams.credentials.signing_secret,
    }


async def serve(
    manifest: Mapping[str, Any],
    *,
    port: int,
    config_path: Path | None,
    announce: Callable[[str], None],
    clock: Clock | None = None,
) -> None:
    """Run a workspace until cancelled; `announce` receives the bot's settings, then the page's address.

    The settings come one per line as NAME=value. Where the manifest is of an app over HTTP, several
    workspaces run, which can install it. Raises ConfigurationError for an invalid manifest or configuration,
    and for a port that is taken.
    """
    config = read_json(config_path) if config_path is not None else None
    if Manifest.read(manifest).is_over_http:
        await _serve_teams(Teams(manifest, _workspaces_in(config), clock=clock, port=port), announce)
        return
    sandbox = Sandbox(create_workspace(manifest, clock, config), port)
    await sandbox.start()
    try:
        _announce(bot_settings(sandbox), announce)
        announce(f"The workspace is open at {sandbox.url}/ (Ctrl-C ends it).")
        await asyncio.Event().wait()
    finally:
        await sandbox.aclose()


async def _serve_teams(teams: Teams, announce: Callable[[str], None]) -> None:
    async with teams:
        _announce(settings_over_http(teams), announce)
        for workspace in teams.workspaces:
            announce(f"{workspace.config.team_name} is open at {teams.page(workspace)}/")
        announce(f"All workspaces are driven at {teams.url}/control/teams (Ctrl-C ends them).")
        await asyncio.Event().wait()


def _announce(settings: Mapping[str, str], announce: Callable[[str], None]) -> None:
    for name, value in settings.items():
        announce(f"{name}={value}")


def _workspaces_in(config: Mapping[str, Any] | None) -> Sequence[Configuration]:
    """Return the workspaces of a configuration: those in its list `workspaces`, or the one that it is."""
    if config is None:
        return TWO_TEAMS
    listed = config.get("workspaces", [config])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed) or not listed:
        raise ConfigurationError("Invalid configuration: workspaces: must be a list of objects.")
    # Nobody has installed the app yet, and ids differ.
    return [
        Configuration.read({"number": number, "is_installed": False, **each})
        for number, each in enumerate(listed, start=1)
    ]
