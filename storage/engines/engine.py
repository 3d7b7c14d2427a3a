"""What the tables ask of a database. They say their SQL once, in what SQLite and PostgreSQL share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from bot.errors import StorageError
from storage.engines.full_text import FullText

Row = dict[str, Any]
Values = Sequence[Any] | Mapping[str, Any]
"""The values of a statement's `?` or `:name`: texts, numbers, lists of texts, truth values, `None`."""

_BITS = 64
# PostgreSQL keeps no NUL character, and UTF-8 has no lone surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Engine(Protocol):
    """One connection to a database, for use by one thread at a time; everything raises `StorageError`."""

    #: Where applied migrations are recorded.
    migrations_table: str
    #: The index of the search.
    full_text: FullText

    def execute(self, sql: str, values: Values = ()) -> int:
        """Execute a statement and return how many rows it changed."""
        ...

    def query(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Execute a statement at once and return its rows, each by the names of its columns."""
        ...

    def define(self, sql: str) -> None:
        """Execute a statement of a migration, which is written as SQLite's strict tables are."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all changes made inside, or none; transactions of all processes follow one another."""
        ...

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Raise `StorageSlowError` where the queries made inside take longer than this."""
        ...

    def among(self, column: str, name: str) -> str:
        """Return the condition that the column's text is in the list of texts called `:name`."""
        ...

    def table_names(self) -> frozenset[str]:
        """Return the names of all tables."""
        ...

    def continue_ids(self, table: str) -> None:
        """Have the next id that the table gives follow the greatest that it holds."""
        ...

    def erase_deleted(self, table: str) -> None:
        """Have what is deleted from the table leave the database's files once it is committed.

        Where somebody reads at that moment, a later commit or vacuum does it.
        """

    def trouble(self) -> str | None:
        """Return in a sentence what keeps the database from being written, as far as that can be told."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class TableLayout:
    """What a copy has to know of a table."""

    name: str
    #: The columns of its primary key.
    key: tuple[str, ...]
    #: Whether it gives its rows ids by itself.
    gives_ids: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """How a database is, found without changing it."""

    #: The engine and its version, such as "SQLite 3.51.3".
    engine: str
    #: The last step of the schema that was applied, empty where none was.
    step: str
    #: How many steps the next start will apply.
    missing: int
    #: How changes are kept until they are in the file; empty on a server.
    journal_mode: str = ""
    #: What is damaged, as the engine says it.
    damage: tuple[str, ...] = ()
    #: Why nothing can be written, empty where it can.
    unwritable: str = ""


class Schema(Protocol):
    """The tables as this version wants them; `name` is the database's in sentences."""

    def update(self, engine: Engine, name: str) -> None:
        """Bring the tables up to date; raises `StorageError` where a newer version has changed them."""
        ...

    def is_derived(self, table: str) -> bool:
        """Tell whether all that a table holds can be made anew from the others."""
        ...

    def check(self, engine: Engine, name: str) -> None:
        """Raise `StorageError` where the tables are of a newer or an older version."""
        ...

    def progress(self, engine: Engine, name: str) -> tuple[str, int]:
        """Return the last step applied and how many are missing; raises `StorageError` as `update` does."""
        ...


class Connections(Protocol):
    """All connections of one process to one database; everything raises `StorageError`."""

    def reading(self) -> AbstractContextManager[Engine]:
        """Give a connection that only reads to the calling thread."""
        ...

    def writing(self) -> AbstractContextManager[Engine]:
        """Give a connection in a transaction, which is committed at the end unless something is raised."""
        ...

    def close(self) -> None:
        """Close all connections, once nobody uses them any more."""
        ...


class OneConnection:
    """The same connection for reading and writing, for one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        """Give the connection."""
        yield self._engine

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """Give the connection in a transaction."""
        with self._engine.transaction():
            yield self._engine

    def close(self) -> None:
        """Close the connection."""
        self._engine.close()


def storable(value: Any) -> Any:
    """Return the value as both engines keep it: no NUL, no lone surrogate, truth as 0 or 1.

    Raises `StorageError` for a number that they do not keep.
    """
    if type(value) is str:
        return _storable_text(value)
    if isinstance(value, Enum):
        return storable(value.value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and value.bit_length() >= _BITS:
        raise StorageError(f"A number of {value.bit_length()} bits is too great for a database.")
    if isinstance(value, str):
        return _storable_text(value)
    if isinstance(value, (list, tuple)):
        return [storable(each) for each in value]
    return value


def _storable_text(text: str) -> str:
    # Most texts are soon seen to have neither.
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    return "" if match[0] == "\x00" else "\ufffd"


def storable_values(values: Values) -> Any:
    """Return all values of a statement as both engines keep them."""
    if isinstance(values, Mapping):
        return {name: storable(value) for name, value in values.items()}
    return [storable(value) for value in values]
