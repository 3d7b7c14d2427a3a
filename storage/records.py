"""What the tables hold, as plain frozen records; each table's class is the only translation."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

SUMMARY_PARTS = ("keywords", "tldr", "problem", "method", "results", "takeaway")
"""The six parts a summary is meant to have, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An arXiv id without version, and what is known of it; `None` means not known."""

    id: str
    title: str
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    votes: int | None = None
    code_url: str | None = None
    code_stars: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a summary comes from: a model, a prompt and the text it read, or a digest file.

    `source` says what was read (`digest-file` for a summary that came with a file);
    `model` and `prompt` are `None` where nobody said.
    """

    source: str
    made_at: date
    model: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one paper in one language (a BCP 47 tag); `body` is the text that is none of the six parts.

    Texts may hold Markdown's `**bold**`, nothing else; runs of white space are one space.
    """

    paper_id: str
    language: str
    provenance: Provenance
    keywords: tuple[str, ...] = ()
    tldr: str = ""
    problem: str = ""
    method: str = ""
    results: str = ""
    takeaway: str = ""
    body: str = ""


class ListingState(StrEnum):
    """How far a source's list of one day has come."""

    WAITING = "waiting"
    PARTIAL = "partial"
    COMPLETE = "complete"
    NONE = "none"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Listing:
    """What one source lists for one day, in order; `NONE` is a day without papers."""

    source: str
    day: date
    state: ListingState
    paper_ids: tuple[str, ...] = ()


ALL_WEEKDAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel wants: sources, a wall-clock time in its own IANA zone, weekdays and language.

    `weekdays` counts from Monday as 0, as `date.weekday()` does.
    """

    workspace: str
    channel: str
    language: str
    sources: tuple[str, ...]
    at: time = time(9, 0)
    zone: str = "UTC"
    weekdays: frozenset[int] = ALL_WEEKDAYS
    id: int | None = None


class DeliveryState(StrEnum):
    """Whether work is left on a delivery."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest on its way into a channel: the papers of `day`, for one subscription."""

    id: int
    subscription_id: int
    workspace: str
    channel: str
    day: date
    state: DeliveryState
    opened_at: datetime
    reason: str | None = None


class PostState(StrEnum):
    """What is known of one message: `SENDING` is committed before the call, `POSTED` after it."""

    PLANNED = "planned"
    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a delivery; position 0 is the parent, the others are its thread in order.

    `payload` is rendered once and frozen: the arguments of `chat.postMessage` without the channel's thread.
    """

    delivery_id: int
    position: int
    payload: str
    state: PostState = PostState.PLANNED
    paper_id: str | None = None
    ts: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """One person's paper, in one workspace; nobody else ever sees it."""

    workspace: str
    person: str
    paper: Paper
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it is shown: with the summary that fits the reader's language best, if there is any.

    `number` counts from 1 within its digest; a paper that was looked up by itself has none.
    """

    paper: Paper
    summary: Summary | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """The papers that somebody gets to read for one day, in order."""

    day: date
    source: str
    state: ListingState
    entries: tuple[Entry, ...]
