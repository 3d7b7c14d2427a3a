"""What the tables hold, as plain frozen records; each table's class is the only translation."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

SUMMARY_PARTS = ("keywords", "tldr", "problem", "method", "results", "takeaway")
"""The six parts a summary is meant to have, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An arXiv id without version, and what is known of it; `None` means not known.

    `votes`, `comments` and the code's stars are counts as of the last look. `community_summary` and
    `community_keywords` are what the site that lists the paper says of it by itself. `published` is the UTC
    date of the first version.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    votes: int | None = None
    code_url: str | None = None
    code_stars: int | None = None
    categories: tuple[str, ...] = ()
    comments: int | None = None
    organisation: str | None = None
    community_summary: str | None = None
    community_keywords: tuple[str, ...] = ()
    thumbnail_url: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class ArxivRecord:
    """What arXiv's API said of a paper: its version, counted from 1, and when that was submitted, in UTC.

    `version` is `None` where arXiv did not know the paper; then it was asked in vain `tries` times and is
    asked again at `next_try_at`.
    """

    paper_id: str
    asked_at: datetime
    version: int | None = None
    updated: datetime | None = None
    tries: int = 0
    next_try_at: datetime | None = None


FROM_DIGEST_FILE = "digest-file"
"""The source of a summary that came with a digest file."""

FROM_MODEL = "model"
"""The source of a summary that a language model wrote and our checks let pass."""

FROM_COMMUNITY = "community"
"""The source of a summary drawn from what the site that lists the paper says of it."""

FROM_ABSTRACT = "abstract"
"""The source of a summary drawn, sentence by sentence, from the paper's abstract."""


class TextRead(StrEnum):
    """Which text of a paper a model was given."""

    FULL_TEXT = "full_text"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a summary comes from: its `source`, one of the four above, and what is known beside it.

    `made_at` is `None` for one that is drawn anew each time it is shown, which is never stored. `model` and
    `prompt` (its version) are `None` where nobody said; `text_read` is what the model was given.
    """

    source: str
    made_at: date | None
    model: str | None = None
    prompt: str | None = None
    text_read: TextRead | None = None


class Grounding(StrEnum):
    """Whether the text that a summary was made from has one of its figures.

    A `DERIVED` one is a difference or a ratio of two figures of one sentence there.
    """

    SUPPORTED = "supported"
    DERIVED = "derived"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a summary writes it, in which of the parts, and whether the paper's text has it.

    `nearest` is the sentence of the paper that is nearest to the claim; empty where none is near.
    """

    text: str
    part: str
    grounding: Grounding
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one paper in one language (a BCP 47 tag); `body` is the text that is none of the six parts.

    Texts may hold Markdown's `**bold**`, nothing else; runs of white space are one space. `figures` are those
    of a model's summary, each looked up in the text that the model was given.
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
    figures: tuple[Figure, ...] = ()


class ListingState(StrEnum):
    """How far a source's list of one day has come."""

    #: Nothing is out yet.
    WAITING = "waiting"
    #: Papers are out, and more may follow.
    PARTIAL = "partial"
    #: The day has ended; its list is final.
    COMPLETE = "complete"
    #: The day has ended without papers.
    NONE = "none"
    #: The source cannot be read.
    STALLED = "stalled"

    @property
    def is_final(self) -> bool:
        """Whether the day has ended and its list, empty or not, is known."""
        return self in (ListingState.COMPLETE, ListingState.NONE)


