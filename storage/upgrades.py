"""Brings the tables of a file up to date, once a checked copy of an earlier version's is beside it."""

import re
from pathlib import Path

from storage import migrations
from storage.engines.engine import Engine
from storage.engines.sqlite_backup import copy_to

COPIES_KEPT = 2
"""How many copies of earlier versions stay beside a database, the newest ones."""


class SafeSchema:
    """The tables as this version wants them, in a file that is copied before an upgrade changes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def update(self, engine: Engine, name: str) -> None:
        """Bring the tables up to date; raises `StorageError`, and then leaves them as they are.

        Without room for the copy nothing is changed: `BackupError`.
        """
        if version := migrations.upgrade(engine):
            copy_to(self._path, _name(self._path, version))
            for old in _copies(self._path)[COPIES_KEPT:]:
                old.unlink(missing_ok=True)
        migrations.update(engine, name)

    def is_derived(self, table: str) -> bool:
        """Tell whether all that a table holds can be made anew from the others."""
        return migrations.is_derived(table)

    def check(self, engine: Engine, name: str) -> None:
        """Raise `StorageError` where the tables are of a newer or an older version."""
        migrations.check(engine, name)

    def progress(self, engine: Engine, name: str) -> tuple[str, int]:
        """Return the last step applied and how many are missing; raises `StorageError` as `update` does."""
        return migrations.progress(engine, name)


def _name(path: Path, version: int) -> Path:
    return path.with_name(f"{path.stem}.before-v{version:02}{path.suffix}")


def _copies(path: Path) -> list[Path]:
    """Return the copies of the file that were made before upgrades, the newest first."""
    pattern = re.compile(rf"{re.escape(path.stem)}\.before-v(\d+){re.escape(path.suffix)}")
    found = {each: match for each in path.parent.iterdir() if (match := pattern.fullmatch(each.name))}
    return sorted(found, key=lambda each: int(found[each][1]), reverse=True)
