"""The command that moves a database from one engine to the other."""

import sys

import click

from bot.clock import SystemClock
from bot.commands.terminal import DatabaseAddress, counted, say
from bot.errors import StorageError
from storage.address import Address
from storage.database import exists
from storage.database_copy import copy_database


@click.command()
@click.option(
    "--from",
    "source",
    metavar="DATABASE",
    required=True,
    type=DatabaseAddress(),
    help="The database to copy; nothing is removed from it.",
)
@click.option(
    "--to",
    "target",
    metavar="DATABASE",
    required=True,
    type=DatabaseAddress(),
    help="An empty one: a new file, or a database on a server.",
)
def copy(source: Address, target: Address) -> None:
    """Copy a database into an empty one, from a file to a server or back.

    A database is the path of a SQLite file, or postgresql://…

    Stop the bot first. If it runs on the file, or ran on the server within the last two minutes, nothing is
    copied. If anything fails halfway, nothing is kept, and you can run this again. Afterwards set
    PAPER_ROUND_DB to the new database.
    """
    if not exists(source):
        raise StorageError(f"I found no database at {source}. Name the one to copy with --from.")
    now = SystemClock().now()
    with click.progressbar(length=1, label="Copying", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def report(rows: int, total: int) -> None:
            bar.length = total
            bar.update(rows)

        copied = copy_database(source, target, now, report)
    say(f"{counted(copied.rows, 'row')} of {counted(copied.tables, 'table')} copied to {target}")
