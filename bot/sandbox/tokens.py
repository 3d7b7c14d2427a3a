"""The bot tokens of one workspace: those that Slack takes, and those that it took once."""

from datetime import datetime

from bot.sandbox.errors import RefusedError


class BotTokens:
    """Which bot tokens are valid, and until when."""

    def __init__(self) -> None:
        self._valid: dict[str, datetime | None] = {}
        self._ended: set[str] = set()

    def issue(self, token: str, expires_at: datetime | None = None) -> None:
        """Take the token from now on, for ever or until it expires."""
        self._valid[token] = expires_at

    @property
    def valid(self) -> tuple[str, ...]:
        """The tokens that were issued and not ended, expired or not."""
        return tuple(self._valid)

    def end(self, token: str) -> None:
        """Take the token no more."""
        self._valid.pop(token, None)
        self._ended.add(token)

    def end_all(self) -> None:
        """Take none of the tokens any more."""
        for token in list(self._valid):
            self.end(token)

    def knows(self, token: str | None) -> bool:
        """Tell whether it is or was a token of this workspace."""
        return token in self._valid or token in self._ended

    def is_valid(self, token: str | None, now: datetime) -> bool:
        """Tell whether Slack takes the token."""
        if token not in self._valid:
            return False
        expires_at = self._valid[token]
        return expires_at is None or now < expires_at

    def check(self, token: str, now: datetime) -> None:
        """Raise RefusedError for a token that Slack does not take, with the error that it has for that."""
        if token in self._ended:
            # https://docs.slack.dev/reference/methods/auth.test says so of bot tokens.
            raise RefusedError("account_inactive")
        if token not in self._valid:
            raise RefusedError("invalid_auth")
        if not self.is_valid(token, now):
            raise RefusedError("token_expired")
