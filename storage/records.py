"""The rows of the tables as plain frozen records; only each table's class translates between the two."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

SUMMARY_PARTS = ("keywords", "tldr", "problem", "method", "results", "takeaway")
"""The six parts of a summary, in reading order."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of a paper; `None` means not known."""

    #: The arXiv id, without version.
    id: str
    title: str
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    #: As of the last poll.
    votes: int | None = None
    code_url: str | None = None
    #: As of the last poll.
    code_stars: int | None = None
    #: arXiv categories; the primary one first where it is known.
    categories: tuple[str, ...] = ()
    #: As of the last poll.
    comments: int | None = None
    organisation: str | None = None
    #: One sentence by the site that lists the paper.
    community_summary: str | None = None
    #: Keywords by the site that lists the paper.
    community_keywords: tuple[str, ...] = ()
    thumbnail_url: str | None = None
    #: The UTC date of the first version.
    published: date | None = None
    #: The notice that it is withdrawn, in the words of who wrote it; `None` where it is not.
    withdrawal: str | None = None


@dataclass(frozen=True, slots=True)
class ArxivRecord:
    """What arXiv's API says of a paper."""

    paper_id: str
    asked_at: datetime
    #: Counts from 1; `None` where arXiv did not know the paper.
    version: int | None = None
    #: When this version was submitted, in UTC.
    updated: datetime | None = None
    #: How often arXiv did not know the paper.
    tries: int = 0
    #: When to ask again.
    next_try_at: datetime | None = None
    #: The version of which title and abstract are stored, as far as that is known.
    stored_version: int | None = None


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """The version of a paper that followed one whose title and abstract were stored."""

    paper_id: str
    version: int
    #: When arXiv had it first.
    seen_at: datetime
    #: What the version before was called, and its abstract, where both of them have one.
    earlier_title: str
    earlier_abstract: str | None = None
    #: When it was submitted, in UTC.
    submitted_at: datetime | None = None


FROM_DIGEST_FILE = "digest-file"
"""The source of a summary that came with a digest file."""

FROM_MODEL = "model"
"""The source of a summary that a language model wrote and our checks passed."""

FROM_COMMUNITY = "community"
"""The source of a summary taken from the site that lists the paper."""

FROM_ABSTRACT = "abstract"
"""The source of a summary taken, sentence by sentence, from the paper's abstract."""


class TextRead(StrEnum):
    """Which text of a paper a model was given."""

    FULL_TEXT = "full_text"
    #: Some of the full text: what the budget took, what a page had, or what the endpoint did not cut.
    PART = "part"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a summary comes from."""

    #: One of the four `FROM_…` above.
    source: str
    #: `None` for one that is derived each time it is shown, and never stored.
    made_at: date | None
    #: The model's name, where it is known.
    model: str | None = None
    #: The version of the prompt, where it is known.
    prompt: str | None = None
    #: The text that the model was given.
    text_read: TextRead | None = None
    #: The version of the paper that it was written from, where that is known.
    version: int | None = None


class Grounding(StrEnum):
    """Whether a summary's figure is in the text that the summary was made from."""

    SUPPORTED = "supported"
    #: It is a difference or a ratio of two figures in one sentence.
    DERIVED = "derived"
    #: It is in the paper, and not in the sentences of the paper that the model named for it.
    ELSEWHERE = "elsewhere"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a summary, looked up in the paper's text."""

    #: The figure as the summary writes it.
    text: str
    #: The part of the summary that it is in.
    part: str
    grounding: Grounding
    #: The paper's sentence nearest to the claim; empty where none is near.
    nearest: str = ""


