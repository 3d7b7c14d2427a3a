"""The command that prints the app's manifest."""

from urllib.parse import urlsplit

import click

from bot.commands.terminal import say
from bot.manifest import app_manifest, manifest_text
from bot.settings import read_command, settings_as_far_as_they_go


def _read_address(_context: click.Context, _option: click.Parameter, address: str | None) -> str:
    """Return the address; raises `click.BadParameter` for one that Slack would not call."""
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise click.BadParameter(
            "Slack calls only an address that starts with https://, such as https://bot.example.org."
        )
    return address


@click.command()
@click.option(
    "--http",
    "address",
    metavar="URL",
    callback=_read_address,
    help="The bot's public address, for an app that Slack calls over HTTP instead of Socket Mode.",
)
@click.option(
    "--command",
    "name",
    metavar="NAME",
    show_default="PAPER_ROUND_COMMAND, or /papers",
    help="The slash command, such as /reading.",
)
def manifest(address: str, name: str | None) -> None:
    """Print the app's manifest, from which Slack creates the app.

    Paste it at api.slack.com/apps under Create New App, From a manifest. To change an app that you have,
    paste it under App Manifest, and install the app again if its scopes changed.
    """
    command = read_command(name) if name else settings_as_far_as_they_go()[0].command
    say(manifest_text(app_manifest(command, address)))
