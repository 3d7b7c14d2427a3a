"""Files that are their owner's alone, and pipes that are read once, with bounds on time and size.

What people save and read is nobody else's on the machine. A named pipe is what `<(command)` makes in a shell.
"""

import os
import re
import select
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_OF_OTHERS = 0o077
_LOCKS = Path("/proc/locks")
# A process of another container has no number here.
_LOCK = re.compile(r"FLOCK +\S+ +WRITE (?P<process>[1-9][0-9]*) \w+:\w+:(?P<inode>[0-9]+)")


def make_private(path: Path) -> None:
    """Create an empty file for its owner alone where there is none; raises OSError.

    SQLite gives the files beside a database the same permissions: https://www.sqlite.org/src/file/src/os_unix.c
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def make_lock(path: Path) -> None:
    """Make a lock file, or open the one that is there; raises OSError.

    `FileLock` waits for one that cannot be made as for one that another process holds.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE))


def synced(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder, whatever happens next; raises OSError."""
    if os.name != "posix" and path.is_dir():
        # Windows opens no folders.
        return
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def holder_of(lock: Path) -> int | None:
    """Return the id of the process that holds the lock of a file, where Linux tells it.

    https://man7.org/linux/man-pages/man5/proc_locks.5.html
    """
    try:
        inode, lines = lock.stat().st_ino, _LOCKS.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    held = (found for line in lines if (found := _LOCK.search(line)) and int(found["inode"]) == inode)
    return next((int(found["process"]) for found in held), None)


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Return the files and folders that others on this machine may read or write; on Windows none."""
    return [path for path in paths if os.name == "posix" and _mode(path) & _OF_OTHERS]


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


SECONDS_FOR_A_PIPE = 10.0
"""How long to wait for whoever writes; without an end to it a command would wait for ever."""


NOBODY_WROTE = f"nobody wrote to it for {SECONDS_FOR_A_PIPE:.0f} seconds"
"""What is wrong with a pipe for which `written_to` returns `None`."""


def written_to(pipe: Path, most_bytes: int) -> bytes | None:
    """Return what is written to a pipe, cut off after `most_bytes` and a little more.

    Returns `None` if nobody writes for `SECONDS_FOR_A_PIPE`; raises OSError.
    """
    # Opened without waiting for the writer; what is read before there is one would be taken for the end.
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    content = bytearray()
    try:
        while select.select([reading], [], [], SECONDS_FOR_A_PIPE)[0]:
            part = os.read(reading, 65_536)
            content += part
            if not part or len(content) > most_bytes:
                return bytes(content)
    finally:
        os.close(reading)
    return None
