"""The folder in which simulated runs keep their databases."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- only a new folder of our own in it is used


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Yield a folder for many small databases, in memory if possible: no run depends on fsync."""
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as made:
        yield Path(made)