class DoubtKind(StrEnum):
    """What speaks against a sentence of a summary."""

    #: It names no sentence of the paper, though it should.
    NO_SENTENCE = "no_sentence"
    #: It shares nothing with the sentences that it names.
    NOTHING_SHARED = "nothing_shared"
    #: It says more where they say less, better where they say worse, or the like.
    OTHER_DIRECTION = "other_direction"
    #: It has a name that the paper does not have.
    NAME_NOT_FOUND = "name_not_found"
    #: It compares with something that the paper has elsewhere, and not in or beside these sentences.
    BASELINE_ELSEWHERE = "baseline_elsewhere"
    #: It has a figure that the paper has elsewhere, and not in or beside these sentences.
    FIGURE_ELSEWHERE = "figure_elsewhere"
    #: It has a figure that the paper does not have.
    FIGURE_NOT_FOUND = "figure_not_found"
    #: A model that read it once more with these sentences finds that they do not support it.
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against a sentence of a summary, and the words in it that do."""

    kind: DoubtKind
    #: The name or figure, or the word of direction; empty where it is the whole sentence.
    words: str = ""


@dataclass(frozen=True, slots=True)
class PaperSentence:
    """A sentence or a table row of a paper, in its own words."""

    text: str
    #: The heading under which it stands, empty where that is unknown.
    section: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a model's summary, beside the sentences of the paper on which it rests."""

    part: str
    #: As the summary has it; as the model wrote it where it is left out.
    text: str
    #: Those that the model named, as far as the paper has them.
    sentences: tuple[PaperSentence, ...] = ()
    #: Whether it is the model's own conclusion, and says so.
    is_inference: bool = False
    doubts: tuple[Doubt, ...] = ()
    #: Whether the summary goes without it.
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A paper's summary in one language.

    Texts may hold Markdown's `**bold**` and no other markup; runs of white space are one space.
    """

    paper_id: str
    #: A BCP 47 tag.
    language: str
    provenance: Provenance
    keywords: tuple[str, ...] = ()
    tldr: str = ""
    problem: str = ""
    method: str = ""
    results: str = ""
    takeaway: str = ""
    #: Text that belongs to none of the six parts.
    body: str = ""
    #: The figures of a model's summary.
    figures: tuple[Figure, ...] = ()
    #: The keywords in English, for search, of a model's summary in another language; they are not shown.
    english_keywords: tuple[str, ...] = ()
    #: Its sentences with the paper's own; none where the model named no sentences of the paper.
    evidence: tuple[Evidence, ...] = ()


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
"""The trouble of a list with far fewer papers than usual."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one source lists for one day."""

    source: str
    day: date
    state: ListingState
    #: In the source's order.
    paper_ids: tuple[str, ...] = ()
    #: When the source was last polled for the day.
    looked_at: datetime | None = None
    #: When it will be polled next; `None` where it will not.
    next_look_at: datetime | None = None
    #: What is wrong with the list: `FEW`, or a sentence.
    trouble: str | None = None
    trouble_since: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the list is missing and will not be polled again."""
        return self.state is ListingState.STALLED and self.next_look_at is None


@dataclass(frozen=True, slots=True)
class ListingSize:
    """How many papers one source lists for one day."""

    source: str
    day: date
    state: ListingState
    papers: int


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """A paper among the best of some days."""

    paper_id: str
    #: How many people of one workspace saved it; 0 where they are so few that one might guess who.
    saves: int


ALL_WEEKDAYS = frozenset(range(7))


class Order(StrEnum):
    """The order of a digest's papers."""

    VOTES = "votes"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which papers a channel gets; the default is all of them."""

    #: A paper needs one of these words (as in `bot.text.terms`) or one of `categories`, where any are given.
    words: tuple[str, ...] = ()
    #: arXiv categories (as in `bot.sources.categories`); a paper whose categories are not known is in none.
    categories: tuple[str, ...] = ()
    #: A paper whose votes are not known has none.
    least_votes: int = 0
    #: A paper with one of these words is left out, whatever else it has.
    never_words: tuple[str, ...] = ()
    #: Only papers that match what the person who set it up follows, and none that they muted.
    only_followed: bool = False


class Reading(StrEnum):
    """Whether people say under a channel's cards what they will read, and who sees that."""

    OFF = "off"
    #: A card shows how many will read it.
    COUNTED = "counted"
    #: Those who will read it also see who else will.
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Recap:
    """When a channel gets the recap of its week, in the zone of its digest."""

    #: Counted from Monday as 0, as `date.weekday()` does.
    weekday: int
    at: time


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
    #: What the channel is about, in its people's own words; empty where nobody has said.
    about: str = ""
    #: Whether a card shows the paper's picture, where its source gives one.
    has_thumbnails: bool = False
    reading: Reading = Reading.OFF
    #: `None` where the channel wants no recap.
    recap: Recap | None = None


