"""The messages of a delivery: a channel's papers, planned as posts before the first is sent."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from bot.cards.blocks import Message, is_image
from bot.cards.digest import digest_parent, nothing_new, rest_list
from bot.cards.entry import Digest, Entry
from bot.cards.follows import Matching
from bot.cards.for_you import ForYou
from bot.cards.paper import UNTOLD, Interest, paper_card
from bot.cards.personal_digest import personal_digest
from bot.cards.topic_effects import moved_lines
from bot.delivery.answers import METADATA_EVENT
from bot.delivery.selection import Selection, select
from bot.locale import Words, words_for
from bot.lookup.papers import entries_of, listing_of_day
from bot.lookup.topics import topics_of_papers
from storage.records import (
    NOTHING_NEW,
    PARENT,
    Delivery,
    DeliveryState,
    Listing,
    ListingState,
    Post,
    Preferences,
    Reading,
    ShownCard,
    Subscription,
    Topic,
    TopicOwner,
)
from storage.tables import Tables

_ENTRIES_A_LIST = 10

_REACH = timedelta(days=31)

_HASH_LENGTH = 16
"""Enough for a card and those that it was before: one of 2⁶⁴."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that is to be posted."""

    message: Message
    paper_ids: tuple[str, ...] = ()
    card: ShownCard | None = None

    @property
    def has_picture(self) -> bool:
        """Whether it shows its paper's picture."""
        return any(map(is_image, self.message.blocks))


@dataclass(frozen=True, slots=True)
class Choice:
    """The papers chosen for a channel, and the sources that list any of them."""

    selection: Selection
    sources: tuple[str, ...]
    #: At the head of a person's own digest.
    for_you: ForYou | None = None
    #: What the person follows of them, and why each is in their own digest.
    followed: tuple[Matching, ...] = ()


def choose_of_day(tables: Tables, day: date, subscription: Subscription) -> Choice:
    """Choose those papers of one day's lists that the channel has not had."""
    listings = lists_of_day(tables, day, subscription.preferences)
    had, topics = papers_had(tables, subscription, listings), topics_of_channel(tables, subscription)
    return _choose(tables, listings, subscription.preferences, had, topics)


def choose_whole_day(
    tables: Tables, day: date, preferences: Preferences, topics: Sequence[Topic] = ()
) -> Choice:
    """Choose what the preferences and topics make of one day's lists, whatever of it a channel has had."""
    return _choose(tables, lists_of_day(tables, day, preferences), preferences, frozenset(), topics)


def choose_new(tables: Tables, subscription: Subscription) -> Choice:
    """Choose a channel's papers from every list that it has not had whole.

    Lists of the last month since its subscription began count: neither a long pause nor filters that let
    more through bring years at once.
    """
    listings = lists_in_reach(tables, subscription)
    had = papers_had(tables, subscription, listings)
    not_whole = [listing for listing in listings if not had.issuperset(listing.paper_ids)]
    topics = topics_of_channel(tables, subscription)
    return _choose(tables, not_whole, subscription.preferences, had, topics)


def topics_of_channel(tables: Tables, subscription: Subscription) -> tuple[Topic, ...]:
    """Return the topics of what the channel is about, once somebody there has confirmed them."""
    if not subscription.preferences.about:
        return ()
    return tables.topics.used(TopicOwner(subscription.workspace, channel=subscription.channel))


def papers_had(tables: Tables, subscription: Subscription, listings: Iterable[Listing]) -> frozenset[str]:
    """Return which papers of these lists the channel has had."""
    listed = dict.fromkeys(paper_id for listing in listings for paper_id in listing.paper_ids)
    return tables.posts.papers_of_channel(subscription.workspace, subscription.channel, listed)


def _choose(
    tables: Tables,
    listings: list[Listing],
    preferences: Preferences,
    had: frozenset[str],
    topics: Sequence[Topic],
) -> Choice:
    new = dict.fromkeys(each for listing in listings for each in listing.paper_ids if each not in had)
    of_papers = topics_of_papers(tables, topics, new)
    selection = select(_entries(tables, listings, preferences.language), had, preferences, of_papers)
    return Choice(selection, sources_of(selection, listings))


def plan_digest(
    tables: Tables,
    delivery: Delivery,
    subscription: Subscription,
    choice: Choice,
    notes: Sequence[str],
    *,
    has_model: bool,
) -> None:
    """Plan all posts of a digest; its parent replaces the message that said that it waits, if there is one.

    `notes` are what the parent says beside the papers. Without papers there is only a line, if the channel
    wants one or was told to wait; otherwise the delivery is done at once. Raises `LeaseLostError`.
    """
    has_parent = bool(tables.posts.of_delivery(delivery.id))
    messages = _messages(
        subscription.preferences,
        delivery.day,
        choice,
        notes,
        says_when_nothing=has_parent,
        has_model=has_model,
        readers=_readers(tables, subscription, choice),
    )
    if delivery.waits_for:
        tables.deliveries.wait_for(delivery, ())
    if has_parent:
        replace_parent(tables, delivery, messages[PARENT].message, "digest")
    first = PARENT + 1 if has_parent else PARENT
    tables.posts.plan(
        delivery, [_post(delivery, position, messages[position]) for position in range(first, len(messages))]
    )
    if not messages:
        tables.deliveries.close(delivery, DeliveryState.DONE, NOTHING_NEW)


def shown_card(message: Message, language: str) -> ShownCard:
    """Return what is kept of a card, to tell later whether one that is drawn anew is another."""
    content = json.dumps([message.text, message.blocks], ensure_ascii=False, sort_keys=True)
    return ShownCard(language, hashlib.sha256(content.encode()).hexdigest()[:_HASH_LENGTH])


