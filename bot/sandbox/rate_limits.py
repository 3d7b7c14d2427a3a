"""Rate limits: even rates with bursts, and the 429 above them."""

import math
from datetime import datetime, timedelta

from bot.sandbox.config import Rates
from bot.sandbox.errors import RefusedError


class EvenRate:
    """An even rate of `per_second` with bursts of `burst` (the generic cell rate algorithm)."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._interval = timedelta(seconds=1 / per_second)
        self._tolerance = self._interval * (burst - 1)
        self._free: datetime | None = None

    def wait(self, now: datetime) -> float:
        """Return the seconds until the next request is allowed; 0 if it is now."""
        if self._free is None:
            return 0.0
        return max((self._free - self._tolerance - now).total_seconds(), 0.0)

    def take(self, now: datetime) -> None:
        """Count an allowed request."""
        self._free = max(self._free or now, now) + self._interval


class Limits:
    """All limits of one workspace: per method by its tier, per channel, and over all channels."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._methods: dict[str, EvenRate] = {}
        self._channels: dict[str, EvenRate] = {}
        per_minute = rates.messages_per_minute
        self._workspace = EvenRate(per_minute / 60, rates.messages_burst) if per_minute else None

    def take_distributed(self, method: str, now: datetime) -> None:
        """Count a history call of a commercially distributed app: one a minute. Raises RefusedError."""
        _take([self._methods.setdefault(method, EvenRate(1 / 60, 1))], now)

    def take_method(self, method: str, tier: str, now: datetime) -> None:
        """Count a call of `method`. Raises RefusedError (`ratelimited`, 429) above its tier."""
        per_minute: float | None = getattr(self._rates, tier)
        if per_minute is None:
            return
        burst = self._rates.tier_1_burst if tier == "tier_1" else max(int(per_minute), 1)
        rate = self._methods.setdefault(method, EvenRate(per_minute / 60, burst))
        _take([rate], now)

    def take_message(self, channel: str, now: datetime) -> None:
        """Count a message into `channel`. Raises RefusedError (`ratelimited`, 429) above the rates."""
        rates: list[EvenRate] = []
        if self._rates.message_seconds is not None:
            own = EvenRate(1 / self._rates.message_seconds, 1)
            rates.append(self._channels.setdefault(channel, own))
        if self._workspace is not None:
            rates.append(self._workspace)
        _take(rates, now)


def _take(rates: list[EvenRate], now: datetime) -> None:
    wait = max((rate.wait(now) for rate in rates), default=0.0)
    if wait > 0:
        raise ratelimited(wait)
    for rate in rates:
        rate.take(now)


def ratelimited(seconds: float) -> RefusedError:
    """Return Slack's 429, with `Retry-After` in whole seconds."""
    retry_after = str(max(math.ceil(seconds), 1))
    return RefusedError("ratelimited", status=429, headers={"Retry-After": retry_after})
