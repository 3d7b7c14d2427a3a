"""How long an endpoint asks to be left alone, in the many ways in which endpoints say it.

All of it is pure; waits are in seconds, above 0 and at most a day.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

_LONGEST_WAIT = 24 * 60 * 60.0

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,12})?"
_SECONDS = {
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
    "hour": 3600.0,
    "minute": 60.0,
    "second": 1.0,
    "millisecond": 1e-3,
}
_GO_PART = re.compile(rf"({_NUMBER})(h|ms|m|s|us|µs|ns)")
_GO_DURATION = rf"(?:{_NUMBER}(?:h|ms|m|s|us|µs|ns))+"
_IN_WORDS = rf"({_NUMBER}) ?(hour|minute|second|millisecond)s?"
_IN_TEXT = re.compile(
    rf"(?:try again|retry|wait)(?: in| after| for)? (?:({_GO_DURATION})|{_IN_WORDS})\b", re.IGNORECASE
)
_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset")
_MILLISECONDS_SINCE_1970 = 1e11
_SECONDS_SINCE_1970 = 1e8


def asked_wait(headers: httpx.Headers, error: Mapping[str, Any], said: str, now: datetime) -> float | None:
    """Return the wait that is asked for, or `None`.

    `Retry-After` counts first (RFC 9110, 10.2.3), then Google's `google.rpc.RetryInfo` in the error, then
    what is `said` in its text ("try again in 3.89s", as OpenAI does). A date is compared with the answer's
    own `Date`, and with `now` where it has none.
    """
    return _first(
        [
            _number(headers.get("Retry-After-Ms", ""), 1e-3),
            _number(headers.get("Retry-After", ""), 1.0),
            _seconds_until(_moment(headers.get("Retry-After", "")), headers, now),
            *(go_duration(str(detail.get("retryDelay", ""))) for detail in details(error)),
            _in_text(said),
        ]
    )


def reset_wait(headers: httpx.Headers, error: Mapping[str, Any], now: datetime) -> float | None:
    """Return when the limits are reset, by the latest of the `x-ratelimit-reset` headers, or `None`.

    They hold a Go duration (OpenAI), seconds, or a moment in seconds or milliseconds since 1970; OpenRouter
    also puts them into `error.metadata.headers`. Azure's "0" says nothing.
    """
    metadata = error.get("metadata")
    inner = metadata.get("headers") if isinstance(metadata, dict) else None
    told = [headers, httpx.Headers({name: str(value) for name, value in _items(inner)})]
    resets = [_reset(one.get(name, ""), one, now) for one in told for name in _RESETS]
    return _first([max((reset for reset in resets if reset), default=None)])


def go_duration(text: str) -> float | None:
    """Return the seconds of a duration as Go writes it: `6m0s`, `12ms`, `34.4s`; `None` for anything else."""
    if not re.fullmatch(_GO_DURATION, text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _GO_PART.findall(text))


def details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the details of an error as Google gives them (https://google.aip.dev/193)."""
    found = error.get("details")
    yield from (detail for detail in (found if isinstance(found, list) else []) if isinstance(detail, dict))


def _first(waits: list[float | None]) -> float | None:
    return next((min(wait, _LONGEST_WAIT) for wait in waits if wait is not None and wait > 0), None)


def _items(headers: object) -> list[tuple[str, Any]]:
    return list(headers.items()) if isinstance(headers, dict) else []


def _number(text: str, unit: float) -> float | None:
    return float(text) * unit if re.fullmatch(_NUMBER, text.strip()) else None


def _in_text(said: str) -> float | None:
    match = _IN_TEXT.search(said)
    if match is None:
        return None
    duration, number, unit = match.groups()
    return go_duration(duration.lower()) if duration else float(number) * _SECONDS[unit.lower()]


def _reset(text: str, headers: httpx.Headers, now: datetime) -> float | None:
    if not re.fullmatch(r"[0-9]{1,13}(?:\.[0-9]{1,12})?", text):
        return go_duration(text)
    number = float(text)
    if number < _SECONDS_SINCE_1970:
        return number
    seconds = number / 1000 if number > _MILLISECONDS_SINCE_1970 else number
    return _seconds_until(datetime.fromtimestamp(seconds, UTC), headers, now)


def _seconds_until(moment: datetime | None, headers: httpx.Headers, now: datetime) -> float | None:
    if moment is None:
        return None
    return (moment - (_moment(headers.get("Date", "")) or now)).total_seconds()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None
