"""The sandbox by itself: runs a workspace and prints what a bot in another process needs."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.composition import create_workspace
from bot.sandbox.config import Configuration
from bot.sandbox.errors import ConfigurationError
from bot.sandbox.server import Sandbox


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


async def serve(
    manifest: Mapping[str, Any],
    *,
    port: int,
    config_path: Path | None,
    announce: Callable[[str], None],
    clock: Clock | None = None,
) -> None:
    """Run a workspace until cancelled; `announce` receives the bot's settings, then the page's address.

    The settings come one per line as NAME=value. Raises ConfigurationError for an invalid manifest or
    configuration, and for a port that is taken.
    """
    config = Configuration.read(read_json(config_path)) if config_path is not None else None
    sandbox = Sandbox(create_workspace(manifest, clock, config), port)
    await sandbox.start()
    try:
        for name, value in bot_settings(sandbox).items():
            announce(f"{name}={value}")
        announce(f"The workspace is open at {sandbox.url}/ (Ctrl-C ends it).")
        await asyncio.Event().wait()
    finally:
        await sandbox.aclose()
