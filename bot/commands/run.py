"""The command that connects the bot to Slack."""

import asyncio
from pathlib import Path

import click

from bot.app import application
from bot.clock import SystemClock
from bot.commands.terminal import database_option, run_until_stopped, say, settings_with


@click.command()
@database_option
def run(database: Path | None) -> None:
    """Connect the bot to your Slack.

    It posts what is due, finishes what an earlier run began and answers people, until you press Ctrl-C.

    You need SLACK_BOT_TOKEN and SLACK_APP_TOKEN, in the environment or in a file .env in this folder. The
    README shows where to get them.
    """
    run_until_stopped(_serve(database))


async def _serve(database: Path | None) -> None:
    async with application(settings_with(database), SystemClock()) as bot:
        say(f"Connected to workspace {bot.workspace}. Press Ctrl-C to stop.")
        await asyncio.Event().wait()
