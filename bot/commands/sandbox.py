"""The command that starts the local Slack alone."""

from pathlib import Path

import click

from bot.commands.endings import Incomplete
from bot.commands.terminal import FILE, port_option, run_until_stopped, say
from bot.manifest import app_manifest
from bot.sandbox import SandboxError, serve
from bot.sandbox.standalone import read_json


@click.command()
@port_option("Port of the page and the Web API.")
@click.option(
    "--config", type=FILE, show_default="a small team", help="People, channels and rate limits, as JSON."
)
@click.option("--manifest", type=FILE, show_default="Paper Round's own", help="The app's manifest, as JSON.")
def sandbox(port: int, config: Path | None, manifest: Path | None) -> None:
    """Start the local Slack alone, for a bot in another process.

    It prints the settings your bot needs, then the address of its page, and runs until you press Ctrl-C.

    To drive it from tests in any language, see bot/sandbox/CONTROL.md.
    """
    try:
        app = read_json(manifest) if manifest else app_manifest()
        run_until_stopped(serve(app, port=port, config_path=config, announce=say))
    except SandboxError as error:
        raise Incomplete(str(error)) from error
