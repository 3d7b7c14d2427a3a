"""Backups of a SQLite file, and the way back: a restored ledger knows that it may lack what came after.

Whatever was under way when a backup was made may have been posted since, and digests may have been posted of
which it knows nothing. So nothing that was planned is taken for unsent, and each channel is compared with the
ledger before anything is posted there (`bot.delivery.reconciliation`).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import Timeout

from bot.errors import BackupError
from bot.files import PRIVATE_FILE
from storage import migrations
from storage.address import Address, Server
from storage.database import connect, prepare, run_lock
from storage.database_copy import refuse_running
from storage.engines.sqlite_backup import Outline, Stop, checked, copy_to, kept_still, put_in_place, remove
from storage.installations import CHECKED
from storage.tables import Tables

RESTORED = "restored from a backup"
"""Why a post is unknown that was planned or under way when the backup was made."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was checked."""

    path: Path
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored database is."""

    #: Where the database is that it replaces; `None` where there was none.
    aside: Path | None
    #: The last moment of which it knows anything; `None` where it never ran.
    known_until: datetime | None
    #: How many messages are looked for in Slack before they are sent.
    unknown: int
    #: How many channels are compared at the next start.
    channels: int


def back_up(database: Path, target: Path, *, force: bool = False, stop: Stop | None = None) -> Backup:
    """Make a checked backup, whoever uses the database meanwhile; raises `BackupError` or `StorageError`.

    Refuses to replace a file unless `force` says so, and the database itself always.
    """
    if not database.is_file():
        raise BackupError(f"There is no database at {database}, so nothing was backed up.")
    if _are_same(database, target):
        raise BackupError(f"{target} is the database itself. Name another file for its backup.")
    if target.is_file() and not force:
        raise BackupError(f"{target} is there already. Name another file, or replace it with --force.")
    return _described(target, copy_to(database, target, stop))


def restore(backup: Path, database: Path, now: datetime) -> Restored:
    """Put a backup in the place of the database, which is kept aside; raises `BackupError`.

    The database itself may be named too, once something else has put it back; then it stays where it is.
    Nothing changes unless the backup is whole, and no process runs on the database.
    """
    if not backup.is_file():
        raise BackupError(f"There is no file {backup}, so nothing was restored.")
    if not database.absolute().parent.is_dir():
        raise BackupError(f"The folder of the database {database} does not exist. Create it and try again.")
    with _unused(database):
        checked(backup)
        if _are_same(backup, database):
            database.chmod(PRIVATE_FILE)
            return Restored(None, *_doubt(database, str(database), now))
        return _put_back(backup, database, now)


def mark_restored(server: Server, now: datetime) -> Restored:
    """Record that a server's own tools put its database back, so that it may lack what came after.

    Raises `StorageError` where a process gave a sign of life just now.
    """
    prepare(server)
    with closing(connect(server)) as engine:
        refuse_running(engine, server, now)
    return Restored(None, *_doubt(server, str(server), now))


def _put_back(backup: Path, database: Path, now: datetime) -> Restored:
    copy = database.with_name(f".{database.name}.restoring")
    aside = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%S}")
    try:
        copy_to(backup, copy, name=f"The copy of {backup}")
        doubted = _doubt(copy, str(backup), now)
        was_there = put_in_place(copy, database, aside)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupError(f"{database} cannot be written: {reason}. Nothing was restored.") from error
    finally:
        remove(copy)
    return Restored(aside if was_there else None, *doubted)


def _doubt(database: Address, name: str, now: datetime) -> tuple[datetime | None, int, int]:
    """Bring the tables up to date, and record that they may lack what came after them."""
    with closing(connect(database)) as engine:
        migrations.update(engine, name)
        with engine.transaction():
            tables = Tables(engine)
            tables.deliveries.release_all()
            tables.leases.release_all(now)
            known_until = _known_until(tables, now)
            # Who uninstalled the bot since is installed again, tokens and all, until Slack is asked.
            tables.heartbeats.forget(CHECKED)
            tables.deliveries.doubt()
            return known_until, tables.posts.doubt(RESTORED), tables.reconciliations.begin(known_until)


def _known_until(tables: Tables, now: datetime) -> datetime | None:
    """Return the last moment of which the tables know anything, but none that a wrong clock told."""
    moments = (tables.heartbeats.latest(), tables.deliveries.last_opened_at())
    return max((moment for moment in moments if moment and moment <= now), default=None)


@contextmanager
def _unused(database: Path) -> Iterator[None]:
    """Have no process run on the database, nor bring its tables up to date; raises `BackupError`."""
    try:
        with run_lock(database).acquire(timeout=0), kept_still(database):
            yield
    except Timeout as error:
        raise BackupError(f"Paper Round runs on {database}. Stop it, and restore the backup then.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackupError(f"{database} cannot be written: {reason}. Nothing was restored.") from error


def _are_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _described(path: Path, outline: Outline) -> Backup:
    return Backup(path, sum(outline.rows.values()), path.stat().st_size)
