"""Where a database is: a file for SQLite, or the address of a PostgreSQL server."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a PostgreSQL server; its text never has the password."""

    #: The whole address, as libpq reads it: https://www.postgresql.org/docs/current/libpq-connect.html
    conninfo: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.conninfo)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


Address = Path | Server


def read_address(text: str) -> Address:
    """Read what a person gives: `postgresql://…` is a server, anything else the path of a file."""
    return Server(text) if _SCHEME.match(text) else Path(text)
