"""When to retry: after a wait that doubles with each failure, or after the one that a service asks for.

`Retry-After` holds seconds or a date (RFC 9110, 10.2.3). A date is compared with the answer's own `Date`, so
no clock has to be right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

LONGEST_WAIT = 24 * 60 * 60.0
"""The most seconds that a wait asked for by a service may take."""

SHORTEST_WAIT = 1.0
"""The seconds to wait before asking again a service that asks for less, or for a moment that is past."""

NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,12})?"
"""A number of seconds as services write it; longer ones are ignored."""

_MOST_DOUBLINGS = 16
"""Enough to reach any longest wait; without a limit a long outage would overflow."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """A wait that doubles with each retry."""

    #: The wait before the first retry.
    first: timedelta
    #: The wait stops growing here; jitter comes on top.
    longest: timedelta
    #: The largest share by which a wait is stretched at random; 0.5 adds up to half of it.
    jitter: float = 0.0

    def wait(self, retries: int, random: Random | None = None) -> timedelta:
        """Return the wait after this many failed retries; only with `random` does it have jitter."""
        doubled = min(self.first * 2.0 ** min(retries, _MOST_DOUBLINGS), self.longest)
        return doubled * (1 + self.jitter * random.random()) if random else doubled

    def wait_in_outage(self, lasting: timedelta) -> timedelta:
        """Return the wait in an outage of known length: as long again, so that it doubles with each retry."""
        return min(max(lasting, self.first), self.longest)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that `Retry-After` asks for, negative for a past date, or `None` without one.

    `now` stands in for an answer's missing `Date`.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(NUMBER, value):
        return float(value)
    until = _moment(value)
    return seconds_until(until, headers, now) if until else None


def bounded_wait(seconds: float | None, longest: float) -> float | None:
    """Return a wait in seconds that a service asked for as one that makes sense, or `None` if it makes none.

    Less than a second, or a moment that is past, is a second. What is longer than `longest` is a mistake
    rather than a wait: whoever asks again then waits as without any.
    """
    if seconds is None or not seconds <= longest:
        return None
    return max(seconds, SHORTEST_WAIT)


def seconds_until(moment: datetime, headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds from an answer's own `Date`, else from `now`, to a moment."""
    answered_at = _moment(headers.get("Date", "")) or now
    return (moment - answered_at).total_seconds() if answered_at else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else None
