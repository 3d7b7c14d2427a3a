"""Database files whose tables are there already: to migrate one anew costs more than many a test."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.database import connect, prepare
from storage.engines.engine import OneConnection
from storage.runner import InlineRunner


def empty_tables(path: Path) -> Path:
    """Put empty tables where there is no database yet, and return the path."""
    if not path.exists():
        path.write_bytes(_migrated())
    return path


class PreparedRunner(InlineRunner):
    """An inline runner that skips the migrations, which would take most of a short life."""

    def __init__(self, path: Path) -> None:
        self._connections = OneConnection(connect(path))


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        prepare(path)
        return path.read_bytes()
