"""A PostgreSQL server for tests, and databases on it whose tables are there already.

It is started from the system's programs in a temporary folder, reached through a socket there, so that no
port has to be free; or it is the one whose address is in PAPER_ROUND_TEST_POSTGRESQL.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg

from storage.address import Address, Server
from storage.database import prepare

_SETTINGS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "32MB"}
_HASTY = {
    # No test outlives its machine, so nothing has to be on a disk.
    "fsync": "off",
    "full_page_writes": "off",
    # The bot asks for commits that survive a crash itself, whatever the server is set to.
    "synchronous_commit": "off",
    "autovacuum": "off",
}
_COPIED = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--no-manifest")


class DatabaseServer:
    """A server that makes databases for tests."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._numbers = count()
        self._connection: psycopg.Connection | None = None

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
        raise LookupError("Only a server that the tests started can be restarted.")

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
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'{self._strategy}")
        return Server(urlunsplit(urlsplit(self._address)._replace(path=f"/{name}")))

    @cached_property
    def _strategy(self) -> str:
        """The quicker way to copy a small template where nothing has to be on a disk, since PostgreSQL 15."""
        with closing(psycopg.connect(self._address)) as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 15_00_00 else ""

    def disconnect(self) -> None:
        """Close the connection through which databases are made, which is kept from one to the next."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _administer(self, statement: str, *values: str) -> None:
        self._connection = self._connection or psycopg.connect(self._address, autocommit=True)
        self._connection.execute(statement.encode(), values or None)


def _name(server: Address) -> str:
    assert isinstance(server, Server)
    return urlsplit(server.conninfo).path.removeprefix("/")


def programs() -> Path | None:
    """Return the folder of the newest server on this machine, if any."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("postgres")
    return folders[-1] if folders else Path(found).resolve().parent if found else None


class RunningServer(DatabaseServer):
    """A server that was started here, and can be stopped and started again."""

    def __init__(self, folder: Path, bin_folder: Path, *, is_durable: bool = False) -> None:
        super().__init__(_address(folder))
        self.folder = folder
        self._bin_folder = bin_folder
        self._is_durable = is_durable

    @property
    def address(self) -> Server:
        """The database of whoever administers the server."""
        return Server(self._address)

    def make(self) -> None:
        options = ("--no-sync", "--auth=trust", "--encoding=UTF8")
        self._program("initdb", f"--pgdata={self.folder / 'data'}", *options)

    def restart(self, mode: str = "immediate") -> None:
        """Restart the server: at once, as after a crash, or `fast`, when all commits are written."""
        self._control("restart", f"--mode={mode}")

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def start(self) -> None:
        self._control("start")

    def promote(self) -> None:
        """Make a standby the primary."""
        self._control("promote")

    @contextmanager
    def standby(self) -> Iterator["RunningServer"]:
        """Start a standby that follows this server."""
        with _folder() as folder:
            standby = RunningServer(folder, self._bin_folder)
            self._program(
                "pg_basebackup", f"--pgdata={folder / 'data'}", f"--dbname={self._address}", *_COPIED
            )
            standby.start()
            try:
                yield standby
            finally:
                standby.stop()

    @contextmanager
    def pooler(self, program: str) -> Iterator[str]:
        """Start PgBouncer before this server, with three connections to share, and give its port."""
        port, settings = "6432", self.folder / "pooler.ini"
        settings.write_text(
            f"[databases]\n* = host={self.folder}{' user=' if _user() else ''}{_user() or ''}\n"
            f"[pgbouncer]\nunix_socket_dir = {self.folder}\nlisten_port = {port}\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 3\n"
        )
        if user := _user():
            shutil.chown(settings, user)
        with subprocess.Popen([program, "--quiet", str(settings)], user=user) as process:
            try:
                while not (self.folder / f".s.PGSQL.{port}").exists():
                    assert process.poll() is None
                yield port
            finally:
                process.terminate()

    def ask_for_passwords_of(self, role: str) -> None:
        """Have the role give its password from now on, which nobody else has to."""
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
        self._control("reload")

    def _control(self, command: str, *options: str) -> None:
        self.disconnect()
        wanted = _SETTINGS if self._is_durable else {**_SETTINGS, **_HASTY}
        settings = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in wanted.items())
        start = (f"--log={self.folder / 'log'}", "--wait", "-o", f"-k {self.folder} {settings}")
        if command in {"start", "restart"}:
            options = (*options, *start)
        self._program("pg_ctl", command, f"--pgdata={self.folder / 'data'}", *options)

    def _program(self, program: str, *arguments: str) -> None:
        command = [str(self._bin_folder / program), *arguments]
        subprocess.run(
            command, user=_user(), check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


@contextmanager
def running_server(bin_folder: Path, durable_in: Path | None = None) -> Iterator[RunningServer]:
    """Start a server in a temporary folder: in memory, or as one that loses nothing, on a disk."""
    with _folder(durable_in) as folder:
        server = RunningServer(folder, bin_folder, is_durable=durable_in is not None)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _folder(parent: Path | None = None) -> Iterator[Path]:
    in_memory = Path("/dev/shm")  # noqa: S108 -- a new folder of its own
    with TemporaryDirectory(dir=parent or (in_memory if in_memory.is_dir() else None)) as name:
        if user := _user():
            shutil.chown(name, user)
        yield Path(name)


def _address(folder: Path) -> str:
    user = _user()
    return f"postgresql://{user or ''}{'@' if user else ''}/postgres?host={folder}"


def _user() -> str | None:
    """Return as whom a server runs, which refuses to be root."""
    return "postgres" if os.getuid() == 0 else None