def plan_messages(tables: Tables, delivery: Delivery, messages: Sequence[Planned]) -> None:
    """Plan all posts of a delivery whose messages are known at once."""
    tables.posts.plan(
        delivery, [_post(delivery, position, message) for position, message in enumerate(messages)]
    )


def plan_parent(tables: Tables, delivery: Delivery, message: Message) -> None:
    """Plan the parent of a delivery whose other posts wait for a list."""
    tables.posts.plan(delivery, [Post(delivery.id, PARENT, _payload(delivery, str(PARENT), PARENT, message))])


def replace_parent(tables: Tables, delivery: Delivery, message: Message, name: str) -> None:
    """Replace the parent's message; `name` gives it a `client_msg_id` of its own.

    Slack may refuse to post a message under the `client_msg_id` of one that was deleted.
    """
    payload = _payload(delivery, f"{PARENT}/{name}", PARENT, message)
    tables.posts.replace_payload(delivery, PARENT, payload)


def lists_of_day(tables: Tables, day: date, preferences: Preferences) -> list[Listing]:
    """Return what the sources of the preferences list for one day."""
    listings = (listing_of_day(tables, day, source) for source in preferences.sources)
    return [listing for listing in listings if listing]


def lists_in_reach(tables: Tables, subscription: Subscription, reach: timedelta = _REACH) -> list[Listing]:
    """Return the complete lists of the subscription's sources of the latest days, the oldest first."""
    sources = subscription.preferences.sources
    latest = tables.listings.latest_complete_day(sources)
    if latest is None:
        return []
    first = max(subscription.since, latest - reach)
    return [
        listing
        for listing in tables.listings.complete_since(sources, first)
        if listing.day >= subscription.since_of(listing.source)
    ]


def _entries(tables: Tables, listings: list[Listing], language: str) -> list[Entry]:
    return [entry for listing in listings for entry in entries_of(tables, listing.paper_ids, language)]


def sources_of(selection: Selection, listings: Iterable[Listing]) -> tuple[str, ...]:
    """Return the sources that list any of the papers."""
    chosen = {entry.paper.id for entry in (*selection.cards, *selection.rest)}
    return tuple(dict.fromkeys(each.source for each in listings if chosen.intersection(each.paper_ids)))


def _messages(
    preferences: Preferences,
    day: date,
    choice: Choice,
    notes: Sequence[str],
    *,
    says_when_nothing: bool,
    has_model: bool,
    readers: Mapping[str, int] | None,
) -> list[Planned]:
    """Return the messages of a digest in order; its cards tell of `readers` where the channel has any."""
    words, selection = words_for(preferences.language), choice.selection
    if preferences.filters.only_followed:
        return [_personal(day, choice, words)] if selection.cards else []
    if not selection.cards:
        is_said = says_when_nothing or preferences.says_when_nothing
        return [Planned(nothing_new(day, words, notes))] if is_said else []
    entries = (*selection.cards, *selection.rest)
    all_notes = [*notes, *moved_lines(selection.moved, words)]
    digest = Digest(day, choice.sources[0], ListingState.COMPLETE, entries)
    rest = [
        selection.rest[at : at + _ENTRIES_A_LIST] for at in range(0, len(selection.rest), _ENTRIES_A_LIST)
    ]
    return [
        Planned(digest_parent(digest, words, sources=choice.sources, notes=all_notes)),
        *(
            planned_card(entry, preferences, has_model=has_model, interest=_interest(entry, readers))
            for entry in selection.cards
        ),
        *(Planned(rest_list(some, words), tuple(entry.paper.id for entry in some)) for some in rest),
    ]


def _personal(day: date, choice: Choice, words: Words) -> Planned:
    cards = choice.selection.cards
    message = personal_digest(day, choice.for_you, choice.followed, cards, words)
    return Planned(message, tuple(entry.paper.id for entry in cards))


def _readers(tables: Tables, subscription: Subscription, choice: Choice) -> Mapping[str, int] | None:
    """Return how many will read each paper with a card; `None` where the channel doesn't read together."""
    if subscription.preferences.reading is Reading.OFF:
        return None
    cards = [entry.paper.id for entry in choice.selection.cards]
    return tables.readers.counts(subscription.workspace, subscription.channel, cards)


def _interest(entry: Entry, readers: Mapping[str, int] | None) -> Interest:
    return UNTOLD if readers is None else Interest(readers=readers.get(entry.paper.id, 0))


def planned_card(
    entry: Entry, preferences: Preferences, *, has_model: bool, interest: Interest = UNTOLD
) -> Planned:
    """Return the card of a paper as it is posted first."""
    language = preferences.language
    message = paper_card(
        entry,
        words_for(language),
        has_model=has_model,
        interest=interest,
        has_picture=preferences.has_thumbnails,
    )
    return Planned(message, (entry.paper.id,), shown_card(message, language))


def _post(delivery: Delivery, position: int, planned: Planned) -> Post:
    payload = _payload(delivery, str(position), position, planned.message)
    return Post(
        delivery.id,
        position,
        payload,
        paper_ids=planned.paper_ids,
        card=planned.card,
        has_picture=planned.has_picture,
    )


def _payload(delivery: Delivery, name: str, position: int, message: Message) -> str:
    """Return the arguments of `chat.postMessage` except channel and thread, as JSON.

    Every app and member of the workspace can read the metadata, so it holds only opaque ids.
    """
    arguments = {
        "text": message.text,
        "blocks": message.blocks,
        "metadata": {
            "event_type": METADATA_EVENT,
            "event_payload": {"delivery": delivery.key, "position": position},
        },
        "client_msg_id": str(uuid5(UUID(delivery.key), name)),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return json.dumps(arguments, ensure_ascii=False)
