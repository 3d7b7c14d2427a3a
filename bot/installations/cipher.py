"""Encrypts tokens before they are stored: Fernet with several keys, so that a key can be replaced.

https://cryptography.io/en/latest/fernet/

The library is imported where it is first needed: it holds 7 MB, and a bot of one workspace has no use for it.
"""

from collections.abc import Sequence
from hashlib import sha256

from bot.errors import UnreadableTokenError

_DIGITS_OF_ID = 16


def new_key() -> str:
    """Return a new random key, as the setting takes it."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- see above

    return Fernet.generate_key().decode()


class TokenCipher:
    """Encrypts with the first of its keys, and decrypts with each; raises ValueError for what is no key."""

    def __init__(self, keys: Sequence[str]) -> None:
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415 -- see above

        self._unreadable = (InvalidToken, ValueError)
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        #: Identifies the first key, and tells nothing of it: the key is random, and this a part of its hash.
        self.key_id = sha256(keys[0].encode()).hexdigest()[:_DIGITS_OF_ID]

    def encrypt(self, token: str) -> str:
        """Return the token encrypted with the first key."""
        return self._fernet.encrypt(token.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the token; raises `UnreadableTokenError` where none of the keys is its own."""
        try:
            return self._fernet.decrypt(encrypted).decode()
        except self._unreadable:
            raise _unreadable() from None

    def encrypt_anew(self, encrypted: str) -> str:
        """Return the token encrypted with the first key, whichever it had; raises `UnreadableTokenError`."""
        try:
            return self._fernet.rotate(encrypted).decode()
        except self._unreadable:
            raise _unreadable() from None


def _unreadable() -> UnreadableTokenError:
    return UnreadableTokenError(
        "A stored token cannot be decrypted with any key in PAPER_ROUND_TOKEN_KEYS. Add the key that it was "
        "encrypted with, after the others, or have the app installed there again."
    )
