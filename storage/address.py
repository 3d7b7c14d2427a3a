"""Where a database is: a file for SQLite, or the address of a PostgreSQL server."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_HOST = r"(?:\[[\w.:%]+\]|[\w.~%-]*)(?::[0-9]*)?"
_PARTS = re.compile(
    rf"{_SCHEME.pattern}(?:[^@/]*@)?(?P<place>{_HOST}(?:,{_HOST})*(?:/[^@?#]*)?)(?:\?\S*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a PostgreSQL server; its text never has the password."""

    #: The whole address, as libpq reads it: https://www.postgresql.org/docs/current/libpq-connect.html
    conninfo: str = field(repr=False)

    def __str__(self) -> str:
        parts = _PARTS.fullmatch(self.conninfo)
        return f"postgresql://{parts['place'] if parts else '…'}"

    def is_readable(self) -> bool:
        """Tell whether it is clear which part is the password."""
        return _PARTS.fullmatch(self.conninfo) is not None


Address = Path | Server


def read_address(text: str) -> Address:
    """Read what a person gives: `postgresql://…` is a server, anything else the path of a file."""
    return Server(text) if _SCHEME.match(text) else Path(text)
