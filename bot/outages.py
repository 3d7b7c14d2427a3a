"""Outages in the log: what failed there, and works again, is the last word on it.

A log of warnings and errors alone shows that line too (see `bot.logs`), so nobody goes looking for a fault
that is over.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.errors import DamagedRowError, UnwritableStorageError

_SAID_AGAIN_AFTER = timedelta(hours=1)

_logger = logging.getLogger(__name__)


class Outages:
    """What is out and since when, by what it is called in the log, such as "The connection to Slack"."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, datetime] = {}
        self._said: dict[str, datetime] = {}

    def begin(self, what: str, error: Exception | None = None) -> bool:
        """Remember that it failed, and return whether to log why: at first, then once an hour.

        A damaged row is said once: it stays as it is until somebody corrects it. That nothing can be written
        is not said for each of those that wait for it: whoever writes says it for all (`storage.runner`).
        """
        if isinstance(error, UnwritableStorageError):
            return False
        self.note(what)
        now, said = self._clock.now(), self._said.get(what)
        if said is None or not (
            isinstance(error, DamagedRowError) or timedelta() <= now - said < _SAID_AGAIN_AFTER
        ):
            self._said[what] = now
            return True
        return False

    def note(self, what: str) -> None:
        """Remember that it failed, for whoever leaves it to another to log why."""
        self._since.setdefault(what, self._clock.now())

    def end(self, what: str, fields: Mapping[str, Any] | None = None) -> None:
        """Log that it works again and how long it did not; nothing if it never failed."""
        self._said.pop(what, None)
        if since := self._since.pop(what, None):
            log_end(what, self._clock.now() - since, fields)


def log_end(what: str, lasted: timedelta, fields: Mapping[str, Any] | None = None) -> None:
    """Log that it works again after an outage of this length."""
    whole = max(timedelta(seconds=round(lasted.total_seconds())), timedelta())
    _logger.info("%s works again, after %s (h:mm:ss).", what, whole, extra=fields)
