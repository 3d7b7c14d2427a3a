"""The records of a workspace: people, channels, messages, files, views, triggers and response URLs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.checks import Json
from bot.sandbox.config import Posting


@dataclass
class Person:
    """A person, or the app's bot user.

    `suggested` holds what the app has offered in external selects, by action_id and value.
    """

    id: str
    name: str
    real_name: str
    locale: str
    tz: str
    is_admin: bool = False
    is_bot: bool = False
    home: "View | None" = None
    views: list["View"] = field(default_factory=list)
    notices: list[Json] = field(default_factory=list)
    suggested: dict[str, dict[str, Json]] = field(default_factory=dict)


@dataclass
class Channel:
    """A channel, or the direct messages between one person (`im_with`) and the app."""

    id: str
    name: str
    created: datetime
    creator: str
    members: set[str]
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    posting: Posting = "everyone"
    im_with: str | None = None
    previous_names: list[str] = field(default_factory=list)
    messages: "dict[str, Message]" = field(default_factory=dict)

    @property
    def is_im(self) -> bool:
        """Whether this is a direct message channel."""
        return self.im_with is not None

    @property
    def kind(self) -> str:
        """The prefix of the scopes that guard this channel: channels, groups or im."""
        if self.is_im:
            return "im"
        return "groups" if self.is_private else "channels"


@dataclass
class Message:
    """A message; `ephemeral_to` is the only person who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    ephemeral_to: str | None = None
    visible_from: datetime | None = None
    is_tombstone: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, "State"] = field(default_factory=dict)
    files: "list[File]" = field(default_factory=list)
    #: The links that the app heard of, and may show.
    shared_links: tuple[str, ...] = ()
    attachments: "list[Attachment]" = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether this is a reply in a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(eq=False)
class Attachment:
    """What the app shows of a link below the message that has it; `id` counts from 1 within the message."""

    id: int
    url: str
    blocks: list[Json]


@dataclass
class Draft:
    """What a person writes and has not sent: its links, and what the app shows of each."""

    person: str
    links: tuple[str, ...]
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(eq=False)
class File:
    """A file of a person or of the app's bot user; its `content` is None until it is uploaded.

    `length` is its announced size in bytes. Only a complete one can be seen. `is_given_to_app` marks a file
    that a person chose in one of the app's modals.
    """

    id: str
    user: str
    name: str
    length: int
    created: datetime
    title: str
    alt_txt: str | None = None
    snippet_type: str | None = None
    content: bytes | None = None
    is_complete: bool = False
    is_given_to_app: bool = False


State = dict[str, dict[str, Json]]
"""The values of inputs by block_id and action_id, as Slack sends them."""


@dataclass
class View:
    """A modal or a Home tab as Slack stores it."""

    id: str
    owner: str
    definition: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    state: State = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.definition["type"])

    @property
    def blocks(self) -> list[Json]:
        """The blocks, each with a block_id and its elements with action_ids."""
        blocks: list[Json] = self.definition["blocks"]
        return blocks


@dataclass
class Trigger:
    """A trigger_id: whose action issued it, when, and from which view."""

    person: str
    issued_at: datetime
    view_id: str | None = None
    is_used: bool = False


@dataclass
class ResponseUrl:
    """A response_url: where its responses go, and how often it was used."""

    person: str
    channel: str
    issued_at: datetime
    message_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True)
class CallRecord:
    """One received call of the Web API and its outcome; `status` is 0 for a dropped connection."""

    at: datetime
    method: str
    arguments: dict[str, Any]
    status: int
    error: str | None
