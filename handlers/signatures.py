"""Whether an HTTP request comes from Slack, now, and for the first time.

How Slack signs: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import islice

from bot.clock import Clock

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"

_AWAY = timedelta(minutes=5)
"""How far a request's time may be from ours, as Slack advises."""

# `int` takes far more than Slack writes, such as underscores and the digits of other scripts.
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


_LOOKED_AT = 8
"""How many of the oldest each request looks at; more than one, so that none piles up."""


class Refused(StrEnum):
    """Why a request is refused."""

    TIMESTAMP = "timestamp"
    SIGNATURE = "signature"
    REPLAY = "replay"


class Signatures:
    """Tells the requests that Slack signs, each of which counts once.

    What was seen is kept in memory, for as long as its time lets it count. Several processes know nothing of
    each other's requests.
    """

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret.encode()
        self._clock = clock
        #: The signatures that counted, and the second after which their requests are too old.
        self._seen: dict[bytes, float] = {}

    def check(self, headers: Mapping[str, str], body: bytes) -> Refused | None:
        """Return why the request is refused, or `None` for one that counts, and has counted now."""
        now, written = self._clock.now().timestamp(), headers.get(TIMESTAMP, "")
        if not _SECONDS.fullmatch(written) or abs(now - int(written)) > _AWAY.total_seconds():
            return Refused.TIMESTAMP
        signature = headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(signature_of(self._secret, written, body), signature):
            return Refused.SIGNATURE
        self._forget_old(now)
        if signature in self._seen:
            return Refused.REPLAY
        self._seen[signature] = int(written) + _AWAY.total_seconds()
        return None

    def give_back(self, headers: Mapping[str, str]) -> None:
        """Let a request that came to nothing count again: Slack may repeat it within the same second."""
        self._seen.pop(headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape"), None)

    def _forget_old(self, now: float) -> None:
        """Forget those that no longer count; they are nearly in order, so that a few looks are enough."""
        for signature, until in list(islice(self._seen.items(), _LOOKED_AT)):
            if until < now:
                del self._seen[signature]


def signature_of(secret: bytes, timestamp: str, body: bytes) -> bytes:
    """Return the signature that Slack gives a request."""
    signed = b"v0:%b:%b" % (timestamp.encode(), body)
    return b"v0=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()
