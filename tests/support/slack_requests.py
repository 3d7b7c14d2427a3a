"""Requests over HTTP as Slack signs and sends them, and as it never would."""

from collections.abc import Mapping
from datetime import datetime

from handlers.signatures import SIGNATURE, TIMESTAMP, signature_of

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
"""The secret of Slack's own example."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def signed(body: bytes, now: datetime, content_type: str = JSON, secret: str = SECRET) -> dict[str, str]:
    """Return the headers with which Slack sends the body at this time."""
    return signed_as(str(int(now.timestamp())), body, content_type, secret)


def signed_as(timestamp: str, body: bytes, content_type: str = JSON, secret: str = SECRET) -> dict[str, str]:
    """Return the headers with this timestamp, whatever it is, under a signature that fits it."""
    signature = signature_of(secret.encode(), timestamp, body).decode()
    return {TIMESTAMP: timestamp, SIGNATURE: signature, "Content-Type": content_type}


def without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}
