"""The paper-round command: its group, and the table of its subcommands."""

import logging
import signal
import sys
import zoneinfo
from io import TextIOWrapper
from typing import Any

import click

from bot.commands.endings import Terminated, handling, terminate, told_in_the_terminal
from bot.commands.group import LazyCommand, LazyGroup
from bot.logs import set_up_logging
from bot.version import version

_SECTIONS = {
    "Get started": {
        "demo": LazyCommand(
            "bot.commands.demo", "demo", "Try the bot in a local Slack, with a day of papers"
        ),
        "setup": LazyCommand(
            "bot.commands.setup", "setup", "Set the bot up in your Slack, by a few questions"
        ),
        "manifest": LazyCommand(
            "bot.commands.manifest", "manifest", "Print the app's manifest, from which Slack creates the app"
        ),
        "run": LazyCommand(
            "bot.commands.run", "run", "Connect the bot to your Slack", runs_until_stopped=True
        ),
        "doctor": LazyCommand(
            "bot.commands.doctor", "doctor", "Check all that the bot needs, and say what to do"
        ),
        "sandbox": LazyCommand(
            "bot.commands.sandbox",
            "sandbox",
            "Start the local Slack alone, for a bot in another process",
            runs_until_stopped=True,
        ),
    },
    "Channels": {
        "subscribe": LazyCommand(
            "bot.commands.subscriptions", "subscribe", "Set up a daily digest in one or more channels"
        ),
        "unsubscribe": LazyCommand(
            "bot.commands.subscriptions", "unsubscribe", "Stop the daily digest in one or more channels"
        ),
        "resume": LazyCommand(
            "bot.commands.subscriptions", "resume", "Resume all digests that a closed workspace paused"
        ),
        "subscriptions": LazyCommand(
            "bot.commands.subscriptions", "subscriptions", "List the channels that have a daily digest"
        ),
        "deliver": LazyCommand(
            "bot.commands.deliver", "deliver", "Post a digest now, leaving out papers already posted"
        ),
        "status": LazyCommand(
            "bot.commands.status", "status", "Show how digests, sources and summaries are doing"
        ),
    },
    "Papers": {
        "fetch": LazyCommand(
            "bot.commands.sources", "fetch", "Fetch what a source lists, with details and full texts"
        ),
        "summarise": LazyCommand(
            "bot.commands.summaries", "summarise", "Have a model summarise papers, by id or by day"
        ),
        "system-card": LazyCommand(
            "bot.commands.system_card",
            "system_card",
            "Print what writes summaries here, what is checked, and known hazards",
        ),
        "import": LazyCommand(
            "bot.commands.documents", "import_files", "Import papers and summaries from digest files"
        ),
        "search": LazyCommand("bot.commands.search", "search", "Find papers by words, the best match first"),
        "digest": LazyCommand("bot.commands.documents", "digest", "Print a day's papers and their summaries"),
        "archive": LazyCommand(
            "bot.commands.documents",
            "archive",
            "Write each day to a file: Markdown for git, or web pages and a feed",
        ),
    },
    "People": {
        "saved": LazyCommand("bot.commands.people", "saved", "Write one person's saved papers to a file"),
        "forget": LazyCommand(
            "bot.commands.people", "forget", "Remove everything that is kept of one person"
        ),
    },
    "Keeping it safe": {
        "backup": LazyCommand(
            "bot.commands.backups", "backup", "Copy the database into FILE, whole and checked"
        ),
        "restore": LazyCommand(
            "bot.commands.backups", "restore", "Put the backup FILE in the place of the database"
        ),
    },
    "Growing": {
        "copy": LazyCommand(
            "bot.commands.copy",
            "copy",
            "Copy a database into an empty one, from a file to a server or back",
        ),
        "reindex": LazyCommand("bot.commands.search", "reindex", "Make the search index anew"),
    },
}


class _PaperRound(LazyGroup):
    """The one place where the bot's own errors become sentences in the terminal."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Read the options, some of which print and end the program."""
        with told_in_the_terminal():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; `endings` says with which status it ends."""
        # Most commands hear of Ctrl-C alone, and so does the import of each.
        with told_in_the_terminal(), handling(signal.SIGTERM, terminate):
            try:
                return super().invoke(ctx)
            except Terminated:
                if not self.lazy_commands[ctx.invoked_subcommand or ""].runs_until_stopped:
                    raise
                # It was about to start, with nothing open yet.
                return None


@click.group(
    "paper-round",
    cls=_PaperRound,
    sections=_SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(version())
@click.option("-v", "--verbose", is_flag=True, help="Log progress too, not only warnings and errors.")
def main(verbose: bool) -> None:
    """Paper Round brings each day's AI papers into Slack.

    New here? Run `paper-round demo`: you need no Slack account for it.
    """
    # The pinned tzdata package decides a digest's hour, not the rules that this machine happens to have.
    zoneinfo.reset_tzpath(to=())
    _write_any_text()
    set_up_logging(logging.INFO if verbose else logging.WARNING)


def _write_any_text() -> None:
    """Let a terminal or a file whose encoding lacks a character show `?` in its place, instead of failing."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
