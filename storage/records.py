"""What the tables hold, as plain frozen records; each table's class is the only translation."""

from dataclasses import dataclass
from datetime import date, datetime, time
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

    WAITING = "waiting"
    PARTIAL = "partial"
    COMPLETE = "complete"
    NONE = "none"
    STALLED = "stalled"


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
    """The order of a digest's papers."""

    VOTES = "votes"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers a channel wants; an empty filter lets every paper through.

    Matching words ignores case; a paper whose votes or categories are unknown counts as having none.
    """

    #: A paper needs one of these words or one of `categories`, where any are given.
    words: tuple[str, ...] = ()
    #: arXiv categories.
    categories: tuple[str, ...] = ()
    least_votes: int = 0
    #: A paper with one of these words is left out, whatever else it has.
    never_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a channel wants of its digest."""

    #: A BCP 47 tag.
    language: str
    #: The names of sources, as in `bot.sources.kinds`.
    sources: tuple[str, ...]
    #: The wall-clock time of the digest in `zone`.
    at: time = time(9, 0)
    #: An IANA time zone.
    zone: str = "UTC"
    #: The days with a digest, counted from Monday as 0, as `date.weekday()` does.
    weekdays: frozenset[int] = ALL_WEEKDAYS
    #: The most papers with a card of their own; `None` is a card for every paper.
    most_cards: int | None = None
    order: Order = Order.LISTED
    filters: Filters = Filters()
    #: Whether a day without a new paper gets a line that says so.
    says_when_nothing: bool = False


PAUSED_BY_PERSON = "asked"
"""The reason of a pause that somebody asked for; any other is Slack's error."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel's subscription: its preferences, where it begins, and whether it is paused."""

    id: int
    workspace: str
    channel: str
    preferences: Preferences
    #: The first day whose lists belong to the subscription.
    since: date
    #: When the channel subscribed; no digest is due before.
    begun_at: datetime
    #: A later first day for each source that was added to the subscription.
    since_by_source: tuple[tuple[str, date], ...] = ()
    #: The person who last saved the preferences and is notified of failures; `None` on the command line.
    created_by: str | None = None
    #: Why it is paused, or `None` where it is not; `PAUSED_BY_PERSON` or an error of Slack.
    paused_reason: str | None = None
    #: The local date on which the pause ends; `None` where somebody has to resume it.
    paused_until: date | None = None

    def since_of(self, source: str) -> date:
        """Return the first day whose list of a source belongs to the subscription."""
        return max(self.since, dict(self.since_by_source).get(source, date.min))


class DeliveryKind(StrEnum):
    """What opened a delivery."""

    #: The subscription's time, once per local date.
    SCHEDULED = "scheduled"
    #: A person, for the date of a list.
    ASKED = "asked"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    OPEN = "open"
    #: All is posted; the thread is read back once more for messages that arrived late.
    LAST_LOOK = "last_look"
    DONE = "done"
    FAILED = "failed"


NOTHING_NEW = "nothing_new"
"""The reason of a delivery without papers: there were no new ones."""

SOURCE_LATE = "source_late"
"""The reason of a delivery without papers: a source did not answer before the next digest was due."""

PARENT_DELETED = "parent_deleted"
"""The reason of a failed delivery: a person deleted its parent."""

PARENT_UNCERTAIN = "parent_uncertain"
"""The reason of a failed delivery: nobody knows whether its parent is in the channel."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A digest on its way into a channel, for one subscription and one day."""

    id: int
    #: Identifies it in the metadata of its messages.
    key: str
    subscription_id: int
    workspace: str
    channel: str
    kind: DeliveryKind
    day: date
    state: DeliveryState
    opened_at: datetime
    #: Rises with each claim; a write under an older epoch is refused.
    epoch: int = 0
    #: Until when the worker that claimed it holds it.
    leased_until: datetime | None = None
    #: Whether one of its messages may have arrived late or twice, so that the channel is read back again.
    needs_look: bool = False
    #: When that look is due.
    next_look_at: datetime | None = None
    #: Why it ended: one of the reasons above, ours or Slack's error.
    reason: str | None = None
    #: Whether its owner was notified that it failed, or cannot be.
    is_notified: bool = False
    #: The sources whose lists it waits for before anything can be posted.
    waits_for: tuple[str, ...] = ()
    #: Whether the bot was not running when it was due.
    is_late: bool = False


class PostState(StrEnum):
    """What is known of one message."""

    PLANNED = "planned"
    #: Committed before the call.
    SENDING = "sending"
    #: Committed after the call.
    POSTED = "posted"
    #: The answer was lost; the channel is read back for the message.
    UNKNOWN = "unknown"
    #: The answer was lost, and the channel cannot be read back.
    UNCERTAIN = "uncertain"
    #: Certainly not written, and never will be.
    REFUSED = "refused"


PARENT = 0
"""The position of a delivery's parent; its thread follows in order."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a delivery."""

    delivery_id: int
    position: int
    #: The arguments of `chat.postMessage` without channel and thread, as JSON; rendered once and frozen.
    payload: str
    state: PostState = PostState.PLANNED
    #: The papers that the message shows.
    paper_ids: tuple[str, ...] = ()
    #: Slack's id of the posted message.
    ts: str | None = None
    #: Why it was refused.
    reason: str | None = None
    attempted_at: datetime | None = None
    #: When to read the channel back for it.
    next_look_at: datetime | None = None
    #: How many times reading back has not found it since the last attempt.
    absent: int = 0
    #: Whether it is sent without blocks, since Slack refused them.
    is_plain: bool = False
    #: Whether the channel may show an earlier payload, which has to be updated to this one.
    is_stale: bool = False


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


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How far one delivery is, and how many papers of it are not surely in the channel.

    `waits_for` are the sources without whose lists there is nothing to post yet.
    """

    day: date
    state: DeliveryState
    opened_at: datetime
    posted: int
    papers: int
    reason: str | None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """One channel: its last digest, when the next is due, and whether it is paused."""

    subscription: Subscription
    last: DeliveryStatus | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokensStatus:
    """The tokens of this UTC day's summaries, how many they may be, and whether the rest takes no paper."""

    used: int
    allowed: int
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class BotStatus:
    """The whole bot: messages that wait, when they will be out at the earliest, and when it last looked.

    Where a model is set up, also the tokens of its summaries.
    """

    waiting: int
    done_at: datetime | None
    last_tick: datetime | None
    tokens: TokensStatus | None = None


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
