"""Reads the wait that an endpoint asks for, in the many forms that endpoints use; pure.

Waits are in seconds, above 0 and at most a day.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.retries import LONGEST_WAIT, NUMBER, retry_after, seconds_until

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
_GO_PART = re.compile(rf"({NUMBER})(h|ms|m|s|us|µs|ns)")
_GO_DURATION = rf"(?:{NUMBER}(?:h|ms|m|s|us|µs|ns))+"
_IN_WORDS = rf"({NUMBER}) ?(hour|minute|second|millisecond)s?"
_IN_TEXT = re.compile(
    rf"(?:try again|retry|wait)(?: in| after| for)? (?:({_GO_DURATION})|{_IN_WORDS})\b", re.IGNORECASE
)
_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset")
_MILLISECONDS_SINCE_1970 = 1e11
_SECONDS_SINCE_1970 = 1e8


def asked_wait(headers: httpx.Headers, error: Mapping[str, Any], said: str, now: datetime) -> float | None:
    """Return the wait that the endpoint asks for, if any.

    `Retry-After` comes first, then Google's `google.rpc.RetryInfo` or `retry_after` in the error, then the
    text that is `said` ("try again in 3.89s", as by OpenAI). A date is compared with the answer's own `Date`,
    else with `now`.
    """
    return _first(
        [
            _milliseconds(headers.get("Retry-After-Ms", "")),
            retry_after(headers, now),
            *(go_duration(str(detail.get("retryDelay", ""))) for detail in details(error)),
            *_named(error),
            _in_text(said),
        ]
    )


def reset_wait(headers: httpx.Headers, error: Mapping[str, Any], now: datetime) -> float | None:
    """Return the wait until the latest of the `x-ratelimit-reset` headers, if any.

    They hold a Go duration (OpenAI), seconds, or a moment in seconds or milliseconds since 1970; OpenRouter
    also puts them into `error.metadata.headers`. Azure's "0" means nothing.
    """
    metadata = error.get("metadata")
    inner = metadata.get("headers") if isinstance(metadata, dict) else None
    sources = [headers, httpx.Headers({name: str(value) for name, value in _items(inner)})]
    resets = [_reset(each.get(name, ""), each, now) for each in sources for name in _RESETS]
    return _first([max((reset for reset in resets if reset), default=None)])


def go_duration(text: str) -> float | None:
    """Return the seconds of a Go duration such as `6m0s`, `12ms`, `34.4s`; `None` for other text."""
    if not re.fullmatch(_GO_DURATION, text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _GO_PART.findall(text))


def details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the details of Google's errors (https://google.aip.dev/193)."""
    listed = error.get("details")
    yield from (detail for detail in (listed if isinstance(listed, list) else []) if isinstance(detail, dict))


def _first(waits: list[float | None]) -> float | None:
    return next((min(wait, LONGEST_WAIT) for wait in waits if wait is not None and wait > 0), None)


def _items(headers: object) -> list[tuple[str, Any]]:
    return list(headers.items()) if isinstance(headers, dict) else []


_NAMES = {"retry_after_ms": 1e-3, "retry_after_seconds": 1.0, "retry_after": 1.0}


def _named(error: Mapping[str, Any]) -> Iterator[float]:
    """Yield the waits that an error's fields name, as OpenRouter's and many gateways' do."""
    for fields in (error, error.get("metadata")):
        written = fields if isinstance(fields, Mapping) else {}
        for name, seconds in _NAMES.items():
            if re.fullmatch(NUMBER, number := str(written.get(name, ""))):
                yield float(number) * seconds


def _milliseconds(text: str) -> float | None:
    return float(text) * 1e-3 if re.fullmatch(NUMBER, text.strip()) else None


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
    return seconds_until(datetime.fromtimestamp(seconds, UTC), headers, now)
