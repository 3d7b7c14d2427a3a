"""The sandbox's own errors: it stands alone, so it has its own tree."""

from typing import Any


class SandboxError(Exception):
    """Something is wrong with the sandbox's use; the sentence says what, and what to do."""


class ConfigurationError(SandboxError):
    """The manifest or the configuration cannot be read; the sentence names the field."""


class NotPossibleError(SandboxError):
    """A person tried what cannot be done here: no such button, channel, command or view."""


class NotAnsweredError(SandboxError):
    """The app did not acknowledge in time.

    `code` is what Slack shows: `operation_timeout`, or `dispatch_failed` when nothing was connected.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NeverSeenError(SandboxError):
    """What a test waited for did not come in time; the message holds what the person sees instead."""


class ConnectionLostError(SandboxError):
    """A fault closed the connection instead of answering: the caller cannot know what happened."""


class RefusedError(SandboxError):
    """Slack answers `ok: false`; `body` is the answer, `status` its HTTP status."""

    def __init__(
        self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(error)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {"ok": False, "error": error, **more}


def invalid_arguments(*messages: str) -> RefusedError:
    """Return the refusal that names arguments, in the words and the place where Slack puts them."""
    return RefusedError(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]}
    )
