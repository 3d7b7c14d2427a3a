"""What a call to Slack came to: it took effect, it certainly did not, or nobody knows."""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """How far a refusal reaches."""

    #: This message, or this reading, in the form that it has.
    MESSAGE = "message"
    #: Everything in this channel.
    CHANNEL = "channel"
    #: Everything that the bot does in this workspace.
    WORKSPACE = "workspace"


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
    """The call had no effect, and may be repeated."""

    #: The wait in seconds that Slack asks for; without one it grows with each try.
    seconds: float | None = None
    reason: str = "ratelimited"
    #: Whether no other call in the workspace should be made meanwhile.
    holds_workspace: bool = True
    #: What it turns out to be after `wire.MOST_TRIES`; `None` where it passes however long that takes.
    lasting: Scope | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The call had no effect and no retry will change that; `reason` is Slack's error code."""

    reason: str
    scope: Scope = Scope.MESSAGE


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call may or may not have had an effect."""

    reason: str


Failure = NotNow | Refused | Unknown


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message as Slack returns it; `key` and `position` name its post if a delivery of ours wrote it."""

    ts: str
    key: str | None = None
    position: int | None = None
    is_deleted: bool = False
    #: Whether this bot wrote it.
    is_own: bool = False
    #: Its text, where this bot wrote it and Slack shows no metadata that names its post.
    unnamed_text: str | None = None
    #: The papers that it shows, if it is a card, or a list of papers, that this bot wrote into a thread.
    paper_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page of a channel's or a thread's messages, and the cursor of the next page, if any."""

    messages: tuple[ChannelMessage, ...]
    cursor: str | None
