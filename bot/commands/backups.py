"""The commands that back a database up and put a backup back."""

from datetime import datetime
from pathlib import Path

import click

from bot.commands.terminal import counted, current_clock, database_option, say, settings_with
from bot.errors import BackupError
from storage.address import Address, Server
from storage.backups import Restored, back_up, mark_restored
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
@click.argument("file", type=_FILE, required=False)
@click.option("--already", is_flag=True, help="Only note that something else has put the database back.")
@database_option
def restore(file: Path | None, database: Address | None, *, already: bool) -> None:
    """Put the backup FILE in the place of the database.

    Stop the bot first. FILE is checked before anything changes, and what was there is kept beside it. When
    the bot starts, it reads in each channel what was posted since the backup, so nothing is posted twice.

    If something else has put the database back, such as Litestream or pg_restore, use --already in place of
    FILE.
    """
    address = settings_with(database).database
    if already == bool(file):
        raise click.UsageError("Name the backup FILE, or use --already.")
    restored = _restored(file, address, current_clock().now())
    known = restored.known_until
    until = f"as of {known:%Y-%m-%d %H:%M:%S} UTC" if known else "never run yet"
    say(f"{address} is {file} now, {until}." if file else f"{address} is whole, {until}.")
    if restored.aside:
        say(f"What was there is {restored.aside}.")
    say(
        f"At its next start the bot looks into {counted(restored.channels, 'channel')} for what was posted "
        f"since, and for {counted(restored.unknown, 'message')} that may have been."
    )


def _restored(file: Path | None, address: Address, now: datetime) -> Restored:
    if not isinstance(address, Server):
        return put_back(file or address, address, now)
    if file:
        raise BackupError(
            f"The database {address} is on a server. With all workers stopped: "
            f"pg_restore --clean --if-exists --dbname={address} {file} && paper-round restore --already"
        )
    return mark_restored(address, now)