PAUSED_BY_PERSON = "asked"
"""The reason of a pause that a person asked for; any other reason is Slack's error."""


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

    @property
    def is_personal(self) -> bool:
        """Whether it brings one person what they follow, in their direct messages with the bot."""
        return self.preferences.filters.only_followed

    def since_of(self, source: str) -> date:
        """Return the first day whose list of a source belongs to the subscription."""
        return max(self.since, dict(self.since_by_source).get(source, date.min))


class DeliveryKind(StrEnum):
    """What opened a delivery."""

    #: The subscription's time, once per local date.
    SCHEDULED = "scheduled"
    #: A person, for the date of a list.
    ASKED = "asked"
    #: The time of the week's recap, once per local date.
    RECAP = "recap"
    #: The reminder of a discussion, once for its date, which is the delivery's day.
    DISCUSSION = "discussion"

    @property
    def is_digest(self) -> bool:
        """Whether it brings papers that the channel has not had."""
        return self in {DeliveryKind.SCHEDULED, DeliveryKind.ASKED}


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    OPEN = "open"
    #: All is posted; the thread is read back once more for messages that arrived late.
    LAST_LOOK = "last_look"
    #: A person paused or ended the digests before all was posted; it goes on if they are resumed.
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


NOTHING_NEW = "nothing_new"
"""The reason of a delivery without papers: there were no new ones."""

TOO_LATE = "too_late"
"""The reason of a recap or a reminder without papers: the bot was not running until its time was over."""

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
    #: Whether a person asked it to stop; its worker does so before the next message.
    is_stop_asked: bool = False
    #: The discussion that it reminds of; `None` for any other kind.
    discussion_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's lease on a piece of work that only one may do at a time."""

    name: str
    #: The worker that claimed it.
    holder: str
    #: Rises with each claim; what is done under an older one is refused.
    epoch: int
    #: What the last holder left for this one.
    note: str | None = None
    #: Whether this holder was the last one too, so that nobody else did the work in between.
    was_own: bool = False


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


@dataclass(frozen=True, slots=True)
class ShownCard:
    """What a message shows that is the card of one paper."""

    #: The language that it was drawn in.
    language: str
    #: Identifies its text and blocks; `None` where they are not known, as of cards of earlier versions.
    hash: str | None


PARENT = 0
"""The position of a delivery's parent; its thread follows in order."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a delivery."""

    delivery_id: int
    position: int
    #: The arguments of `chat.postMessage` without channel and thread, as JSON; rendered once and frozen.
    #: `None` once its delivery is long done.
    payload: str | None
    state: PostState = PostState.PLANNED
    #: The papers that the message shows.
    paper_ids: tuple[str, ...] = ()
    #: The card that it shows, if it is one.
    card: ShownCard | None = None
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
    #: Whether it shows its paper's picture.
    has_picture: bool = False


class EventState(StrEnum):
    """What a worker finds of an event that Slack sends it."""

    #: It is this worker's to handle.
    TAKEN = "taken"
    #: Another handles it now, and may yet fail.
    UNDER_WAY = "under_way"
    HANDLED = "handled"


class ReadingStatus(StrEnum):
    """How far a person has come with a saved paper."""

    UNREAD = "unread"
    READING = "reading"
    READ = "read"


