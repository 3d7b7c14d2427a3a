"""Whether an HTTP request comes from Slack, now, and for the first time.

How Slack signs: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from bot.clock import Clock
from handlers.once import Once

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"

_AWAY = timedelta(minutes=5)
"""How far a request's time may be from ours, as Slack advises."""

# `int` takes far more than Slack writes, such as underscores and the digits of other scripts.
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


class Refused(StrEnum):
    """Why a request is refused."""

    TIMESTAMP = "timestamp"
    SIGNATURE = "signature"
    REPLAY = "replay"


class Signatures:
    """Tells the requests that Slack signs, each of which counts once in this process."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._seen = Once(clock)

    def check(self, headers: Mapping[str, str], body: bytes) -> Refused | None:
        """Return why the request is refused, or `None` for one that counts, and has counted now."""
        now, written = self._clock.now().timestamp(), headers.get(TIMESTAMP, "")
        if not _SECONDS.fullmatch(written) or abs(now - int(written)) > _AWAY.total_seconds():
            return Refused.TIMESTAMP
        signature = headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(signature_of(self._secret, written, body), signature):
            return Refused.SIGNATURE
        is_first = self._seen.take(signature, int(written) + _AWAY.total_seconds())
        return None if is_first else Refused.REPLAY

    def give_back(self, headers: Mapping[str, str]) -> None:
        """Let a request that came to nothing count again: Slack may repeat it within the same second."""
        self._seen.give_back(headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape"))


def signature_of(secret: bytes, timestamp: str, body: bytes) -> bytes:
    """Return the signature that Slack gives a request."""
    signed = b"v0:%b:%b" % (timestamp.encode(), body)
    return b"v0=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()
