"""Rows of the tables read into records, and what happens to one that holds what cannot be read.

A value may be damaged by a disk, or by whoever edited the database by hand. A record that is asked for by
itself is then an error, in a sentence. Among many, the running bot skips such a row and logs it once, since
one row must not stop its rounds; a command ends with the sentence.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from bot.errors import DamagedRowError

_T = TypeVar("_T")
_Row = dict[str, Any]

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What reading a value raises that is none: of `json`, `datetime`, `zoneinfo` and enumerations."""

_MOST_QUOTED = 60
_MOST_LOGGED = 1_000

_skips: ContextVar[bool] = ContextVar("skips", default=False)
_logged: set[str] = set()
_logger = logging.getLogger(__name__)


def reads(table: str) -> Callable[[Callable[[_Row], _T]], Callable[[_Row], _T]]:
    """Have a function from a row of this table to a record raise `DamagedRowError` for what is unreadable."""

    def told(read: Callable[[_Row], _T]) -> Callable[[_Row], _T]:
        @wraps(read)
        def read_or_tell(row: _Row) -> _T:
            try:
                return read(row)
            except _UNREADABLE as error:
                raise DamagedRowError(_sentence(table, _column_at_fault(read, row), row)) from error

        return read_or_tell

    return told


def whole(read: Callable[[_Row], _T], rows: Iterable[_Row]) -> Iterator[_T]:
    """Yield the records of the rows; damaged ones are left out within `damaged_rows_skipped`.

    Elsewhere the first one raises `DamagedRowError`.
    """
    for row in rows:
        try:
            record = read(row)
        except DamagedRowError as error:
            if not _skips.get():
                raise
            _log_once(str(error))
        else:
            yield record


@contextmanager
def damaged_rows_skipped() -> Iterator[None]:
    """Skip damaged rows among others, inside and on this thread."""
    token = _skips.set(True)
    try:
        yield
    finally:
        _skips.reset(token)


def _log_once(sentence: str) -> None:
    if sentence not in _logged and len(_logged) < _MOST_LOGGED:
        _logged.add(sentence)
        _logger.error("%s The row is skipped; this is logged once.", sentence, extra={"action": "read"})


class _Followed(_Row):
    """A row that remembers which column was looked at last."""

    last = ""

    def __getitem__(self, column: str) -> Any:
        self.last = column
        return super().__getitem__(column)


def _column_at_fault(read: Callable[[_Row], object], row: _Row) -> str:
    """Return the column that is read last before the error: each is looked at as it is converted."""
    followed = _Followed(row)
    try:
        read(followed)
    except _UNREADABLE:
        return followed.last
    return ""


def _sentence(table: str, column: str, row: Mapping[str, Any]) -> str:
    key, value = next(iter(row.items()))
    found = repr(str(row.get(column)))[:_MOST_QUOTED]
    return (
        f"The database is damaged: the column {column} of the table {table} holds {found} where {key} is "
        f"{value}, which cannot be read. Correct it there, or restore a backup."
    )
