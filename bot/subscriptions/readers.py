"""Reading together in a channel: who said that they will read a paper, and the cards that tell how many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.card_updates import CARDS_CHANGE_FOR
from storage.records import Reading, Subscription
from storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Reader:
    """A person in a channel."""

    workspace: str
    channel: str
    person: str


@dataclass(frozen=True, slots=True)
class OtherReaders:
    """Who else will read a paper that a person will read."""

    count: int
    #: Those whose names the person is told; all of them said so where readers are told names.
    named: tuple[str, ...] = ()


def reading_in(tables: Tables, workspace: str, channel: str) -> Reading:
    """Return how the channel reads together."""
    subscription = tables.subscriptions.of_channel(workspace, channel)
    return subscription.preferences.reading if subscription else Reading.OFF


def readers_of_card(tables: Tables, subscription: Subscription, paper_id: str) -> int | None:
    """Return how many will read the paper with the channel; `None` where it doesn't read together."""
    if subscription.preferences.reading is Reading.OFF:
        return None
    counts = tables.readers.counts(subscription.workspace, subscription.channel, [paper_id])
    return counts.get(paper_id, 0)


def will_read(tables: Tables, reader: Reader, paper_ids: Iterable[str], now: datetime) -> None:
    """Note that the person will read the papers, and have their cards tell; nothing where that is off."""
    reading = reading_in(tables, reader.workspace, reader.channel)
    if reading is Reading.OFF:
        return
    for paper_id in paper_ids:
        whose = (reader.workspace, reader.channel, reader.person, paper_id)
        if tables.readers.add(*whose, now, is_named=reading is Reading.NAMED):
            _redraw(tables, reader, paper_id, now)


def wont_read(tables: Tables, reader: Reader, paper_ids: Iterable[str], now: datetime) -> bool:
    """Take back that the person will read the papers, wherever that is off now; return whether they would."""
    taken_back = [
        paper_id
        for paper_id in paper_ids
        if tables.readers.remove(reader.workspace, reader.channel, reader.person, paper_id)
    ]
    for paper_id in taken_back:
        _redraw(tables, reader, paper_id, now)
    return bool(taken_back)


def other_readers(tables: Tables, reader: Reader, paper_id: str) -> OtherReaders:
    """Return who else will read the paper, for a person who said that they will."""
    place = (reader.workspace, reader.channel)
    others = len(set(tables.readers.of_paper(*place, paper_id)) - {reader.person})
    if reading_in(tables, *place) is not Reading.NAMED:
        return OtherReaders(others)
    named = tables.readers.named(*place, paper_id)
    # Who kept their own name to themselves is told no others.
    is_named = reader.person in named
    return OtherReaders(others, tuple(each for each in named if each != reader.person) if is_named else ())


def _redraw(tables: Tables, reader: Reader, paper_id: str, now: datetime) -> None:
    place = (reader.workspace, reader.channel)
    tables.card_updates.enqueue_in_channel(*place, paper_id, now - CARDS_CHANGE_FOR, now)
