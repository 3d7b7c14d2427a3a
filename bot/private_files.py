"""Files that are their owner's alone: what people save and read is nobody else's on the machine."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_OF_OTHERS = 0o077


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


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Return the files and folders that others on this machine may read or write; on Windows none."""
    return [path for path in paths if os.name == "posix" and _mode(path) & _OF_OTHERS]


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