@dataclass(frozen=True, slots=True)
class SavedIn:
    """The message from which a paper was saved, by Slack's ids."""

    channel: str
    ts: str
    #: The parent of its thread, where it is in one.
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper on one person's list; nobody else ever sees it."""

    workspace: str
    person: str
    paper: Paper
    saved_at: datetime
    status: ReadingStatus = ReadingStatus.UNREAD
    #: When it became read; `None` while it is not.
    read_at: datetime | None = None
    #: In the form of `bot.text.tags`, by alphabet.
    tags: tuple[str, ...] = ()
    note: str = ""
    saved_in: SavedIn | None = None


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """Which papers of a person's list are meant; the default is all."""

    status: ReadingStatus | None = None
    #: A paper has all of these.
    tags: tuple[str, ...] = ()


EVERY_SAVED_PAPER = SavedFilter()


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether a person wants more papers like one, or fewer; nobody else ever sees it."""

    paper_id: str
    is_liked: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """How many people will read a paper with a channel."""

    paper_id: str
    readers: int
    #: When the last of them said so.
    last_at: datetime


class DiscussionState(StrEnum):
    """How far a channel is with the discussion of a paper."""

    PLANNED = "planned"
    DISCUSSED = "discussed"
    #: It was taken off the plan.
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Discussion:
    """One discussion of a paper in a channel."""

    id: int
    workspace: str
    channel: str
    paper_id: str
    planned_for: date
    #: Who pressed that they present it; `None` while nobody did, or once they are forgotten.
    presenter: str | None
    #: Who set the date; `None` once they are forgotten.
    planned_by: str | None
    state: DiscussionState
    created_at: datetime
    #: When the channel was reminded of it.
    reminded_at: datetime | None = None
    #: The message under which it is discussed.
    opened_ts: str | None = None
    #: When it was discussed, or dropped.
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """What people said of a paper that they discussed, never who."""

    worth: int = 0
    skip: int = 0


@dataclass(frozen=True, slots=True)
class JudgedDiscussion:
    """A discussion of which people said whether the paper was worth it."""

    paper_id: str
    day: date
    verdicts: VerdictCounts


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What saving a paper has changed."""

    #: Whether it was not on the list before.
    is_new: bool
    #: The tags that it did not have.
    new_tags: tuple[str, ...] = ()
    #: The tags that it did not get, since it has as many as a paper may have.
    tags_left_out: tuple[str, ...] = ()
    #: Whether the note was added.
    is_note_new: bool = False
    #: Whether the note was left out, since with it the note would be too long.
    is_note_left_out: bool = False


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """What a person has set for themselves."""

    workspace: str
    person: str
    #: A BCP 47 tag; `None` is the language of their Slack.
    language: str | None = None
    #: The name of the emoji that saves a paper, without colons; `None` is the bot's own choice.
    reaction: str | None = None
    #: Their IANA time zone, as of the last time that they changed a setting.
    zone: str = "UTC"
    #: When they are next reminded of what is unread; `None` where they do not want to be.
    next_reminder_at: datetime | None = None


class FollowKind(StrEnum):
    """How a person follows something."""

    #: `wanted` is a query as JSON: papers that it finds.
    SEARCH = "search"
    #: `wanted` is the id of a paper: others like it.
    SIMILAR = "similar"
    #: `wanted` is a query as JSON: what it finds is left out.
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class Follow:
    """Something that a person follows, or that they muted."""

    id: int
    workspace: str
    person: str
    kind: FollowKind
    wanted: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that papers are to be about more, or less."""

    words: str
    #: From -2, far less, to 2, far more; never 0.
    weight: int


@dataclass(frozen=True, slots=True)
class TopicOwner:
    """Whose topics they are: a person's, or a channel's."""

    workspace: str
    person: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """How much is kept of one person in one workspace."""

    saved_papers: int = 0
    #: The saved papers with a note.
    notes: int = 0
    #: Different tags.
    tags: int = 0
    #: Removed papers that can still be put back.
    removed_papers: int = 0
    settings: int = 0
    summary_requests: int = 0
    mistake_reports: int = 0
    #: Channels whose digests they set up, and of whose failures they are notified.
    subscriptions: int = 0
    #: Their own digest, with the ledger of its messages.
    own_digests: int = 0
    #: Papers of which they want more, or fewer.
    opinions: int = 0
    #: What they follow and what they muted.
    follows: int = 0
    #: Papers that they said they will read, in each channel.
    readings: int = 0
    #: Discussions that they present, or whose date they set.
    discussions: int = 0
    #: Discussed papers of which they said whether they were worth it.
    verdicts: int = 0
    #: What they want more of and less of, in words.
    topics: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is kept."""
        return self == PersonalData()


