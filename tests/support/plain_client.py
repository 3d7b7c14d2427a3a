"""A client for addresses of this machine, without certificates: to read them takes longer than an answer."""

import ssl
from typing import Any

import httpx

from tests.support.waiting import PATIENCE

_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain_client(**options: Any) -> httpx.AsyncClient:
    """Return a client, which the caller closes, that waits patiently and uses no proxy."""
    return httpx.AsyncClient(**{"timeout": PATIENCE, "trust_env": False, "verify": _TRUSTS_NOBODY, **options})