FEW = "few"
"""The trouble with a list that has far fewer papers than its source's usual one."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one source lists for one day, in order; `NONE` is a day without papers.

    `looked_at` and `next_look_at` are when the source was and will be asked; `trouble` is what is wrong with
    it, in a word or a sentence, and since when.
    """

    source: str
    day: date
    state: ListingState
    paper_ids: tuple[str, ...] = ()
    looked_at: datetime | None = None
    next_look_at: datetime | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the list is missing and nobody looks for it any more."""
        return self.state is ListingState.STALLED and self.next_look_at is None


ALL_WEEKDAYS = frozenset(range(7))


class Order(StrEnum):
    """In which order a digest's papers come."""

    VOTES = "votes"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers a channel wants; empty means all.

    Words are compared without regard to case; a paper whose votes or categories are not known has none.
    """

    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    least_votes: int = 0
    never_words: tuple[str, ...] = ()


PAUSED_BY_PERSON = "asked"
"""The reason of a pause that somebody asked for; any other is Slack's error."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel wants: sources, a wall-clock time in its own IANA zone, weekdays and language.

    `weekdays` counts from Monday as 0, as `date.weekday()` does. `most_cards` of `None` is a card for each
    paper. `since` is the first day whose lists belong to it; `since_by_source` has a later one for sources
    that were added to it. A paused one says why, and until when if that is known; who set it up
    (`created_by`) is told what goes wrong.
    """

    workspace: str
    channel: str
    language: str
    sources: tuple[str, ...]
    at: time = time(9, 0)
    zone: str = "UTC"
    weekdays: frozenset[int] = ALL_WEEKDAYS
    most_cards: int | None = None
    order: Order = Order.LISTED
    filters: Filters = Filters()
    says_when_nothing: bool = False
    since: date = date.min
    begun_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    created_by: str | None = None
    paused_reason: str | None = None
    paused_until: date | None = None
    since_by_source: tuple[tuple[str, date], ...] = ()
    id: int | None = None

    def since_of(self, source: str) -> date:
        """Return the first day whose list of a source belongs to it."""
        return max(self.since, dict(self.since_by_source).get(source, date.min))


class DeliveryKind(StrEnum):
    """Whether a digest came by its time, one a local date, or was asked for by the date of its list."""

    SCHEDULED = "scheduled"
    ASKED = "asked"


class DeliveryState(StrEnum):
    """Whether work is left on a delivery; a last look is work too."""

    OPEN = "open"
    LAST_LOOK = "last_look"
    DONE = "done"
    FAILED = "failed"


NOTHING_NEW = "nothing_new"
"""Why a delivery is done that has no paper: there was none to bring."""

SOURCE_LATE = "source_late"
"""Why a delivery is done that has no paper: a source did not answer before the next digest was due."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest on its way into a channel, for one subscription and one day.

    `key` names it in the metadata of its messages. Whoever works on it holds a lease until `leased_until`;
    each claim raises `epoch`, and a write under an older epoch is refused. `is_told` is whether who set it up
    knows that it failed. `waits_for` are the sources without whose lists there is nothing to post yet, and
    `is_late` is whether the bot was not running when it was due.
    """

    id: int
    key: str
    subscription_id: int
    workspace: str
    channel: str
    kind: DeliveryKind
    day: date
    state: DeliveryState
    opened_at: datetime
    epoch: int = 0
    leased_until: datetime | None = None
    had_unknown: bool = False
    look_at: datetime | None = None
    reason: str | None = None
    is_told: bool = False
    waits_for: tuple[str, ...] = ()
    is_late: bool = False


class PostState(StrEnum):
    """What is known of one message.

    `SENDING` is committed before the call and `POSTED` after it. `UNKNOWN` is looked for in the channel;
    `UNCERTAIN` may not be looked for. `REFUSED` was surely not written and never will be.
    """

    PLANNED = "planned"
    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"


PARENT = 0
"""The position of a delivery's parent; the others are its thread in order."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a delivery, by its position.

    `payload` is rendered once and frozen, with its SHA-256: the arguments of `chat.postMessage` but for the
    channel and the thread. `absent` counts the looks that did not find it since the last attempt. A stale one
    may show an earlier payload in the channel, and is to be changed to this one.
    """

    delivery_id: int
    position: int
    payload: str
    state: PostState = PostState.PLANNED
    paper_ids: tuple[str, ...] = ()
    ts: str | None = None
    reason: str | None = None
    attempted_at: datetime | None = None
    look_at: datetime | None = None
    absent: int = 0
    is_plain: bool = False
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """One person's paper, in one workspace; nobody else ever sees it."""

    workspace: str
    person: str
    paper: Paper
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryFailure:
    """A summary that could not be had: how often it was tried, why it failed last, and when to try next."""

    paper_id: str
    language: str
    tries: int
    reason: str
    failed_at: datetime
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a language model, for one paper in one language, and the tokens that it took.

    While it is under way, and where nobody lived to hear the answer, they are the most that it can take.
    """

    paper_id: str
    language: str
    model: str
    at: datetime
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """What one person holds against a summary, and which one: by whom or what and when it was made."""

    workspace: str
    person: str
    paper_id: str
    language: str
    reported_at: datetime
    note: str
    summary_source: str
    summary_made_at: date
    id: int | None = None


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """A posted card that shows less than is known by now: it is drawn anew, after `next_try_at`."""

    delivery_id: int
    position: int
    next_try_at: datetime
    tries: int = 0
