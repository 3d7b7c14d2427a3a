"""What a person's own digest brings, chosen by reading alone before anything is written.

To compare a day's papers with all that somebody follows takes a hundred times as long as to write the result
down, and SQLite has one writer for all. So it is chosen in a transaction that only reads, and opened in a
short one that looks again at what may have changed meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot.cards.follows import MOST_IN_DIGEST
from bot.cards.for_you import MOST_FOR_YOU, ForYou
from bot.delivery.messages import Choice, lists_in_reach, lists_of_day, papers_had, sources_of
from bot.delivery.selection import Selection
from bot.errors import OutdatedChoiceError
from bot.lookup.follows import followed_among, muted_among
from bot.lookup.own_list import Owner
from bot.lookup.paper_texts import PaperTexts
from bot.lookup.papers import entries_of
from bot.lookup.personal_ranking import MOST_OPINIONS, MOST_SAVED, PaperVectors, for_you
from bot.lookup.topics import asked_of_papers
from bot.subscriptions.preferences import sources_of_channels
from storage.records import Follow, Listing, Opinion, Preferences, Subscription, Topic, TopicOwner
from storage.tables import Tables

_REACH = timedelta(days=3)


# Of arXiv's largest categories a day brings some hundreds; of more, those with the most votes.
_MOST_RANKED = 300


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of papers, by which they are compared for any number of people."""

    texts: PaperTexts = field(default_factory=PaperTexts)
    vectors: PaperVectors = field(default_factory=PaperVectors)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What papers are chosen by for a person."""

    preferences: Preferences
    follows: tuple[Follow, ...]
    opinions: tuple[Opinion, ...]
    #: The ids of the papers that they saved last.
    saved: tuple[str, ...]
    #: What they want more of and less of.
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class PersonalChoice:
    """The papers of a person's digest, and what they were chosen by."""

    subscription: Subscription
    choice: Choice
    basis: _Basis

    def check(self, tables: Tables) -> None:
        """Raise `OutdatedChoiceError` where the person has had any of it, or wants something else by now."""
        chosen = {entry.paper.id for entry in self.choice.selection.cards}
        place = (self.subscription.workspace, self.subscription.channel)
        if _basis(tables, self.subscription) != self.basis or tables.posts.papers_of_channel(*place, chosen):
            raise OutdatedChoiceError(f"What was chosen for {place[1]} changed while it was being opened.")


def choose_for_person(
    tables: Tables, known: Known, subscription: Subscription, day: date | None = None
) -> PersonalChoice | None:
    """Choose what the person has not had of the latest lists, or of a day's; `None` where it has ended."""
    basis = _basis(tables, subscription)
    if basis is None:
        return None
    if day:
        listings = lists_of_day(tables, day, subscription.preferences)
    else:
        listings = lists_in_reach(tables, _with_sources_of_channels(tables, subscription), _REACH)
    return PersonalChoice(subscription, _chosen(tables, known, subscription, basis, listings), basis)


def _basis(tables: Tables, subscription: Subscription) -> _Basis | None:
    current = tables.subscriptions.of_channel(subscription.workspace, subscription.channel)
    if current is None or current.created_by != subscription.created_by:
        return None
    whose = (subscription.workspace, subscription.created_by or "")
    return _Basis(
        current.preferences,
        tables.follows.of_person(*whose),
        tables.opinions.latest(*whose, MOST_OPINIONS),
        tables.saved_papers.newest(*whose, MOST_SAVED),
        tables.topics.used(TopicOwner(*whose)),
    )


def _with_sources_of_channels(tables: Tables, subscription: Subscription) -> Subscription:
    """Return a person's subscription with what the workspace's channels were given since it began."""
    preferences = subscription.preferences
    sources = dict.fromkeys([*preferences.sources, *sources_of_channels(tables, subscription.workspace)])
    return replace(subscription, preferences=replace(preferences, sources=tuple(sources)))


def _chosen(
    tables: Tables, known: Known, subscription: Subscription, basis: _Basis, listings: Sequence[Listing]
) -> Choice:
    """Choose the papers that the person has not had: some that are picked for them, and what they follow.

    The most voted of what they follow come first; more than fit into a message come the next day.
    """
    had = papers_had(tables, subscription, listings)
    new = [_without(listing, had) for listing in listings]
    followed = followed_among(tables, known.texts, basis.follows, new, MOST_IN_DIGEST)
    of_the_day = [_without(each, had) for each in _came_since(tables, subscription, listings, had)]
    for_you = _for_you(tables, known, subscription, basis, of_the_day, followed.paper_ids)
    head = _head(for_you, is_alone=not followed.papers)
    shown = (*head, *(each.paper.id for each in followed.papers))
    selection = Selection(tuple(entries_of(tables, shown, subscription.preferences.language)), (), ())
    return Choice(selection, sources_of(selection, new), for_you, followed.papers)


def _without(listing: Listing, had: frozenset[str]) -> Listing:
    return replace(listing, paper_ids=tuple(each for each in listing.paper_ids if each not in had))


def _came_since(
    tables: Tables, subscription: Subscription, listings: Sequence[Listing], had: frozenset[str]
) -> list[Listing]:
    """Return the lists that have come since the person's last digest, else those of the latest day.

    Without that, what was not picked on a day would be picked on the quiet days after it. When a digest file
    came is not known; it counts until the person has had something of it.
    """
    last = tables.deliveries.latest_of_channel(subscription.workspace, subscription.channel)
    if last is None:
        latest = max((each.day for each in listings), default=None)
        return [each for each in listings if each.day == latest]
    return [
        each
        for each in listings
        if (each.looked_at >= last.opened_at if each.looked_at else had.isdisjoint(each.paper_ids))
    ]


def _for_you(
    tables: Tables,
    known: Known,
    subscription: Subscription,
    basis: _Basis,
    listings: Sequence[Listing],
    followed: frozenset[str],
) -> ForYou | None:
    """Return what is picked for the person, or first in the channel's order where they saved too little."""
    listed = dict.fromkeys(paper_id for each in listings for paper_id in each.paper_ids)
    if not listed:
        return None
    votes = tables.papers.votes_of(listed)
    candidates = sorted(listed, key=lambda each: -votes.get(each, 0))[:_MOST_RANKED]
    owner = Owner(subscription.workspace, subscription.created_by or "")
    without = {*followed, *muted_among(tables, known.texts, basis.follows, candidates)}
    day = max(each.day for each in listings)
    asked = asked_of_papers(tables, known.texts, owner, candidates)
    found = for_you(tables, known.vectors, owner, day, candidates, without, asked)
    if found.is_known:
        return found
    first = [each for each in candidates if each not in without][:MOST_FOR_YOU]
    return replace(found, first=tables.papers.of_ids(first))


def _head(for_you: ForYou | None, *, is_alone: bool) -> list[str]:
    """Return the papers at the digest's head; what is picked by nothing brings no message by itself."""
    if for_you is None:
        return []
    if for_you.is_known:
        return [each.paper.id for each in for_you.suggestions]
    return [] if is_alone else [paper.id for paper in for_you.first]
