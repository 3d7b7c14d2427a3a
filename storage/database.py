"""Opens a database by its address; the only module that knows which engines there are."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from bot.errors import StorageError
from bot.files import PRIVATE_FILE, holder_of
from storage import migrations
from storage.address import Address, Server
from storage.engines import sqlite
from storage.engines.engine import Connections, Engine, Inspection
from storage.upgrades import SafeSchema

READERS = 4
"""How many threads of a process read at the same time."""


def connections(address: Address) -> Connections:
    """Open a database for a process of several threads, its tables up to date; raises `StorageError`."""
    if isinstance(address, Server):
        server: Connections = _postgresql(address).PostgreSQLConnections(address, migrations, READERS)
        return server
    return sqlite.SQLiteConnections(address, SafeSchema(address))


def one_connection(address: Address) -> Connections:
    """Open a database for one thread, its tables up to date; raises `StorageError`."""
    if isinstance(address, Server):
        server: Connections = _postgresql(address).PostgreSQLConnections(address, migrations, 1)
        return server
    return sqlite.one_connection(address, SafeSchema(address))


def files_of(address: Address) -> list[Path]:
    """Return the files that hold what is in the database; on a server there are none of ours."""
    return [] if isinstance(address, Server) else sqlite.files_of(address)


def run_lock(path: Path) -> FileLock:
    """Return the lock that the one process that runs on a file holds."""
    return FileLock(f"{path}.run.lock", mode=PRIVATE_FILE)


def exists(address: Address) -> bool:
    """Tell whether there is a file of this name; of a server that shows when it is opened."""
    return isinstance(address, Server) or sqlite.exists(address)


def inspect(address: Address) -> Inspection:
    """Return how the database is, without changing it; raises `StorageError` where that cannot be told."""
    if isinstance(address, Server):
        inspection: Inspection = _postgresql(address).inspect(address, migrations)
        return inspection
    return sqlite.inspect(address, migrations)


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs on a file."""

    #: Its id, where this machine tells it.
    process: int | None


def running_on(path: Path) -> Running | None:
    """Return the process that runs on the file, `None` where none does; raises OSError."""
    lock = run_lock(path)
    if not Path(lock.lock_file).exists():
        return None
    try:
        with lock.acquire(timeout=0):
            return None
    except Timeout:
        return Running(holder_of(Path(lock.lock_file)))


def prepare(address: Address) -> None:
    """Bring the tables up to date, several processes in turn; raises `StorageError`."""
    if isinstance(address, Server):
        _postgresql(address).prepare(address, migrations)
    else:
        sqlite.prepare(address, SafeSchema(address))


def connect(address: Address) -> Engine:
    """Open one connection to tables that are up to date; raises `StorageError`."""
    return _postgresql(address).connect(address) if isinstance(address, Server) else sqlite.connect(address)


def _postgresql(address: Server) -> ModuleType:
    try:
        # An extra: who keeps a file needs no driver.
        from storage.engines import postgresql  # noqa: PLC0415
    except ImportError as error:
        raise StorageError(
            f"{address} needs the PostgreSQL driver. Install it with: pip install 'paper-round[postgresql]'"
        ) from error
    return postgresql
