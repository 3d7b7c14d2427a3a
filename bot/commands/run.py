"""The command that connects the bot to Slack."""

import asyncio
import logging

import click

from bot.app import application
from bot.commands.terminal import current_clock, database_option, run_until_stopped, say, settings_with
from bot.files import open_to_others
from bot.settings import Settings
from storage.address import Address
from storage.database import files_of

_logger = logging.getLogger(__name__)


@click.command()
@database_option
def run(database: Address | None) -> None:
    """Connect the bot to your Slack.

    It posts what is due, finishes what an earlier run began and answers people, until you press Ctrl-C.

    You need SLACK_BOT_TOKEN and SLACK_APP_TOKEN, in the environment or in a file .env in this folder. The
    README shows where to get them.
    """
    run_until_stopped(_serve(settings_with(database)))


async def _serve(settings: Settings) -> None:
    async with application(settings, current_clock()) as bot:
        _warn_of_open_files(settings)
        say(f"Connected to workspace {bot.workspace}. Press Ctrl-C to stop.")
        await asyncio.Event().wait()


def _warn_of_open_files(settings: Settings) -> None:
    """Warn of files from before they were made for their owner alone: they hold what people save and note."""
    for path in open_to_others([*files_of(settings.database), settings.texts]):
        _logger.warning(
            "Others on this machine may read %s. To keep it to yourself: chmod go= %s", path, path
        )
