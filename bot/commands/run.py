"""The command that connects the bot to Slack."""

import asyncio
import logging
from urllib.parse import urljoin

import click

from bot.app import application
from bot.commands.terminal import current_clock, database_option, run_until_stopped, say, settings_with
from bot.files import open_to_others
from bot.settings import OverHttp, OverSocket, Settings, way_to_run
from bot.watchdog import end_process, ending_within
from handlers.installs import INSTALL_PATH
from storage.address import Address
from storage.database import files_of

SECONDS_TO_STOP = 9.0
"""How long a stop may take, also while the bot starts: hosts kill after ten seconds or more."""

_logger = logging.getLogger(__name__)


@click.command()
@database_option
def run(database: Address | None) -> None:
    """Connect the bot to your Slack.

    It posts what is due, finishes what an earlier run began and answers people, until you press Ctrl-C.

    For your own Slack you need SLACK_BOT_TOKEN and SLACK_APP_TOKEN, in the environment or in a file .env in
    this folder: `paper-round setup` writes it. To offer the bot to many workspaces over HTTP you need
    SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET, PAPER_ROUND_URL, PORT and
    PAPER_ROUND_TOKEN_KEYS instead. Where SLACK_APP_TOKEN is set, the bot runs in its one workspace.

    If it gets stuck it ends with status 1, so that your host starts it again; the log says why.
    """
    with ending_within(SECONDS_TO_STOP, end_process) as stop:
        run_until_stopped(_serve(settings_with(database)), stop)


async def _serve(settings: Settings) -> None:
    way = way_to_run(settings)
    if isinstance(way, OverSocket) and way.has_http_too:
        say("The settings for HTTP count for nothing, as SLACK_APP_TOKEN is set.")
    async with application(settings, current_clock(), on_stuck=end_process) as bot:
        _warn_of_open_files(settings)
        say(_greeting(way, bot.workspace))
        await asyncio.Event().wait()


def _greeting(way: OverSocket | OverHttp, workspace: str) -> str:
    if isinstance(way, OverSocket):
        return f"Connected to workspace {workspace}. Press Ctrl-C to stop."
    install = urljoin(way.public_url, INSTALL_PATH.removeprefix("/"))
    return f"Serving on port {way.port}. Press Ctrl-C to stop. Workspaces install the bot at {install}"


def _warn_of_open_files(settings: Settings) -> None:
    """Warn of files from before they were made for their owner alone: they hold what people save and note."""
    for path in open_to_others([*files_of(settings.database), settings.texts]):
        _logger.warning(
            "Others on this machine may read %s. To keep it to yourself: chmod go= %s", path, path
        )
