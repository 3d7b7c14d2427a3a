"""The end of the time that some queries have together."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import StorageSlowError


class Deadline:
    """When the queries of one connection have to be done; never, where nobody set an end.

    An engine interrupts a query that takes too long, and may not look before it is some way into it. So none
    begins once the time is over.
    """

    def __init__(self) -> None:
        self._end = math.inf

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._end

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Set the end for what is done inside."""
        self._end = time.monotonic() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    def refuse_if_over(self, database: object) -> None:
        """Raise `StorageSlowError` where the time is over."""
        if self.is_over:
            raise StorageSlowError(f"Queries of the database {database} took too long.")
