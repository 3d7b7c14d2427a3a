"""Database files whose tables are there already: to migrate one anew costs more than many a test."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.database import prepare


def empty_tables(path: Path) -> Path:
    """Put empty tables where there is no database yet, and return the path."""
    if not path.exists():
        path.write_bytes(_migrated())
    return path


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        prepare(path)
        return path.read_bytes()