@dataclass(frozen=True, slots=True)
class SummaryFailure:
    """The last failure to make a summary."""

    paper_id: str
    language: str
    #: How often it has failed in a row.
    tries: int
    reason: str
    failed_at: datetime
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A request to a language model for a summary.

    Until it is answered its tokens are the most that it can take; they stay so where the answer was lost.
    """

    paper_id: str
    language: str
    model: str
    at: datetime
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """A person's report of a mistake in a summary."""

    workspace: str
    person: str
    paper_id: str
    #: The language of the summary.
    language: str
    reported_at: datetime
    note: str
    #: The source of the summary's provenance.
    summary_source: str
    summary_made_at: date
    #: `None` until it is stored.
    id: int | None = None


class ReportOutcome(StrEnum):
    """What became of a summary in which a person reported a mistake."""

    #: It was made anew, or imported anew, on a later day.
    MADE_ANEW = "made_anew"
    #: It was drawn without a model, and there is a model's in its language now.
    NOW_BY_MODEL = "now_by_model"
    #: arXiv says that the paper is withdrawn.
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ReportCount:
    """How many reports of mistakes there are in summaries of one kind."""

    #: The source of the summaries' provenance.
    summary_source: str
    #: The model that made them, where they are still there to tell.
    model: str | None
    outcome: ReportOutcome
    reports: int
    papers: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedPaper:
    """A paper in whose summaries mistakes were reported."""

    paper_id: str
    reports: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryCount:
    """How many summaries of one kind are stored."""

    #: As in their provenance, and so are the model, the prompt and the text read.
    source: str
    model: str | None
    prompt: str | None
    text_read: TextRead | None
    language: str
    summaries: int
    #: How many figures in them were looked up, and how many of these were not found.
    figures: int
    figures_not_found: int
    first_made_at: date
    last_made_at: date


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """A queued update of a posted card that shows less than is known now."""

    delivery_id: int
    position: int
    next_try_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class EncryptedTokens:
    """A bot token as it is stored, and what a new one is got with where it expires."""

    #: Encrypted.
    token: str = field(repr=False)
    #: Identifies the key that both are encrypted with.
    key_id: str
    #: Encrypted; `None` where tokens do not rotate.
    refresh_token: str | None = field(default=None, repr=False)
    #: When Slack stops taking the token; `None` where it does not expire.
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot's installation in one workspace, or in all workspaces of an organisation."""

    #: The team's id; of an organisation-wide one the organisation's.
    workspace: str
    app_id: str
    bot_id: str
    bot_user_id: str
    #: The user id of who installed it.
    installer: str
    installed_at: datetime
    #: `None` once it is uninstalled.
    tokens: EncryptedTokens | None
    #: The organisation of an Enterprise Grid, if it is in one.
    enterprise_id: str | None = None
    is_org_wide: bool = False
    #: Slack's names of the scopes of the bot token.
    scopes: tuple[str, ...] = ()
    #: The name of the workspace or organisation, empty where Slack did not tell it.
    team_name: str = ""
    #: Its address in Slack, which ends in a slash; empty where Slack did not tell it.
    team_url: str = ""
    #: Since when its tokens are gone; `None` while it is installed.
    uninstalled_at: datetime | None = None
