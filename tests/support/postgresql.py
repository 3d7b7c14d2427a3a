"""A PostgreSQL server for tests, and databases on it whose tables are there already.

It is started from the system's programs in a temporary folder, reached through a socket there, so that no
port has to be free; or it is the one whose address is in PAPER_ROUND_TEST_POSTGRESQL.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg

from storage.address import Address, Server
from storage.database import prepare

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # No test outlives its machine, so nothing has to be on a disk.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}


class DatabaseServer:
    """A server that makes databases for tests."""

    def __init__(self, address: str, restart: Callable[[], None] | None = None) -> None:
        self._address = address
        self._restart = restart
        self._numbers = count()

    def database(self, *, has_tables: bool = True) -> Server:
        """Make a database of its own, with empty tables or with none."""
        return self._make(self._template if has_tables else "template0")

    def copy(self, server: Server) -> Server:
        """Make a database with what is in another one, to which nobody may be connected."""
        return self._make(_name(server))

    def drop_connections(self, server: Server) -> None:
        """End all connections to a database, as a network or a failover does."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self._administer(ended, _name(server))

    def restart(self) -> None:
        """Restart the server at once, as after a crash. Raises LookupError where it is not ours."""
        if self._restart is None:
            raise LookupError("Only a server that the tests started can be restarted.")
        self._restart()

    def drop(self, server: Address) -> None:
        """Drop a database of a test, whoever is still connected to it."""
        self._administer(f"DROP DATABASE {_name(server)} WITH (FORCE)")

    @cached_property
    def _template(self) -> str:
        empty = self.database(has_tables=False)
        prepare(empty)
        return _name(empty)

    def _make(self, template: str) -> Server:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return Server(urlunsplit(urlsplit(self._address)._replace(path=f"/{name}")))

    def _administer(self, statement: str, *values: str) -> None:
        with closing(psycopg.connect(self._address, autocommit=True)) as connection:
            connection.execute(statement.encode(), values or None)


def _name(server: Address) -> str:
    assert isinstance(server, Server)
    return urlsplit(server.conninfo).path.removeprefix("/")


def programs() -> Path | None:
    """Return the folder of the newest server on this machine, if any."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("postgres")
    return folders[-1] if folders else Path(found).resolve().parent if found else None


@contextmanager
def running_server(bin_folder: Path) -> Iterator[DatabaseServer]:
    """Start a server in a temporary folder, and stop it in the end."""
    in_memory = Path("/dev/shm")  # noqa: S108 -- a new folder of its own
    with TemporaryDirectory(dir=in_memory if in_memory.is_dir() else None) as name:
        folder = Path(name)
        # The server refuses to be root.
        user = "postgres" if os.getuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        run = partial(_run, user, bin_folder)
        data = f"--pgdata={folder / 'data'}"
        run("initdb", data, "--no-sync", "--auth=trust", "--encoding=UTF8")
        settings = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in _SETTINGS.items())
        start = ("--wait", data, f"--log={folder / 'log'}", "-o", f"-k {folder} {settings}")
        run("pg_ctl", "start", *start)
        try:
            yield DatabaseServer(
                f"postgresql://{user or ''}{'@' if user else ''}/postgres?host={folder}",
                restart=lambda: run("pg_ctl", "restart", "--mode=immediate", *start),
            )
        finally:
            run("pg_ctl", "stop", data, "--mode=immediate")


def _run(user: str | None, folder: Path, program: str, *arguments: str) -> None:
    command = [str(folder / program), *arguments]
    subprocess.run(
        command, user=user, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
