"""Whether the database is whole, can be written and has room."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.diagnosis.finding import Finding, failed, not_checked, ok, warning
from bot.errors import StorageError
from bot.files import open_to_others
from storage.address import Address, Server
from storage.database import exists, files_of, inspect, running_on
from storage.engines.engine import Inspection

DATABASE, DISK, FILES, PROCESS = "database", "disk", "files", "process"

_MEBIBYTE = 1024 * 1024
_LITTLE_ROOM = 500 * _MEBIBYTE
_TOO_LITTLE_ROOM = 20 * _MEBIBYTE
_MOST_SHOWN = 200


def free_bytes(folder: Path) -> int:
    """Return how many bytes the disk of a folder has left for us; raises OSError."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class DatabaseLook:
    """What is found of a database."""

    findings: list[Finding]
    #: Whether its tables are there, and as this version wants them.
    is_readable: bool = False


def look_at_database(address: Address, free: Callable[[Path], int] = free_bytes) -> DatabaseLook:
    """Return how the database is, after reading all of it; it is not changed."""
    try:
        if not exists(address):
            first = ok(DATABASE, f"There is none yet at {address}; the first start makes it.")
            return DatabaseLook([first, _room(address, free)])
        inspection = inspect(address)
    except StorageError as error:
        return DatabaseLook([failed(DATABASE, *sentences(str(error)))])
    is_readable = not inspection.missing and not inspection.damage
    found = [inspection_finding(address, inspection)]
    if not isinstance(address, Server):
        found += [_room(address, free), _privacy(address), _process(address)]
    return DatabaseLook(found, is_readable)


def inspection_finding(address: Address, found: Inspection) -> Finding:
    """Return what was found in the database."""
    if found.damage:
        damage = "; ".join(found.damage)[:_MOST_SHOWN]
        return failed(
            DATABASE,
            f"{address} is damaged ({damage}).",
            "Stop the bot, keep a copy of the file, and restore it from a backup.",
        )
    if found.unwritable:
        return failed(DATABASE, *sentences(found.unwritable))
    journal = f", {found.journal_mode.upper()}" if found.journal_mode else ""
    updates = f"; the next start updates it by {found.missing}" if found.missing else ""
    return ok(
        DATABASE, f"{address} is whole: {found.engine}{journal}, schema {found.step or 'none'}{updates}."
    )


def room_finding(folder: Path, free: int) -> Finding:
    """Return whether the disk has room for what comes."""
    what = f"{folder} has {free // _MEBIBYTE:,} MiB left."
    if free < _TOO_LITTLE_ROOM:
        return failed(DISK, what, "Free some space: without any, nothing is delivered.")
    if free < _LITTLE_ROOM:
        return warning(DISK, what, "Free some space soon, or move the database with PAPER_ROUND_DB.")
    return ok(DISK, what)


def _room(address: Address, free: Callable[[Path], int]) -> Finding:
    folder = Path(str(address)).absolute().parent
    try:
        return room_finding(folder, free(folder))
    except OSError as error:
        return failed(
            DISK,
            f"The folder {folder} of the database cannot be used: {error.strerror}.",
            "Create it, or name another database in PAPER_ROUND_DB.",
        )


def _privacy(path: Path) -> Finding:
    readable = open_to_others(files_of(path))
    if not readable:
        return ok(FILES, "Only you can read the database.")
    names = " ".join(str(file) for file in readable)
    return warning(FILES, "Others on this machine may read what people save.", f"chmod go= {names}")


def _process(path: Path) -> Finding:
    try:
        running = running_on(path)
    except OSError as error:
        return not_checked(PROCESS, f"Whether the bot runs can't be told: {error.strerror}.")
    if running is None:
        return ok(PROCESS, "The bot is not running on this database.")
    return ok(PROCESS, f"The bot is running{f', as process {running.process}' if running.process else ''}.")


def sentences(text: str) -> tuple[str, str]:
    """Return the first sentence of an error, what is wrong, and the others, what to do."""
    what, _, remedy = text.partition(". ")
    return f"{what.rstrip('.')}.", remedy or "Choose another database with PAPER_ROUND_DB or --db."
