"""What a person's own digest brings, chosen by reading alone before anything is written.

To compare a day's papers with all that somebody follows takes a hundred times as long as to write the result
down, and SQLite has one writer for all. So it is chosen in a transaction that only reads, and opened in a
short one that looks again at what may have changed meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.cards.following import MOST_IN_DIGEST
from bot.delivery.messages import Choice, lists_in_reach, lists_of_day, papers_had, sources_of
from bot.delivery.selection import Selection
from bot.errors import OutdatedChoiceError
from bot.lookup.following import followed_among
from bot.lookup.paper_texts import PaperTexts
from bot.lookup.papers import entries_of
from bot.subscriptions.preferences import sources_of_channels
from storage.records import Follow, Listing, Preferences, Subscription
from storage.tables import Tables

_REACH = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What papers are chosen by for a person."""

    preferences: Preferences
    follows: tuple[Follow, ...]


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
    tables: Tables, texts: PaperTexts, subscription: Subscription, day: date | None = None
) -> PersonalChoice | None:
    """Choose what the person has not had of the latest lists, or of a day's; `None` where it has ended."""
    basis = _basis(tables, subscription)
    if basis is None:
        return None
    if day:
        listings = lists_of_day(tables, day, subscription.preferences)
    else:
        listings = lists_in_reach(tables, _with_sources_of_channels(tables, subscription), _REACH)
    return PersonalChoice(subscription, _chosen(tables, texts, subscription, basis, listings), basis)


def _basis(tables: Tables, subscription: Subscription) -> _Basis | None:
    current = tables.subscriptions.of_channel(subscription.workspace, subscription.channel)
    if current is None or current.created_by != subscription.created_by:
        return None
    follows = tables.follows.of_person(subscription.workspace, subscription.created_by or "")
    return _Basis(current.preferences, follows)


def _with_sources_of_channels(tables: Tables, subscription: Subscription) -> Subscription:
    """Return a person's subscription with what the workspace's channels were given since it began."""
    preferences = subscription.preferences
    sources = dict.fromkeys([*preferences.sources, *sources_of_channels(tables, subscription.workspace)])
    return replace(subscription, preferences=replace(preferences, sources=tuple(sources)))


def _chosen(
    tables: Tables,
    texts: PaperTexts,
    subscription: Subscription,
    basis: _Basis,
    listings: Iterable[Listing],
) -> Choice:
    """Choose the papers that the person follows and has not had, the most voted of them first.

    More than fit into a message come the next day.
    """
    had = papers_had(tables, subscription, listings)
    new = [
        replace(listing, paper_ids=tuple(each for each in listing.paper_ids if each not in had))
        for listing in listings
    ]
    matching = followed_among(tables, texts, basis.follows, new, MOST_IN_DIGEST)
    language = subscription.preferences.language
    entries = entries_of(tables, tuple(each.paper.id for each in matching), language)
    selection = Selection(tuple(entries), (), ())
    return Choice(selection, sources_of(selection, new), matching)
