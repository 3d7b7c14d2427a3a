"""The watchdog: ends a process that no longer works, so that its host starts it anew.

A thread of its own looks at signs of life every few seconds, as a blocked event loop could not. A sign is
anything that changes while the bot works: how often it ticked, the last answer to a ping. One that has not
changed for longer than it may ends the process with status 1, and the log says which.

Only time in which the process runs is counted. After a machine slept or a process was stopped, much time has
gone between two looks; of that only a little counts, so that the bot has its usual time to come back.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SECONDS_BETWEEN_LOOKS = 5.0

_MOST_LOOKS_AT_ONCE = 2
_SECONDS_TO_LOG = 5.0
_STATUS = 1

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of life."""

    #: What it means that it is missing, as a sentence without its full stop.
    missing: str
    #: Returns what changes while the bot works; `None` while no change is to be expected.
    trace: Callable[[], object]
    #: How long it may stay the same.
    seconds: float


class Pulse:
    """Counts the beats of work that should never rest."""

    def __init__(self) -> None:
        self.beats = 0

    def beat(self) -> None:
        """Show that the work goes on."""
        self.beats += 1


class Watchdog:
    """Judges signs by the moments at which it looks, in seconds on any clock that does not go backwards."""

    def __init__(self, signs: Iterable[Sign], now: float, between: float = SECONDS_BETWEEN_LOOKS) -> None:
        self._most = between * _MOST_LOOKS_AT_ONCE
        self._looked_at = now
        self._seen = [_Seen(sign) for sign in signs]

    def look(self, now: float) -> str | None:
        """Return what is missing, in a sentence; `None` while all is well."""
        passed = min(max(now - self._looked_at, 0.0), self._most)
        self._looked_at = now
        missing = [sentence for seen in self._seen if (sentence := seen.after(passed))]
        return missing[0] if missing else None


class _Seen:
    """A sign as it was last seen, and for how long it has been like that."""

    def __init__(self, sign: Sign) -> None:
        self._sign = sign
        self._trace = sign.trace()
        self._seconds = 0.0

    def after(self, passed: float) -> str | None:
        trace, before = self._sign.trace(), self._trace
        self._trace = trace
        self._seconds = 0.0 if trace is None or trace != before else self._seconds + passed
        if self._seconds <= self._sign.seconds:
            return None
        return f"{self._sign.missing} for {self._seconds:.0f} seconds."


@contextmanager
def watched(
    signs: Iterable[Sign], end: Callable[[str], None], between: float = SECONDS_BETWEEN_LOOKS
) -> Iterator[None]:
    """Watch the signs until the block ends; call `end`, in another thread, with what is missing."""
    watchdog, is_over = Watchdog(signs, time.monotonic(), between), threading.Event()

    def watch() -> None:
        while not is_over.wait(between):
            if missing := watchdog.look(time.monotonic()):
                end(missing)
                return

    threading.Thread(target=watch, name="watchdog", daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


@contextmanager
def ending_within(seconds: float, end: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Yield what begins the time in which the block has to end; call `end`, in a thread, if it does not.

    What waits for a database that hangs cannot be cancelled, and the host kills what takes too long. The
    thread waits from the beginning, since a signal's handler, which may begin the time, may start none.
    """
    begun, is_over = threading.Event(), threading.Event()

    def watch() -> None:
        begun.wait()
        if not is_over.wait(seconds):
            end(f"Stopping is not done after {seconds:.0f} seconds.")

    threading.Thread(target=watch, name="stop", daemon=True).start()
    try:
        yield begun.set
    finally:
        is_over.set()
        begun.set()


def end_process(missing: str) -> None:
    """Log what is missing, and end the process at once; nothing is closed, as after a loss of power."""
    logging_thread = threading.Thread(target=_log, args=[missing], daemon=True)
    logging_thread.start()
    # Whoever reads the log may be what everything waits for.
    logging_thread.join(_SECONDS_TO_LOG)
    os._exit(_STATUS)


def _log(missing: str) -> None:
    _logger.critical(
        "%s Ending, so that whoever started me starts me again.", missing, extra={"action": "end"}
    )
