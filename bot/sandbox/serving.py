"""The workspace alone, for a bot in another process: starts it and prints what the bot needs."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.config import Configuration
from bot.sandbox.errors import ConfigurationError
from bot.sandbox.server import Sandbox
from bot.sandbox.workspace import Workspace


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file. Raises ConfigurationError, which names the file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} must hold a JSON object.")
    return data


def settings_for_a_bot(sandbox: Sandbox) -> dict[str, str]:
    """Return the settings with which a bot reaches this sandbox, by the names of its environment."""
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
    """Run a workspace until cancelled; `announce` is given each line of what to know.

    The lines are the settings as NAME=value, then the address of the page. Raises ConfigurationError for a
    manifest or configuration that cannot be read, and for a port that is taken.
    """
    config = Configuration.read(read_json(config_path)) if config_path is not None else None
    sandbox = Sandbox(Workspace(manifest, clock, config), port)
    try:
        await sandbox.start()
    except OSError as error:
        raise ConfigurationError(f"Port {port} cannot be used: {error.strerror}. Choose another.") from error
    try:
        for name, value in settings_for_a_bot(sandbox).items():
            announce(f"{name}={value}")
        announce(f"The workspace is open at {sandbox.url}/ (Ctrl-C ends it).")
        await asyncio.Event().wait()
    finally:
        await sandbox.aclose()
