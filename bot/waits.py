"""How long to wait: twice as long with each failure, or as a service asks by the header of all of HTTP.

`Retry-After` holds seconds or a date (RFC 9110, 10.2.3). A date is compared with the answer's own `Date`, so
that no clock needs to be right.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

LONGEST_WAIT = 24 * 60 * 60.0
"""The most seconds for which anything is left alone, whatever it asks for."""

NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,12})?"
"""A number of seconds as services write it; longer ones are none."""


_MOST_DOUBLINGS = 16

_Duration = TypeVar("_Duration", float, timedelta)


def doubled(first: _Duration, times: int, longest: _Duration) -> _Duration:
    """Return the first wait doubled so many times, and never more than the longest."""
    return min(first * 2.0 ** min(times, _MOST_DOUBLINGS), longest)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that `Retry-After` asks for, or `None` where it does not say; below 0 for the past.

    `now` stands in for the answer's own `Date` where it has none.
    """
    asked = headers.get("Retry-After", "").strip()
    if re.fullmatch(NUMBER, asked):
        return float(asked)
    until = _moment(asked)
    return seconds_until(until, headers, now) if until else None


def seconds_until(moment: datetime, headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds from an answer's own `Date`, else from `now`, to a moment."""
    answered = _moment(headers.get("Date", "")) or now
    return (moment - answered).total_seconds() if answered else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None
