"""The state of an installation that is under way, so that nobody can slip another's into a browser."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.clock import Clock
from handlers.once import Once

GOOD_FOR = timedelta(minutes=10)

COOKIE = "__Host-paper-round-install"
"""Browsers take a cookie of such a name from this host alone, and over https alone."""

_PURPOSE = b"the state of an installation"
_BYTES = 16


class SignedStates(AsyncOAuthStateStore):
    """States that hold themselves when they end, under a signature; each is taken once in this process.

    So whoever asks for many fills no table, and any process takes one that another gave.
    """

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
        self._clock = clock
        self._taken = Once(clock)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002 -- the store's interface
        """Return a new state."""
        until = int((self._clock.now() + GOOD_FOR).timestamp())
        content = f"{until}.{secrets.token_urlsafe(_BYTES)}"
        return f"{content}.{self._signature(content)}"

    async def async_consume(self, state: str) -> bool:
        """Return whether the state is one of ours, has not ended, and was not taken before."""
        content, _, signature = state.rpartition(".")
        if not hmac.compare_digest(self._signature(content).encode(), signature.encode()):
            return False
        until = int(content.partition(".")[0])
        return self._clock.now().timestamp() <= until and self._taken.take(state.encode(), until)

    def _signature(self, content: str) -> str:
        return hmac.digest(self._key, content.encode(), hashlib.sha256).hex()


class StateCookie(OAuthStateUtils):
    """The cookie that ties a state to the browser that it was given to; Slack's own leaves out SameSite."""

    def __init__(self) -> None:
        super().__init__(cookie_name=COOKIE, expiration_seconds=int(GOOD_FOR.total_seconds()))

    def build_set_cookie_for_new_state(self, state: str) -> str:
        """Return the header's value that sets it; Lax, as the browser comes back from Slack's site."""
        return f"{COOKIE}={state}; Path=/; Max-Age={self.expiration_seconds}; Secure; HttpOnly; SameSite=Lax"

    def build_set_cookie_for_deletion(self) -> str:
        """Return the header's value that removes it."""
        return f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
