"""The sandbox's own error tree, independent of the bot's."""

from typing import Any


class SandboxError(Exception):
    """Base class; the message is a sentence for the user."""


class ConfigurationError(SandboxError):
    """The manifest or the configuration is invalid; the message names the field."""


class NotPossibleError(SandboxError):
    """A person tried something impossible: no such button, channel, command or view."""


class NotAnsweredError(SandboxError):
    """The app did not acknowledge in time.

    `code` is Slack's error code, such as `operation_timeout`, or `dispatch_failed` with no app connected.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NeverSeenError(SandboxError):
    """A condition was not met in time; the message holds what the person sees instead."""


class ConnectionLostError(SandboxError):
    """A fault dropped the connection instead of responding: the call's effect is unknown."""


class RefusedError(SandboxError):
    """Slack responds with `ok: false`; `body` is the response body, `status` its HTTP status."""

    def __init__(
        self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(error)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {"ok": False, "error": error, **more}


def invalid_arguments(*messages: str) -> RefusedError:
    """Return the `invalid_arguments` error with `messages` where Slack puts them."""
    return RefusedError(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]}
    )
