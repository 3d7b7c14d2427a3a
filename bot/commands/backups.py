"""The commands that back a database up and put a backup back."""

from pathlib import Path

import click

from bot.commands.terminal import counted, current_clock, database_option, say, settings_with
from bot.errors import BackupError
from storage.address import Address, Server
from storage.backups import back_up
from storage.backups import restore as put_back

_FILE = click.Path(dir_okay=True, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@database_option
def backup(file: Path, database: Address | None, *, force: bool) -> None:
    """Copy the database into FILE, whole and checked.

    The bot may run meanwhile. FILE is checked from the first page to the last before it gets its name. It is
    its owner's alone, as it holds what people save and note.
    """
    address = settings_with(database).database
    if isinstance(address, Server):
        raise BackupError(
            f"The database {address} is on a server, which makes its own backups: "
            f"pg_dump --format=custom --file={file} --dbname={address}"
        )
    made = back_up(address, file, force=force)
    say(f"{made.path}: {counted(made.rows, 'row')} in {made.size:,} bytes, checked")


@click.command()
@click.argument("file", type=_FILE)
@database_option
def restore(file: Path, database: Address | None) -> None:
    """Put the backup FILE in the place of the database.

    Stop the bot first. FILE is checked before anything changes, and what was there is kept beside it. When
    the bot starts, it reads in each channel what was posted since the backup, so nothing is posted twice.

    Where something else put the database back, such as Litestream, FILE is the database itself.
    """
    address = settings_with(database).database
    if isinstance(address, Server):
        raise BackupError(
            f"The database {address} is on a server. With all workers stopped: "
            f"pg_restore --clean --if-exists --dbname={address} {file}"
        )
    restored = put_back(file, address, current_clock().now())
    until = f"as of {restored.known_until:%Y-%m-%d %H:%M:%S} UTC" if restored.known_until else "never run yet"
    say(f"{address} is whole, {until}." if file == address else f"{address} is {file} now, {until}.")
    if restored.aside:
        say(f"What was there is {restored.aside}.")
    say(
        f"At its next start the bot looks into {counted(restored.channels, 'channel')} for what was posted "
        f"since, and for {counted(restored.unknown, 'message')} that may have been."
    )
