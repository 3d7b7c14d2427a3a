"""What a call to Slack came to: it took effect, it certainly did not, or nobody knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Posted:
    """The message was written, with Slack's `ts`; `in_thread` is whether Slack wrote it as a reply."""

    ts: str
    in_thread: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The call took effect."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The call had no effect; it may be retried after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The call had no effect and no retry will change that; `reason` is Slack's error code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call may or may not have had an effect."""

    reason: str


Failure = NotNow | Refused | Unknown


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message as Slack returns it; `key` and `position` name its post if a delivery wrote it."""

    ts: str
    key: str | None = None
    position: int | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page of a channel's or a thread's messages, and the cursor of the next page, if any."""

    messages: tuple[ChannelMessage, ...]
    cursor: str | None
