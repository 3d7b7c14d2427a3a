"""The command that starts the local Slack alone."""

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import click

from bot.commands.endings import Incomplete
from bot.commands.terminal import FILE, port_option, run_until_stopped, say
from bot.installations.cipher import new_key
from bot.manifest import app_manifest
from bot.sandbox import SandboxError, serve
from bot.sandbox.standalone import read_json


def _read_address(
    _context: click.Context, _option: click.Parameter, address: str | None
) -> SplitResult | None:
    """Return the address; raises `click.BadParameter` for one that is not of this machine."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"} and parts.port
    except ValueError:
        is_here = None
    if not is_here:
        raise click.BadParameter(
            "Give an address on this machine with a port, such as http://127.0.0.1:3000."
        )
    return parts


def _settings_at(address: SplitResult | None) -> dict[str, str]:
    """Return the settings with which the bot listens at the address."""
    if address is None:
        return {}
    return {
        "PAPER_ROUND_URL": address.geturl(),
        "PORT": str(address.port),
        "PAPER_ROUND_TOKEN_KEYS": new_key(),
    }


@click.command()
@port_option("Port of the page and the Web API.")
@click.option(
    "--config", type=FILE, show_default="a small team", help="People, channels and rate limits, as JSON."
)
@click.option("--manifest", type=FILE, show_default="Paper Round's own", help="The app's manifest, as JSON.")
@click.option(
    "--http",
    "address",
    metavar="URL",
    callback=_read_address,
    help="Where your bot listens, such as http://127.0.0.1:3000: two workspaces can install it over HTTP.",
)
def sandbox(port: int, config: Path | None, manifest: Path | None, address: SplitResult | None) -> None:
    """Start the local Slack alone, for a bot in another process.

    It prints the settings your bot needs, then the address of its page, and runs until you press Ctrl-C.

    With --http, or the manifest of an app over HTTP, several workspaces run; each has a page of its own.
    They install your bot at its /slack/install. The configuration then may list them under "workspaces".

    To drive it from tests in any language, see bot/sandbox/CONTROL.md.
    """
    if manifest and address:
        raise click.UsageError("Give --http or --manifest, not both: the manifest has the bot's address.")
    try:
        app = read_json(manifest) if manifest else app_manifest(url=address.geturl() if address else "")
        for name, value in _settings_at(address).items():
            say(f"{name}={value}")
        run_until_stopped(serve(app, port=port, config_path=config, announce=say))
    except SandboxError as error:
        raise Incomplete(str(error)) from error
